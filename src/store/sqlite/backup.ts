import { existsSync, statSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { Kysely } from "kysely";
import { StoreUnavailableError } from "../../core/ports.ts";
import { describeFlaw, verifyAuditLog } from "../audit-log.ts";
import { StoreConfigError } from "../config.ts";
import type { Tables } from "../database.ts";
import { NodeSqliteDialect } from "./adapter.ts";
import { isSqliteUnavailable } from "./errors.ts";

/** Pages in one go, after which others get their turn: 4 MiB. */
const PAGES_AT_ONCE = 1_024;
const BUSY_MS = 2_000;

/** A copy is not what it should be, or of something else than a store; the message says what. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

/** What a copy holds. */
export interface BackupContents {
  readonly bytes: number;
  readonly deliveries: number;
  readonly promotions: number;
  readonly openPromotions: number;
  readonly auditRecords: number;
  /** The newest moment that it knows of, in epoch milliseconds; null where it holds nothing yet. */
  readonly newest: number | null;
}

/**
 * Copies the embedded database at `path` to `target`, an empty file that only this user may read; beside a running server too, as it was
 * at one moment. Then looks at the copy: SQLite's own check, and the audit log of each installation. On disk when it resolves.
 *
 * Throws BackupError where the copy is not to be relied on, StoreConfigError where there is nothing to copy, StoreUnavailableError where it
 * cannot be read or written now.
 */
export async function backupSqlite(path: string, target: string): Promise<BackupContents> {
  if (!existsSync(path))
    throw new StoreConfigError(
      "missing",
      `There is no database at ${path}: check DATABASE_URL and the working directory.`,
    );
  try {
    await copy(path, target);
    return await check(target);
  } catch (error) {
    if (!isSqliteUnavailable(error)) throw error;
    const text = error instanceof Error ? error.message : "";
    throw new StoreUnavailableError(`the database cannot be read, or the copy not written: ${text}`, {
      cause: error,
    });
  }
}

async function copy(path: string, target: string): Promise<void> {
  const source = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    // Within one reading transaction the copy is of one moment; without, it would begin again whenever the server writes, and never end.
    source.exec("begin");
    source.prepare("select count(*) from sqlite_schema").get();
    await backup(source, target, { rate: PAGES_AT_ONCE });
  } finally {
    source.close();
  }
}

async function check(target: string): Promise<BackupContents> {
  // As a file that nobody changes: else SQLite would lay its WAL beside it.
  const url = pathToFileURL(target);
  url.searchParams.set("immutable", "1");
  const connection = new DatabaseSync(url, { readOnly: true });
  try {
    const found = connection.prepare("pragma integrity_check(1)").get()?.["integrity_check"];
    if (found !== "ok") throw new BackupError(`the copy is damaged: ${String(found)}`);
    const contents = contentsOf(connection, statSync(target).size);
    const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(connection, "reader") });
    const flaw = await verifyAuditLog(db);
    if (flaw !== null) throw new BackupError(describeFlaw(flaw));
    return contents;
  } finally {
    connection.close();
  }
}

function contentsOf(connection: DatabaseSync, bytes: number): BackupContents {
  const number = (statement: string): number | null => {
    const [value] = Object.values(connection.prepare(statement).get() ?? {});
    return typeof value === "number" ? value : null;
  };
  const tables = "('inbox', 'promotion', 'audit', 'audit_head', 'kysely_migration')";
  if (number(`select count(*) from sqlite_schema where type = 'table' and name in ${tables}`) !== 5)
    throw new BackupError("it is no store of Waybill's");
  const latest = [number("select max(received_at) from inbox"), number("select max(at) from audit")];
  const moments = latest.filter((moment) => moment !== null);
  return {
    bytes,
    deliveries: number("select count(*) from inbox") ?? 0,
    promotions: number("select count(*) from promotion") ?? 0,
    openPromotions: number("select count(*) from promotion where open = 1") ?? 0,
    auditRecords: number("select count(*) from audit") ?? 0,
    newest: moments.length === 0 ? null : Math.max(...moments),
  };
}
