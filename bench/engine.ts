/**
 * Events fully processed: an event decided in its transaction, the two effects that it orders performed and completed. The real worker, decisions and
 * store; GitHub answers at once. Held against the bare insert rate of the same database in the same run, and against itself where the store is
 * full.
 *
 *   node bin/guard.mjs bench/engine.ts [--events 6000] [--audit 1000000]
 *
 * PostgreSQL is measured, with fsync, where it is installed: by one process, and by three.
 */
import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sql } from "kysely";
import type { EnvironmentEvent } from "../src/core/events.ts";
import type { InstallationId, RepositoryId, UserId } from "../src/core/ids.ts";
import type { LaneKey, Logger, Store } from "../src/core/ports.ts";
import { eventJob } from "../src/engine/jobs.ts";
import { Worker } from "../src/engine/worker.ts";
import type { Database } from "../src/store/database.ts";
import { openDatabase } from "../src/store/open.ts";
import { SqlStore } from "../src/store/store.ts";
import { aDelivery } from "../test/store/words.ts";
import { makeClusterFolder, postgresPrograms, PostgresCluster } from "../test/support/postgres-cluster.ts";

const LANES = 200;
const REPOSITORIES = 10_000;
const PROCESSES = 3;
const clock = { now: () => Date.now() };
const quiet = (): void => undefined;
const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

let freshWord = 0;

/** An event that takes one transition and orders two effects: a person's word about a freeze, answered by two reactions. */
function wordIn(lane: LaneKey): EnvironmentEvent {
  freshWord += 1;
  const commentId = freshWord;
  return {
    type: "EnvironmentFrozen",
    at: clock.now(),
    environment: lane.environment,
    until: null,
    reason: null,
    word: {
      by: { id: 11 as UserId, login: "ana" },
      commentId,
      ordinal: 1,
      issue: 7,
      name: `f${commentId}`,
      answers: true,
    },
  };
}

/** The lanes of so many repositories, one installation for each ten. */
function laneOf(index: number, base = 0): LaneKey {
  const repository = base + (index % LANES) + 1;
  return {
    installation: (Math.floor(repository / 10) + 1) as InstallationId,
    repository: repository as RepositoryId,
    environment: "prod",
  };
}

async function queueEvents(store: Store, count: number): Promise<void> {
  for (let from = 0; from < count; from += 500) {
    const jobs = Array.from({ length: Math.min(500, count - from) }, (_, index) => {
      const lane = laneOf(from + index);
      return eventJob({ lane, event: wordIn(lane) }, clock.now(), null);
    });
    await store.transaction((tx) => tx.addJobs(jobs));
  }
}

function workerOn(store: Store): Worker {
  return new Worker({
    store,
    clock,
    logger,
    owner: `bench-${process.pid}`,
    concurrency: 32,
    policy: { lookEveryMs: 60_000, traceEveryMs: 15_000 },
    translator: { translate: async () => [] },
    performer: { perform: async () => [] },
  });
}

async function isDone(store: Store): Promise<boolean> {
  const counts = await store.jobCounts();
  return counts.waiting + counts.ready + counts.running === 0;
}

/** Events a second, from the moment at which somebody begins to work until nothing is left. */
async function rate(
  store: Store,
  events: number,
  workers: () => Promise<() => Promise<void>>,
): Promise<number> {
  await queueEvents(store, events);
  const from = performance.now();
  const stop = await workers();
  while (!(await isDone(store))) await new Promise((resolve) => setTimeout(resolve, 50));
  const took = performance.now() - from;
  await stop();
  return (events / took) * 1_000;
}

const hereOn = (store: Store) => async (): Promise<() => Promise<void>> => {
  const worker = workerOn(store);
  worker.start();
  return () => worker.stop(5_000);
};

/** Other processes' workers: they are started and have opened the store before the time begins. */
async function elsewhere(url: string): Promise<{ readonly go: () => void; readonly end: () => void }> {
  const children = Array.from({ length: PROCESSES }, () => fork(import.meta.filename, ["--work", url]));
  await Promise.all(children.map(isReady));
  return {
    go: () => children.forEach((child) => child.send("go")),
    end: () => children.forEach((child) => child.kill("SIGKILL")),
  };
}

function isReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("exit", () => reject(new Error("a worker's process has ended")));
  });
}

/** One row after the other by a statement each, which leaves out twins, and each durable before the next: the pace of the database itself. */
async function plainInserts({ writer }: Database): Promise<number> {
  await sql`create table bench_row (id text primary key, payload text not null)`.execute(writer);
  const count = 500;
  const payload = "x".repeat(500);
  const from = performance.now();
  for (let index = 0; index < count; index += 1)
    await sql`insert into bench_row (id, payload) values (${`row ${index}`}, ${payload}) on conflict (id) do nothing`.execute(
      writer,
    );
  const perSecond = (count / (performance.now() - from)) * 1_000;
  await sql`drop table bench_row`.execute(writer);
  return perSecond;
}

/** One delivery after the other, each durable before the next: the store's bare pace. */
async function bareInserts(store: Store): Promise<number> {
  const count = 500;
  const from = performance.now();
  for (let index = 0; index < count; index += 1) {
    freshWord += 1;
    await store.receive([aDelivery(`bare-${process.pid}-${freshWord}`, { installation: null })]);
  }
  const perSecond = (count / (performance.now() - from)) * 1_000;
  await drain(store);
  return perSecond;
}

/** What was received is none of the work. */
async function drain(store: Store): Promise<void> {
  await rate(store, 1, hereOn(store));
}

/** As it is after years: many repositories with a lane, this many lines in the audit log of those that work (before their first). */
async function fill(database: Database, auditRecords: number): Promise<void> {
  const numbers = (count: number) =>
    sql`with recursive n (i) as (select 1 union all select i + 1 from n where i < ${sql.lit(count)})`;
  await sql`insert into lane (installation, repository, environment, rev, state) ${numbers(REPOSITORIES)}
    select 100000 + i / 10, 100000 + i, 'prod', 1, '{}' from n`.execute(database.writer);
  for (let from = 0; from < auditRecords; from += 100_000) {
    await sql`insert into audit (installation, seq, at, actor, scope, type, ref, data, prev_hash, hash) ${numbers(Math.min(100_000, auditRecords - from))}
      select 1 + i % ${sql.lit(LANES / 10)}, -(${sql.lit(from)} + i), i, 'waybill', 'repository:1', 'bench.filled', 'r', '{}', '0', '0' from n`.execute(
      database.writer,
    );
  }
}

interface Pace {
  /** Deliveries a second. */
  readonly bare: number;
  /** Rows a second. */
  readonly plain: number;
}

function show(name: string, perSecond: number, { bare, plain }: Pace, note = ""): void {
  const ofBare = `${(perSecond / bare).toFixed(2)} × bare inserts (${bare.toFixed(0)}/s)`;
  const ratio = `${ofBare}, ${(perSecond / plain).toFixed(2)} × plain rows (${plain.toFixed(0)}/s)`;
  process.stdout.write(`${name.padEnd(44)} ${perSecond.toFixed(0).padStart(6)} events/s  ${ratio}${note}\n`);
}

interface Size {
  readonly events: number;
  readonly auditRecords: number;
}

async function measure(
  name: string,
  url: string,
  { events, auditRecords }: Size,
  goal: number,
): Promise<void> {
  const database = await openDatabase(url, { cwd: process.cwd() });
  const store = new SqlStore(database, clock);
  try {
    await rate(store, 500, hereOn(store));
    const pace: Pace = { bare: await bareInserts(store), plain: await plainInserts(database) };
    const empty = await rate(store, events, hereOn(store));
    show(`${name}, one process`, empty, pace, `; goal: ${goal}`);
    if (url.startsWith("postgres")) {
      const { go, end } = await elsewhere(url);
      const three = await rate(store, events, async () => {
        go();
        return async () => end();
      });
      show(`${name}, three processes`, three, pace);
    }
    const again = await rate(store, events, hereOn(store));
    await fill(database, auditRecords);
    const full = await rate(store, events, hereOn(store));
    const times = (again / full).toFixed(2);
    show(
      `  with ${REPOSITORIES} repositories, ${auditRecords} audit records`,
      full,
      pace,
      `; ${times} × the cost of an emptier one, goal: at most 1.2`,
    );
  } finally {
    await store.close();
  }
}

async function work(url: string): Promise<void> {
  const database = await openDatabase(url, { cwd: process.cwd() });
  const worker = workerOn(new SqlStore(database, clock));
  process.once("message", () => worker.start());
  process.send?.("ready");
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      work: { type: "string" },
      events: { type: "string", default: "6000" },
      audit: { type: "string", default: "1000000" },
    },
  });
  if (values.work !== undefined) return work(values.work);
  const size: Size = {
    events: Math.min(Math.max(1, Number(values.events)), 1_000_000),
    auditRecords: Math.min(Math.max(1, Number(values.audit)), 100_000_000),
  };
  const folder = mkdtempSync(join(tmpdir(), "waybill-bench-"));
  try {
    await measure("sqlite", `sqlite:${join(folder, "waybill.db")}`, size, 1_500);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (postgresPrograms() === null) {
    process.stdout.write("PostgreSQL is not installed here: it is NOT measured.\n");
    return;
  }
  const cluster = new PostgresCluster(makeClusterFolder());
  process.once("exit", () => cluster.remove());
  await cluster.create({ durable: true });
  await cluster.start();
  await measure("postgresql", await cluster.createDatabase(), size, 600);
}

await main();
