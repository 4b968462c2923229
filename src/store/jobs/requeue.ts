import { sql } from "kysely";
import type { Database, Trx } from "../database.ts";
import { lockLines } from "./lines.ts";
import type { LockedLines, Place } from "./lines.ts";
import { forUpdateSkipLocked, isQueued, literal, promoteHeads } from "./states.ts";

/** A running job whose row this transaction holds, and how it goes back. Times are epoch milliseconds. */
export interface ReturningJob extends Place {
  readonly id: number;
  readonly runAt: number;
  readonly attempts: number;
  readonly error: string;
  readonly held: string | null;
}

/** How many orphaned jobs go back in one transaction. */
export const SWEEP_AT_ONCE = 500;

/**
 * Makes running jobs ready again; each stays the head of its key. While one ran, another with its `dedupe` may have been queued, and two
 * may not be: the one that ran goes on, as it knows how often it was tried (a newcomer would be taken for never begun), and
 * takes over the newcomer's payload if that one asked to coalesce.
 */
export async function returnToQueue(
  database: Database,
  trx: Trx,
  jobs: readonly ReturningJob[],
  now: number,
): Promise<void> {
  const deduped = jobs.filter((job) => job.dedupe !== null);
  const lines = deduped.length === 0 ? null : await lockLines(database, trx, deduped, []);
  for (const job of jobs) {
    const twin = lines === null || job.dedupe === null ? null : await removeTwin(trx, job, lines, now);
    await trx
      .updateTable("job")
      .set({
        state: literal("ready"),
        owner: null,
        lease_until: null,
        run_at: job.runAt,
        attempts: job.attempts,
        error: job.error,
        held: job.held,
        ...(twin?.coalesces === 1 ? { payload: twin.payload } : {}),
      })
      .where("id", "=", job.id)
      .execute();
    if (twin !== null && twin.key !== null && twin.key !== job.key)
      await promoteHeads(database, trx, [twin.key]);
  }
}

async function removeTwin(trx: Trx, job: ReturningJob, lines: LockedLines, now: number) {
  const [twin] = await trx
    .updateTable("job")
    .set({ state: literal("done"), timer: 0, finished_at: now, error: `merged into job ${job.id}` })
    .where("dedupe", "=", job.dedupe)
    .where(isQueued)
    .returning(["key", "payload", "coalesces"])
    .execute();
  if (twin === undefined) return null;
  if (twin.key !== null) lines.require(twin.key);
  return twin;
}

/** Whose worker is gone: running jobs whose lease ran out by `now`, or with `all` every running one. The condition of the index `job_lease`. */
function isOrphaned(now: number, all: boolean) {
  return all ? sql<boolean>`state = 'running'` : sql<boolean>`state = 'running' and lease_until <= ${now}`;
}

/** Whether `sweepJobs` would find any; most of the time it does not, and no transaction has to be begun to know. */
export async function hasOrphans(database: Database, now: number, all: boolean): Promise<boolean> {
  const { rows } = await orphansQuery(now, all).execute(database.writer);
  return rows.length > 0;
}

/** The statement of `hasOrphans`, for the test of its plan. */
export function orphansQuery(now: number, all: boolean) {
  return sql<{ id: number }>`select id from job where ${isOrphaned(now, all)} limit 1`;
}

/**
 * Makes up to SWEEP_AT_ONCE orphaned jobs with an id above `after` ready again: those whose lease ran out by `now`, or with `all`
 * every running one. Answers how many, and the last id.
 */
export async function sweepJobs(
  database: Database,
  trx: Trx,
  now: number,
  after: number,
  all: boolean,
): Promise<{ readonly swept: number; readonly last: number }> {
  const { rows } = await sql<Omit<ReturningJob, "error" | "held">>`
    select id, key, dedupe, attempts, run_at as "runAt" from job where ${isOrphaned(now, all)} and id > ${after}
    order by id limit ${sql.lit(SWEEP_AT_ONCE)} ${forUpdateSkipLocked(database)}`.execute(trx);
  const error = all ? "the process that ran it has ended" : "its lease ran out";
  const orphans = rows.map((row) => ({ ...row, error, held: null }));
  await returnToQueue(database, trx, orphans, now);
  return { swept: rows.length, last: rows.at(-1)?.id ?? after };
}
