/**
 * What the store costs over the database under it, as ratios: absolute times do not travel between machines.
 *
 *   node bin/guard.mjs bench/store.ts [--postgres] [--json]
 *
 * Medians of several rounds. `--postgres` also measures a private cluster (with fsync) where PostgreSQL is installed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Store } from "../src/core/ports.ts";
import type { Database } from "../src/store/database.ts";
import { migrate, migrationsFor } from "../src/store/migrations/index.ts";
import { silentLogger } from "../src/store/logger.ts";
import { openPostgres, withMigrationLock } from "../src/store/postgres/open.ts";
import { openSqlite } from "../src/store/sqlite/open.ts";
import { SqlStore } from "../src/store/store.ts";
import { fillCrowd } from "../test/store/crowd.ts";
import { aDelivery, aJob, NOW } from "../test/store/words.ts";
import { makeClusterFolder, PostgresCluster } from "../test/support/postgres-cluster.ts";

const PAYLOAD = JSON.stringify({ text: "x".repeat(24_000) });
const ROUNDS = 7;

interface Measure {
  readonly name: string;
  /** Microseconds for one row. */
  readonly us: number;
  /** Against what, and how many times as long. */
  readonly ratio?: { readonly to: string; readonly times: number };
}

interface Subject {
  readonly database: Database;
  readonly store: Store;
  close(): Promise<void>;
}

let counter = 0;

/** The median time of one of `count` rows over several rounds, in microseconds. */
async function time(count: number, work: () => Promise<void> | void): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await work();
    rounds.push(((performance.now() - start) * 1_000) / count);
  }
  return rounds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

function deliveries(count: number) {
  return Array.from({ length: count }, () => {
    counter += 1;
    return aDelivery(`bench-${counter}`, { payload: PAYLOAD, installation: null });
  });
}

/** The floor: one insert of the same payload into a bare table, durable as ours. */
async function bareInserts(folder: string): Promise<{ single: number; grouped: number }> {
  const bare = new DatabaseSync(join(folder, "bare.db"));
  bare.exec(
    "pragma journal_mode = wal; pragma synchronous = full; create table t (id text primary key, payload blob) strict",
  );
  const insert = bare.prepare("insert into t values (?, ?) on conflict do nothing");
  const insertMany = (count: number) => {
    for (const { deliveryId, payload } of deliveries(count)) insert.run(deliveryId, payload);
  };
  const single = await time(100, () => insertMany(100));
  const grouped = await time(320, () => {
    for (let group = 0; group < 10; group += 1) {
      bare.exec("begin");
      insertMany(32);
      bare.exec("commit");
    }
  });
  bare.close();
  return { single, grouped };
}

async function receiving(store: Store): Promise<{ single: number; grouped: number; duplicates: number }> {
  const single = await time(100, async () => {
    for (const delivery of deliveries(100)) await store.receive([delivery]);
  });
  const grouped = await time(320, async () => {
    for (let group = 0; group < 10; group += 1) await store.receive(deliveries(32));
  });
  const known = deliveries(32);
  await store.receive(known);
  const duplicates = await time(320, async () => {
    for (let group = 0; group < 10; group += 1) await store.receive(known);
  });
  return { single, grouped, duplicates };
}

/** Queues 200 jobs, then claims them by tens and completes each in a transaction of its own. */
async function working(store: Store): Promise<{ claim: number; complete: number }> {
  const claims: number[] = [];
  const complete = await time(200, async () => {
    await store.transaction((tx) => tx.addJobs(Array.from({ length: 200 }, () => aJob({ priority: -5 }))));
    for (let batch = 0; batch < 20; batch += 1) {
      const start = performance.now();
      const held = await store.claim("bench", NOW, 10, NOW + 60_000);
      claims.push((performance.now() - start) * 1_000);
      for (const job of held) await store.transaction((tx) => tx.completeJob(job, NOW));
    }
  });
  return { claim: claims.sort((a, b) => a - b)[Math.floor(claims.length / 2)] ?? Number.NaN, complete };
}

async function measure(
  name: string,
  subject: Subject,
  bare: { single: number; grouped: number },
): Promise<Measure[]> {
  const { store, database } = subject;
  const received = await receiving(store);
  await store.claim("drain", NOW, 100_000, NOW);
  const quiet = await working(store);
  await fillCrowd(database, { done: 100_000, blocked: 5_000, timers: 2_000, ready: 0 });
  const crowded = await working(store);
  await subject.close();
  const against = (to: string, base: number, us: number) => ({ us, ratio: { to, times: us / base } });
  return [
    { name: `${name}: receive, one at a time`, ...against("bare insert", bare.single, received.single) },
    { name: `${name}: receive, groups of 32`, ...against("bare group", bare.grouped, received.grouped) },
    { name: `${name}: receive, all known`, ...against("bare group", bare.grouped, received.duplicates) },
    { name: `${name}: claim of 10`, ...against("bare insert", bare.single, quiet.claim) },
    { name: `${name}: claim share and complete`, ...against("bare insert", bare.single, quiet.complete) },
    { name: `${name}: claim of 10, crowded`, ...against("the same, quiet", quiet.claim, crowded.claim) },
    { name: `${name}: complete, crowded`, ...against("the same, quiet", quiet.complete, crowded.complete) },
  ];
}

async function sqliteSubject(folder: string): Promise<Subject> {
  const database = openSqlite(join(folder, "waybill.db"));
  await migrate(database.writer, migrationsFor("sqlite"));
  const store = new SqlStore(database, { now: () => NOW });
  return { database, store, close: () => store.close() };
}

async function postgresSubject(): Promise<Subject> {
  const cluster = new PostgresCluster(makeClusterFolder());
  process.once("exit", () => cluster.remove());
  await cluster.create({ durable: true });
  await cluster.start();
  const address = await cluster.createDatabase();
  await withMigrationLock(address, silentLogger, (db) => migrate(db, migrationsFor("postgres")));
  const database = openPostgres(address, false, silentLogger);
  const store = new SqlStore(database, { now: () => NOW });
  return { database, store, close: () => store.close() };
}

const folder = mkdtempSync(join(tmpdir(), "waybill-bench-"));
try {
  const bare = await bareInserts(folder);
  const measures: Measure[] = [
    { name: "bare node:sqlite insert", us: bare.single },
    { name: "bare node:sqlite insert, groups of 32", us: bare.grouped },
    ...(await measure("sqlite", await sqliteSubject(folder), bare)),
  ];
  if (process.argv.includes("--postgres"))
    measures.push(...(await measure("postgres", await postgresSubject(), bare)));
  const line = ({ name, us, ratio }: Measure) =>
    `${name.padEnd(42)} ${us.toFixed(1).padStart(9)} µs${ratio ? `  ${ratio.times.toFixed(2)} × ${ratio.to}` : ""}`;
  process.stdout.write(
    process.argv.includes("--json") ? `${JSON.stringify(measures)}\n` : `${measures.map(line).join("\n")}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
