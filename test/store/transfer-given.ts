/** Moving stores in tests: whole databases as values, and stores full of whatever can be in one. */
import fc from "fast-check";
import { sql } from "kysely";
import { Client } from "pg";
import type { InstallationId, PromotionId } from "../../src/core/ids.ts";
import type { AuditRecord, Store } from "../../src/core/ports.ts";
import { chainRecords, GENESIS } from "../../src/store/audit-chain.ts";
import type { Database, Tables, Trx } from "../../src/store/database.ts";
import { openStore } from "../../src/store/index.ts";
import { closeDatabase, openDatabase } from "../../src/store/open.ts";
import { storableText, toJson } from "../../src/store/text.ts";
import { exportStore } from "../../src/store/transfer/export.ts";
import { importStore } from "../../src/store/transfer/import.ts";
import type { Imported } from "../../src/store/transfer/import.ts";
import { createTestDatabase } from "../support/postgres.ts";
import {
  acme,
  aDelivery,
  aJob,
  anAudit,
  aPromotion,
  claimOne,
  complete,
  globex,
  NOW,
  prod,
  queue,
  temporaryFolder,
} from "./given.ts";

/** The address of an embedded database that is not there yet. */
export function newSqlite(): string {
  return `sqlite:${temporaryFolder()}/store.db`;
}

/** Opens a database, and closes it after. */
export async function using<Result>(
  address: string,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase(address, { cwd: "/" });
  try {
    return await work(database);
  } finally {
    await closeDatabase(database);
  }
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Every row of every table but Kysely's own, each column of it; what is done left out. Who runs a job is over with it after a move, so
 * leases count as run out.
 */
export function tablesOf(address: string): Promise<Record<string, Row[]>> {
  return using(address, async ({ reader }) => {
    const tables: Record<string, Row[]> = {};
    for (const { name } of await reader.introspection.getTables()) {
      // Which processes may write is the schema's, not what is in it.
      if (name === "writers_from") continue;
      const { rows } = await sql<Row>`select * from ${sql.table(name)}`.execute(reader);
      const kept = name === "job" ? rows.filter((row) => row["state"] !== "done").map(withoutLease) : rows;
      tables[name] = kept
        .map((row) => ({ text: JSON.stringify(Object.entries(row).sort(byName).map(bytesAsText)), row }))
        .sort((a, b) => (a.text < b.text ? -1 : 1))
        .map(({ text }) => JSON.parse(text) as Row);
    }
    return tables;
  });
}

function withoutLease(row: Row): Row {
  return row["state"] === "running" ? { ...row, lease_until: 0 } : row;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function bytesAsText([name, value]: readonly [string, unknown]): readonly [string, unknown] {
  return [name, value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value];
}

/** Exports a store as text. */
export async function exported(address: string, { final = false } = {}): Promise<string> {
  let text = "";
  await exportStore(address, {
    cwd: "/",
    final,
    now: () => NOW,
    write: async (piece) => void (text += piece),
    onServer: () => {},
  });
  return text;
}

/** Imports a text; as a file, which is checked first, or as a stream. In small pieces, so that lines are torn. */
export function imported(
  address: string,
  text: string | Uint8Array,
  { twice = true, rehearsal = false, piece = 1_000 } = {},
): Promise<Imported> {
  async function* open(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length; start += piece) yield bytes.subarray(start, start + piece);
  }
  return importStore(address, { cwd: "/", open, twice, rehearsal });
}

let postgres: string | undefined;

/** An empty PostgreSQL database; one for the file, emptied each time, as making a new one takes ten times as long. */
export async function emptyPostgres(): Promise<string> {
  postgres ??= await createTestDatabase();
  const client = new Client({ connectionString: postgres });
  await client.connect();
  await client.query("drop schema public cascade; create schema public");
  await client.end();
  return postgres;
}

/** A store with something of everything: jobs in each state, a pruned payload, two tenants, parked and looked at. */
export async function fillStore(address: string): Promise<void> {
  const store = await openStore(address, { cwd: "/", clock: { now: () => NOW } });
  try {
    await store.receive([aDelivery("old", { receivedAt: 1 })]);
    await complete(store, await claimOne(store));
    await store.prune(0, 2);
    await store.receive([aDelivery("one"), aDelivery("two"), aDelivery("three")]);
    await complete(store, await claimOne(store));
    await store.bury(await claimOne(store), NOW, "gave up");
    await claimOne(store);
    await store.receive([aDelivery("far", { installation: globex })]);
    await fillJobs(store);
    await store.transaction(async (tx) => {
      await tx.lockLane(prod);
      await tx.saveLane(prod, 0, { active: "p1" });
      await tx.savePromotion(prod, aPromotion("p1", 0));
      await tx.savePromotion(prod, aPromotion("p0", 0, { open: false }));
      await tx.appendAudit(acme, [anAudit("accepted"), anAudit("dispatched", { data: { b: 1, a: ["é"] } })]);
      await tx.appendAudit(globex, [anAudit("accepted", { ref: "2.0.0" })]);
      await tx.setParking({ installation: globex, repository: prod.repository }, { lost: false }, NOW);
      await tx.saveLook({
        subject: { kind: "installations" },
        lookedAt: NOW,
        pauseMs: 5,
        failures: 0,
        memory: ["x"],
      });
      await tx.hearComments(prod, [3_100_000_001]);
    });
    const { installation, repository } = prod;
    const receipt = { installation, repository, environment: "prod", at: NOW, document: '{"é":"\\n"}\n' };
    await store.keepReceipt({ ...receipt, promotion: "p0" as PromotionId, keyId: "ab" });
    await store.keepReceipt({ ...receipt, promotion: "p1" as PromotionId, keyId: null });
  } finally {
    await store.close();
  }
}

async function fillJobs(store: Store): Promise<void> {
  await queue(
    store,
    aJob({ key: "k", payload: "first" }),
    aJob({ key: "k", dedupe: "d", payload: "second" }),
    aJob({ key: "k", payload: "third" }),
    aJob({ key: "k", runAt: NOW * 9e6, payload: "timer" }),
  );
}

/** What is hard to carry: for JSON, for SQL, for terminals, for this format. */
const HOSTILE = [
  "",
  "'; drop table job; --",
  '"},"row":{}}\n{"end":true}',
  "\\u0000 \\ \\\\ \\n",
  "a\nb\r\nc\u2028d\u2029e",
  "\u202Eevil\u200B\uFEFF",
  "👩‍👩‍👧‍👦 \u{10FFFF} ﷽",
  "\x1b[2J\x07\x7f\u0085",
  "NaN",
  "__proto__",
];
const text = fc
  .oneof(
    fc.constantFrom(...HOSTILE),
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.string({ maxLength: 10 }),
  )
  .map(storableText);
const json = fc
  .oneof(
    fc.jsonValue({ maxDepth: 2 }),
    text,
    fc.constant("\u0000 \ud800"),
    fc.constant({ __proto__: null, a: 1e300 }),
  )
  .map(toJson);
const whole = fc.oneof(fc.nat(3), fc.maxSafeInteger(), fc.constant(Number.MAX_SAFE_INTEGER));
const id = fc.nat(4);
const orNull = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });
const auditRecord: fc.Arbitrary<AuditRecord> = fc.record({
  at: whole,
  actor: text,
  scope: text,
  type: text,
  ref: text,
  data: fc.jsonValue({ maxDepth: 2 }),
});

/** What a store of random rows is made of. */
export const contents = fc.record({
  lanes: fc.uniqueArray(
    fc.record({ installation: id, repository: whole, environment: text, rev: whole, state: json }),
    { maxLength: 30, selector: (row) => `${row.installation}/${row.repository}/${row.environment}` },
  ),
  promotions: fc.uniqueArray(
    fc.record({
      installation: id,
      repository: id,
      id: text,
      environment: text,
      rev: whole,
      open: fc.constantFrom(0, 1),
      data: json,
    }),
    { maxLength: 30, selector: (row) => `${row.installation}/${row.repository}/${row.id}` },
  ),
  parked: fc.uniqueArray(fc.record({ installation: id, repository: whole, lost: fc.constantFrom(0, 1) }), {
    selector: (row) => `${row.installation}/${row.repository}`,
  }),
  looks: fc.uniqueArray(
    fc.record({
      kind: fc.constantFrom("repository" as const, "deliveries" as const),
      installation: id,
      repository: id,
      looked_at: whole,
      pause: whole,
      failures: whole,
      memory: json,
    }),
    { selector: (row) => `${row.kind}/${row.installation}/${row.repository}` },
  ),
  packs: fc.array(fc.record({ received_at: whole, data: fc.uint8Array({ maxLength: 50 }) })),
  inbox: fc.uniqueArray(
    fc.record({
      delivery_id: text,
      event: text,
      installation: orNull(id),
      repository: orNull(whole),
      pack: whole,
      pack_start: whole,
      pack_length: whole,
      received_at: whole,
    }),
    { selector: (row) => row.delivery_id },
  ),
  jobs: fc.array(
    fc.record({
      kind: fc.constantFrom("delivery" as const, "event" as const, "effect" as const, "look" as const),
      dedupe: orNull(text),
      coalesces: fc.constantFrom(0, 1),
      priority: fc.integer(),
      run_at: whole,
      state: fc.constantFrom(
        "waiting" as const,
        "ready" as const,
        "running" as const,
        "done" as const,
        "dead" as const,
      ),
      attempts: whole,
      max_attempts: whole,
      owner: orNull(text),
      lease_until: orNull(whole),
      payload: json,
      error: orNull(text),
      finished_at: orNull(whole),
      held: orNull(text),
    }),
    { maxLength: 40 },
  ),
  audit: fc.dictionary(fc.nat(9).map(String), fc.array(auditRecord, { minLength: 1, maxLength: 15 }), {
    maxKeys: 4,
  }),
  pruned: fc.boolean(),
});

type Contents = typeof contents extends fc.Arbitrary<infer Value> ? Value : never;

/** Puts the rows into a database, past the store, so that nothing mends them. */
export function putContents(database: Database, given: Contents): Promise<void> {
  return database.writer.transaction().execute((trx) => put(trx, given));
}

async function put(writer: Trx, given: Contents): Promise<void> {
  const insert = async (table: keyof Tables, rows: readonly object[]): Promise<void> => {
    for (const row of rows) await writer.insertInto(table).values(row).execute();
  };
  await insert("lane", given.lanes);
  await insert("promotion", given.promotions);
  await insert("parked", given.parked);
  await insert("look", given.looks);
  await insert("pack", given.packs);
  await insert("inbox", given.inbox);
  // A key of its own for each head, a name of its own for each that is queued.
  await insert(
    "job",
    given.jobs.map((job, index) => ({
      ...job,
      key: index % 3 === 0 ? null : `key ${index} ${job.owner}`,
      dedupe: job.dedupe === null ? null : `${index} ${job.dedupe}`,
      timer: job.state === "waiting" && index % 2 === 0 ? 1 : 0,
    })),
  );
  for (const [installation, records] of Object.entries(given.audit)) {
    const chained = chainRecords(Number(installation) as InstallationId, GENESIS, records);
    await insert(
      "audit",
      chained.map(({ prevHash, data, ...rest }) => ({ ...rest, data: toJson(data), prev_hash: prevHash })),
    );
    const head = chained.at(-1);
    await insert("audit_head", [{ installation: Number(installation), seq: head?.seq, hash: head?.hash }]);
  }
  if (given.pruned)
    for (const table of ["pack", "job"] as const)
      await sql`delete from ${sql.table(table)} where id = (select max(id) from ${sql.table(table)})`.execute(
        writer,
      );
}
