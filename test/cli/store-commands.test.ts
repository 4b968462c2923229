/** `waybill backup`, `export` and `import` on the command line: what they say, what they leave, how they end. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { openStore } from "../../src/store/index.ts";
import { beginWholeFile } from "../../src/cli/store/whole-file.ts";
import { temporaryFolder } from "../store/given.ts";
import { fillStore, tablesOf } from "../store/transfer-given.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import { runCommand, startCommand } from "./store-commands.ts";

interface Place {
  readonly folder: string;
  readonly path: string;
  readonly databaseUrl: string;
}

async function filledStore(): Promise<Place> {
  const folder = temporaryFolder();
  const path = join(folder, "waybill.db");
  await fillStore(`sqlite:${path}`);
  return { folder, path, databaseUrl: `sqlite:${path}` };
}

const CONTENTS =
  /size +\d+\.\d KiB\n +deliveries +5\n +promotions +2 \(1 open\)\n +audit records +3, unbroken\n +newest moment +1970-01-01T00:16:40\.000Z\n/;

describe("waybill backup", () => {
  it("saves a copy beside the database, says what is in it, and lets nobody else read it", async () => {
    const { folder, databaseUrl } = await filledStore();
    const server = await openStore(databaseUrl, { cwd: "/" });
    const { code, stdout, stderr } = await runCommand(["backup"], { databaseUrl, cwd: "/" });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [copy = ""] = readdirSync(folder).filter((name) => /^waybill-\d{8}T\d{6}Z\.db$/.test(name));
    expect(stdout).toMatch(new RegExp(`^Saved ${join(folder, copy)}, and checked it\\.\n`));
    expect(stdout).toMatch(CONTENTS);
    expect(statSync(join(folder, copy)).mode & 0o777).toBe(0o600);
    expect(await tablesOf(`sqlite:${join(folder, copy)}`)).toEqual(await withClosed(server, databaseUrl));
  });

  async function withClosed(server: { close(): Promise<void> }, databaseUrl: string) {
    await server.close();
    return tablesOf(databaseUrl);
  }

  it("replaces nothing unless it is told to, and never a database that may be in use", async () => {
    const { folder, path, databaseUrl } = await filledStore();
    const other = join(folder, "copy.db");
    writeFileSync(other, "mine");
    expect(await runCommand(["backup", other], { databaseUrl })).toEqual({
      code: 1,
      stdout: "",
      stderr: `waybill backup: ${other} is there already.\n    mend: Name another file, or say --force to replace it.\n`,
    });
    expect(readFileSync(other, "utf8")).toBe("mine");
    expect((await runCommand(["backup", "copy.db", "--force"], { databaseUrl, cwd: folder })).code).toBe(0);
    expect(readFileSync(other).subarray(0, 15).toString()).toBe("SQLite format 3");
    symlinkSync(path, join(folder, "link.db"));
    for (const itself of [path, join(folder, "link.db")]) {
      const { code, stderr } = await runCommand(["backup", itself, "--force"], { databaseUrl });
      expect([code, stderr]).toEqual([1, expect.stringContaining("is the store itself")]);
    }
    writeFileSync(`${other}-wal`, "");
    const { code, stderr } = await runCommand(["backup", other, "--force"], { databaseUrl });
    expect([code, stderr]).toEqual([1, expect.stringContaining("looks like a database in use")]);
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("leaves nothing where there is nothing to be relied on", async () => {
    const { folder, path, databaseUrl } = await filledStore();
    const database = new DatabaseSync(path);
    database.exec("drop trigger audit_no_update; update audit set actor = 'user:1' where seq = 2");
    database.close();
    const { code, stdout, stderr } = await runCommand(["backup", join(folder, "copy.db")], { databaseUrl });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(
      "No backup was made: The audit log of installation 1 does not verify at record 2: it is not what was written.",
    );
    expect(readdirSync(folder).filter((name) => !name.startsWith("waybill.db"))).toEqual([]);
  });

  it.each([
    [
      "no database",
      "sqlite:/nowhere/waybill.db",
      ["backup"],
      1,
      "There is no database at /nowhere/waybill.db",
    ],
    [
      "no folder",
      null,
      ["backup", "/nowhere/copy.db"],
      1,
      "/nowhere/copy.db cannot be written: there is no such file or folder.",
    ],
    ["no file", null, ["backup", "-"], 2, "Name a file"],
    ["two files", null, ["backup", "a", "b"], 2, "Name one file only."],
    ["an unknown flag", null, ["backup", "--fast"], 2, "--fast"],
    ["a wrong address", "mysql://user:c4n4ryc4n4ry@db/x", ["backup"], 2, "DATABASE_URL must be"],
  ])("with %s it says so", async (_what, given, argv, code, says) => {
    const databaseUrl = given ?? (await filledStore()).databaseUrl;
    const ended = await runCommand(argv, { databaseUrl });
    expect(ended).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(says) });
    expect(ended.stderr).not.toContain("c4n4ry");
  });

  it("finds the database from Waybill's folder and the file from the reader's, where npm runs it", async () => {
    const { folder } = await filledStore();
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    const env = { npm_lifecycle_event: "waybill", INIT_CWD: elsewhere };
    const { code } = await runCommand(["backup", "copy.db"], {
      databaseUrl: "sqlite:waybill.db",
      cwd: folder,
      env,
    });
    expect(code).toBe(0);
    expect(readdirSync(elsewhere)).toEqual(["copy.db"]);
  });
});

describe("a file that grows", () => {
  it("is not given a name that was taken meanwhile", () => {
    const path = join(temporaryFolder(), "file");
    const file = beginWholeFile(path, false);
    writeFileSync(path, "somebody else's");
    expect(() => file.keep()).toThrow("is there already");
    file.discard();
    expect(readFileSync(path, "utf8")).toBe("somebody else's");
  });

  it("goes away when the command is interrupted", async () => {
    const { folder, databaseUrl } = await filledStore();
    // A lock that somebody holds lets the export wait.
    const fifo = await startInterrupted(folder, databaseUrl);
    expect(fifo).toEqual([]);
  });

  async function startInterrupted(folder: string, databaseUrl: string): Promise<string[]> {
    const { child, ended } = startCommand(["export", join(folder, "out.jsonl")], {
      databaseUrl,
      env: { NODE_OPTIONS: `--import ${STOPPING}` },
    });
    await expect.poll(() => partials(folder), { timeout: 10_000 }).toHaveLength(1);
    child.kill("SIGTERM");
    expect((await ended).code).toBe(130);
    return partials(folder);
  }

  const partials = (folder: string): string[] => readdirSync(folder).filter((name) => name.includes("out"));
  /** Never lets a stream write: the command stays in the middle. */
  const STOPPING = `data:text/javascript,${encodeURIComponent('import fs from "node:fs"; fs.write = () => {}; fs.writev = () => {}; setInterval(() => {}, 1000);')}`;
});

describe("waybill export and import", () => {
  it("move a store, and say what came and what is next", async () => {
    const { folder, databaseUrl } = await filledStore();
    const [file, target] = [join(folder, "move.jsonl"), `sqlite:${join(folder, "new.db")}`];
    const out = await runCommand(["export", "move.jsonl", "--final"], { databaseUrl, cwd: folder });
    expect(out).toMatchObject({ code: 0, stderr: "" });
    expect(out.stdout).toContain(`Exported to ${file}.\n`);
    expect(out.stdout).toContain("Let none be started on it");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const into = await runCommand(["import", file], { databaseUrl: target });
    expect(into).toMatchObject({ code: 0, stderr: "" });
    for (const line of [
      "It was exported from SQLite at ",
      "deliveries           5, with 2 packs of payloads",
      "audit records        3 of 2 installations, unbroken",
      "1 of the jobs was running: the server takes up again what was.",
      "Start the server on this store, and never again on the old one",
    ])
      expect(into.stdout).toContain(line);
    expect(await tablesOf(target)).toEqual(await tablesOf(databaseUrl));
  });

  it("say what a running server means, and refuse it where it matters", async () => {
    const { folder, databaseUrl } = await filledStore();
    const server = await openStore(databaseUrl, { cwd: "/" });
    const file = join(folder, "move.jsonl");
    const final = await runCommand(["export", file, "--final"], { databaseUrl });
    expect(final).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /A server works on the store \(process \d+ on .*\), and --final wants none\.\n +mend: Stop it/,
      ),
    });
    expect(existsSync(file)).toBe(false);
    const beside = await runCommand(["export", file], { databaseUrl });
    expect(beside).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("what it does from now on is not in the file"),
    });
    await server.close();
    const target = { databaseUrl: `sqlite:${join(folder, "new.db")}` };
    const refused = await runCommand(["import", file], target);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("would be lost or done again"),
    });
    expect(existsSync(join(folder, "new.db"))).toBe(false);
    const rehearsal = await runCommand(["import", file, "--rehearsal"], target);
    expect(rehearsal).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("no server may work on this store"),
    });
  });

  it("name the file, the line, what is wrong and the mend", async () => {
    const { folder, databaseUrl } = await filledStore();
    const file = join(folder, "move.jsonl");
    await runCommand(["export", file], { databaseUrl });
    const lines = readFileSync(file, "utf8").split("\n");
    const at = lines.findIndex((line) => line.startsWith('{"table":"job"'));
    writeFileSync(
      file,
      lines.with(at, lines[at]?.replace(/"state":"\w+"/, '"state":"flying"') ?? "").join("\n"),
    );
    expect(await runCommand(["import", file], { databaseUrl: `sqlite:${folder}/new.db` })).toEqual({
      code: 1,
      stdout: "",
      stderr: `waybill import: ${file}:${at + 1}  job.state: "flying" is none of waiting, ready, running, dead.\n    mend: Export again, and import the file as it is.\n`,
    });
  });

  it.each([
    [["export"], 2, "Name the file."],
    [["import"], 2, "Name the file."],
    [["import", "/nowhere/move.jsonl"], 2, "cannot be read: there is no such file or folder."],
    [["import", "/"], 2, "cannot be read: it is a folder."],
    [["export", "/nowhere/move.jsonl"], 1, "cannot be written"],
    [["import", "-"], 1, "The file is empty."],
  ])("%j: %i", async (argv, code, says) => {
    const { databaseUrl } = await filledStore();
    // `-` into a store that is not there yet.
    const where = argv[1] === "-" ? `${databaseUrl}-new` : databaseUrl;
    expect(await runCommand(argv, { databaseUrl: where })).toMatchObject({
      code,
      stdout: "",
      stderr: expect.stringContaining(says),
    });
  });

  it("say when the disk is full", async () => {
    const { databaseUrl } = await filledStore();
    if (!existsSync("/dev/full")) return;
    const guard = join(import.meta.dirname, "..", "..", "bin", "guard.mjs");
    const env = { PATH: process.env["PATH"] ?? "", DATABASE_URL: databaseUrl };
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", `"${process.execPath}" "${guard}" src/cli/main.ts export - > /dev/full`],
      {
        env,
        encoding: "utf8",
      },
    );
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining("Standard output cannot be written: the disk is full."),
    });
  });

  it("leave a folder that may not be written alone", async () => {
    if (process.getuid?.() === 0) return;
    const { folder, databaseUrl } = await filledStore();
    const locked = join(folder, "locked");
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    const { code, stderr } = await runCommand(["export", join(locked, "x")], { databaseUrl });
    expect([code, stderr]).toEqual([1, expect.stringContaining("its permissions forbid it")]);
  });
});

describePostgres("the commands on PostgreSQL", () => {
  it("backup names PostgreSQL's own tool; nothing says the password; export and import work", async () => {
    const { folder, databaseUrl } = await filledStore();
    const address = await createTestDatabase();
    const withPassword = address.replace("//waybill@", "//waybill:c4n4ryc4n4ry@");
    const backup = await runCommand(["backup"], { databaseUrl: withPassword });
    expect(backup).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining('pg_dump --format=custom --file=waybill.dump --dbname="$DATABASE_URL"'),
    });
    const file = join(folder, "move.jsonl");
    await runCommand(["export", file, "--final"], { databaseUrl });
    const into = await runCommand(["import", file], { databaseUrl: withPassword });
    expect(into).toMatchObject({ code: 0, stderr: "" });
    expect(await tablesOf(address)).toEqual(await tablesOf(databaseUrl));
    const back = await runCommand(["export", "-", "--final"], { databaseUrl: withPassword });
    const home = await runCommand(["import", "-"], { databaseUrl: `sqlite:${folder}/new.db` }, back.stdout);
    expect(home).toMatchObject({ code: 0, stdout: expect.stringContaining("exported from PostgreSQL at") });
    expect(await tablesOf(`sqlite:${folder}/new.db`)).toEqual(await tablesOf(databaseUrl));
    const down = await runCommand(["import", file], {
      databaseUrl: "postgres://waybill:c4n4ryc4n4ry@127.0.0.1:1/x",
    });
    expect(down.code).toBe(3);
    for (const { stdout, stderr } of [backup, into, back, home, down])
      expect(stdout + stderr).not.toContain("c4n4ry");
  });
});
