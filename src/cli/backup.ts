/**
 * `waybill backup [FILE] [--force]`: a copy of the embedded store, beside a running server too. Exit codes: 0 made and checked, 1 not made, 2 usage,
 * 3 store unavailable.
 */
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import type { BackupContents } from "../store/sqlite/backup.ts";
import type { CommandIo } from "./main.ts";
import { Refusal, refusing, sentence } from "./store/refusal.ts";
import { storeRequest, storeSettings, theFile } from "./store/request.ts";
import { beginWholeFile } from "./store/whole-file.ts";
import { grouped, listing, size } from "./store/words.ts";

const USAGE = `Usage: waybill backup [FILE] [--force]

A copy of the SQLite store that DATABASE_URL names, also while the server runs. It is of one moment, and is checked before it gets its
name: by SQLite, and by the audit log of each installation. Only this user may read it.

  FILE     the copy (default: beside the database, with the time in its name)
  --force  replace FILE if it is there
`;

/**
 * Runs the command with the settings of this process's environment.
 *
 * @param argv what follows the word `backup`
 * @returns the exit code
 */
export function backup(argv: readonly string[], io: CommandIo): Promise<number> {
  return refusing("backup", USAGE, io, async () => {
    const request = storeRequest(argv, ["force"]);
    if (request === "help") {
      io.stdout(USAGE);
      return 0;
    }
    const { databaseUrl, cwd } = storeSettings();
    const { parseDatabaseUrl } = await import("../store/config.ts");
    const address = parseDatabaseUrl(databaseUrl, cwd);
    if (address.dialect === "postgres") throw useDump();
    if (!existsSync(address.path))
      throw new Refusal(
        1,
        `There is no database at ${address.path}.`,
        "Check DATABASE_URL, and the folder in which this runs.",
      );
    const target = request.files.length === 0 ? besideOf(address.path) : theFile(request.files);
    if (target === "-")
      throw new Refusal(
        2,
        "A copy of a database is no stream.",
        "Name a file; `waybill export -` writes a stream.",
      );
    if (isSameFile(target, address.path))
      throw new Refusal(1, `${target} is the store itself.`, "Name another file.");
    const contents = await save(address.path, target, request.flags.force);
    io.stdout(`Saved ${target}, and checked it.\n${describe(contents)}`);
    return 0;
  });
}

async function save(path: string, target: string, force: boolean): Promise<BackupContents> {
  const { BackupError, backupSqlite } = await import("../store/sqlite/backup.ts");
  const file = beginWholeFile(target, force);
  try {
    const contents = await backupSqlite(path, file.partial);
    file.keep();
    return contents;
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    throw new Refusal(
      1,
      `No backup was made: ${sentence(error.message)}`,
      "Somebody or something has damaged the store: keep its files as they are, and put back the last backup that was checked.",
    );
  } finally {
    file.discard();
  }
}

function useDump(): Refusal {
  return new Refusal(
    1,
    "The store is on PostgreSQL, whose own tool makes backups, also while Waybill runs.",
    '`pg_dump --format=custom --file=waybill.dump --dbname="$DATABASE_URL"`, and `pg_restore` to put it back.',
  );
}

/** `waybill.db` of noon is `waybill-20261127T120000Z.db`. */
function besideOf(path: string): string {
  const ending = extname(path);
  const moment = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return join(dirname(path), `${basename(path, ending)}-${moment}${ending}`);
}

function isSameFile(one: string, other: string): boolean {
  return existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other);
}

function describe(contents: BackupContents): string {
  const { bytes, deliveries, promotions, openPromotions, auditRecords, newest } = contents;
  return listing([
    ["size", size(bytes)],
    ["deliveries", grouped(deliveries)],
    ["promotions", `${grouped(promotions)} (${grouped(openPromotions)} open)`],
    ["audit records", `${grouped(auditRecords)}, unbroken`],
    ["newest moment", newest === null ? "none yet" : new Date(newest).toISOString()],
  ]);
}
