/**
 * SQLSTATE classes that speak of the server's health or of this client's access and not of the statement
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html): connection exception, invalid authorization, insufficient
 * resources, operator intervention (shutdown, timeouts), system error, internal error.
 */
const UNAVAILABLE_CLASSES = new Set(["08", "28", "53", "57", "58", "XX"]);

/** Single codes of that kind: victims (below), lock not available, idle session killed, read-only server, no such database. */
const UNAVAILABLE_CODES = new Set(["55P03", "25P03", "25P04", "25006", "3D000"]);

/** Serialization failure and deadlock: the database chose this transaction to give way; a new attempt is likely to pass. */
const VICTIM_CODES = new Set(["40001", "40P01"]);

const SOCKET_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "EMFILE",
  "ENFILE",
  "ENOTFOUND",
  "EAI_AGAIN",
  // The server's socket file is gone while the server is down.
  "ENOENT",
  "EACCES",
]);

/** What pg, its pool and Kysely say without any code when a connection is gone, late, or already given back. */
const LOST =
  /connection terminated|timeout exceeded|query read timeout|not queryable|connection error|cannot use a pool|driver has already been destroyed|connection has been discarded|client was closed|server does not support ssl/i;

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** Whether the database ended this transaction to let another go on. */
export function isPostgresVictim(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && VICTIM_CODES.has(code);
}

/** Whether the error says that PostgreSQL cannot be reached or cannot serve now, and not that a statement of ours was wrong. */
export function isPostgresUnavailable(error: unknown): boolean {
  // Happy Eyeballs: node reports several refused addresses as one AggregateError.
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.every(isPostgresUnavailable);
  const code = codeOf(error);
  if (code !== null && SOCKET_CODES.has(code)) return true;
  if (code !== null && /^[0-9A-Z]{5}$/.test(code))
    return UNAVAILABLE_CLASSES.has(code.slice(0, 2)) || UNAVAILABLE_CODES.has(code) || VICTIM_CODES.has(code);
  return error instanceof Error && LOST.test(error.message);
}
