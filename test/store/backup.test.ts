/** Copies of the embedded store: of one moment beside a server that writes, checked, and never half a one under its name. */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { openStore, verifyChain } from "../../src/store/index.ts";
import { backupSqlite } from "../../src/store/sqlite/backup.ts";
import { acme, aDelivery, NOW, prod, temporaryFolder } from "./given.ts";
import { StoreProcess } from "./process.ts";
import { exported, fillStore, tablesOf, using } from "./transfer-given.ts";

interface Picture {
  readonly rounds: number;
  readonly records: number;
  readonly jobs: number;
  readonly deliveries: readonly string[];
}

/** What a writing process (child.ts) has done in each transaction, by each of the tables that it has written. */
async function pictureOf(address: string): Promise<Picture> {
  const store = await openStore(address, { cwd: "/" });
  const lane = await store.readLane(prod);
  const records = await store.auditRecords(acme, 0, 1_000_000);
  expect(verifyChain(records)).toMatchObject({ intact: true });
  await store.close();
  const tables = await tablesOf(address);
  const valueOf = (row: unknown, name: string): unknown =>
    Object.fromEntries(row as [string, unknown][])[name];
  return {
    rounds: lane?.rev ?? 0,
    records: records.length,
    jobs: await jobsOfLane(address),
    deliveries: (tables["inbox"] ?? []).map((row) => String(valueOf(row, "delivery_id"))),
  };
}

/** Those that are done too. */
function jobsOfLane(address: string): Promise<number> {
  return using(address, async ({ reader }) => {
    const rows = await reader.selectFrom("job").select("id").where("key", "=", "lane").execute();
    return rows.length;
  });
}

/** So large that it is not copied in one go: the server writes between two. */
async function makeLarge(path: string): Promise<void> {
  await (await openStore(`sqlite:${path}`, { cwd: "/" })).close();
  const database = new DatabaseSync(path);
  database.exec("insert into pack (received_at, data) values (0, randomblob(20000000))");
  database.close();
}

/** What was acknowledged up to now. */
function acknowledged(child: StoreProcess): string[] {
  return child.said.flatMap((said) => said.acknowledged ?? []);
}

describe("beside a server that writes", () => {
  it("a backup, and an export, are of one moment, with all that was acknowledged before", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "waybill.db");
    await makeLarge(path);
    const child = new StoreProcess("write", `sqlite:${path}`);
    await child.hears(5);
    for (const turn of [1, 2, 3]) {
      const before = acknowledged(child);
      const copy = join(folder, `copy-${turn}.db`);
      const { deliveries, auditRecords } = await backupSqlite(path, copy);
      const text = await exported(`sqlite:${path}`);
      const picture = await pictureOf(`sqlite:${copy}`);
      expect(picture.rounds).toBeGreaterThan(0);
      expect(picture).toMatchObject({ records: picture.rounds, jobs: picture.rounds });
      expect([deliveries, auditRecords]).toEqual([picture.deliveries.length, picture.records]);
      expect(picture.deliveries).toEqual(expect.arrayContaining(before));
      const rows = text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { table: string; row: { rev: number } });
      const [lane] = rows.filter(({ table }) => table === "lane");
      expect(rows.filter(({ table }) => table === "audit")).toHaveLength(lane?.row.rev ?? 0);
      // It has gone on meanwhile.
      await child.hears(child.said.length + 3);
    }
  }, 60_000);

  it("a backup comes to its end, however often the server writes", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "waybill.db");
    await makeLarge(path);
    const server = new DatabaseSync(path);
    let written = 0;
    const writing = setInterval(() => {
      server.exec("update pack set received_at = received_at + 1");
      written += 1;
    }, 1);
    await backupSqlite(path, join(folder, "copy.db"));
    clearInterval(writing);
    server.close();
    // Else it was not beside it.
    expect(written).toBeGreaterThan(1);
  });

  it("a copy takes the server's place: it knows what it knew", async () => {
    const folder = temporaryFolder();
    const [path, copy] = [join(folder, "waybill.db"), join(folder, "copy.db")];
    await fillStore(`sqlite:${path}`);
    const contents = await backupSqlite(path, copy);
    expect(contents).toEqual({
      bytes: statSync(copy).size,
      deliveries: 5,
      promotions: 2,
      openPromotions: 1,
      auditRecords: 3,
      newest: NOW,
    });
    expect(existsSync(`${copy}-wal`)).toBe(false);
    expect(await tablesOf(`sqlite:${copy}`)).toEqual(await tablesOf(`sqlite:${path}`));
    const store = await openStore(`sqlite:${copy}`, { cwd: "/" });
    expect(await store.receive([aDelivery("one")])).toEqual(["duplicate"]);
    await store.close();
  });
});

describe("a backup of a store", () => {
  /** A filled store that was changed past Waybill. */
  async function changed(statement: string): Promise<{ path: string; copy: string }> {
    const folder = temporaryFolder();
    const path = join(folder, "waybill.db");
    await fillStore(`sqlite:${path}`);
    const database = new DatabaseSync(path);
    database.exec(`drop trigger audit_no_update; drop trigger audit_no_delete; ${statement}`);
    database.close();
    return { path, copy: join(folder, "copy.db") };
  }

  it.each([
    [
      "update audit set actor = 'user:1' where installation = 1 and seq = 2",
      /installation 1 .*record 2: it is not what was written/,
    ],
    [
      "delete from audit where installation = 1 and seq = 1",
      /installation 1 .*record 1: a record is missing/,
    ],
    [
      "delete from audit where installation = 1 and seq = 2",
      /installation 1 .*record 2: the newest records are missing/,
    ],
    ["delete from audit where installation = 2", /installation 2 .*record 1: the newest records are missing/],
    ["delete from audit_head where installation = 2", /installation 2 .*does not end where it should/],
    [
      "update audit_head set hash = 'x' where installation = 2",
      /installation 2 .*does not end where it should/,
    ],
  ])("whose audit log was changed is refused, and so is its export: %s", async (statement, says) => {
    const { path, copy } = await changed(statement);
    await expect(backupSqlite(path, copy)).rejects.toMatchObject({
      name: "BackupError",
      message: expect.stringMatching(says),
    });
    await expect(exported(`sqlite:${path}`)).rejects.toMatchObject({
      name: "TransferError",
      message: expect.stringMatching(says),
    });
  });

  it("whose pages are damaged is refused", async () => {
    const { path, copy } = await changed("vacuum");
    const bytes = readFileSync(path);
    // A job's page: nothing but SQLite's own check reads it.
    const at = bytes.indexOf('"timer"');
    expect(at).toBeGreaterThan(0);
    // Within a page of the table: its cells no longer fit.
    bytes.fill(0xff, at - (at % 4_096) + 8, at - (at % 4_096) + 60);
    writeFileSync(path, bytes);
    await expect(backupSqlite(path, copy)).rejects.toThrow(/^the copy is damaged: /);
  });

  it("that is none, or not there, is refused", async () => {
    const folder = temporaryFolder();
    const [path, copy] = [join(folder, "other.db"), join(folder, "copy.db")];
    await expect(backupSqlite(path, copy)).rejects.toMatchObject({ problem: "missing" });
    writeFileSync(path, "no database at all, and long enough to be looked at as one".repeat(20));
    await expect(backupSqlite(path, copy)).rejects.toMatchObject({ name: "StoreUnavailableError" });
    const empty = join(folder, "empty.db");
    new DatabaseSync(empty).exec("create table t (x)");
    await expect(backupSqlite(empty, copy)).rejects.toMatchObject({ message: "it is no store of Waybill's" });
  });
});
