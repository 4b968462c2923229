/**
 * `waybill audit export|verify|checkpoint|what-ran|who-approved|when-reached`: the audit log, for those who check it. Exit codes: 0 yes, 1 no, 2 usage,
 * 3 store unavailable.
 */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { AuditReading } from "../store/audit-read.ts";
import type { Signer } from "../receipts/keys.ts";
import type { CommandIo } from "./main.ts";
import { Refusal, refusing } from "./store/refusal.ts";
import { storeSettings } from "./store/request.ts";
import { typedFolder } from "./typed.ts";

const USAGE = `Usage: waybill audit ACTION …

The audit log of the store that DATABASE_URL names, also beside a running server. Nothing is written to the store.

  verify [FILE] [--key FILE …] [--signed FILE …]
        whether the log is what was written, and all of it: of the store, or of a file that export has written. Receipts
        and checkpoints say where it stood when they were signed: those of the store, those in the file, and with
        --signed others, such as receipts from GitHub. --key: whose signatures you trust (default: the server's own)
  export FILE|-
        the log as JSON, one record a line, with what vouches for it; and where this process has the signing key, a
        checkpoint of where it ends
  checkpoint [--installation ID]
        where the log ends now, signed: keep it somewhere else, and nobody can cut off what came before it
  what-ran ENVIRONMENT --on DATE        what ran there on a day (in UTC), or at a moment
  who-approved ENVIRONMENT VERSION      who asked for it, who approved it
  when-reached PULL [ENVIRONMENT]       when a pull request's change was delivered there first
        --repository OWNER/NAME|ID      where there are several

Ends with 0 where it verifies, or there is an answer; else with 1.
`;

interface Request {
  readonly words: readonly string[];
  readonly keys: readonly string[];
  readonly signed: readonly string[];
  readonly on: string | null;
  readonly repository: string | null;
  readonly installation: string | null;
}

/**
 * Runs the command with the settings of this process's environment.
 *
 * @param argv what follows the word `audit`
 * @returns the exit code
 */
export function audit(argv: readonly string[], io: CommandIo): Promise<number> {
  return refusing("audit", USAGE, io, async () => {
    const request = requestOf(argv);
    if (request === "help") {
      io.stdout(USAGE);
      return 0;
    }
    const [action = "", ...words] = request.words;
    const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (run === undefined)
      throw new Refusal(2, action === "" ? "Say what is to be done." : `There is no \`audit ${action}\`.`);
    return run({ ...request, words }, io);
  });
}

type Action = (request: Request, io: CommandIo) => Promise<number>;

const ACTIONS: Readonly<Record<string, Action>> = {
  verify: verifyLog,
  export: exportLog,
  checkpoint,
  "what-ran": async ({ words: [environment, ...more], on, repository }, io) => {
    if (environment === undefined || on === null || more.length > 0)
      throw new Refusal(2, "Name the environment, and the day after --on.");
    const { whatRan } = await import("./audit/questions.ts");
    io.stdout(await reading((store) => whatRan(store, { environment, on, repository })));
    return 0;
  },
  "who-approved": async ({ words: [environment, version, ...more], repository }, io) => {
    if (environment === undefined || version === undefined || more.length > 0)
      throw new Refusal(2, "Name the environment and the version.");
    const { whoApproved } = await import("./audit/questions.ts");
    io.stdout(await reading((store) => whoApproved(store, { environment, version, repository })));
    return 0;
  },
  "when-reached": async ({ words: [number = "", environment = null, ...more], repository }, io) => {
    const pull = /^#?([1-9]\d{0,9})$/.exec(number)?.[1];
    if (pull === undefined || more.length > 0) throw new Refusal(2, "Name the pull request by its number.");
    const { whenReached } = await import("./audit/questions.ts");
    io.stdout(await reading((store) => whenReached(store, { pull: Number(pull), environment, repository })));
    return 0;
  },
};

async function reading<Result>(work: (reading: AuditReading) => Promise<Result>): Promise<Result> {
  const { databaseUrl, cwd } = storeSettings();
  const { readAudit } = await import("../store/audit-read.ts");
  return readAudit(databaseUrl, cwd, work);
}

async function verifyLog({ words, keys, signed }: Request, io: CommandIo): Promise<number> {
  if (words.length > 1) throw new Refusal(2, "Name one file only.");
  const { trustedKeys, ownKeysOrNone } = await import("./receipts/trust.ts");
  const trusted = keys.length === 0 ? ownKeysOrNone() : trustedKeys(keys);
  const { verifyFile, verifyStored } = await import("./audit/verify.ts");
  const [file] = words;
  const found =
    file === undefined
      ? await reading((store) => verifyStored(store, trusted, signed))
      : await verifyFile(resolve(typedFolder(), file), trusted, signed);
  io.stdout(found.text);
  return found.ok ? 0 : 1;
}

async function exportLog({ words: [file, ...more] }: Request, io: CommandIo): Promise<number> {
  if (file === undefined || more.length > 0) throw new Refusal(2, "Name the file; - for standard output.");
  const { exportAudit } = await import("./audit/export.ts");
  const signer = await signerOrNone();
  if (file === "-") {
    await reading((store) => exportAudit(store, signer, writerTo(process.stdout)));
    return 0;
  }
  const { beginWholeFile } = await import("./store/whole-file.ts");
  const whole = beginWholeFile(resolve(typedFolder(), file), false);
  try {
    const stream = createWriteStream(whole.partial, { flags: "r+" });
    const counts = await reading((store) => exportAudit(store, signer, writerTo(stream)));
    await new Promise<void>((done, fail) => stream.once("error", fail).end(done));
    whole.keep();
    io.stdout(
      `Exported ${counts.records} records, with ${counts.signed} receipts and checkpoints that vouch for them.\n`,
    );
    return 0;
  } finally {
    whole.discard();
  }
}

/** Writes no faster than it is taken, so that a long log is never in memory. */
function writerTo(stream: NodeJS.WritableStream): (line: string) => Promise<void> {
  return async (line) => {
    if (!stream.write(line)) await once(stream, "drain");
  };
}

async function checkpoint({ words, installation }: Request, io: CommandIo): Promise<number> {
  if (words.length > 0) throw new Refusal(2, "Name the installation after --installation.");
  const signer = await signerOrNone();
  if (signer === null)
    throw new Refusal(1, "There is no key to sign with.", "Set WAYBILL_SIGNING_KEY_FILE as for the server.");
  const { checkpointsOf } = await import("./audit/export.ts");
  const all = await reading((store) => checkpointsOf(store, signer));
  const wanted = installation === null ? all : all.filter((one) => String(one.installation) === installation);
  const [only, ...others] = wanted;
  if (only === undefined) throw new Refusal(1, "There is no audit log of it.");
  if (others.length > 0)
    throw new Refusal(
      2,
      `There are several: ${wanted.map((one) => one.installation).join(", ")}.`,
      "Name one after --installation.",
    );
  io.stdout(only.envelope);
  return 0;
}

async function signerOrNone(): Promise<Signer | null> {
  const { readEnvironment } = await import("../environment.ts");
  const { createSigner } = await import("../receipts/keys.ts");
  const read = readEnvironment(process.env, process.cwd());
  const { signingKey } = read.ok ? read.settings : read.incomplete;
  return signingKey === null ? null : createSigner(signingKey);
}

function requestOf(argv: readonly string[]): Request | "help" {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        key: { type: "string", multiple: true },
        signed: { type: "string", multiple: true },
        on: { type: "string" },
        repository: { type: "string" },
        installation: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
    if (values.help === true) return "help";
    const { on = null, repository = null, installation = null } = values;
    return {
      words: positionals,
      keys: values.key ?? [],
      signed: values.signed ?? [],
      on,
      repository,
      installation,
    };
  } catch (error) {
    throw new Refusal(2, error instanceof Error ? error.message : String(error));
  }
}
