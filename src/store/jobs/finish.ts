import { sql } from "kysely";
import type { ClaimedJob } from "../../core/ports.ts";
import { FenceLostError } from "../../core/ports.ts";
import type { Database, Trx } from "../database.ts";
import { statement } from "../statement.ts";
import { storableError } from "../text.ts";
import { returnToQueue } from "./requeue.ts";

/** The job is still with this owner at this attempt; after a lease ran out and another took it, it no longer is. */
function stillHeld(job: ClaimedJob) {
  return sql<boolean>`id = ${job.id} and owner = ${job.owner} and attempts = ${job.attempts} and state = 'running'`;
}

function fenceLost(job: ClaimedJob): FenceLostError {
  return new FenceLostError(`job ${job.id} is no longer with ${job.owner} at attempt ${job.attempts}`);
}

const endHeld = statement<
  Pick<ClaimedJob, "id" | "owner" | "attempts"> & {
    readonly state: "done" | "dead";
    readonly at: number;
    readonly error: string | null;
  },
  { readonly id: number }
>(
  (slot) => sql`update job set state = ${slot("state")}, owner = null, lease_until = null,
      finished_at = ${slot("at")}, error = ${slot("error")}
    where id = ${slot("id")} and owner = ${slot("owner")} and attempts = ${slot("attempts")} and state = 'running'
    returning id`,
);

/** Ends a job as done or dead; the caller then gives its key on. Throws FenceLostError if it is no longer this owner's. */
export async function endJob(
  database: Database,
  trx: Trx,
  job: ClaimedJob,
  state: "done" | "dead",
  at: number,
  error: string | null,
): Promise<void> {
  const { id, owner, attempts } = job;
  const kept = error === null ? null : storableError(error);
  const ended = await endHeld(database.dialect, trx, { id, owner, attempts, state, at, error: kept });
  if (ended.length !== 1) throw fenceLost(job);
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
