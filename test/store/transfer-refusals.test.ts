/** Files that are not what was exported are refused with their line and a mend, and leave the store that they were meant for as it was. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openStore } from "../../src/store/index.ts";
import { describePostgres } from "../support/postgres.ts";
import { aDelivery, aJob, queue } from "./given.ts";
import { emptyPostgres, exported, fillStore, imported, newSqlite, tablesOf } from "./transfer-given.ts";

/** One export for all; a test gets it as lines. */
let text: string | undefined;
async function linesOfAnExport(): Promise<string[]> {
  if (text === undefined) {
    const address = newSqlite();
    await fillStore(address);
    text = await exported(address, { final: true });
  }
  return text.trimEnd().split("\n");
}

/** The lines as a file whose checksum and counts fit: edited by somebody who knows how. */
function sealed(lines: readonly string[], more: object = {}): string {
  const body = lines.slice(0, -1);
  const rows: Record<string, number> = {};
  for (const name of Object.keys((JSON.parse(lines.at(-1) ?? "") as { rows: object }).rows)) rows[name] = 0;
  for (const line of body.slice(1)) {
    const { table } = JSON.parse(line) as { table: string };
    if (rows[table] !== undefined) rows[table] += 1;
  }
  const before = body.map((line) => `${line}\n`).join("");
  const sha256 = createHash("sha256").update(before).digest("hex");
  return `${before}${JSON.stringify({ end: true, final: true, rows, sha256, ...more })}\n`;
}

/** The number of the first line with a row of the table, from 0. */
function firstOf(lines: readonly string[], table: string): number {
  return lines.findIndex((line) => line.startsWith(`{"table":"${table}"`));
}

/** Changes the first row of a table. */
function edited(lines: readonly string[], table: string, change: object): string[] {
  const at = firstOf(lines, table);
  const { row } = JSON.parse(lines[at] ?? "") as { row: object };
  return lines.with(at, JSON.stringify({ table, row: { ...row, ...change } }));
}

function without(lines: readonly string[], table: string): string[] {
  return lines.toSpliced(firstOf(lines, table), 1);
}

function swapped(lines: readonly string[], table: string): string[] {
  const at = firstOf(lines, table);
  return lines.with(at, lines[at + 1] ?? "").with(at + 1, lines[at] ?? "");
}

function header(lines: readonly string[], change: object): string[] {
  return lines.with(0, JSON.stringify({ ...(JSON.parse(lines[0] ?? "") as object), ...change }));
}

const whole = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

type Make = (lines: string[]) => string | Uint8Array;
type Case = readonly [what: string, make: Make, says: RegExp];

const CASES: readonly Case[] = [
  ["empty", () => "", /^The file is empty/],
  ["another file", () => "components: {}\n", /no export of a Waybill store/],
  ["JSON of something else", () => '{"name":"waybill"}\n', /no export of a Waybill store/],
  ["compressed", () => Buffer.from([0x1f, 0x8b, 8, 0]), /compressed/],
  ["not UTF-8", (lines) => Buffer.from(whole(lines), "utf16le"), /no export/],
  ["cut off after a line", (lines) => whole(lines.slice(0, 9)), /cut off/],
  ["cut off within a line", (lines) => whole(lines).slice(0, 2_000), /cut off/],
  ["cut off in the last line", (lines) => whole(lines).slice(0, -20), /cut off/],
  ["cut off after the header", (lines) => whole(lines.slice(0, 1)), /cut off/],
  [
    "with a letter changed",
    (lines) => whole(lines).replace("user:583231", "user:583232"),
    /record 1.*not what was written|checksum/,
  ],
  ["with a payload changed", (lines) => whole(edited(lines, "job", { priority: 7 })), /checksum/],
  ["with a row left out", (lines) => whole(without(lines, "job")), /checksum/],
  ["with two rows in another order", (lines) => whole(swapped(lines, "promotion")), /checksum/],
  ["with something behind its end", (lines) => `${whole(lines)}{}\n`, /follows the last line/],
  ["with a line that is no JSON", (lines) => whole(lines.with(2, "{")), /no JSON/],
  ["with a line that is no row", (lines) => whole(lines.with(2, "7")), /7 is no row/],
  ["of a newer format", (lines) => sealed(header(lines, { format: 2, more: 1 })), /format 2.*reads format 1/],
  ["of a newer schema", (lines) => sealed(header(lines, { schema: "9999_later" })), /tables of "9999_later"/],
  [
    "of an older schema",
    (lines) => sealed(header(lines, { schema: "0001_first_tables" })),
    /"0001_first_tables"/,
  ],
  ["with a damaged header", (lines) => sealed(header(lines, { numbers: {} })), /header is damaged/],
  ["with a damaged last line", (lines) => sealed(lines, { rows: {} }), /last line is damaged/],
  [
    "that announces more",
    (lines) => sealed(without(lines, "look"), { rows: countsOf(lines) }),
    /look: 1 rows are announced and 0/,
  ],
  ["sealed, with jobs in another order", (lines) => sealed(swapped(lines, "job")), /out of order/],
  [
    "sealed, with tables in another order",
    (lines) => sealed([...lines.slice(0, -1), lines[firstOf(lines, "lane")] ?? "", lines.at(-1) ?? ""]),
    /lane stands behind/,
  ],
  [
    "sealed, with a row twice",
    (lines) => sealed(lines.toSpliced(firstOf(lines, "inbox"), 0, lines[firstOf(lines, "inbox")] ?? "")),
    /there twice/,
  ],
  [
    "sealed, with an unknown table",
    (lines) => sealed(lines.toSpliced(3, 0, '{"table":"users","row":{}}')),
    /"users" is no table/,
  ],
  [
    "sealed, with an audit record changed",
    (lines) => sealed(edited(lines, "audit", { actor: "user:1" })),
    /installation 1 .*record 1: it is not what/,
  ],
  [
    "sealed, with an audit record left out",
    (lines) => sealed(without(lines, "audit")),
    /record 1: a record is missing/,
  ],
  [
    "sealed, with the newest audit record left out",
    (lines) => sealed(lines.toSpliced(-2, 1)),
    /installation 2 .*newest records are missing/,
  ],
  [
    "sealed, with audit records in another order",
    (lines) => sealed(swapped(lines, "audit")),
    /out of order|verify/,
  ],
  [
    "sealed, with a head that is not the chain's",
    (lines) => sealed(edited(lines, "audit_head", { hash: "0".repeat(64) })),
    /does not end where it should/,
  ],
  ["sealed, without a head", (lines) => sealed(without(lines, "audit_head")), /does not end where it should/],
  [
    "sealed, with a text for a number",
    (lines) => sealed(edited(lines, "job", { priority: "1" })),
    /job\.priority: "1" is no whole number/,
  ],
  [
    "sealed, with a number that is too large",
    (lines) => sealed(edited(lines, "lane", { rev: 2 ** 53 })),
    /lane\.rev: 9007199254740992 is no whole number/,
  ],
  [
    "sealed, with nothing where something must be",
    (lines) => sealed(edited(lines, "lane", { state: null })),
    /lane\.state: the value may not be empty/,
  ],
  [
    "sealed, with a state that is no JSON",
    (lines) => sealed(edited(lines, "lane", { state: "{" })),
    /lane\.state: the value is no JSON/,
  ],
  [
    "sealed, with a text that PostgreSQL cannot hold",
    (lines) => sealed(edited(lines, "promotion", { id: "a\0b" })),
    /promotion\.id: .* both databases/,
  ],
  [
    "sealed, with half a surrogate pair",
    (lines) => sealed(edited(lines, "inbox", { event: "\ud800" })),
    /inbox\.event/,
  ],
  [
    "sealed, with an unknown job state",
    (lines) => sealed(edited(lines, "job", { state: "flying" })),
    /job\.state: "flying" is none of waiting, ready, running, dead/,
  ],
  [
    "sealed, with a column too many",
    (lines) => sealed(edited(lines, "job", { note: 1 })),
    /job\."note": there is no such column/,
  ],
  [
    "sealed, with a column too few",
    (lines) => sealed(edited(lines, "job", { held: undefined })),
    /job\.held: it is missing/,
  ],
  [
    "sealed, with bytes that are none",
    (lines) => sealed(edited(lines, "pack", { data: "@" })),
    /pack\.data: the value is no base64/,
  ],
  [
    "sealed, with two jobs that hold one key",
    (lines) => sealed(sameKeys(lines)),
    /refuses the rows of job up to line \d+: .*unique/i,
  ],
  [
    "sealed, with a column beyond what may be",
    (lines) => sealed(edited(lines, "parked", { lost: 2 })),
    /refuses the rows of parked/,
  ],
];

function countsOf(lines: readonly string[]): unknown {
  return (JSON.parse(lines.at(-1) ?? "") as { rows: unknown }).rows;
}

function sameKeys(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line.includes('"state":"ready"') || line.includes('"state":"running"')
      ? line.replace(/"key":("[^"]*"|null)/, '"key":"same"')
      : line,
  );
}

/** The rows of a store that nothing is in. */
async function nothingIn(address: string): Promise<void> {
  for (const [name, rows] of Object.entries(await tablesOf(address))) expect(rows, name).toEqual([]);
}

describe("a file that is checked first", () => {
  it.each(CASES)("%s: is refused before there is a database", async (_what, make, says) => {
    const target = newSqlite();
    const importing = imported(target, make(await linesOfAnExport()));
    await expect(importing).rejects.toMatchObject({
      name: "TransferError",
      message: expect.stringMatching(says),
      mend: expect.stringMatching(/^[A-Z].*\.$|`$/),
    });
    const isOfTheDatabase = /refuses/.test(says.source);
    expect(existsSync(target.slice("sqlite:".length))).toBe(isOfTheDatabase);
    await nothingIn(target);
    // Nothing is in the way of the right one.
    await imported(target, whole(await linesOfAnExport()));
  });

  it("says which line is wrong, and takes the file as it was", async () => {
    const lines = await linesOfAnExport();
    const line = firstOf(lines, "job");
    await expect(
      imported(newSqlite(), sealed(edited(lines, "job", { state: "\u001b[2J flying" }))),
    ).rejects.toMatchObject({
      line: line + 1,
      message: expect.stringContaining(String.raw`"\u001b[2J flying"`),
    });
    // An editor that takes the last line feed away does no harm.
    await imported(newSqlite(), whole(lines).trimEnd());
  });

  it("is not repeated on a terminal where people's words stand", async () => {
    const lines = edited(await linesOfAnExport(), "job", { payload: "ghs_abcdefghijklmnop1234 {" });
    const token = edited(await linesOfAnExport(), "job", { state: "ghs_abcdefghijklmnop1234" });
    for (const each of [lines, token])
      await expect(imported(newSqlite(), sealed(each))).rejects.toMatchObject({
        message: expect.not.stringContaining("abcdefghijklmnop"),
      });
  });
});

function storeTests(createTarget: () => Promise<string>): void {
  it.each(CASES.filter(([what]) => /order|cut|changed|twice|key|newest/.test(what)))(
    "%s: brings nothing, although its beginning was there already",
    async (_what, make, says) => {
      const target = await createTarget();
      const importing = imported(target, make(await linesOfAnExport()), { twice: false });
      await expect(importing).rejects.toMatchObject({
        name: "TransferError",
        message: expect.stringMatching(says),
      });
      await nothingIn(target);
      // And no number was used up for it.
      const store = await openStore(target, { cwd: "/" });
      await queue(store, aJob());
      expect(await store.claim("w", Date.now(), 1, Date.now())).toMatchObject([{ id: 1 }]);
      await store.close();
    },
  );

  it("into a store with a row: is refused, and the row stays", async () => {
    const target = await createTarget();
    const store = await openStore(target, { cwd: "/" });
    await store.receive([aDelivery("mine")]);
    await store.close();
    const before = await tablesOf(target);
    for (const twice of [true, false])
      await expect(imported(target, whole(await linesOfAnExport()), { twice })).rejects.toMatchObject({
        name: "TransferError",
        message: expect.stringContaining("is not empty (there are rows in pack, inbox, job)"),
      });
    expect(await tablesOf(target)).toEqual(before);
  });
}

describe("a stream to SQLite", () => storeTests(async () => newSqlite()));
describePostgres("a stream to PostgreSQL", () => storeTests(emptyPostgres));

describe("a file that was exported beside a running server", () => {
  it("is refused, as what the server did since would be lost; for a rehearsal it is taken", async () => {
    const address = newSqlite();
    await fillStore(address);
    const server = await openStore(address, { cwd: "/" });
    const file = await exported(address);
    await expect(exported(address, { final: true })).rejects.toMatchObject({
      message: expect.stringContaining(`process ${process.pid} on`),
      mend: expect.stringContaining("Stop it"),
    });
    await server.close();
    const target = newSqlite();
    for (const twice of [true, false])
      await expect(imported(target, file, { twice })).rejects.toMatchObject({
        message: expect.stringContaining("would be lost or done again"),
      });
    await nothingIn(target);
    await imported(target, file, { rehearsal: true });
    expect(await tablesOf(target)).toEqual(await tablesOf(address));
  });

  it("keeps servers out while it is written", async () => {
    const address = newSqlite();
    await fillStore(address);
    const { exportStore } = await import("../../src/store/transfer/export.ts");
    let tried = 0;
    const write = async (): Promise<void> => {
      tried += 1;
      if (tried > 1) return;
      await expect(openStore(address, { cwd: "/" })).rejects.toMatchObject({ problem: "in-use" });
    };
    await exportStore(address, { cwd: "/", final: true, now: Date.now, write, onServer: () => {} });
    expect(tried).toBeGreaterThan(5);
    await (await openStore(address, { cwd: "/" })).close();
  });
});

describePostgres("an export of PostgreSQL", () => {
  it("sees the servers that are connected, and not those that are gone", async () => {
    const address = await emptyPostgres();
    await fillStore(address);
    const server = await openStore(address, { cwd: "/" });
    await server.ping();
    const file = await exported(address);
    expect(JSON.parse(file.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ final: false });
    await expect(exported(address, { final: true })).rejects.toThrow("A server works on the store");
    await server.close();
    expect(
      JSON.parse((await exported(address, { final: true })).trimEnd().split("\n").at(-1) ?? ""),
    ).toMatchObject({
      final: true,
    });
  });
});
