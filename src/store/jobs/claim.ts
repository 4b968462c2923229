import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { ClaimedJob, JobKind } from "../../core/ports.ts";
import type { Database, Trx } from "../database.ts";
import { statement } from "../statement.ts";
import { fromJson } from "../text.ts";
import { lockLines } from "./lines.ts";
import { among, forUpdateSkipLocked, isTimer, promoteHeads } from "./states.ts";

/** How many timers with a key take their place in one go; more wait for the next claim. */
const TIMERS_AT_ONCE = 200;

/** Who claims what, for how long. Times are epoch milliseconds. */
export interface Claim {
  readonly owner: string;
  readonly now: number;
  readonly limit: number;
  readonly leaseUntil: number;
}

/** What is due: the priorities that have a due job, lowest first, and whether a timer with a key has yet to take its place. */
export interface Due {
  readonly priorities: readonly number[];
  readonly timers: boolean;
}

/** Looks what is due; most of the time nothing is, and one statement has to be enough to know. */
export async function lookForDue(database: Database, now: number): Promise<Due> {
  const rows = await dueNow(database.dialect, database.writer, { now });
  const priorities = rows.flatMap(({ priority }) => (priority === null ? [] : [priority]));
  return { priorities: priorities.sort((a, b) => a - b), timers: rows.length > priorities.length };
}

/**
 * The statement of `lookForDue`: a row for each priority, and one with null for the timers. It jumps from priority to priority in
 * the index, as there are few; one ordered scan would instead step over every job that is not due yet, each time.
 */
export function dueQuery(now: number | RawBuilder<number>) {
  return sql<{ priority: number | null }>`with recursive level (priority) as (
      select (select min(priority) from job where state = 'ready')
      union all
      select (select min(priority) from job where state = 'ready' and priority > level.priority)
      from level where level.priority is not null)
    select level.priority from level where level.priority is not null
      and (select min(run_at) from job where state = 'ready' and priority = level.priority) <= ${now}
    union all
    select null where (select min(run_at) from job where ${isTimer}) <= ${now}`;
}

const dueNow = statement<{ now: number }, { readonly priority: number | null }>((slot) =>
  dueQuery(slot("now")),
);

/** Takes up to `limit` due jobs, by priority, then time, then age, and counts the attempt of each. */
export async function claimJobs(
  database: Database,
  trx: Trx,
  priorities: readonly number[],
  claim: Claim,
): Promise<ClaimedJob[]> {
  const claimed: ClaimedJob[] = [];
  for (const priority of priorities) {
    const wanted = claim.limit - claimed.length;
    if (wanted <= 0) break;
    claimed.push(...(await take(database, trx, priority, { ...claim, limit: wanted })));
  }
  return claimed;
}

/**
 * The statement that finds the due jobs of one priority, for `claimJobs` and for the test of its plan. SQLite plans a statement anew each time that a
 * bare parameter of its `limit` is bound, which costs six times the claim; a cast one it plans once.
 */
export function dueJobsQuery(
  { dialect }: Pick<Database, "dialect">,
  priority: number | RawBuilder<number>,
  now: number | RawBuilder<number>,
  limit: number | RawBuilder<number>,
) {
  return sql<{ id: number }>`select id from job
    where state = 'ready' and priority = ${priority} and run_at <= ${now}
    order by run_at, id limit cast(${limit} as integer) ${forUpdateSkipLocked({ dialect })}`;
}

interface TakenRow {
  readonly id: number;
  readonly kind: JobKind;
  readonly key: string | null;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly payload: string;
  readonly run_at: number;
}

const takeDue = statement<Claim & { readonly priority: number }, TakenRow>((slot, dialect) => {
  const due = dueJobsQuery({ dialect }, slot("priority"), slot("now"), slot("limit"));
  return sql<TakenRow>`update job
    set state = 'running', owner = ${slot("owner")}, lease_until = ${slot("leaseUntil")}, attempts = attempts + 1
    where id ${among({ dialect }, due)} returning id, kind, key, attempts, max_attempts, payload, run_at`;
});

async function take({ dialect }: Database, trx: Trx, priority: number, claim: Claim): Promise<ClaimedJob[]> {
  const rows = await takeDue(dialect, trx, { ...claim, priority });
  // RETURNING has no order of its own.
  const sorted = rows.toSorted((a, b) => a.run_at - b.run_at || a.id - b.id);
  return sorted.map(({ id, kind, key, attempts, max_attempts: maxAttempts, payload }) => ({
    id,
    kind,
    key,
    attempts,
    maxAttempts,
    payload: fromJson(payload),
    owner: claim.owner,
  }));
}

/** The statement that finds the timers with a key that are due and not yet in their key's line. */
export function dueTimersQuery(now: number) {
  return sql<{ id: number; key: string }>`select id, key from job
    where ${isTimer} and run_at <= ${now} order by run_at, id limit ${sql.lit(TIMERS_AT_ONCE)}`;
}

/** Puts due timers into their keys' lines. */
export async function lineUpTimers(database: Database, trx: Trx, now: number): Promise<void> {
  const { rows: timers } = await dueTimersQuery(now).execute(trx);
  if (timers.length === 0) return;
  const keys = [...new Set(timers.map((timer) => timer.key))];
  const ids = timers.map((timer) => timer.id);
  await lockLines(database, trx, [], keys);
  await trx.updateTable("job").set({ timer: 0 }).where("id", "in", ids).where(isTimer).execute();
  await promoteHeads(database, trx, keys);
}
