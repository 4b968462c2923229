/** A queue as it looks after months: much done, much blocked, many timers. For the tests of plans and the bench. */
import { sql } from "kysely";
import type { Database } from "../../src/store/database.ts";
import { NOW } from "./words.ts";

export interface Crowd {
  readonly done: number;
  readonly blocked: number;
  readonly timers: number;
  readonly ready: number;
}

/** Fills the job table directly: `blocked` jobs behind one running one, `timers` far ahead with and without keys. */
export async function fillCrowd(database: Database, crowd: Crowd): Promise<void> {
  const columns = sql`kind, key, coalesces, priority, run_at, state, timer, attempts, max_attempts, payload, finished_at, owner, lease_until`;
  const numbers = (count: number) =>
    sql`with recursive n (i) as (select 1 union all select i + 1 from n where i < ${sql.lit(count)})`;
  const insert = async (count: number, values: ReturnType<typeof sql>) => {
    if (count > 0)
      await sql`insert into job (${columns}) ${numbers(count)} select ${values} from n`.execute(
        database.writer,
      );
  };
  const now = sql.lit(NOW);
  await insert(crowd.done, sql`'effect', null, 0, 0, i, 'done', 0, 1, 5, 'null', i, null, null`);
  await insert(1, sql`'effect', 'busy', 0, 0, 0, 'running', 0, 1, 5, 'null', null, 'w', 9000000000000`);
  await insert(crowd.blocked, sql`'effect', 'busy', 0, 0, 0, 'waiting', 0, 0, 5, 'null', null, null, null`);
  await insert(
    crowd.timers,
    sql`'event', null, 0, -1, ${now} + 1000 + i, 'ready', 0, 0, 5, 'null', null, null, null`,
  );
  await insert(
    crowd.timers,
    sql`'event', 'later', 0, 0, ${now} + 1000 + i, 'waiting', 1, 0, 5, 'null', null, null, null`,
  );
  await insert(crowd.ready, sql`'effect', null, 0, i % 3, i, 'ready', 0, 0, 5, 'null', null, null, null`);
  await sql.raw("analyze").execute(database.writer);
}
