import { sql } from "kysely";
import type { Insertable, RawBuilder } from "kysely";
import type { NewJob } from "../../core/ports.ts";
import { inChunks } from "../chunks.ts";
import type { Database, Tables, Trx } from "../database.ts";
import { rowsStatement } from "../rows.ts";
import { storableText, toJson } from "../text.ts";
import { lockLines } from "./lines.ts";
import { isHead, isQueued, isTimer, promoteHeads } from "./states.ts";

const JOB_COLUMNS = {
  kind: "text",
  key: "text",
  dedupe: "text",
  coalesces: "integer",
  priority: "integer",
  run_at: "integer",
  state: "text",
  timer: "integer",
  attempts: "integer",
  max_attempts: "integer",
  payload: "text",
} as const;

// The coalescing is remembered, so that a retried twin of it also takes the payload that it took here.
const insertQueued = rowsStatement(
  JOB_COLUMNS,
  (columns, source) => sql`insert into job (${columns})
    select ${columns} from ${source} where true
    on conflict (dedupe) where ${isQueued} do update set
      payload = case when excluded.coalesces = 1 then excluded.payload else job.payload end,
      coalesces = case when excluded.coalesces = 1 then 1 else job.coalesces end`,
);

type JobRow = Pick<Insertable<Tables["job"]>, keyof typeof JOB_COLUMNS> &
  Readonly<Record<string, string | number | null>>;
type QueuedJob = NewJob & { readonly coalesce: boolean };

/**
 * Queues jobs, and gives on the keys in `released` (whose head this transaction has just finished). Everything that
 * changes a line happens here, at the end of a transaction and under locks taken at once and in one order, so that no
 * two transactions can wait for each other and no line is left without a head.
 */
export async function settleQueue(
  database: Database,
  trx: Trx,
  now: number,
  jobs: readonly NewJob[],
  released: readonly string[],
): Promise<void> {
  const queue = withoutTwins(jobs);
  await lockLines(database, trx, queue, released);
  // First, so that who already waits goes before who comes now.
  await promoteHeads(database, trx, released);
  await insertJobs(database, trx, now, queue);
}

/** Only one of each `dedupe`, as the database would have it: one statement cannot meet the same row twice. */
function withoutTwins(jobs: readonly NewJob[]): QueuedJob[] {
  const seen = new Map<string, number>();
  const queue: QueuedJob[] = [];
  for (const job of jobs) {
    const key = job.key === null ? null : storableText(job.key);
    const dedupe = job.dedupe === null ? null : storableText(job.dedupe);
    const coalesce = job.coalesce === true;
    const twin = dedupe === null ? undefined : seen.get(dedupe);
    const first = twin === undefined ? undefined : queue[twin];
    if (twin !== undefined && first !== undefined) {
      if (coalesce) queue[twin] = { ...first, coalesce, payload: job.payload };
      continue;
    }
    if (dedupe !== null) seen.set(dedupe, queue.length);
    queue.push({ ...job, key, dedupe, coalesce });
  }
  return queue;
}

async function insertJobs(
  database: Database,
  trx: Trx,
  now: number,
  queue: readonly QueuedJob[],
): Promise<void> {
  if (queue.length === 0) return;
  const cut = firstBehindOneOfThese(queue);
  if (cut > 0) {
    await insertJobs(database, trx, now, queue.slice(0, cut));
    return insertJobs(database, trx, now, queue.slice(cut));
  }
  const taken = await headsAmong(database, trx, queue);
  const timers = await lastTimersAmong(trx, queue);
  const planned = new Set<string>();
  const doubtful = new Set<string>();
  const rows = queue.map((job) => {
    const row = jobRow(job, now, taken, timers);
    // A planned head may meet a queued job with its `dedupe` and vanish; then the next of the line must be the head.
    if (job.key !== null && row.state === "ready" && job.dedupe !== null) planned.add(job.key);
    else if (job.key !== null && row.timer === 0 && planned.has(job.key)) doubtful.add(job.key);
    return row;
  });
  await insertQueued(database, trx, rows);
  await promoteHeads(database, trx, doubtful);
}

/**
 * The first job that is to come in order behind another one of these; -1 where there is none. It can tell behind what only when that one is queued,
 * which may meet a queued job with its `dedupe` and vanish.
 */
function firstBehindOneOfThese(queue: readonly QueuedJob[]): number {
  const keys = new Set<string>();
  return queue.findIndex(({ key, inOrder }) => {
    if (key === null) return false;
    const isBehind = inOrder === true && keys.has(key);
    keys.add(key);
    return isBehind;
  });
}

/** The statement that finds which of these keys somebody holds, for the test of its plan, too. */
export function headsQuery(keys: RawBuilder<unknown>) {
  return sql<{ key: string }>`select key from job where key in (${keys}) and ${isHead}`;
}

const takenAmong = rowsStatement({ key: "text" }, (_columns, source) =>
  headsQuery(sql`select r.key from ${source}`),
);

async function headsAmong(database: Database, trx: Trx, queue: readonly QueuedJob[]): Promise<Set<string>> {
  const keys = [...new Set(queue.flatMap((job) => (job.key === null ? [] : [job.key])))];
  if (keys.length === 0) return new Set();
  const heads = await takenAmong(
    database,
    trx,
    keys.map((key) => ({ key })),
  );
  return new Set(heads.map(({ key }) => key));
}

/** When the last job of a key takes its place that waits for its time, by key; only of keys in whose order a new job is to come. */
async function lastTimersAmong(trx: Trx, queue: readonly QueuedJob[]): Promise<Map<string, number>> {
  const keys = [
    ...new Set(queue.flatMap(({ key, inOrder }) => (inOrder === true && key !== null ? [key] : []))),
  ];
  const last = new Map<string, number>();
  for (const chunk of inChunks(keys)) {
    const timers = await trx
      .selectFrom("job")
      .select(["key", "run_at"])
      .where("key", "in", chunk)
      .where(isTimer)
      .orderBy("run_at")
      .execute();
    for (const { key, run_at: runAt } of timers) if (key !== null) last.set(key, runAt);
  }
  return last;
}

/** A job's row; marks its key as taken if it becomes the head. */
function jobRow(
  job: QueuedJob,
  now: number,
  taken: Set<string>,
  timers: ReadonlyMap<string, number>,
): JobRow {
  const behind = job.key === null || job.inOrder !== true ? undefined : timers.get(job.key);
  const runAt = Math.max(job.runAt, behind ?? job.runAt);
  // A timer with a key takes its place in the line when it is due; as the head it would hold up the key for days.
  const timer = job.key !== null && (runAt > now || behind !== undefined);
  const ready = job.key === null || (!timer && !taken.has(job.key));
  if (ready && job.key !== null) taken.add(job.key);
  return {
    kind: job.kind,
    key: job.key,
    dedupe: job.dedupe,
    coalesces: job.coalesce ? 1 : 0,
    priority: job.priority,
    run_at: runAt,
    state: ready ? "ready" : "waiting",
    timer: timer ? 1 : 0,
    attempts: 0,
    max_attempts: job.maxAttempts,
    payload: toJson(job.payload),
  };
}
