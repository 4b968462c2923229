import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Database, Trx } from "../database.ts";
import type { JobState } from "../database.ts";
import { statement } from "../statement.ts";

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
 * Makes the first in the key's line ready if nothing holds the key. The caller holds the line's lock: two transactions that each
 * see the other's job as the head would leave the line without one for ever.
 */
export async function promoteHead(database: Database, trx: Trx, key: string): Promise<void> {
  await promoteHeadOf(database.dialect, trx, { key });
}

/** The statement of `promoteHead`, for the test of its plan. */
export function promoteHeadQuery(key: string | RawBuilder<string>) {
  return sql<never>`update job set state = 'ready'
    where id = (select id from job where key = ${key} and ${isInLine} order by id limit 1)
      and not exists (select 1 from job where key = ${key} and ${isHead})`;
}

const promoteHeadOf = statement<{ readonly key: string }, never>((slot) => promoteHeadQuery(slot("key")));

/** Row locks that step aside for another replica's, where the database has replicas. */
export function forUpdateSkipLocked(database: Pick<Database, "dialect">) {
  return database.dialect === "postgres" ? sql`for update skip locked` : sql``;
}
