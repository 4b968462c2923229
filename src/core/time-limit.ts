/**
 * How long a run may take. Its time begins when it is known, also where it never starts; a run that waits for an approval on GitHub takes no time. When
 * it is over the run is stopped, and the step has failed when that has ended.
 */
import { order, record, type Minutes } from "./decision.ts";
import { withStep, type Problem, type Promotion, type Step } from "./promotion.ts";
import { labelOf } from "./step-stage.ts";
import { stopRun } from "./stopping.ts";

/** The step, the time of its run beginning now. */
export function withLimit(step: Step, at: number, minutes: Minutes): Step {
  const timeoutMs = step.settings?.timeoutMs;
  return timeoutMs === undefined ? step : until(step, at + timeoutMs, timeoutMs, minutes);
}

function until(step: Step, limitAt: number, delayMs: number, minutes: Minutes): Step {
  const { correlationId } = step;
  const event = { type: "StepOverdue", at: limitAt, correlationId } as const;
  order(minutes, `wake:limit:${correlationId}:${limitAt}`, { type: "wake", event }, { delayMs });
  return { ...step, limitAt };
}

/** The time of a run is over, unless it was given more since. */
export function onOverdue(promotion: Promotion, step: Step, at: number, minutes: Minutes): Promotion {
  const isOver = step.stage === "running" && step.limitAt === at;
  if (!isOver || step.stopping !== undefined) return promotion;
  if (step.awaits === true)
    return withStep(promotion, step.correlationId, () => withLimit(step, at, minutes));
  const limitMs = step.settings?.timeoutMs ?? 0;
  const detail = { component: labelOf(step), url: step.runUrl, limitMs };
  const problem: Problem = { code: "step-timeout", detail };
  record(minutes, "waybill", "run.overdue", step.correlationId, { runId: step.runId, limitMs });
  const late: Step = { ...step, problem };
  return stopRun(
    withStep(promotion, step.correlationId, () => late),
    late,
    at,
    minutes,
  );
}

/** The time in which nobody could act does not count. */
export function withTimeBack(
  promotion: Promotion,
  { since, at }: { readonly since: number; readonly at: number },
  minutes: Minutes,
): Promotion {
  const longer = (step: Step): Step => {
    const { limitAt } = step;
    if (limitAt === undefined || step.stage !== "running" || limitAt <= since) return step;
    const later = limitAt + at - since;
    return until(step, later, later - at, minutes);
  };
  return { ...promotion, steps: promotion.steps.map(longer) };
}
