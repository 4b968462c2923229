import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Database, Trx } from "../database.ts";
import type { JobState } from "../database.ts";
import { rowsStatement } from "../rows.ts";

// States are written into the statements rather than bound: SQLite uses a partial index only where the text of the condition
// implies the index's own condition, and a bound parameter implies nothing.

/** A state as a literal. */
export function literal(state: JobState) {
  return sql.lit(state);
}

/** The job holds its key: nothing else of that key may be claimed. The condition of the unique index `job_head`. */
export const isHead = sql<boolean>`state in ('ready', 'running')`;

/** The job is queued: a second one with the same `dedupe` is not. The condition of the unique index `job_dedupe`. */
export const isQueued = sql<boolean>`state in ('waiting', 'ready')`;

/** In its key's line, and not waiting for its time. The condition of the index `job_line`. */
const isInLine = sql<boolean>`state = 'waiting' and timer = 0`;

/** Waiting for its time, and not in its key's line yet. The condition of the index `job_timer`. */
export const isTimer = sql<boolean>`state = 'waiting' and timer = 1`;

/**
 * The statement of `promoteHeads`, for the test of its plan, too: of the keys in a source named `r`. Each key is looked up by itself: PostgreSQL takes a list
 * that comes as JSON for a hundred rows, and would rather read all jobs.
 */
export function promoteHeadsQuery({ dialect }: Pick<Database, "dialect">, source: RawBuilder<unknown>) {
  const heads = sql`select case when (select head.id from job as head where head.key = r.key and ${isHead} limit 1) is null
      then (select line.id from job as line where line.key = r.key and ${isInLine} order by line.id limit 1) end
    from ${source}`;
  return sql<never>`update job set state = 'ready' where id ${among({ dialect }, heads)}`;
}

const promote = rowsStatement({ key: "text" }, (_columns, source, dialect) =>
  promoteHeadsQuery({ dialect }, source),
);

/**
 * Makes the first in the line of each of these keys ready if nothing holds the key. The caller holds the lines' locks: two transactions that each
 * see the other's job as the head would leave the line without one for ever.
 */
export async function promoteHeads(database: Database, trx: Trx, keys: Iterable<string>): Promise<void> {
  const rows = [...new Set(keys)].map((key) => ({ key }));
  if (rows.length > 0) await promote(database, trx, rows);
}

/**
 * "Is among what this query finds": as an array, PostgreSQL looks for them exactly once and by the index; it may run a mere IN again, and then lock more
 * than a limit.
 */
export function among({ dialect }: Pick<Database, "dialect">, query: RawBuilder<unknown>) {
  return dialect === "postgres" ? sql`= any(array(${query}))` : sql`in (${query})`;
}

/** Row locks that step aside for another replica's, where the database has replicas. */
export function forUpdateSkipLocked(database: Pick<Database, "dialect">) {
  return database.dialect === "postgres" ? sql`for update skip locked` : sql``;
}
