/**
 * Runs that are told to stop. GitHub is told once; a run counts as stopped when its end is seen, whatever that is; and one that does not react is
 * stopped by force. https://docs.github.com/en/rest/actions/workflow-runs#force-cancel-a-workflow-run
 */
import { order, record, type Minutes } from "./decision.ts";
import { withStep, type Promotion, type Step } from "./promotion.ts";

/** A run that was told to stop, and has not ended yet. */
export interface Stopping {
  /** Since when, epoch milliseconds. */
  readonly at: number;
  /** How often GitHub was told to stop it by force. */
  readonly forced: number;
}

/** How long a run may take to stop by itself: GitHub gives its last steps five minutes. */
const FORCE_AFTER_MS = 5 * 60_000;
/** Whatever does not react to so many is not stopped by more. */
const MOST_FORCED = 3;

/** Tells a step's run to stop, unless it was told. The step goes on until the run has ended. */
export function stopRun(promotion: Promotion, step: Step, at: number, minutes: Minutes): Promotion {
  if (step.runId === null || step.stopping !== undefined) return promotion;
  order(minutes, `cancel:${step.runId}`, { type: "cancelRun", runId: step.runId });
  record(minutes, "waybill", "run.stopped", step.correlationId, { runId: step.runId });
  return withStep(promotion, step.correlationId, (one) => ({ ...one, stopping: { at, forced: 0 } }));
}

/** Stops by force what was told to stop long ago; the promotion as it was where nothing has to be. */
export function forceIfStuck(promotion: Promotion, step: Step, at: number, minutes: Minutes): Promotion {
  const { stopping, runId } = step;
  if (stopping === undefined || runId === null || step.stage !== "running") return promotion;
  const forced = stopping.forced + 1;
  if (forced > MOST_FORCED || at - stopping.at < forced * FORCE_AFTER_MS) return promotion;
  order(minutes, `cancel:${runId}:force:${forced}`, { type: "cancelRun", runId, force: true });
  record(minutes, "waybill", "run.forced", step.correlationId, { runId, forced });
  return withStep(promotion, step.correlationId, (one) => ({ ...one, stopping: { ...stopping, forced } }));
}
