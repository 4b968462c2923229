/**
 * MODEL of the store's queue: which of the jobs that a decision ordered are kept, and how a job comes back. The rules are those of `src/store/jobs`
 * (a job whose `dedupe` is queued already is not queued again; whoever ran before keeps its attempts). The real ones are searched by `../leases`.
 */
import type { Effect } from "../../../src/core/effects.ts";
import type { LaneEvent } from "../../../src/core/events.ts";
import type { NewJob } from "../../../src/core/ports.ts";
import type { Job } from "./state.ts";
import { FAR_MS, inTicks, NOON, TICK_MS } from "./times.ts";

/**
 * Effects that only tell people, or tidy up: nothing that is promised here hangs on when they are done, and what they find comes to no decision (but
 * the live comment's number). Comments and reactions are done at once, which is sound, as they hinder nothing and are asked after only at rest; the
 * others are left out. `removeClaim` comes after 36 days, when no run can ask for its claim any more.
 */
const LEFT_OUT: ReadonlySet<Effect["type"]> = new Set<Effect["type"]>([
  "liveComment",
  "setDeploymentStatus",
  "retireDeployments",
  "label",
  "keepReceipt",
  "removeClaim",
  "adoptDeployment",
  "drawIncident",
]);

export interface Queued {
  /** For the queue. */
  readonly jobs: readonly Job[];
  /** What people are told. */
  readonly said: readonly string[];
}

/** What becomes of the jobs that a decision ordered. */
export function queued(jobs: readonly NewJob[], lane: number): Queued {
  const kept: Job[] = [];
  const said: string[] = [];
  for (const { kind, dedupe, runAt, payload } of jobs) {
    const due = Math.floor((inTicks(runAt) - NOON) / TICK_MS);
    const job = { lane, dedupe: dedupe ?? "", due, attempts: 0 };
    if (kind === "event") {
      if (runAt - NOON > FAR_MS) continue;
      const { lane: hearer, event } = payload as LaneEvent;
      // The repository's own lane is not part of this world: nothing goes by itself here.
      if (hearer.environment !== "") kept.push({ ...job, effect: null, event });
      continue;
    }
    const { effect } = payload as { effect: Effect };
    if (effect.type === "comment") said.push(`comment ${effect.marker}`);
    else if (effect.type === "react") said.push(`reaction ${effect.commentId} ${effect.content}`);
    else if (!LEFT_OUT.has(effect.type)) kept.push({ ...job, effect, event: null });
  }
  return { jobs: kept, said };
}

/** Whether a job may be queued beside these. */
export function mayQueue(job: Job, others: readonly Job[]): boolean {
  return !others.some(({ dedupe }) => dedupe === job.dedupe);
}
