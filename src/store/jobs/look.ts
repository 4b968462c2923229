import { sql } from "kysely";
import type { Database, JobState } from "../database.ts";
import { statement } from "../statement.ts";
import { isTimer } from "./states.ts";

/** When the next job falls due, or null where nothing waits for a time. */
export async function nextDue(database: Database): Promise<number | null> {
  const rows = await whenNext(database.dialect, database.reader, {});
  return rows[0]?.due ?? null;
}

/** The statement of `nextDue`, for the test of its plan; jumps from priority to priority as the claim does. */
export function nextDueQuery() {
  return sql<{ due: number | null }>`with recursive level (priority) as (
      select (select min(priority) from job where state = 'ready')
      union all
      select (select min(priority) from job where state = 'ready' and priority > level.priority)
      from level where level.priority is not null),
    candidate (due) as (
      select (select min(run_at) from job where state = 'ready' and priority = level.priority)
        from level where level.priority is not null
      union all
      select (select min(run_at) from job where ${isTimer}))
    select min(due) as due from candidate`;
}

const whenNext = statement<{}, { readonly due: number | null }>(() => nextDueQuery());

/** How many jobs are in each state. */
export async function jobCounts(database: Database): Promise<Record<JobState, number>> {
  const counts: Record<JobState, number> = { waiting: 0, ready: 0, running: 0, done: 0, dead: 0 };
  const rows = await database.reader
    .selectFrom("job")
    .select((eb) => ["state" as const, eb.fn.countAll<number>().as("count")])
    .groupBy("state")
    .execute();
  for (const { state, count } of rows) counts[state] = count;
  return counts;
}
