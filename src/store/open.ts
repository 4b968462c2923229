import { StoreUnavailableError } from "../core/ports.ts";
import { parseDatabaseUrl, StoreConfigError } from "./config.ts";
import type { DatabaseAddress } from "./config.ts";
import type { Database } from "./database.ts";
import { silentLogger } from "./logger.ts";
import type { StoreLogger } from "./logger.ts";
import { migrate, migrationsFor, requireMigrated } from "./migrations/index.ts";
import { openPostgres, withMigrationLock } from "./postgres/open.ts";
import { isSqliteUnavailable } from "./sqlite/errors.ts";
import { openSqlite, openSqliteReadOnly } from "./sqlite/open.ts";
import { whenAvailable } from "./store.ts";

/** How a database is opened. */
export interface OpenOptions {
  /** What a relative `sqlite:PATH` is relative to. */
  readonly cwd: string;
  /** Default: silent. */
  readonly logger?: StoreLogger;
  /** To read beside a server: no lock, no migration; whatever writes throws. */
  readonly readOnly?: boolean;
  /** To take everything along: refuse the tables of a newer Waybill also where this one could work beside it. */
  readonly exact?: boolean;
  /** What this process knows of the schema, where it is not the newest; for tests of what older and newer processes do together. */
  readonly migrationsFor?: typeof migrationsFor;
}

/**
 * Opens the database that DATABASE_URL names, its schema up to date. Throws as `openStore` does. Whoever opens a database must close it
 * (`closeDatabase`).
 */
export async function openDatabase(databaseUrl: string, options: OpenOptions): Promise<Database> {
  const address = parseDatabaseUrl(databaseUrl, options.cwd);
  const logger = options.logger ?? silentLogger;
  const migrations = (options.migrationsFor ?? migrationsFor)(address.dialect);
  const database = open(address, options.readOnly === true, logger, new Set(Object.keys(migrations)));
  try {
    await whenAvailable(database, () => prepare(database, address, logger, migrations));
    if (options.exact === true) await requireMigrated(database.reader, migrations, true);
  } catch (error) {
    await closeDatabase(database);
    throw permissionRefusal(error) ?? error;
  }
  return database;
}

/** Closes a database with all that listens on it. */
export async function closeDatabase(database: Database): Promise<void> {
  await database.work.close();
  await database.close();
}

function open(
  address: DatabaseAddress,
  readOnly: boolean,
  logger: StoreLogger,
  known: ReadonlySet<string>,
): Database {
  switch (address.dialect) {
    case "sqlite":
      try {
        return readOnly ? openSqliteReadOnly(address.path) : openSqlite(address.path);
      } catch (error) {
        if (!isSqliteUnavailable(error)) throw error;
        const text = error instanceof Error ? error.message : "";
        throw new StoreUnavailableError(`the database ${address.path} cannot be opened: ${text}`, {
          cause: error,
        });
      }
    case "postgres":
      return openPostgres(address.url, readOnly, logger, known);
  }
}

async function prepare(
  database: Database,
  address: DatabaseAddress,
  logger: StoreLogger,
  migrations: ReturnType<typeof migrationsFor>,
): Promise<void> {
  if (database.readOnly) return requireMigrated(database.reader, migrations, false);
  switch (address.dialect) {
    case "sqlite":
      // The writer's lock is held: nobody else migrates.
      return migrate(database.writer, migrations);
    case "postgres":
      return withMigrationLock(address.url, logger, (db) => migrate(db, migrations));
  }
}

/** https://www.postgresql.org/docs/release/15.0/: since then an ordinary user may not create tables in the schema `public`. */
function permissionRefusal(error: unknown): StoreConfigError | null {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "42501") return null;
  return new StoreConfigError(
    "permission",
    `The user that DATABASE_URL names may not set up its database (${error.message}): make it the database's owner, or grant it CREATE on the schema.`,
  );
}
