/**
 * The database, looked at without writing a byte: whether the server can work on it, how much room is left, and what was given up.
 * SQLite is asked by Node itself and PostgreSQL over one connection, so that no pool and no lock is needed.
 */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { type DatabaseAddress, parseDatabaseUrl } from "../../store/config.ts";
import type { SchemaRow } from "../../store/migrations/index.ts";
import { type Check, codeOf, counted, ok, problem, unknown, warning } from "./check.ts";

/** Asks for rows; nothing that it is given may write. */
type Ask = (statement: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Free bytes where this folder lies. */
export type FreeSpace = (folder: string) => Promise<number>;

/** What the file system says to an ordinary user. */
export const freeSpace: FreeSpace = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

const MIB = 1_048_576;
const SPACE_SCARCE = 1_024 * MIB;
const SPACE_TOO_LITTLE = 100 * MIB;
/** The oldest version that Waybill's tests run on. */
const POSTGRES_TESTED = 15;

/** Checks `database`, `disk` and `jobs`. @param databaseUrl a valid one */
export async function checkDatabase(databaseUrl: string, cwd: string, free: FreeSpace): Promise<Check[]> {
  const address = parseDatabaseUrl(databaseUrl, cwd);
  switch (address.dialect) {
    case "sqlite":
      return [...(await checkSqlite(address.path)), await checkDisk(address.path, free)];
    case "postgres":
      return checkPostgres(address.url);
  }
}

/** Asks something of a database that is set up, without writing; null where it cannot be asked, which is for `checkDatabase` to say. */
export async function askDatabase<Answer>(
  databaseUrl: string,
  cwd: string,
  question: (ask: Ask) => Promise<Answer>,
): Promise<Answer | null> {
  const address = parseDatabaseUrl(databaseUrl, cwd);
  try {
    return address.dialect === "sqlite"
      ? await askSqlite(address.path, question)
      : await askPostgres(address.url, question);
  } catch {
    return null;
  }
}

async function askSqlite<Answer>(path: string, question: (ask: Ask) => Promise<Answer>): Promise<Answer> {
  const { DatabaseSync } = await import("node:sqlite");
  // A reader of a file in WAL mode makes a WAL; where none is, nobody writes, and the file can be taken as it is.
  const url = pathToFileURL(path);
  if (!existsSync(`${path}-wal`)) url.searchParams.set("immutable", "1");
  const connection = new DatabaseSync(url, { readOnly: true, timeout: 2_000 });
  try {
    return await question(async (statement) => connection.prepare(statement).all());
  } finally {
    connection.close();
  }
}

async function askPostgres<Answer>(url: string, question: (ask: Ask) => Promise<Answer>): Promise<Answer> {
  const client = await postgresClient(url);
  try {
    await client.connect();
    const ask: Ask = async (statement) => (await client.query<Record<string, unknown>>(statement)).rows;
    await ask("begin transaction read only");
    return await question(ask);
  } finally {
    await client.end().catch(() => {});
  }
}

async function postgresClient(url: string) {
  const { Client } = (await import("pg")).default;
  const client = new Client({
    connectionString: url,
    application_name: "waybill-doctor",
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  });
  // A connection lost between two statements must not end the process.
  client.on("error", () => {});
  return client;
}

async function checkSqlite(path: string): Promise<Check[]> {
  const folder = existingFolder(path);
  if (!writable(folder)) {
    const found = `Its folder ${folder} may not be written by this user.`;
    const mend = "Make it writable for the user that the server runs as, and run the doctor as that user.";
    return [problem("database", found, mend), unknown("jobs", "The database was not opened.")];
  }
  if (!existsSync(path)) {
    const found = `There is none yet at ${path}; the server makes it at its first start.`;
    return [ok("database", found), unknown("jobs", "There is no database yet.")];
  }
  if (!writable(path)) {
    const mend = "Make it readable and writable for the user that the server runs as.";
    return [
      problem("database", `${path} may not be written by this user.`, mend),
      unknown("jobs", "The database was not opened."),
    ];
  }
  try {
    const [database, jobs] = await askSqlite(path, (ask) => checkContents("sqlite", ask, `SQLite, ${path}`));
    return [withRights(database, path), jobs];
  } catch (error) {
    const found = `${path} cannot be read (${codeOf(error) ?? "unknown error"}): it is damaged, locked, or no database.`;
    const mend = "Restore it from a backup, or name another in DATABASE_URL.";
    return [problem("database", found, mend), unknown("jobs", "The database was not opened.")];
  }
}

/** The payloads of private repositories are nobody else's to read. */
function withRights(database: Check, path: string): Check {
  if (database.status !== "ok" || process.platform === "win32" || (statSync(path).mode & 0o077) === 0)
    return database;
  return warning("database", `Others on this machine can read ${path}.`, "Run `chmod 600` on it.");
}

function existingFolder(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) || folder === path ? folder : existingFolder(folder);
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function checkDisk(path: string, free: FreeSpace): Promise<Check> {
  const folder = existingFolder(path);
  const bytes = await free(folder);
  const found = `${Math.floor(bytes / MIB)} MiB are free for ${folder}.`;
  const mend = "Free some space or move the database: when the disk is full, webhooks are refused.";
  if (bytes < SPACE_TOO_LITTLE) return problem("disk", found, mend);
  return bytes < SPACE_SCARCE ? warning("disk", found, mend) : ok("disk", found);
}

const infoSchema = z.object({
  version: z.coerce.number(),
  release: z.string(),
  recovering: z.boolean(),
  read_only: z.string(),
  creates: z.boolean().nullable(),
});

async function checkPostgres(url: string): Promise<Check[]> {
  try {
    return await askPostgres(url, examinePostgres);
  } catch (error) {
    return [postgresRefusal(codeOf(error)), unknown("jobs", "The database was not opened.")];
  }
}

async function examinePostgres(ask: Ask): Promise<Check[]> {
  const [info] = await ask(
    `select current_setting('server_version_num') as version, current_setting('server_version') as release,
      pg_is_in_recovery() as recovering, current_setting('default_transaction_read_only') as read_only,
      has_schema_privilege(current_schema(), 'create') as creates`,
  );
  const { version, release, recovering, read_only, creates } = infoSchema.parse(info);
  const [database, jobs] = await checkContents("postgres", ask, `PostgreSQL ${release}`);
  if (recovering || read_only === "on") {
    const found = `PostgreSQL ${release} can only be read there.`;
    return [
      problem("database", found, "Name the primary server in DATABASE_URL, and a user that may write."),
      jobs,
    ];
  }
  if (creates !== true) {
    const found = "The user that DATABASE_URL names may not set up its tables.";
    return [
      problem("database", found, "Make it the database's owner, or grant it CREATE on the schema."),
      jobs,
    ];
  }
  if (database.status === "ok" && version < POSTGRES_TESTED * 10_000) {
    const found = `${database.found} Waybill is tested on version ${POSTGRES_TESTED} and newer.`;
    return [warning("database", found, "Update PostgreSQL."), jobs];
  }
  return [database, jobs];
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html. The message itself is not repeated: it may quote the address. */
function postgresRefusal(code: string | null): Check {
  const refused = (found: string, mend: string): Check =>
    problem("database", `${found} (${code ?? "no answer"}).`, mend);
  if (code?.startsWith("28") === true) {
    return refused(
      "PostgreSQL refuses the user or password of DATABASE_URL",
      "Correct them there, or in pg_hba.conf.",
    );
  }
  if (code === "3D000")
    return refused(
      "PostgreSQL has no database of this name",
      "Create it with `createdb`, or correct DATABASE_URL.",
    );
  return refused(
    "PostgreSQL cannot be reached or used",
    "Check the host and port in DATABASE_URL, and that the server runs.",
  );
}

async function checkContents(
  dialect: DatabaseAddress["dialect"],
  ask: Ask,
  name: string,
): Promise<[Check, Check]> {
  const { migrationsFor, mayWrite, newerThan } = await import("../../store/migrations/index.ts");
  const known = Object.keys(migrationsFor(dialect));
  const applied = await appliedMigrations(dialect, ask);
  const newer = newerThan(new Set(known), applied);
  const notRead = unknown("jobs", "The tables are not those of this version.");
  if (newer.length > 0 && mayWrite(new Set(known), applied)) {
    const found = `${name}: set up by a newer Waybill (it has ${newer.join(", ")}), beside which this version may work.`;
    return [
      warning("database", found, "End the upgrade: restart every server with that version."),
      await checkJobs(ask),
    ];
  }
  if (newer.length > 0) {
    const found = `${name}: set up by a newer Waybill (it has ${newer.join(", ")}).`;
    return [problem("database", found, "Run that version, or restore a backup."), notRead];
  }
  if (applied.length === 0) {
    return [
      ok("database", `${name}: empty; the server sets it up at its first start.`),
      unknown("jobs", "The database is empty."),
    ];
  }
  if (applied.length < known.length) {
    const found = `${name}: set up by an older Waybill.`;
    return [
      warning("database", found, "Make a backup and restart the server, which brings it up to date."),
      notRead,
    ];
  }
  return [ok("database", `${name}: set up for this version, and writable.`), await checkJobs(ask)];
}

async function appliedMigrations(dialect: DatabaseAddress["dialect"], ask: Ask): Promise<SchemaRow[]> {
  const isThere = async (table: string): Promise<boolean> =>
    (
      await ask(
        dialect === "sqlite"
          ? `select name from sqlite_schema where name = '${table}'`
          : `select 1 where to_regclass('${table}') is not null`,
      )
    ).length > 0;
  if (!(await isThere("kysely_migration"))) return [];
  const [row] = (await isThere("writers_from"))
    ? await ask("select max(migration) as writers from writers_from")
    : [];
  const writers = row === undefined ? null : String(row["writers"]);
  const rows = await ask("select name from kysely_migration order by name");
  return rows.map(({ name }) => ({ name: String(name), writers }));
}

/** A job is dead when all its attempts have failed. */
async function checkJobs(ask: Ask): Promise<Check> {
  const [row] = await ask("select count(*) as dead from job where state = 'dead'");
  const dead = Number(row?.["dead"] ?? 0);
  if (dead === 0) return ok("jobs", "None was given up.");
  const mend =
    "See the log for the reason, mend it, and have GitHub redeliver the webhook, which tries again.";
  return warning("jobs", `${counted(dead, "job was", "jobs were")} given up after all attempts.`, mend);
}
