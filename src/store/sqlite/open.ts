import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { StoreConfigError } from "../config.ts";
import type { Database, Tables, WorkChannel } from "../database.ts";
import { NodeSqliteDialect } from "./adapter.ts";
import { SharedCommits } from "./commits.ts";
import { isSqliteUnavailable } from "./errors.ts";
import { takeWriterLock } from "./lock.ts";

/** How long a statement waits for somebody else's lock; it stops the whole process meanwhile, so it is short. */
const BUSY_MS = 2_000;

/** The embedded database, and its writing connection for who must set something on it (tests, backups). */
export interface SqliteDatabaseHandle extends Database {
  readonly connection: DatabaseSync;
}

/**
 * Opens the embedded database at an absolute path for writing: creates its folder (0700) and file (0600) if they are new, takes the
 * writer's lock, sets WAL with `synchronous=FULL` (a commit is on disk when it returns). Not migrated yet.
 * Throws StoreConfigError when the folder cannot be made or another process has the lock, else what SQLite threw.
 */
export function openSqlite(path: string): SqliteDatabaseHandle {
  prepareFiles(path);
  const lock = takeWriterLock(path);
  try {
    const connection = new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
    // NORMAL locking (the default, said aloud): EXCLUSIVE would lock out even the CLI that reads beside us.
    connection.exec(
      "pragma locking_mode = normal; pragma journal_mode = wal; pragma synchronous = full; pragma trusted_schema = off; " +
        "pragma journal_size_limit = 67108864;",
    );
    const reading = openForReading(path);
    return {
      ...handle(connection, reading, false),
      async close(): Promise<void> {
        try {
          await closeBoth(this.writer, this.reader);
        } finally {
          lock.release();
        }
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Opens the embedded database for reading only, beside a server that may be running on it.
 * Throws StoreConfigError if there is no such file.
 */
export function openSqliteReadOnly(path: string): SqliteDatabaseHandle {
  if (!existsSync(path))
    throw new StoreConfigError(
      "missing",
      `There is no database at ${path}: check DATABASE_URL and the working directory.`,
    );
  const connection = openForReading(path);
  return {
    ...handle(connection, connection, true),
    async close(): Promise<void> {
      await this.reader.connection().execute(async () => {});
      await this.reader.destroy();
    },
  };
}

function prepareFiles(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    for (const file of [path, `${path}.lock`]) createPrivateFile(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new StoreConfigError(
      "folder",
      `The database ${path} that DATABASE_URL names cannot be created or opened for writing (${code}): make its folder writable for this user, or name another.`,
    );
  }
}

/**
 * Created by us and not by SQLite: payloads of private repositories are nobody else's to read, whatever the umask. A file that
 * exists is only looked at, never opened: closing any descriptor of a file drops all POSIX locks that this process has on it.
 */
export function createPrivateFile(file: string): void {
  if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
  else closeSync(openSync(file, "a", 0o600));
}

function openForReading(path: string): DatabaseSync {
  return new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
}

function handle(
  connection: DatabaseSync,
  reading: DatabaseSync,
  readOnly: boolean,
): Omit<SqliteDatabaseHandle, "close"> {
  const writer = new Kysely<Tables>({
    dialect: new NodeSqliteDialect(connection, readOnly ? "reader" : "writer"),
  });
  const commits = new SharedCommits(writer, connection);
  return {
    dialect: "sqlite",
    readOnly,
    connection,
    writer,
    reader: readOnly ? writer : new Kysely<Tables>({ dialect: new NodeSqliteDialect(reading, "reader") }),
    work: localChannel(),
    transaction: (work) => commits.run(work),
    batchesAtOnce: 1,
    // One writing connection, one transaction at a time: everything is locked already.
    lock: async () => {},
    // Who migrates holds the writer's lock, so no other writer is there.
    checkSchema: async () => {},
    isUnavailable: isSqliteUnavailable,
    isVictim: () => false,
  };
}

async function closeBoth(writer: Kysely<Tables>, reader: Kysely<Tables>): Promise<void> {
  // Waits for the transaction that is running: closing under it would throw away work that is about to be acknowledged.
  await writer.connection().execute(async () => {});
  await reader.connection().execute(async () => {});
  // The writer last: the last connection to close folds the WAL into the file, which a reader cannot.
  await reader.destroy();
  await writer.destroy();
}

function localChannel(): WorkChannel {
  const callbacks = new Set<() => void>();
  return {
    announce: () => {
      for (const callback of callbacks) queueMicrotask(callback);
    },
    subscribe: (callback) => {
      const entry = () => {
        if (callbacks.has(entry)) callback();
      };
      callbacks.add(entry);
      return () => callbacks.delete(entry);
    },
    close: async () => callbacks.clear(),
  };
}
