/**
 * What is observed of a single component's step, and what it means for the rollout: the answer to a dispatch, a lost
 * answer, a run's progress.
 */
import { adopt } from "./adoption.ts";
import { namedInputs } from "./attempts.ts";
import { orderDispatch } from "./begin.ts";
import { onPointSeen, onPointUnseen } from "./database/judging.ts";
import { order, record, type Minutes, type Policy } from "./decision.ts";
import type { EnvironmentEvent, RunObservation } from "./events.ts";
import { correlationIdAgain, namesCorrelation, withStep, type Promotion, type Step } from "./promotion.ts";
import { failStep, followRun, observeRun, orderLook, orderStatus } from "./rollout.ts";
import { labelOf, mayGoOnWith } from "./step-stage.ts";
import { forceIfStuck, stopRun } from "./stopping.ts";
import { onOverdue, withLimit } from "./time-limit.ts";

type StepEvent = Extract<EnvironmentEvent, { correlationId: string | null } | { type: "RunObserved" }>;

/** The event, if it is about one step's dispatch or run; else null. */
export function asStepEvent(event: EnvironmentEvent): StepEvent | null {
  if (event.type === "RunObserved") return event;
  return "correlationId" in event && event.correlationId !== null ? event : null;
}

/** The promotion after an event about one of its steps; unchanged if the event is about none of them. */
export function onStepEvent(
  promotion: Promotion,
  event: StepEvent,
  minutes: Minutes,
  policy: Policy,
): Promotion {
  if (event.type === "RunObserved") return onRunObserved(promotion, event, minutes, policy);
  const step = promotion.steps.find((one) => one.correlationId === event.correlationId);
  return step === undefined ? promotion : onNamedStep(promotion, step, event, minutes, policy);
}

function onNamedStep(
  promotion: Promotion,
  step: Step,
  event: Exclude<StepEvent, { type: "RunObserved" }>,
  minutes: Minutes,
  policy: Policy,
): Promotion {
  const searching = step.stage === "dispatching" || step.stage === "tracing" || step.stage === "needs-human";
  switch (event.type) {
    case "DeploymentRecorded":
      return onDeploymentRecorded(promotion, step, event.deploymentId, event.at, minutes);
    case "DeploymentMade":
      return adopt(promotion, step, event.deploymentId, minutes);
    case "RunStarted":
      return searching
        ? followRun(promotion, step, event.runId, event.runUrl, minutes, policy, event.at)
        : promotion;
    case "DispatchRefused":
      return searching || step.stage === "recording"
        ? failStep(promotion, step, event.problem, event.at, minutes)
        : promotion;
    case "DispatchAnswerLost":
      return step.stage === "dispatching" ? beginTracing(promotion, step, event.at, minutes) : promotion;
    case "RunNotSeen":
      return step.stage === "tracing" ? onRunNotSeen(promotion, step, event, minutes, policy) : promotion;
    case "ClaimTaken":
      return step.stage === "tracing" ? onClaimTaken(promotion, step, event.at, minutes) : promotion;
    case "RunGone":
      return step.stage === "running" ? needHuman(promotion, step, "run-gone", minutes) : promotion;
    case "RecoveryPointSeen":
      return onPointSeen(promotion, step, event, minutes, policy);
    case "StepOverdue":
      return onOverdue(promotion, step, event.at, minutes);
    case "LookDue":
      return onLookDue(promotion, step, event.at, minutes, policy);
    case "EffectGivenUp":
      return onStepEffectGivenUp(promotion, step, event, minutes);
    default:
      return promotion;
  }
}

function onDeploymentRecorded(
  promotion: Promotion,
  step: Step,
  deploymentId: number,
  at: number,
  minutes: Minutes,
): Promotion {
  const recorded: Step = { ...step, deploymentId };
  if (step.stage !== "recording") return withStep(promotion, step.correlationId, () => recorded);
  if (promotion.problem !== null) return failStep(promotion, recorded, promotion.problem, at, minutes);
  const dispatching: Step = { ...recorded, stage: "dispatching", dispatchedAt: at };
  orderDispatch(promotion, dispatching, at, minutes);
  return withStep(promotion, step.correlationId, () => dispatching);
}

/** GitHub did not say whether the run exists. It is looked for; it is never simply dispatched again. */
function beginTracing(promotion: Promotion, step: Step, at: number, minutes: Minutes): Promotion {
  record(minutes, "waybill", "dispatch.answer-lost", step.correlationId, { component: labelOf(step) });
  orderTrace(step, at, 0, minutes);
  return withStep(promotion, step.correlationId, () => ({ ...step, stage: "tracing" }));
}

function orderTrace(step: Step, at: number, delayMs: number, minutes: Minutes): void {
  order(
    minutes,
    // By when it was ordered and for when, so that each look has a name of its own: one that is done already must not stand for the next.
    `trace:${step.correlationId}:${at}+${delayMs}`,
    {
      type: "traceRun",
      correlationId: step.correlationId,
      workflow: step.workflow,
      claims: step.claims,
      since: step.dispatchedAt ?? at,
    },
    { delayMs },
  );
}

function onRunNotSeen(
  promotion: Promotion,
  step: Step,
  event: Extract<EnvironmentEvent, { type: "RunNotSeen" }>,
  minutes: Minutes,
  policy: Policy,
): Promotion {
  if (!event.lookedLongEnough) {
    orderTrace(step, event.at, policy.traceEveryMs, minutes);
    return promotion;
  }
  if (!step.claims) return needHuman(promotion, step, "needs-human", minutes);
  order(minutes, `claim:${step.correlationId}`, {
    type: "takeClaim",
    correlationId: step.correlationId,
    workflow: step.workflow,
    sha: promotion.cargo.sha,
  });
  return promotion;
}

/**
 * No run of this correlation id can ever begin any more, so the step may be dispatched under another one: still at most one run of it gets past
 * its claim (promise P2), and nothing of it runs now (P1). Once only: where that is lost too, something is wrong that people should hear of.
 */
function onClaimTaken(promotion: Promotion, step: Step, at: number, minutes: Minutes): Promotion {
  if (step.claimedAway !== undefined || !mayGoOnWith(promotion, step)) {
    // Where the rollout was given up before, that is why it is not dispatched once more.
    const lost = { code: "dispatch-lost", detail: { component: labelOf(step) } } as const;
    return failStep(promotion, step, promotion.problem ?? lost, at, minutes);
  }
  const correlationId = correlationIdAgain(step.correlationId);
  const again: Step = {
    ...step,
    correlationId,
    claimedAway: step.correlationId,
    inputs: namedInputs(step, correlationId),
    stage: "dispatching",
    dispatchedAt: at,
  };
  record(minutes, "waybill", "dispatch.again", correlationId, { component: labelOf(step) });
  orderDispatch(promotion, again, at, minutes);
  return withStep(promotion, step.correlationId, () => again);
}

/** Nobody can tell by machine whether it ran: the environment stays locked and a person is asked. */
function needHuman(
  promotion: Promotion,
  step: Step,
  code: "needs-human" | "run-gone",
  minutes: Minutes,
): Promotion {
  record(minutes, "waybill", "step.needs-human", step.correlationId, { component: labelOf(step), code });
  orderStatus(promotion, step, "error", "needs-human", minutes);
  const detail = {
    environment: promotion.environment,
    component: labelOf(step),
    workflow: step.workflow,
    correlationId: step.correlationId,
    claims: step.claims,
  };
  return withStep(promotion, step.correlationId, () => ({
    ...step,
    stage: "needs-human",
    problem: { code, detail },
  }));
}

function onRunObserved(
  promotion: Promotion,
  event: Extract<EnvironmentEvent, { type: "RunObserved" }>,
  minutes: Minutes,
  policy: Policy,
): Promotion {
  const { run } = event;
  const known = promotion.steps.find((step) => step.runId === run.id);
  if (known?.stage === "needs-human") return onRunSeenAgain(promotion, known, event, minutes);
  if (known !== undefined) return observeRun(promotion, known, run, event.at, minutes);
  // The webhook may overtake the answer to the dispatch: a run whose name carries the correlation id is ours.
  const named = promotion.steps.find((step) => isSearching(step) && isNamedAfter(run, step));
  if (named === undefined || run.attempt > 1) return promotion;
  const following = followRun(promotion, named, run.id, run.url, minutes, policy, event.at);
  const step = following.steps.find((one) => one.correlationId === named.correlationId);
  return step === undefined ? following : observeRun(following, step, run, event.at, minutes);
}

/** A run that seemed to be deleted is there after all: GitHub answers 404 also for what the App may not see for a while. */
function onRunSeenAgain(
  promotion: Promotion,
  step: Step,
  { run, at }: Extract<EnvironmentEvent, { type: "RunObserved" }>,
  minutes: Minutes,
): Promotion {
  const running = withLimit({ ...step, stage: "running", problem: null }, at, minutes);
  record(minutes, "github", "run.seen-again", step.correlationId, { runId: run.id });
  const again = withStep(promotion, step.correlationId, () => running);
  const following = promotion.cancel === undefined ? again : stopRun(again, running, at, minutes);
  return observeRun(following, running, run, at, minutes);
}

/**
 * Whether a run bears the step's correlation id. On whole words, so that `c1-api` is never taken for `c1-api-2`; only dispatched
 * runs of the step's own workflow, because a pull request's title can name its runs as it likes; and only Waybill's own, unless a
 * person was asked to step in.
 */
function isNamedAfter(run: RunObservation, step: Step): boolean {
  const mayBeOurs =
    run.dispatched && run.workflow === step.workflow && (run.byWaybill || step.stage === "needs-human");
  return mayBeOurs && namesCorrelation(run.title, step.correlationId);
}

function isSearching(step: Step): boolean {
  return step.stage === "dispatching" || step.stage === "tracing" || step.stage === "needs-human";
}

function onLookDue(
  promotion: Promotion,
  step: Step,
  at: number,
  minutes: Minutes,
  policy: Policy,
): Promotion {
  // Also while a person is asked for: a run that was out of sight may be seen again.
  const isFollowed = step.stage === "running" || step.stage === "needs-human";
  if (!isFollowed || step.runId === null) return promotion;
  order(minutes, `look:${step.correlationId}`, {
    type: "lookAtRun",
    correlationId: step.correlationId,
    runId: step.runId,
  });
  orderLook(step, minutes, policy, at);
  return forceIfStuck(promotion, step, at, minutes);
}

function onStepEffectGivenUp(
  promotion: Promotion,
  step: Step,
  event: Extract<EnvironmentEvent, { type: "EffectGivenUp" }>,
  minutes: Minutes,
): Promotion {
  record(minutes, "waybill", "effect.given-up", step.correlationId, { effect: event.effect });
  const problem = {
    code: "github-refused",
    detail: { message: event.error, component: labelOf(step) },
  } as const;
  if (event.effect === "recordDeployment" && step.stage === "recording")
    return failStep(promotion, step, problem, event.at, minutes);
  if (event.effect === "dispatchRun" && step.stage === "dispatching")
    return beginTracing(promotion, step, event.at, minutes);
  if (event.effect === "readRecoveryPoint") return onPointUnseen(promotion, step, event, minutes);
  if ((event.effect === "traceRun" || event.effect === "takeClaim") && step.stage === "tracing")
    return needHuman(promotion, step, "needs-human", minutes);
  return promotion;
}
