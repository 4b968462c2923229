/** What becomes of a backup whose recovery point was asked for: one that is too old for its environment, or that nobody knows, stops the rollout. */
import { record, type Minutes, type Policy } from "../decision.ts";
import type { EnvironmentEvent } from "../events.ts";
import { withStep, type Problem, type Promotion, type Step } from "../promotion.ts";
import { failStep, succeedStep } from "../rollout.ts";
import { labelOf } from "../step-stage.ts";
import { orderPoint } from "./recovery.ts";

type Seen = Extract<EnvironmentEvent, { type: "RecoveryPointSeen" }>;

/** GitHub may show what a run has told a little after the run has ended. */
const MOST_LOOKS = 4;
/** Clocks differ; a point that lies farther ahead is wrong. */
const AHEAD_MS = 5 * 60_000;

/** The run of a backup was asked for its recovery point. */
export function onPointSeen(
  promotion: Promotion,
  step: Step,
  event: Seen,
  minutes: Minutes,
  policy: Policy,
): Promotion {
  if (!isAsked(step)) return promotion;
  const { point, written, seenAt, at } = event;
  const looks = (step.recovery?.looks ?? 0) + 1;
  if (point === null && written === null && step.runId !== null && looks < MOST_LOOKS) {
    orderPoint(step, looks + 1, policy.traceEveryMs, minutes);
    return withStep(promotion, step.correlationId, () => ({ ...step, recovery: { point: null, looks } }));
  }
  const why = doubtOf(event, promotion.plan.environment.database?.targetMs ?? Infinity);
  const ageMs = point === null ? null : Math.max(0, seenAt - point);
  record(minutes, "github", "recovery-point.seen", step.correlationId, { point, ageMs, ...why });
  const looked: Step = { ...step, recovery: { point: why.why === undefined ? point : null, looks } };
  return judged(promotion, looked, { ...why, written, point, ageMs }, at, minutes);
}

/** Nobody could look, however often it was tried. */
export function onPointUnseen(
  promotion: Promotion,
  step: Step,
  { error, at }: Extract<EnvironmentEvent, { type: "EffectGivenUp" }>,
  minutes: Minutes,
): Promotion {
  if (!isAsked(step)) return promotion;
  return judged(promotion, step, { why: "unseen", message: error }, at, minutes);
}

function isAsked({ role, stage }: Step): boolean {
  return role === "backup" && stage === "proving";
}

type Doubt = "none" | "unread" | "ahead" | "old";

function doubtOf({ point, written, seenAt }: Seen, targetMs: number): { readonly why?: Doubt } {
  if (point === null) return { why: written === null ? "none" : "unread" };
  if (point - seenAt > AHEAD_MS) return { why: "ahead" };
  return seenAt - point > targetMs ? { why: "old" } : {};
}

/** Where the environment has no target, a backup is worth having also without its point. */
function judged(
  promotion: Promotion,
  step: Step,
  found: Problem["detail"],
  at: number,
  minutes: Minutes,
): Promotion {
  const { targetMs } = promotion.plan.environment.database ?? {};
  if (found["why"] === undefined || targetMs === undefined) return succeedStep(promotion, step, at, minutes);
  const detail = {
    component: labelOf(step),
    environment: promotion.environment,
    limitMs: targetMs,
    ...found,
  };
  return failStep(promotion, step, { code: "recovery-point", detail }, at, minutes);
}
