/** https://www.sqlite.org/rescode.html: busy, locked, out of memory, read-only, I/O error, corrupt, full, cannot open, protocol, not a database. */
const UNAVAILABLE = new Set([5, 6, 7, 8, 10, 11, 13, 14, 15, 26]);

/** SQLite's primary result code of an error of node:sqlite (`errcode` may be an extended one), or null for other errors. */
function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return null;
  return error.errcode & 0xff;
}

/** Whether another connection holds the lock that was asked for. */
export function isSqliteBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 5 || code === 6;
}

/** Whether SQLite says that it cannot read or write the file now (full, read-only, busy, broken), or was closed. */
export function isSqliteUnavailable(error: unknown): boolean {
  const code = sqliteCode(error);
  if (code !== null) return UNAVAILABLE.has(code);
  if (!(error instanceof Error)) return false;
  return (
    ("code" in error && error.code === "ERR_INVALID_STATE") ||
    error.message === "driver has already been destroyed"
  );
}
