/**
 * The server's memory while it works without a pause: people merge, tag, promote and ask, over and over, against the stand-in. The median of the last
 * minute is held against that of the second, by which time everything that is loaded once is loaded.
 *
 *   node bin/guard.mjs bench/soak.ts [--minutes 10]
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { deployWorkflow, shopConfig } from "../src/cli/demo/shop.ts";
import { startSandbox, type DeployRecord, type SandboxRepository } from "../src/sandbox/index.ts";
import { ServerProcess } from "../test/support/processes.ts";
import { median } from "./timing.ts";

const MINUTE_MS = 60_000;
const SAMPLE_MS = 500;
const REPOSITORIES = 4;

const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" } } });
const minutes = Math.max(3, Number(values.minutes));

/** The memory that a process holds, in MB. Linux alone tells. */
function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1_024;
}

/** Waits until the last component has been deployed there. */
async function seeDeployed(repository: string, environment: string, version: string): Promise<void> {
  const isIt = (one: DeployRecord): boolean =>
    one.repository === repository &&
    one.environment === environment &&
    one.version === version &&
    one.component === "web" &&
    one.outcome === "succeed";
  while (!isOver() && !sandbox.record.deployments.some(isIt)) await pause(50);
}

/** One repository's life: a merge, its tag, a promotion to production and a question, again and again. */
async function live(shop: SandboxRepository): Promise<number> {
  let minor = 4;
  while (!isOver()) {
    minor += 1;
    const pull = shop.openPullRequest({ title: `feat(api): change ${minor}`, author: "wes" });
    shop.mergePullRequest(pull, { by: "ana", method: "squash" });
    await pause(400);
    shop.tag(`v1.${minor}.0`, { by: "ana" });
    // The next one begins when this has arrived: what is measured is work, not a queue that grows.
    await seeDeployed(shop.fullName, "staging", `1.${minor}.0`);
    shop.comment(pull, "/status", "wes");
    shop.comment(pull, `/promote prod 1.${minor}.0`, "ana");
    await seeDeployed(shop.fullName, "prod", `1.${minor}.0`);
  }
  return minor - 4;
}

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const secret = randomBytes(24).toString("hex");
const sandbox = await startSandbox({
  appPublicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
  runnerDelayMs: 20,
});
let began = Date.now();
const elapsed = (): number => Date.now() - began;
const isOver = (): boolean => elapsed() >= minutes * MINUTE_MS;
const folder = mkdtempSync(join(tmpdir(), "waybill-soak-"));
const server = new ServerProcess({
  APP_ID: String(sandbox.app.id),
  PRIVATE_KEY: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  WEBHOOK_SECRET: secret,
  GHE_HOST: sandbox.host,
  GHE_PROTOCOL: "http",
  HOST: "127.0.0.1",
  PORT: "0",
  DATABASE_URL: `sqlite:${join(folder, "waybill.db")}`,
  WAYBILL_ALLOW_PRIVATE: "127.0.0.1/32",
  WAYBILL_WRITES_PER_MINUTE: "0",
});
try {
  sandbox.setWebhook({ url: `${await server.url()}/api/github/webhooks`, secret });
  const shops: SandboxRepository[] = [];
  for (let index = 0; index < REPOSITORIES; index += 1) {
    const people = { ana: "maintain", wes: "write" } as const;
    const shop = sandbox.repository(`acme/shop-${index}`, { collaborators: people, install: true });
    const { url } = await shop.target("web", "prod");
    const files = {
      ".github/waybill.yml": shopConfig(url),
      ".github/workflows/deploy.yml": deployWorkflow(),
    };
    shop.commit({ message: "chore: begin the shop", author: "ana", files });
    shop.tag("v1.4.0", { by: "ana" });
    shops.push(shop);
  }
  began = Date.now();
  const samples: { readonly minute: number; readonly mb: number }[] = [];
  const lives = shops.map((shop) => live(shop));
  while (!isOver()) {
    samples.push({ minute: Math.floor(elapsed() / MINUTE_MS), mb: residentMegabytes(server.pid) });
    await pause(SAMPLE_MS);
  }
  const rounds = (await Promise.all(lives)).reduce((sum, one) => sum + one, 0);
  const medians = Array.from({ length: minutes }, (_, minute) =>
    median(samples.filter((one) => one.minute === minute).map(({ mb }) => mb)),
  );
  const [, second = Number.NaN] = medians;
  const last = medians.at(-1) ?? Number.NaN;
  const { deployments } = sandbox.record;
  process.stdout.write(
    `${rounds} releases in ${REPOSITORIES} repositories, ${sandbox.deliveries.length} webhooks, ${deployments.length} runs, in ${minutes} minutes\n` +
      `memory, MB, median of each minute: ${medians.map((mb) => mb.toFixed(0)).join(" ")}\n` +
      `last minute against the second: ${(last / second).toFixed(2)} x (at most 1.10)\n`,
  );
} finally {
  await server.stop();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
}
