/** What does not fit into memory, and what is killed on the way. */
import { createReadStream, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { chainRecords, GENESIS } from "../../src/store/audit-chain.ts";
import { openStore } from "../../src/store/index.ts";
import { runCommand, startCommand } from "../cli/store-commands.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import { acme, anAudit, temporaryFolder } from "./given.ts";
import { exported, fillStore, newSqlite, tablesOf } from "./transfer-given.ts";

/** A store whose audit log has this many records, of 4 KiB each. */
async function longStore(path: string, records: number): Promise<void> {
  await (await openStore(`sqlite:${path}`, { cwd: "/" })).close();
  const database = new DatabaseSync(path);
  const insert = database.prepare("insert into audit values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  let head = GENESIS;
  database.exec("begin");
  for (let index = 0; index < records; index += 1) {
    const record = anAudit("round", { ref: String(index), data: { text: "x".repeat(4_096) } });
    const [{ installation, seq, at, actor, scope, type, ref, data, prevHash, hash }] = chainRecords(
      acme,
      head,
      [record],
    ) as [ReturnType<typeof chainRecords>[0] & object];
    insert.run(installation, seq, at, actor, scope, type, ref, JSON.stringify(data), prevHash, hash);
    head = { seq, hash };
  }
  database.prepare("insert into audit_head values (?, ?, ?)").run(acme, head.seq, head.hash);
  database.exec("commit");
  database.close();
}

describe("a store that is larger than the memory that a command may have", () => {
  it("goes out, is backed up, and comes in, a piece at a time", async () => {
    const folder = temporaryFolder();
    const [path, file] = [join(folder, "long.db"), join(folder, "long.jsonl")];
    await longStore(path, 20_000);
    const source = { databaseUrl: `sqlite:${path}`, env: { NODE_OPTIONS: "--max-old-space-size=64" } };
    const target = { ...source, databaseUrl: `sqlite:${join(folder, "new.db")}` };
    for (const [argv, where] of [
      [["backup", join(folder, "copy.db")], source],
      [["export", file], source],
      [["import", file], target],
    ] as const)
      expect(await runCommand(argv, where)).toMatchObject({ code: 0, stderr: "" });
    expect(statSync(file).size).toBeGreaterThan(80 * 1_024 * 1_024);
  }, 120_000);
});

/** The beginning of an export, long enough that its rows have reached the database's files before the rest comes. */
async function halfAnExport(): Promise<{ begin: string; end: string }> {
  const path = join(temporaryFolder(), "source.db");
  await longStore(path, 2_000);
  const text = await exported(`sqlite:${path}`);
  const half = text.indexOf("\n", text.length * 0.9) - 40;
  return { begin: text.slice(0, half), end: text.slice(half) };
}

/** Kills an import when its rows have been written and not committed; then lets another bring them. */
async function killInTheMiddle(databaseUrl: string, hasWritten: () => Promise<boolean>): Promise<void> {
  const { begin, end } = await halfAnExport();
  const { child, ended } = startCommand(["import", "-"], { databaseUrl });
  child.stdin?.write(begin);
  await expect.poll(hasWritten, { timeout: 20_000, interval: 50 }).toBe(true);
  child.kill("SIGKILL");
  await ended;
  for (const [name, rows] of Object.entries(await tablesOf(databaseUrl))) expect(rows, name).toEqual([]);
  expect(await runCommand(["import", "-"], { databaseUrl }, begin + end)).toMatchObject({ code: 0 });
  expect((await tablesOf(databaseUrl))["audit"]).toHaveLength(2_000);
}

describe("an import that is killed in the middle", () => {
  it("leaves nothing on SQLite, and nothing in the way of the next", async () => {
    const path = join(temporaryFolder(), "target.db");
    const written = (): number => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    await killInTheMiddle(`sqlite:${path}`, async () => written() > 2 * 1_024 * 1_024);
  }, 60_000);
});

describePostgres("an import that is killed in the middle", () => {
  it("leaves nothing on PostgreSQL, and nothing in the way of the next", async () => {
    const address = await createTestDatabase();
    const client = new Client({ connectionString: address });
    await client.connect();
    const inserted = `select 1 from pg_stat_activity where datname = current_database()
      and state = 'idle in transaction' and query like 'insert into "audit"%'`;
    await killInTheMiddle(address, async () => (await client.query(inserted)).rows.length > 0);
    await client.end();
  }, 60_000);
});

describe("an export whose reader goes away", () => {
  it("does not end as if it were whole", async () => {
    const address = newSqlite();
    await longStore(address.slice("sqlite:".length), 1_000);
    const { child, ended } = startCommand(["export", "-"], { databaseUrl: address });
    child.stdout?.once("data", () => child.stdout?.destroy());
    expect((await ended).code).toBe(1);
  }, 60_000);

  it("comes through a pipe like through a file", async () => {
    const [from, to] = [newSqlite(), newSqlite()];
    await fillStore(from);
    const file = join(temporaryFolder(), "out.jsonl");
    await runCommand(["export", file], { databaseUrl: from });
    const out = await runCommand(["export", "-", "--final"], { databaseUrl: from });
    const withoutMoment = (text: string): string[] => text.trimEnd().split("\n").slice(1, -1);
    expect(withoutMoment(out.stdout)).toEqual(withoutMoment(readFileSync(file, "utf8")));
    const { child, ended } = startCommand(["import", "-"], { databaseUrl: to });
    if (child.stdin !== null) createReadStream(file).pipe(child.stdin);
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
    expect(await tablesOf(to)).toEqual(await tablesOf(from));
  });
});
