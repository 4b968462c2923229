import { StoreUnavailableError } from "../core/ports.ts";
import type { Clock, Store } from "../core/ports.ts";
import { parseDatabaseUrl, StoreConfigError } from "./config.ts";
import type { DatabaseAddress } from "./config.ts";
import type { Database } from "./database.ts";
import { silentLogger } from "./logger.ts";
import type { StoreLogger } from "./logger.ts";
import { migrate, migrationsFor, requireMigrated } from "./migrations/index.ts";
import { openPostgres, withMigrationLock } from "./postgres/open.ts";
import { isSqliteUnavailable } from "./sqlite/errors.ts";
import { openSqlite, openSqliteReadOnly } from "./sqlite/open.ts";
import { SqlStore, whenAvailable } from "./store.ts";

export { StoreConfigError } from "./config.ts";
export { GENESIS_HASH, verifyChain } from "./audit-chain.ts";

/** How a store is opened. */
export interface StoreOptions {
  /** What a relative `sqlite:PATH` is relative to. */
  readonly cwd: string;
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /** Default: silent. */
  readonly logger?: StoreLogger;
  /** To read beside a server: no lock, no migration; whatever writes throws. */
  readonly readOnly?: boolean;
}

const systemClock: Clock = { now: () => Date.now() };

/**
 * Opens the store that DATABASE_URL names and brings its schema up to date: `sqlite:PATH` (the embedded database, one server at a time)
 * or `postgres://…` (many replicas).
 *
 * Throws StoreConfigError when somebody has to change something first (its message says what), and StoreUnavailableError when the
 * database cannot be reached or written now. Whoever opens a store must close it.
 */
export async function openStore(databaseUrl: string, options: StoreOptions): Promise<Store> {
  const address = parseDatabaseUrl(databaseUrl, options.cwd);
  const logger = options.logger ?? silentLogger;
  const database = open(address, options.readOnly === true, logger);
  try {
    await whenAvailable(database, () => prepare(database, address, logger));
  } catch (error) {
    await database.work.close();
    await database.close();
    throw permissionRefusal(error) ?? error;
  }
  return new SqlStore(database, options.clock ?? systemClock);
}

function open(address: DatabaseAddress, readOnly: boolean, logger: StoreLogger): Database {
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
      return openPostgres(address.url, readOnly, logger);
  }
}

async function prepare(database: Database, address: DatabaseAddress, logger: StoreLogger): Promise<void> {
  const migrations = migrationsFor(address.dialect);
  if (database.readOnly) return requireMigrated(database.reader, migrations);
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
