import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { Client } from "pg";
import { describe, expect, it } from "vitest";
import type { Store } from "../../src/core/ports.ts";
import type { Dialect, Tables } from "../../src/store/database.ts";
import { openStore, verifyChain } from "../../src/store/index.ts";
import { silentLogger } from "../../src/store/logger.ts";
import { migrate, migrationsFor } from "../../src/store/migrations/index.ts";
import { withMigrationLock } from "../../src/store/postgres/open.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import {
  acme,
  aDelivery,
  asStored,
  aJob,
  anAudit,
  aPromotion,
  claimOne,
  complete,
  NOW,
  prod,
  queue,
  temporaryFolder,
} from "./given.ts";
import { postgresSchema, sqliteSchema } from "./schema.ts";

const LATER: Migration = {
  async up(db) {
    await sql`alter table job add column note text`.execute(db);
    await sql`create index job_note on job (note)`.execute(db);
  },
};
const BREAKING: Migration = {
  async up(db) {
    await sql`create table half (id integer)`.execute(db);
    await sql`update job set note = 'touched'`.execute(db);
    await sql`alter table no_such_table add column x text`.execute(db);
  },
};

/** A row in every table, jobs in every state. */
async function fill(store: Store): Promise<void> {
  await store.receive([aDelivery("one"), aDelivery("two"), aDelivery("three")]);
  await complete(store, await claimOne(store));
  await store.bury(await claimOne(store), NOW, "gave up");
  await claimOne(store);
  await queue(
    store,
    aJob({ key: "k" }),
    aJob({ key: "k", dedupe: "d" }),
    aJob({ key: "k", runAt: NOW * 9e6 }),
  );
  await store.transaction(async (tx) => {
    await tx.lockLane(prod);
    await tx.savePromotion(prod, aPromotion("p1", 0));
    await tx.appendAudit(acme, [anAudit("accepted"), anAudit("dispatched")]);
  });
}

async function expectFilled(store: Store): Promise<void> {
  expect(await store.jobCounts()).toEqual({ waiting: 2, ready: 1, running: 1, done: 1, dead: 1 });
  expect(await store.delivery("two")).toEqual(asStored(aDelivery("two")));
  expect(await store.readLane(prod)).toMatchObject({ promotions: [{ id: "p1", rev: 1 }] });
  expect(verifyChain(await store.auditRecords(acme, 0, 10))).toMatchObject({
    intact: true,
    head: { seq: 2 },
  });
  expect(await store.receive([aDelivery("two")])).toEqual(["revived"]);
}

interface Place {
  readonly address: string;
  migrateWith(more: Record<string, Migration>): Promise<void>;
  schema(): Promise<string>;
  /** Runs one statement past the store; rejects with the database's refusal. */
  run(statement: string): Promise<void>;
}

function migrationTests(dialect: Dialect, createPlace: () => Promise<Place>): void {
  const open = (place: Place, readOnly = false) => openStore(place.address, { cwd: "/", readOnly });
  const known = migrationsFor(dialect);

  it("give an empty database the schema that is kept beside this test", async () => {
    const place = await createPlace();
    await (await open(place)).close();
    await expect(await place.schema()).toMatchFileSnapshot(`schema.${dialect}.txt`);
  });

  it("change nothing when they have run already, and keep what is stored", async () => {
    const place = await createPlace();
    const store = await open(place);
    await fill(store);
    await store.close();
    const before = await place.schema();
    const again = await open(place);
    expect(await place.schema()).toBe(before);
    await expectFilled(again);
    await again.close();
  });

  it("bring a filled database on, and a version that does not know the newer schema then refuses it", async () => {
    const place = await createPlace();
    const store = await open(place);
    await fill(store);
    await store.close();
    await place.migrateWith({ ...known, "9998_later": LATER });
    expect(await place.schema()).toContain("job_note");
    const refusal = {
      name: "StoreConfigError",
      problem: "newer-schema",
      message: expect.stringContaining("9998_later"),
    };
    await expect(open(place)).rejects.toMatchObject(refusal);
    await expect(open(place, true)).rejects.toMatchObject(refusal);
    // With the newer version's name forgotten the rows are all still there.
    await place.run("delete from kysely_migration where name = '9998_later'");
    const again = await open(place);
    await expectFilled(again);
    await again.close();
  });

  it("leave everything as it was when one of them fails halfway", async () => {
    const place = await createPlace();
    const store = await open(place);
    await fill(store);
    await store.close();
    const before = await place.schema();
    const failing = place.migrateWith({ ...known, "9998_later": LATER, "9999_breaking": BREAKING });
    await expect(failing).rejects.toThrow("no_such_table");
    expect(await place.schema()).toBe(before);
    const again = await open(place);
    await expectFilled(again);
    await again.close();
  });

  it("make an audit log that refuses changes, and a key that only one job can hold", async () => {
    const place = await createPlace();
    const store = await open(place);
    await fill(store);
    await expect(place.run("update audit set actor = 'nobody'")).rejects.toThrow("append-only");
    await expect(place.run("delete from audit where seq = 2")).rejects.toThrow("append-only");
    await expect(place.run("update job set state = 'running', timer = 0 where key = 'k'")).rejects.toThrow(
      /unique/i,
    );
    await store.close();
  });

  it("are not run by a reader, who refuses a database that is not set up", async () => {
    const place = await createPlace();
    await expect(open(place, true)).rejects.toMatchObject({ name: "StoreConfigError", problem: "missing" });
    const store = await open(place);
    await fill(store);
    const reader = await open(place, true);
    expect(await reader.jobCounts()).toEqual(await store.jobCounts());
    expect(await reader.readLane(prod)).toEqual(await store.readLane(prod));
    await queue(store, aJob());
    expect(await reader.jobCounts()).toEqual(await store.jobCounts());
    await expect(queue(reader, aJob())).rejects.toThrow("reading only");
    await expect(reader.receive([aDelivery("x")])).rejects.toThrow("reading only");
    await expect(reader.renew("w", [], NOW)).resolves.toEqual([]);
    await reader.close();
    await store.close();
  });
}

describe("migrations on SQLite", () => {
  migrationTests("sqlite", async () => {
    const path = join(temporaryFolder(), "waybill.db");
    return {
      address: `sqlite:${path}`,
      async migrateWith(migrations) {
        const database = openSqlite(path);
        try {
          await migrate(database.writer, migrations);
        } finally {
          await database.close();
        }
      },
      schema: async () => sqliteSchema(path),
      async run(statement) {
        const database = new DatabaseSync(path);
        try {
          database.exec(statement);
        } finally {
          database.close();
        }
      },
    };
  });
});

describePostgres("migrations on PostgreSQL", () => {
  const createPlace = async (): Promise<Place> => {
    const address = await createTestDatabase();
    return {
      address,
      migrateWith: (migrations) =>
        withMigrationLock(address, silentLogger, (db: Kysely<Tables>) => migrate(db, migrations)),
      schema: () => postgresSchema(address),
      async run(statement) {
        const client = new Client({ connectionString: address });
        await client.connect();
        try {
          await client.query(statement);
        } finally {
          await client.end();
        }
      },
    };
  };
  migrationTests("postgres", createPlace);

  it("are run once by replicas that start at the same moment", async () => {
    const { address } = await createPlace();
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore(address, { cwd: "/" })));
    for (const store of stores) await store.ping();
    for (const store of stores) await store.close();
  });

  it("say what to grant when the user may not set up the database", async () => {
    const place = await createPlace();
    const { address } = place;
    const user = `visitor_${process.pid}`;
    await place.run(`create role ${user} login`);
    await expect(openStore(address.replace("//waybill@", `//${user}@`), { cwd: "/" })).rejects.toMatchObject({
      name: "StoreConfigError",
      problem: "permission",
      message: expect.stringContaining("DATABASE_URL"),
    });
  });
});
