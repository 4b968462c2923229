import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { SandboxOptions } from "./index.ts";
import { startSandbox } from "./index.ts";

/** What `--help` prints. */
const USAGE = `node src/sandbox/main.ts [OPTION …]

Starts the GitHub stand-in on 127.0.0.1 and prints one line of JSON: {"url","host","app":{"id","slug"}}.
Its private key is read over POST /_sandbox/rpc {"method":"app"}, from this machine only.

  --port N              port to listen on (default 0: any free one)
  --app-id N            id of the App
  --app-public-key FILE the App's public key (PEM); made at the start if absent
  --webhook-url URL     where webhooks go; their secret is read from SANDBOX_WEBHOOK_SECRET
  --runner-delay MS     rest before each stage of a workflow run (default 1)
  --legacy-dispatch     dispatch as an older GHES does
  --ghes VERSION        behave like a GHES of this version (3.17.3)
  --help                this text
`;

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text))
    throw new TypeError(`--${name} takes a whole number, not ${JSON.stringify(text)}.`);
  return Number(text);
}

function readOptions(): SandboxOptions | null {
  const { values } = parseArgs({
    options: {
      port: { type: "string" },
      "app-id": { type: "string" },
      "app-public-key": { type: "string" },
      "webhook-url": { type: "string" },
      "runner-delay": { type: "string" },
      "legacy-dispatch": { type: "boolean" },
      ghes: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return null;
  const port = number("port", values.port);
  const appId = number("app-id", values["app-id"]);
  const runnerDelayMs = number("runner-delay", values["runner-delay"]);
  const key = values["app-public-key"];
  const url = values["webhook-url"];
  const secret = process.env.SANDBOX_WEBHOOK_SECRET;
  if (url !== undefined && !secret) throw new TypeError("--webhook-url needs SANDBOX_WEBHOOK_SECRET.");
  return {
    ...(values["legacy-dispatch"] ? { legacyDispatch: true } : {}),
    ...(values.ghes === undefined ? {} : { ghes: values.ghes }),
    ...(port === undefined ? {} : { port }),
    ...(appId === undefined ? {} : { appId }),
    ...(runnerDelayMs === undefined ? {} : { runnerDelayMs }),
    ...(key === undefined ? {} : { appPublicKeyPem: readFileSync(key, "utf8") }),
    ...(url === undefined || !secret ? {} : { webhook: { url, secret } }),
  };
}

async function main(): Promise<void> {
  let options: SandboxOptions | null;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (!options) {
    process.stdout.write(USAGE);
    return;
  }
  const sandbox = await startSandbox(options);
  const { id, slug } = sandbox.app;
  process.stdout.write(`${JSON.stringify({ url: sandbox.url, host: sandbox.host, app: { id, slug } })}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      sandbox.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

await main();
