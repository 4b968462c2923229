/**
 * Attempts at a step. A run that was seen to fail may be followed by another one, where the config says so: under a correlation id of its own, so that
 * each attempt claims once (promise P2), and only when the one before has ended (P1). Where nobody knows how a run ended, there is no other.
 */
import { orderDispatch } from "./begin.ts";
import { record, type Minutes } from "./decision.ts";
import {
  correlationIdOf,
  withStep,
  type Problem,
  type ProblemCode,
  type Promotion,
  type Step,
} from "./promotion.ts";
import { labelOf, mayGoOnWith } from "./step-stage.ts";

/** A run of a step that has failed, and after which there was another one. */
export interface Attempt {
  readonly correlationId: string;
  readonly claimedAway?: string;
  readonly runUrl: string | null;
  /** In GitHub's word. */
  readonly conclusion: string;
  readonly problem: ProblemCode;
}

/** GitHub's words for runs that may do better another time; what a person has stopped is not run again. */
const FAILED: ReadonlySet<string | undefined> = new Set(["failure", "timed_out", "startup_failure"]);

/**
 * Runs a step once more whose run has ended badly.
 *
 * @param step as it ended, its conclusion heard
 * @returns null where it is not to be run again: it has failed for good
 */
export function tryAgain(
  promotion: Promotion,
  step: Step,
  problem: Problem,
  at: number,
  minutes: Minutes,
): Promotion | null {
  const { attempts = [], settings, correlationId: before } = step;
  const isOurs = problem.code === "step-timeout";
  const isLast = attempts.length >= (settings?.retries ?? 0);
  if (isLast || !mayGoOnWith(promotion, step) || !(isOurs || FAILED.has(step.conclusion))) return null;
  const number = attempts.length + 2;
  const correlationId = `${correlationIdOf(promotion.id, step.component)}--${number}`;
  const again: Step = {
    ...anew(step),
    correlationId,
    inputs: namedInputs(step, correlationId),
    stage: "dispatching",
    dispatchedAt: at,
    attempts: [...attempts, attemptOf(step, problem)],
  };
  record(minutes, "waybill", "step.retried", correlationId, { component: labelOf(step), attempt: number });
  orderDispatch(promotion, again, at, minutes);
  return withStep(promotion, before, () => again);
}

/** The inputs of a step under another correlation id, where its workflow takes that. */
export function namedInputs({ inputs }: Pick<Step, "inputs">, correlationId: string): Step["inputs"] {
  return Object.hasOwn(inputs, "correlation_id") ? { ...inputs, correlation_id: correlationId } : inputs;
}

/** A step as it was before it was dispatched; its deployment stays the same one, however often it is tried. */
function anew(step: Step): Step {
  const {
    claimedAway: _claimedAway,
    stopping: _stopping,
    conclusion: _conclusion,
    limitAt: _limitAt,
    awaits: _awaits,
    ...rest
  } = step;
  return { ...rest, runId: null, runUrl: null, problem: null };
}

function attemptOf({ correlationId, claimedAway, runUrl, conclusion }: Step, { code }: Problem): Attempt {
  return {
    correlationId,
    ...(claimedAway === undefined ? {} : { claimedAway }),
    runUrl,
    conclusion: conclusion ?? "unknown",
    problem: code,
  };
}

/** All claims that runs of a step may have taken, or Waybill in their stead. */
export function claimsOf({ claimedAway, correlationId, attempts = [] }: Step): string[] {
  return [...attempts, { claimedAway, correlationId }].flatMap((one) => [
    ...(one.claimedAway === undefined ? [] : [one.claimedAway]),
    one.correlationId,
  ]);
}
