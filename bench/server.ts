/**
 * The server at rest: how long from its start until it listens, and how much memory it holds then; against a Node that does nothing and one
 * that has only imported Probot. In turns, the medians of all rounds.
 *
 *   node bin/guard.mjs bench/server.ts [--rounds 5]
 */
import { spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median, ROOT } from "./timing.ts";

/** What it still has to do after it listens is over by then. */
const REST_MS = 2_000;
const LONGEST_START_MS = 20_000;

interface Subject {
  readonly name: string;
  readonly args: readonly string[];
  /** What it prints when it is ready. */
  readonly ready: RegExp;
}

const BARE = "node that does nothing";
const WAIT = "setInterval(() => {}, 1e6); console.log('ready')";
const subjects: readonly Subject[] = [
  { name: BARE, args: ["-e", WAIT], ready: /ready/ },
  {
    name: "node with probot imported",
    args: ["--input-type=module", "-e", `await import("probot"); ${WAIT}`],
    ready: /ready/,
  },
  {
    name: "waybill server, listening",
    args: [join(ROOT, "bin", "guard.mjs"), join(ROOT, "src", "main.ts")],
    ready: /Waybill listens/,
  },
];

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const folder = mkdtempSync(join(tmpdir(), "waybill-bench-"));
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const environment = {
  PATH: process.env["PATH"],
  APP_ID: "1",
  PRIVATE_KEY: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  WEBHOOK_SECRET: randomBytes(24).toString("hex"),
  PORT: "0",
  DATABASE_URL: `sqlite:${join(folder, "waybill.db")}`,
};

/** Starts it, waits until it is ready and at rest, and ends it. */
async function measure({ name, args, ready }: Subject): Promise<{ ms: number; mb: number | null }> {
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const limit = setTimeout(() => reject(new Error(`${name} was not ready in time`)), LONGEST_START_MS);
  let said = "";
  const hear = (piece: Buffer): void => {
    said += piece.toString();
    if (ready.test(said)) resolve();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  child.once("exit", () => reject(new Error(`${name} ended: ${said}`)));
  try {
    await listening;
    const ms = performance.now() - start;
    await new Promise((done) => setTimeout(done, REST_MS));
    return { ms, mb: residentMegabytes(child.pid ?? 0) };
  } finally {
    clearTimeout(limit);
    child.kill("SIGTERM");
    await ended;
  }
}

/** Linux says it in /proc; elsewhere it is left out. */
function residentMegabytes(pid: number): number | null {
  try {
    const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found === null ? null : Number(found[1]) / 1_024;
  } catch {
    return null;
  }
}

try {
  const rounds = Math.min(Number(values.rounds), 20);
  const found = new Map(subjects.map(({ name }) => [name, { ms: [] as number[], mb: [] as number[] }]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const subject of subjects) {
      const { ms, mb } = await measure(subject);
      if (round === 0) continue;
      found.get(subject.name)?.ms.push(ms);
      if (mb !== null) found.get(subject.name)?.mb.push(mb);
    }
  }
  const bare = { ms: median(found.get(BARE)?.ms ?? []), mb: median(found.get(BARE)?.mb ?? []) };
  for (const [name, { ms, mb }] of found) {
    const goal = name.startsWith("waybill") ? "; goals: under 1 s and 150 MB" : "";
    process.stdout.write(
      `${name.padEnd(28)} ready after ${median(ms).toFixed(0).padStart(5)} ms (${(median(ms) / bare.ms).toFixed(2)} × bare), ` +
        `${median(mb).toFixed(0).padStart(4)} MB at rest (${(median(mb) / bare.mb).toFixed(2)} × bare)${goal}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
