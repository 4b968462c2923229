import { sql, type RawBuilder } from "kysely";
import type { ClaimedJob } from "../../core/ports.ts";
import { FenceLostError } from "../../core/ports.ts";
import type { Database, Trx } from "../database.ts";
import { rowsStatement } from "../rows.ts";
import { storableError } from "../text.ts";
import { returnToQueue } from "./requeue.ts";
import { among } from "./states.ts";

/** The job is still with this owner at this attempt; after a lease ran out and another took it, it no longer is. */
function stillHeld(job: ClaimedJob) {
  return sql<boolean>`id = ${job.id} and owner = ${job.owner} and attempts = ${job.attempts} and state = 'running'`;
}

function fenceLost(job: ClaimedJob): FenceLostError {
  return new FenceLostError(`job ${job.id} is no longer with ${job.owner} at attempt ${job.attempts}`);
}

/** A job that ends, and how. Times are epoch milliseconds. */
export interface Ending {
  readonly job: ClaimedJob;
  readonly state: "done" | "dead";
  readonly at: number;
  readonly error: string | null;
}

/**
 * The statement of `endJobs`, for the test of its plan, too. The state is asked for in a form that no index knows: the one of running jobs has an entry of
 * each that ran since the last vacuum, and looks as if it were the shortest.
 */
export function endJobsQuery({ dialect }: Pick<Database, "dialect">, source: RawBuilder<unknown>) {
  return sql<Pick<ClaimedJob, "id" | "attempts">>`with r as (select * from ${source}) update job
    set state = r.state, owner = null, lease_until = null, finished_at = r.at, error = r.error
    from r where job.id ${among({ dialect }, sql`select r.id from r`)}
      and job.id = r.id and job.owner = r.owner and job.attempts = r.attempts and coalesce(job.state, '') = 'running'
    returning job.id, job.attempts`;
}

const endHeld = rowsStatement(
  { id: "integer", owner: "text", attempts: "integer", state: "text", at: "integer", error: "text" },
  (_columns, source, dialect) => endJobsQuery({ dialect }, source),
);

/**
 * Ends jobs; the caller then gives their keys on. Answers those that are no longer their owner's, with what is to be thrown for each; nothing was
 * written of them.
 */
export async function endJobs(
  database: Database,
  trx: Trx,
  endings: readonly Ending[],
): Promise<ReadonlyMap<ClaimedJob, FenceLostError>> {
  if (endings.length === 0) return new Map();
  const rows = endings.map(({ job, state, at, error }) => {
    const { id, owner, attempts } = job;
    return { id, owner, attempts, state, at, error: error === null ? null : storableError(error) };
  });
  // By their attempts, too: whoever had a job before may say that it is done at the same time as whoever has it now.
  const nameOf = ({ id, attempts }: Pick<ClaimedJob, "id" | "attempts">): string => `${id}/${attempts}`;
  const ended = new Set((await endHeld(database, trx, rows)).map(nameOf));
  const lost = endings.filter(({ job }) => !ended.has(nameOf(job)));
  return new Map(lost.map(({ job }) => [job, fenceLost(job)]));
}

/** Ends one job. Throws FenceLostError if it is no longer this owner's. */
export async function endJob(database: Database, trx: Trx, ending: Ending): Promise<void> {
  const lost = (await endJobs(database, trx, [ending])).get(ending.job);
  if (lost !== undefined) throw lost;
}

/** Puts a job back to be tried at `runAt`; it stays the head of its key. Throws FenceLostError if it is no longer this owner's. */
export async function retryJob(
  database: Database,
  trx: Trx,
  job: ClaimedJob,
  again: {
    readonly runAt: number;
    readonly error: string;
    readonly keepAttempt: boolean;
    /** The parked repository that it waits for. */
    readonly held?: string | null;
    readonly now: number;
  },
): Promise<void> {
  const held = await trx
    .selectFrom("job")
    .select(["id", "key", "dedupe", "attempts"])
    .where(stillHeld(job))
    .$if(database.dialect === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
  if (held === undefined) throw fenceLost(job);
  const back = {
    ...held,
    runAt: again.runAt,
    attempts: again.keepAttempt ? Math.max(0, held.attempts - 1) : held.attempts,
    error: storableError(again.error),
    held: again.held ?? null,
  };
  await returnToQueue(database, trx, [back], again.now);
}

/** Renews the leases of exactly these jobs; answers the ids that were still this owner's. */
export async function renewLeases(
  database: Database,
  trx: Trx,
  owner: string,
  jobs: readonly ClaimedJob[],
  leaseUntil: number,
): Promise<number[]> {
  const mine = jobs.filter((job) => job.owner === owner);
  if (mine.length === 0) return [];
  const held = sql`state = 'running' and owner = ${owner} and (id, attempts) in (values ${sql.join(
    mine.map((job) => sql`(cast(${job.id} as bigint), cast(${job.attempts} as bigint))`),
  )})`;
  // A row that another transaction holds is about to be completed or taken away: waiting for it here, while holding the
  // others, could close a circle of waiting transactions. Its lease no longer matters.
  const { rows } = await sql<{ id: number }>`update job set lease_until = ${leaseUntil}
    where id in (select id from job where ${held} ${
      database.dialect === "postgres" ? sql`for update skip locked` : sql``
    }) returning id`.execute(trx);
  if (rows.length === mine.length) return rows.map((row) => row.id);
  const still = await sql<{ id: number }>`select id from job where ${held}`.execute(trx);
  return still.rows.map((row) => row.id);
}
