import { sql } from "kysely";
import type { Workload } from "../../core/ports.ts";
import type { Database } from "../database.ts";
import { nextDue } from "./look.ts";
import { isTimer } from "./states.ts";

type JobLoad = Workload["jobs"][number];

/** The queue in numbers, for metrics. Done jobs, of which there are many, are not looked at: each count has its partial index. */
export async function workload(database: Database, now: number): Promise<Workload> {
  const { rows: jobs } = await jobLoadsQuery(now).execute(database.reader);
  const due = await nextDue(database);
  const open = await sql<{ promotions: number; environments: number }>`select count(*) as promotions,
      count(distinct installation || '/' || repository || '/' || environment) as environments
    from promotion where open = 1`.execute(database.reader);
  return {
    jobs: addedUp(jobs),
    oldestDue: due !== null && due <= now ? due : null,
    openPromotions: open.rows[0]?.promotions ?? 0,
    busyEnvironments: open.rows[0]?.environments ?? 0,
  };
}

/** The statement of `workload`, for the test of its plan. */
export function jobLoadsQuery(now: number) {
  return sql<JobLoad>`
    select kind, 'due' as state, count(*) as count from job where state = 'ready' and run_at <= ${now} group by kind
    union all
    select kind, 'scheduled', count(*) from job where state = 'ready' and run_at > ${now} group by kind
    union all
    select kind, 'scheduled', count(*) from job where ${isTimer} group by kind
    union all
    select kind, 'waiting', count(*) from job where state = 'waiting' and timer = 0 group by kind
    union all
    select kind, 'running', count(*) from job where state = 'running' group by kind
    union all
    select kind, 'dead', count(*) from job where state = 'dead' group by kind`;
}

/** Scheduled jobs come as two rows: with a key they are timers, without one they are ready for their time. */
function addedUp(rows: readonly JobLoad[]): JobLoad[] {
  const sums = new Map<string, JobLoad>();
  for (const row of rows) {
    const name = `${row.kind} ${row.state}`;
    sums.set(name, { ...row, count: row.count + (sums.get(name)?.count ?? 0) });
  }
  return [...sums.values()];
}
