/** A store moved from one database to another and back is the store that it was, and goes on where it stood. */
import fc from "fast-check";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import type { Store } from "../../src/core/ports.ts";
import { migrationsFor } from "../../src/store/migrations/index.ts";
import { openStore, verifyChain } from "../../src/store/index.ts";
import { TRANSFER_TABLES } from "../../src/store/transfer/tables.ts";
import { describePostgres } from "../support/postgres.ts";
import { acme, aDelivery, aJob, anAudit, asStored, globex, NOW, payloads, prod, queue } from "./given.ts";
import {
  contents,
  emptyPostgres,
  exported,
  fillStore,
  imported,
  newSqlite,
  putContents,
  tablesOf,
  using,
} from "./transfer-given.ts";

const open = (address: string): Promise<Store> => openStore(address, { cwd: "/", clock: { now: () => NOW } });

/** Moves a filled store, and answers the new one. */
async function moved(from: string, to: string): Promise<Store> {
  await fillStore(from);
  await imported(to, await exported(from, { final: true }));
  return open(to);
}

/** The rows of an export, without the first and the last line. */
function rowsIn(text: string): string[] {
  return text.trimEnd().split("\n").slice(1, -1);
}

function movingTests(createSource: () => Promise<string>, createTarget: () => Promise<string>): void {
  it("has the same rows in every table", async () => {
    const [from, to] = [await createSource(), await createTarget()];
    await (await moved(from, to)).close();
    const arrived = await tablesOf(to);
    expect(arrived).toEqual(await tablesOf(from));
    for (const { name } of TRANSFER_TABLES) expect(arrived[name]?.length, name).toBeGreaterThan(0);
  });

  it("still knows each delivery, gives back the payloads that were kept, and revives what was dead", async () => {
    const store = await moved(await createSource(), await createTarget());
    expect(await store.receive(["old", "one", "three"].map((id) => aDelivery(id)))).toEqual(
      Array.from({ length: 3 }, () => "duplicate"),
    );
    expect(await store.delivery("two")).toEqual(asStored(aDelivery("two")));
    expect(await store.delivery("old")).toBeNull();
    expect(await store.receive([aDelivery("two")])).toEqual(["revived"]);
    await store.close();
  });

  it("takes up what was running, as a further attempt; lines go on in their order, timers at their time", async () => {
    const store = await moved(await createSource(), await createTarget());
    expect(await store.sweep(NOW, false)).toBe(1);
    const taken = await store.claim("w", NOW, 10, NOW + 60_000);
    expect(taken.map(({ payload, attempts }) => [payload, attempts])).toEqual([
      [{ deliveryId: "three" }, 2],
      [{ deliveryId: "far" }, 1],
      ["first", 1],
    ]);
    const line: unknown[] = [];
    let jobs = taken;
    for (const now of [NOW + 1, NOW + 1, NOW + 1, NOW * 9e6]) {
      for (const job of jobs) await store.transaction((tx) => tx.completeJob(job, now));
      jobs = await store.claim("w", now, 10, now + 60_000);
      line.push(payloads(jobs));
    }
    expect(line).toEqual([["second"], ["third"], [], ["timer"]]);
    await store.close();
  });

  it("has an audit log that verifies, and that goes on where it ended", async () => {
    const store = await moved(await createSource(), await createTarget());
    await store.transaction((tx) => tx.appendAudit(acme, [anAudit("delivered")]));
    for (const [tenant, length] of [
      [acme, 3],
      [globex, 1],
    ] as const) {
      expect(verifyChain(await store.auditRecords(tenant, 0, 10))).toMatchObject({
        intact: true,
        head: { seq: length },
      });
    }
    expect(await store.parking({ installation: globex, repository: prod.repository })).toEqual({
      lost: false,
    });
    expect(await store.readLook({ kind: "installations" })).toMatchObject({ lookedAt: NOW, memory: ["x"] });
    expect(await store.readLane(prod)).toMatchObject({
      rev: 1,
      state: { active: "p1" },
      promotions: [{ id: "p1", rev: 1 }],
    });
    await store.close();
  });

  it("gives no number out a second time, also not one whose row was pruned", async () => {
    const [from, to] = [await createSource(), await createTarget()];
    await fillStore(from);
    const last = await using(from, async ({ writer }) => {
      const highest = async (table: string, column: string): Promise<number> => {
        const [name, id] = [sql.table(table), sql.ref(column)];
        const { rows } = await sql<{ id: number }>`select max(${id}) as id from ${name}`.execute(writer);
        await sql`delete from ${name} where ${id} = ${rows[0]?.id}`.execute(writer);
        return rows[0]?.id ?? 0;
      };
      return {
        job: await highest("job", "id"),
        pack: await highest("pack", "id"),
        inbox: await highest("inbox", "seq"),
      };
    });
    await imported(to, await exported(from));
    const store = await open(to);
    await queue(store, aJob());
    await store.receive([aDelivery("new")]);
    await store.close();
    const tables = await tablesOf(to);
    const ids = (table: string, column: string): number[] =>
      (tables[table] ?? []).map((row) => Number(Object.fromEntries(row as never)[column]));
    expect(Math.max(...ids("job", "id"))).toBe(last.job + 2);
    expect(Math.max(...ids("pack", "id"))).toBe(last.pack + 1);
    expect(Math.max(...ids("inbox", "seq"))).toBe(last.inbox + 1);
  });
}

const sqlite = async (): Promise<string> => newSqlite();

describe("a store moved from SQLite to SQLite", () => {
  movingTests(sqlite, sqlite);

  it("travels in a file of all its tables and columns: what a migration adds is missing here until it travels too", async () => {
    const address = newSqlite();
    await using(address, async ({ reader }) => {
      // What the schema says of itself is each database's own.
      const tables = (await reader.introspection.getTables()).filter(({ name }) => name !== "writers_from");
      const columns = new Map(
        tables.map(({ name, columns }) => [name, columns.map((column) => column.name).sort()]),
      );
      const travelling = new Map(
        TRANSFER_TABLES.map(({ name, columns }) => [name as string, Object.keys(columns).sort()]),
      );
      expect(travelling).toEqual(columns);
    });
    expect(Object.keys(migrationsFor("sqlite"))).toEqual(Object.keys(migrationsFor("postgres")));
  });
});

describePostgres("a store moved from SQLite to PostgreSQL", () => {
  movingTests(sqlite, emptyPostgres);
});

describePostgres("a store moved from PostgreSQL to SQLite", () => {
  movingTests(emptyPostgres, sqlite);
});

describePostgres("any store moved from SQLite to PostgreSQL and back", () => {
  it("is the same in every table, whatever its rows hold", async () => {
    await fc.assert(
      fc.asyncProperty(contents, fc.boolean(), async (given, twice) => {
        const [first, second, third] = [newSqlite(), await emptyPostgres(), newSqlite()];
        await using(first, (database) => putContents(database, given));
        const one = await exported(first);
        await imported(second, one, { twice, piece: 700 });
        const two = await exported(second);
        await imported(third, two, { twice });
        const three = await exported(third);
        const before = await tablesOf(first);
        expect(await tablesOf(second)).toEqual(before);
        expect(await tablesOf(third)).toEqual(before);
        // Where texts are the key, each database has an order of its own.
        expect(rowsIn(three).sort()).toEqual(rowsIn(two).sort());
        const numbers = (text: string): unknown =>
          (JSON.parse(text.split("\n", 1)[0] ?? "") as { numbers: unknown }).numbers;
        expect([numbers(two), numbers(three)]).toEqual([numbers(one), numbers(one)]);
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
