import { hostname } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { StoreConfigError } from "../config.ts";
import { isSqliteBusy } from "./errors.ts";

/** The right to write one database file; held until it is released or the process ends, however it ends. */
export interface WriterLock {
  release(): void;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

const ATTEMPTS = 20;

/**
 * Takes the right to be the one writer of the database at `databasePath`, through the file `<databasePath>.lock`.
 *
 * The lock file is itself a tiny SQLite database on which a write transaction stays open: what is held is the operating
 * system's lock on that file. The kernel drops it with the process, so there is no stale lock to judge after a
 * kill -9, no process id that might meanwhile be another's, and it also holds between containers that share a folder
 * but cannot see each other's process ids. The row in it only says who holds it, for the message.
 *
 * Throws StoreConfigError (`in-use`) naming the process that holds it.
 */
export function takeWriterLock(databasePath: string): WriterLock {
  const file = new DatabaseSync(`${databasePath}.lock`, { timeout: 500 });
  try {
    file.exec(
      "create table if not exists holder (one integer primary key check (one = 1), note text) strict",
    );
    const mine = JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() });
    // A reader can see who holds the lock only if the row is committed before the lock is taken for good. Another
    // process may come in between; then the row is no longer ours, and we try again or are refused.
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      file.exec("begin immediate");
      file.prepare("insert or replace into holder values (1, ?)").run(mine);
      file.exec("commit");
      file.exec("begin immediate");
      if (file.prepare("select note from holder").get()?.["note"] === mine)
        return { release: () => release(file) };
      file.exec("rollback");
    }
    throw inUse(databasePath, null);
  } catch (error) {
    const refusal = isSqliteBusy(error) ? inUse(databasePath, readHolder(file)) : error;
    file.close();
    throw refusal;
  }
}

function release(file: DatabaseSync): void {
  if (!file.isOpen) return;
  file.exec("rollback");
  file.close();
}

function readHolder(file: DatabaseSync): Holder | null {
  try {
    const note: unknown = file.prepare("select note from holder").get()?.["note"];
    return typeof note === "string" ? (JSON.parse(note) as Holder) : null;
  } catch {
    // Who holds it is only for the message; that it is held is certain.
    return null;
  }
}

function inUse(databasePath: string, holder: Holder | null): StoreConfigError {
  const who = holder ? `process ${holder.pid} on ${holder.host}, since ${holder.since},` : "another process";
  return new StoreConfigError(
    "in-use",
    `The database ${databasePath} that DATABASE_URL names is in use by ${who} and one server at a time can write it: ` +
      "stop that one, name another file, or use PostgreSQL for several replicas.",
  );
}
