import { createHash } from "node:crypto";
import { CompiledQuery, Kysely, PostgresDialect, sql } from "kysely";
import { Client, Pool, TypeOverrides } from "pg";
import type { ClientConfig, PoolConfig } from "pg";
import { LineMovedError, NewerSchemaError } from "../database.ts";
import type { Database, Tables, Trx } from "../database.ts";
import type { StoreLogger } from "../logger.ts";
import { mayWrite, migrationsFor, newerThan, schemaRows } from "../migrations/index.ts";
import { isPostgresUnavailable, isPostgresVictim } from "./errors.ts";
import { PostgresWork, WORK_CHANNEL } from "./work.ts";

/** int8 (https://github.com/brianc/node-pg-types): a string by default. All of ours are times and ids below 2^53. */
const INT8 = 20;
const numbersForInt8 = new TypeOverrides();
numbersForInt8.setTypeParser(INT8, Number);

const WRITERS = 10;
const READERS = 3;

/** What servers are called in PostgreSQL's list of connections (`pg_stat_activity`), and those that only read beside them. */
export const SERVER_NAME = "waybill";
const READER_NAME = "waybill-reader";

function settings(url: string): ClientConfig {
  return {
    connectionString: url,
    types: numbersForInt8,
    application_name: SERVER_NAME,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    // Longer than any statement of ours ever takes, shorter than a person waits: a hanging server becomes an error.
    statement_timeout: 30_000,
    lock_timeout: 15_000,
    idle_in_transaction_session_timeout: 60_000,
    // The client's own clock, for a server that has vanished without closing the connection.
    query_timeout: 40_000,
  };
}

function createPool(config: PoolConfig, logger: StoreLogger): Pool {
  const pool = new Pool(config);
  const report = (error: Error) => logger.warn({ error: error.message }, "a database connection was lost");
  pool.on("error", report);
  // Without this one too, the loss of a connection that is in use is an unhandled error event, and ends the process.
  pool.on("connect", (client) => client.on("error", report));
  return pool;
}

function createKysely(pool: Pool, readOnly: boolean): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool,
      onCreateConnection: async (connection) => {
        const setup = readOnly
          ? "set default_transaction_read_only = on"
          : // An operator may have turned it off for the whole server; what we acknowledge must be on disk. Stricter settings stay.
            "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'";
        await connection.executeQuery(CompiledQuery.raw(setup));
      },
    }),
  });
}

/** The lock's number for a name: 64 bits of its SHA-256, as PostgreSQL's advisory locks have numbers for names. */
function lockNumber(name: string): bigint {
  return createHash("sha256").update(name).digest().readBigInt64BE(0);
}

async function lockNames(trx: Trx, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const numbers = [...new Set(names.map(lockNumber))].sort((a, b) => (a < b ? -1 : 1)).map(String);
  // One statement before the ones that read: under READ COMMITTED those then see all that earlier holders committed.
  await sql`select count(pg_advisory_xact_lock(number)) from unnest(${numbers}::bigint[]) as number`.execute(
    trx,
  );
}

/**
 * Opens PostgreSQL by its URL: nothing is connected yet, and not migrated. Never throws for a server that is down.
 *
 * @param known the names of the migrations that this process knows
 */
export function openPostgres(
  url: string,
  readOnly: boolean,
  logger: StoreLogger,
  known: ReadonlySet<string> = new Set(Object.keys(migrationsFor("postgres"))),
): Database {
  const config = { ...settings(url), ...(readOnly ? { application_name: READER_NAME } : {}) };
  const reader = createKysely(createPool({ ...config, max: READERS }, logger), readOnly);
  const writer = readOnly ? reader : createKysely(createPool({ ...config, max: WRITERS }, logger), readOnly);
  const work = new PostgresWork(
    {
      createClient: () => new Client(config),
      notify: (payload) => sql`select pg_notify(${WORK_CHANNEL}, ${payload})`.execute(reader),
    },
    logger,
  );
  return {
    dialect: "postgres",
    readOnly,
    writer,
    reader,
    work,
    // Said aloud, as a server's default may be stricter: the store relies on seeing, after a lock, what its last holder wrote.
    transaction: (run) => writer.transaction().setIsolationLevel("read committed").execute(run),
    // One is written while the other's statements are under way.
    batchesAtOnce: 2,
    lock: lockNames,
    checkSchema: schemaCheck(logger, known),
    isUnavailable: (error) =>
      error instanceof LineMovedError || error instanceof NewerSchemaError || isPostgresUnavailable(error),
    isVictim: (error) => error instanceof LineMovedError || isPostgresVictim(error),
    async close(): Promise<void> {
      await Promise.all([writer.destroy(), reader.destroy()]);
    },
  };
}

/**
 * The statement also holds the table of migrations for reading until its transaction ends, and who migrates takes it for himself first:
 * so no transaction writes into a schema that changes under it.
 */
function schemaCheck(logger: StoreLogger, known: ReadonlySet<string>): Database["checkSchema"] {
  const told = new Set<string>();
  const tellOnce = (migrations: readonly string[], message: string): void => {
    if (!told.has(message)) logger.warn({ migrations }, message);
    told.add(message);
  };
  return async (db) => {
    const rows = await schemaRows(db);
    const newer = newerThan(known, rows);
    if (newer.length === 0) return;
    const text = "a newer Waybill has changed its tables";
    if (mayWrite(known, rows)) return tellOnce(newer, `${text}; this process goes on beside it`);
    const mend = "this process does nothing any more: restart it with that version";
    tellOnce(newer, `${text}; ${mend}`);
    throw new NewerSchemaError(`${text} (${newer.join(", ")}), and ${mend}`);
  };
}

/** The advisory lock under which one process at a time migrates; any number that nothing else uses. */
const MIGRATION_LOCK = "7405916237701183744";

/**
 * Runs `work` with a connection of its own while no other process migrates this database. No time limit on statements:
 * an index on a large table takes as long as it takes.
 */
export async function withMigrationLock(
  url: string,
  logger: StoreLogger,
  work: (db: Kysely<Tables>) => Promise<void>,
): Promise<void> {
  const patient = { ...settings(url), statement_timeout: 0, lock_timeout: 0, query_timeout: 0 };
  const db = createKysely(createPool({ ...patient, max: 2 }, logger), false);
  try {
    // On a connection of its own: Kysely creates its own tables before it takes its own lock.
    await db.connection().execute(async (holder) => {
      await sql`select pg_advisory_lock(${sql.raw(MIGRATION_LOCK)})`.execute(holder);
      try {
        await work(db);
      } finally {
        await sql`select pg_advisory_unlock(${sql.raw(MIGRATION_LOCK)})`.execute(holder);
      }
    });
  } finally {
    await db.destroy();
  }
}
