/** What becomes of a promotion whose repository is parked for a while, or lost. */
import { isHeldTooLong, lateAfterParking } from "./commands/late.ts";
import { order, record, type Minutes, type Policy } from "./decision.ts";
import type { EnvironmentEvent } from "./events.ts";
import type { PromotionId } from "./ids.ts";
import { commandFor, end, type Problem, type Promotion, type Step, type StepStage } from "./promotion.ts";
import { withoutParkedTime } from "./standing-time.ts";
import { onStepEvent } from "./steps.ts";
import { orderNewest } from "./telling.ts";
import { withTimeBack } from "./time-limit.ts";

type Lost = Extract<EnvironmentEvent, { type: "RepositoryLost" }>;
type Resumed = Extract<EnvironmentEvent, { type: "RepositoryResumed" }>;

/** Something at GitHub may be going on for the step, whether or not anybody can look. */
const MAY_RUN: ReadonlySet<StepStage> = new Set(["dispatching", "tracing", "running", "needs-human"]);
/** What was missed is caught up with in less. */
const CATCH_UP_MS = 60_000;
/** Nothing has been started for the step. */
const NOT_BEGUN: ReadonlySet<StepStage> = new Set(["pending", "recording"]);

function mayRun({ stage }: Step): boolean {
  return MAY_RUN.has(stage);
}

/** Not even a plan of it has been made. */
function isEarly({ stage }: Promotion): boolean {
  return stage === "waiting" || stage === "preparing";
}

function isAbandoned({ problem }: Promotion): boolean {
  return problem?.code === "repository-lost";
}

/**
 * Its repository is lost. Nothing can be done for it and nobody can be told, so it ends where the store and the audit log show it. But what
 * may be running goes on running: as long as the repository can come back, it keeps its environment taken (promise P1), and only begins
 * nothing more.
 */
export function afterLoss(promotion: Promotion, { at, reason, forGood }: Lost, minutes: Minutes): Promotion {
  if (promotion.cause.kind === "merge" && isEarly(promotion)) return givenBack(promotion, at, minutes);
  const stays = !forGood && promotion.steps.some(mayRun);
  const problem: Problem = { code: "repository-lost", detail: { reason } };
  if (!isAbandoned(promotion)) record(minutes, "waybill", "promotion.abandoned", promotion.id, { reason });
  if (!stays) return end(promotion, promotion.stage === "waiting" ? "refused" : "failed", problem, at);
  // Also where it is lost once more: what was seen of it in between may have begun a proof, whose questions are dropped now.
  const given = (step: Step): Step =>
    step.stage === "recording" || step.stage === "proving"
      ? { ...step, stage: "failed", finishedAt: at, problem }
      : step;
  const steps = promotion.steps.map(given);
  return { ...promotion, problem: isAbandoned(promotion) ? promotion.problem : problem, steps };
}

/**
 * Its repository may be acted in again. What a person wanted so long ago, and of which nothing has begun, is not begun now; of what may have
 * run while the repository was lost, it is found out how it went.
 */
export function afterParking(
  promotion: Promotion,
  event: Resumed,
  minutes: Minutes,
  policy: Policy,
): Promotion {
  if (isAbandoned(promotion)) return lookedAt(goesOn(promotion, event, minutes), event.at, minutes, policy);
  if (isOvertakable(promotion, event))
    return promotion.cause.kind === "merge"
      ? givenBack(promotion, event.at, minutes)
      : askedAnew(promotion, event, minutes);
  const late = latenessOf(promotion, event);
  if (late === null) return promotion.stage === "waiting" ? promotion : goesOn(promotion, event, minutes);
  record(minutes, "waybill", "promotion.late", promotion.id, { since: event.since });
  // Where its deployment is just being recorded, it ends when that is, so that it is shown there, too.
  return promotion.stage === "rolling"
    ? { ...promotion, problem: late }
    : end(promotion, "refused", late, event.at);
}

/** No deadline has run out meanwhile. */
function goesOn(promotion: Promotion, event: Resumed, minutes: Minutes): Promotion {
  return withTimeBack(withoutParkedTime(promotion, event), event, minutes);
}

/** What was to go forward by itself long ago: there may be something newer by now, of which nobody has heard yet. */
function isOvertakable(promotion: Promotion, event: Resumed): boolean {
  const isAutomatic = promotion.cause.kind !== "command";
  return isAutomatic && isEarly(promotion) && isHeldTooLong(promotion.requestedAt, event);
}

/** A build of merged changes makes way for the newest one: itself, where nothing was merged since. */
function givenBack(promotion: Promotion, at: number, minutes: Minutes): Promotion {
  orderNewest(promotion, at, minutes);
  record(minutes, "waybill", "promotion.overdue", promotion.id, { version: promotion.cargo.version });
  return end(promotion, "superseded", null, at);
}

/** It steps back until what was missed is caught up with, and is asked for once more; then a newer one goes before it. */
function askedAnew(promotion: Promotion, { at, since }: Resumed, minutes: Minutes): Promotion {
  const { environment, cargo, cause, reportOn, plan, rollback, class: as } = promotion;
  const id = `${promotion.id}${since.toString(36)}` as PromotionId;
  const request = {
    id,
    environment,
    cargo,
    cause,
    ...(as === undefined ? {} : { class: as }),
    ...(rollback === undefined ? {} : { rollback }),
    reportOn,
    plan,
  };
  const event = { type: "PromotionRequested", at: at + CATCH_UP_MS, request } as const;
  order(minutes, `anew:${id}`, { type: "tellLane", environment, event }, { delayMs: CATCH_UP_MS });
  record(minutes, "waybill", "promotion.superseded", promotion.id, { by: id });
  return end(promotion, "superseded", null, at);
}

function latenessOf(promotion: Promotion, event: Resumed): Problem | null {
  const { cause, stage, steps, requestedAt } = promotion;
  const begun = steps.filter((step) => step.carried === undefined && !NOT_BEGUN.has(step.stage));
  const hasBegun = stage !== "rolling" || begun.length > 0;
  if (cause.kind !== "command" || (hasBegun && !isEarly(promotion))) return null;
  return lateAfterParking(commandFor(promotion), requestedAt, event);
}

/** The work and the timers of a lost repository are dropped: everything that may run is looked at as if they had just been due. */
function lookedAt(promotion: Promotion, at: number, minutes: Minutes, policy: Policy): Promotion {
  return promotion.steps
    .filter(mayRun)
    .reduce((now, step) => onStepEvent(now, dueFor(step, at), minutes, policy), promotion);
}

function dueFor({ stage, correlationId }: Step, at: number): Parameters<typeof onStepEvent>[1] {
  if (stage === "dispatching") return { type: "DispatchAnswerLost", at, correlationId };
  if (stage === "tracing") return { type: "RunNotSeen", at, correlationId, lookedLongEnough: false };
  return { type: "LookDue", at, correlationId };
}
