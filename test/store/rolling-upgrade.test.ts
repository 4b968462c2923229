/** Old and new versions at once on one PostgreSQL database: what a running process does when a newer one has brought the tables on. */
import { sql } from "kysely";
import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import type { ClaimedJob, Store } from "../../src/core/ports.ts";
import { openStore, verifyChain } from "../../src/store/index.ts";
import { silentLogger } from "../../src/store/logger.ts";
import { migrate, migrationsFor } from "../../src/store/migrations/index.ts";
import type { StoreMigration } from "../../src/store/migrations/migration.ts";
import { withMigrationLock } from "../../src/store/postgres/open.ts";
import { deliver } from "../stories/deliver.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import { startStory } from "../support/story.ts";
import { schemaOf } from "./newer.ts";
import { StoreProcess } from "./process.ts";
import { acme, aDelivery, aJob, anAudit, complete, NOW, prod, queue } from "./given.ts";

const LATER: StoreMigration = {
  up: async (db) => void (await sql`alter table job add column note text`.execute(db)),
};
const REFUSAL = {
  name: "StoreUnavailableError",
  message: expect.stringMatching(/9998_later.*restart it with that version/),
};

/** What a newer process does at its start. */
function migrateOn(address: string): Promise<void> {
  const migrations = { ...migrationsFor("postgres"), "9998_later": LATER };
  return withMigrationLock(address, silentLogger, (db) => migrate(db, migrations));
}

async function asked<Row extends object>(address: string, statement: string): Promise<Row[]> {
  const client = new Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Every job, delivery and audit record of a PostgreSQL database, as text. */
async function rowsOf(address: string): Promise<string[]> {
  const tables = ["job", "inbox", "audit", "lane"].map(
    (name) => `select to_jsonb(t)::text as row from ${name} t`,
  );
  return (await asked<{ row: string }>(address, tables.join(" union all "))).map(({ row }) => row).sort();
}

async function openOlder(address: string, warnings: string[] = []): Promise<Store> {
  const logger = { info: () => {}, warn: (_: object, message: string) => void warnings.push(message) };
  const store = await openStore(address, { cwd: "/", clock: { now: () => NOW }, logger });
  onTestFinished(() => store.close());
  return store;
}

async function claimed(store: Store): Promise<ClaimedJob> {
  const [job] = await store.claim("w", NOW, 1, NOW + 60_000);
  if (job === undefined) throw new Error("no job is due");
  return job;
}

describePostgres("a process that runs while a newer version migrates", () => {
  it("writes nothing any more, whatever it is asked, and says what to do", async () => {
    const address = await createTestDatabase();
    const warnings: string[] = [];
    const older = await openOlder(address, warnings);
    await older.receive([aDelivery("one"), aDelivery("two")]);
    await queue(older, aJob({ priority: 9 }));
    const job = await claimed(older);
    await migrateOn(address);
    const before = await rowsOf(address);
    const attempts: Record<string, () => Promise<unknown>> = {
      receive: () => older.receive([aDelivery("late")]),
      queue: () => queue(older, aJob()),
      claim: () => older.claim("w", NOW, 1, NOW + 1),
      renew: () => older.renew("w", [job], NOW + 1),
      retry: () => older.retry(job, NOW, "again"),
      hold: () => older.hold(job, prod, NOW + 1),
      bury: () => older.bury(job, NOW, "dead"),
      sweep: () => older.sweep(NOW * 9, false),
      prune: () => older.prune(NOW * 9, NOW * 9),
      complete: () => complete(older, job),
      ping: () => older.ping(),
    };
    for (const [name, attempt] of Object.entries(attempts))
      await expect(attempt(), name).rejects.toMatchObject(REFUSAL);
    expect(await rowsOf(address)).toEqual(before);
    // Once, however often it is asked.
    expect(warnings).toEqual([expect.stringContaining("a newer Waybill has changed its tables")]);
  });

  it("finishes the transaction that it is in, before the tables change", async () => {
    const address = await createTestDatabase();
    const older = await openOlder(address);
    let isMigrated = false;
    const { promise: migrated, resolve } = Promise.withResolvers<void>();
    await older.transaction(async (tx) => {
      await tx.appendAudit(acme, [anAudit("accepted")]);
      void migrateOn(address).then(() => {
        isMigrated = true;
        resolve();
      });
      const waiting = "select 1 from pg_locks where not granted and relation = 'kysely_migration'::regclass";
      await expect.poll(() => asked(address, waiting), { timeout: 10_000 }).toHaveLength(1);
      // Nothing of it is there yet: the column would be an error here.
      await tx.addJobs([aJob()]);
      expect(isMigrated).toBe(false);
    });
    await expect(queue(older, aJob())).rejects.toMatchObject(REFUSAL);
    await migrated;
    expect(await older.jobCounts()).toMatchObject({ ready: 1 });
    expect(await older.auditRecords(acme, 0, 10)).toHaveLength(1);
  });

  it("answers webhooks with 503 and is not ready; one that starts refuses; restarted as the newer one it goes on", async () => {
    const databaseUrl = await createTestDatabase();
    const story = await startStory({ databaseUrl });
    onTestFinished(() => story.end());
    await story.settle();
    const ready = async () => (await fetch(`${story.waybillUrl}/readyz`)).status;
    const ping = { event: "ping", payload: "{}" };
    expect([await ready(), await deliver(story, ping)]).toEqual([200, 202]);
    await migrateOn(databaseUrl);
    expect([await ready(), await deliver(story, ping)]).toEqual([503, 503]);
    await expect(openStore(databaseUrl, { cwd: "/" })).rejects.toMatchObject({ problem: "newer-schema" });
    // The newer version is this one with the migration in it; here it is taken out of the database instead.
    await asked(databaseUrl, "delete from kysely_migration where name = '9998_later'");
    expect([await ready(), await deliver(story, ping)]).toEqual([200, 202]);
  });
});

/** Looks at what processes that are gone have left: all that they were told is stored is there, and in order. */
async function expectNothingLost(address: string, processes: readonly StoreProcess[]): Promise<void> {
  const store = await openStore(address, { cwd: "/", readOnly: true, migrationsFor: schemaOf("later") });
  onTestFinished(() => store.close());
  const records = await store.auditRecords(acme, 0, 10_000);
  expect(verifyChain(records)).toMatchObject({ intact: true });
  const rounds = new Set(records.map(({ ref }) => ref));
  for (const { round, acknowledged = [] } of processes.flatMap(({ said }) => said)) {
    if (round !== undefined) expect(rounds).toContain(round);
    for (const id of acknowledged) expect(await store.delivery(id), id).not.toBeNull();
  }
}

/** Waits until a process has done so many further rounds. */
const further = (process: StoreProcess, rounds: number) => process.hears(process.said.length + rounds);

describePostgres("processes of an old and of a new version on one database", () => {
  it("go on side by side after a compatible migration: also an old one that is started only then", async () => {
    const address = await createTestDatabase();
    const old = new StoreProcess("write", address, "old");
    await old.hears(3);
    const new_ = new StoreProcess("write", address, "new", "compatible");
    await new_.hears(3);
    await further(old, 3);
    const restarted = new StoreProcess("write", address, "old-again");
    await restarted.hears(3);
    await Promise.all([further(old, 2), further(new_, 2), further(restarted, 2)]);
    const all = [old, new_, restarted];
    await Promise.all(all.map((one) => one.kill()));
    expect(all.flatMap(({ said }) => said.filter(({ refused }) => refused !== undefined))).toEqual([]);
    await migrateTo(address, "later");
    await expectNothingLost(address, all);
  }, 60_000);

  it("of which only the new one goes on after a migration that is not; those who know that one go on after the next", async () => {
    const address = await createTestDatabase();
    const old = new StoreProcess("write", address, "old");
    await old.hears(3);
    const middle = new StoreProcess("write", address, "middle", "breaking");
    await middle.hears(3);
    // It is refused in the middle of its rounds, and says so.
    await expect
      .poll(() => old.said.at(-1), { timeout: 20_000 })
      .toMatchObject({
        refused: "StoreUnavailableError",
        message: expect.stringMatching(/9997_breaking.*restart it with that version/),
      });
    const new_ = new StoreProcess("write", address, "new", "later");
    await new_.hears(3);
    await Promise.all([further(middle, 3), further(new_, 3)]);
    const late = new StoreProcess("write", address, "late");
    expect(await late.hears(1)).toMatchObject({ refused: "StoreConfigError" });
    const all = [old, middle, new_];
    await Promise.all(all.map((one) => one.kill()));
    await expectNothingLost(address, all);
  }, 60_000);
});

/** What a process of that version does at its start. */
async function migrateTo(address: string, known: "compatible" | "later"): Promise<void> {
  await (await openStore(address, { cwd: "/", migrationsFor: schemaOf(known) })).close();
}

describePostgres("a process whose tables a newer version has changed compatibly", () => {
  it("says so once, is ready, and does all that it did before; only what takes everything along refuses", async () => {
    const address = await createTestDatabase();
    const warnings: string[] = [];
    const older = await openOlder(address, warnings);
    await migrateTo(address, "compatible");
    await older.receive([aDelivery("one")]);
    await queue(older, aJob({ priority: 9 }));
    await complete(older, await claimed(older));
    await older.ping();
    expect(await older.jobCounts()).toMatchObject({ done: 1, ready: 1 });
    expect(warnings).toEqual(["a newer Waybill has changed its tables; this process goes on beside it"]);
    const reading = await openStore(address, { cwd: "/", readOnly: true });
    await reading.close();
    await expect(openStore(address, { cwd: "/", readOnly: true, exact: true })).rejects.toMatchObject({
      problem: "newer-schema",
    });
  });
});
