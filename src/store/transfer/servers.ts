/** Whether a server works on a store, as far as that can be seen from outside. */
import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { sql } from "kysely";
import { parseDatabaseUrl, StoreConfigError } from "../config.ts";
import type { Database } from "../database.ts";
import { SERVER_NAME } from "../postgres/open.ts";
import { isSqliteUnavailable } from "../sqlite/errors.ts";
import { createPrivateFile } from "../sqlite/open.ts";
import { takeWriterLock } from "../sqlite/lock.ts";

/** A look at who else works on a store. */
export interface ServerWatch {
  /** Who was seen, as one clause (`process 12 on host a holds it`); null while nobody was. */
  seen(): Promise<string | null>;
  end(): void;
}

/**
 * Keeps an eye on a store that was opened for reading. On SQLite it takes the writer's lock where nobody has it, so that no server starts
 * before `end`; on PostgreSQL it can only look who is connected at the time.
 */
export function watchServers(databaseUrl: string, cwd: string, database: Database): ServerWatch {
  const address = parseDatabaseUrl(databaseUrl, cwd);
  if (address.dialect === "postgres") return { seen: () => connectedServers(database), end: () => {} };
  const { path } = address;
  try {
    if (!existsSync(`${path}.lock`)) createPrivateFile(`${path}.lock`);
    const lock = takeWriterLock(path);
    return { seen: async () => null, end: () => lock.release() };
  } catch (error) {
    const clause = holderOf(error);
    if (clause === null) throw error;
    return { seen: async () => clause, end: () => {} };
  }
}

function holderOf(error: unknown): string | null {
  if (error instanceof StoreConfigError && error.problem === "in-use") {
    return /in use by (.*?),? and one server/.exec(error.message)?.[1] ?? "another process";
  }
  // Who may not write beside the database cannot see either whether somebody holds the lock.
  const code = error instanceof Error && "code" in error ? error.code : null;
  const isForbidden = code === "EACCES" || code === "EROFS" || code === "EPERM" || isSqliteUnavailable(error);
  return isForbidden ? "perhaps a server, whose lock this user may not look at" : null;
}

/** PostgreSQL goes on listing a connection for a moment after its process has ended. */
const LOOKS = 10;
const LOOK_EVERY_MS = 150;

async function connectedServers(database: Database): Promise<string | null> {
  for (let look = 1; ; look += 1) {
    const seen = await listServers(database);
    if (seen === null || look === LOOKS) return seen;
    await setTimeout(LOOK_EVERY_MS);
  }
}

async function listServers(database: Database): Promise<string | null> {
  const { rows } = await sql<{ pid: number; host: string | null }>`select pid, host(client_addr) as host
    from pg_stat_activity where datname = current_database() and application_name = ${SERVER_NAME}`.execute(
    database.reader,
  );
  if (rows.length === 0) return null;
  const hosts = [...new Set(rows.map(({ host }) => host ?? "this machine"))];
  return `a server on ${hosts.slice(0, 3).join(", ")}${hosts.length > 3 ? " and others" : ""}`;
}
