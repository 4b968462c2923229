/**
 * The rollout of one promotion: its components' steps, each after those it needs, in parallel where the order allows.
 * Every function takes a promotion and gives the promotion as it is afterwards, and orders what is to be done.
 */
import type { ProbeConfig } from "./config/index.ts";
import { tryAgain } from "./attempts.ts";
import { askForPoint } from "./database/recovery.ts";
import { order, record, type Minutes, type Policy } from "./decision.ts";
import type { DeploymentWords } from "./effects.ts";
import type { EnvironmentEvent, RunObservation } from "./events.ts";
import { isGood } from "./evidence.ts";
import { expectedOf, isAnswerTo } from "./expected.ts";
import { afterLook, askAgain, askFirst, beginProof, proofVerdict } from "./proof.ts";
import {
  correlationIdOf,
  withStep,
  type Problem,
  type ProbeState,
  type Promotion,
  type Step,
  type StepPlan,
} from "./promotion.ts";
import { carriedSteps } from "./retry.ts";
import { rollOutAfterAll, type Skips } from "./skips.ts";
import { labelOf } from "./step-stage.ts";
import { stopRun } from "./stopping.ts";
import { withLimit } from "./time-limit.ts";

/** The steps of a freshly prepared rollout: none of them begun, but those that a retry need not run once more. */
export function plannedSteps(
  promotion: Promotion,
  plans: Extract<EnvironmentEvent, { type: "RolloutPrepared" }>["steps"],
  skips: Skips,
): Step[] {
  const carried = carriedSteps(promotion, plans, skips);
  return plans.map((plan) => carried.get(plan.component) ?? plannedStep(promotion, plan));
}

function plannedStep(promotion: Promotion, plan: StepPlan): Step {
  return {
    ...plan,
    correlationId: correlationIdOf(promotion.id, plan.component),
    stage: "pending",
    deploymentId: null,
    runId: null,
    runUrl: null,
    startedAt: null,
    finishedAt: null,
    dispatchedAt: null,
    problem: null,
    probes: [],
  };
}

/** Sets the step's own GitHub deployment to a state; adopted ones are kept by the workflow's job itself. */
export function orderStatus(
  promotion: Promotion,
  step: Step,
  state: "in_progress" | "success" | "failure" | "error",
  outcome: DeploymentWords["outcome"],
  minutes: Minutes,
): void {
  if (step.deploymentId === null || step.adoptsDeployment) return;
  // By run, problem and outcome: a step may need a person, be found again and then fail, and each of them is to be shown.
  const name = `${step.runId ?? "no-run"}:${state}:${outcome}:${step.problem?.code ?? "well"}`;
  order(
    minutes,
    `status:${step.correlationId}:${name}`,
    {
      type: "setDeploymentStatus",
      deploymentId: step.deploymentId,
      state,
      words: { version: promotion.cargo.version, outcome },
      logUrl: step.runUrl,
      environmentUrl: promotion.plan.environment.url ?? null,
    },
    { serial: `status:${step.deploymentId}` },
  );
}

/** A run exists for the step: follow it. Says nothing new if it is followed already. */
export function followRun(
  promotion: Promotion,
  step: Step,
  runId: number,
  runUrl: string,
  minutes: Minutes,
  policy: Policy,
  at: number,
): Promotion {
  if (step.runId === runId) return promotion;
  // What was heard of another run is not true of this one.
  const { stopping: _stopping, conclusion: _conclusion, awaits: _awaits, ...rest } = step;
  const running = withLimit({ ...rest, stage: "running", runId, runUrl, problem: null }, at, minutes);
  orderStatus(promotion, running, "in_progress", "started", minutes);
  // A step that followed another run before is looked at already.
  if (step.runId === null) orderLook(running, minutes, policy, at);
  record(minutes, "github", "run.started", step.correlationId, { runId });
  const following = withStep(promotion, step.correlationId, () => running);
  return promotion.cancel === undefined ? following : stopRun(following, running, at, minutes);
}

/** Looks at the run again after a while, should the webhook about its end be lost. */
export function orderLook(step: Step, minutes: Minutes, policy: Policy, at: number): void {
  // The event bears the time at which it falls due, so that each look of a chain has a name of its own.
  const due = at + policy.lookEveryMs;
  order(
    minutes,
    `wake:look:${step.correlationId}:${due}`,
    { type: "wake", event: { type: "LookDue", at: due, correlationId: step.correlationId } },
    { delayMs: policy.lookEveryMs },
  );
}

/** What an observation of the step's own run means for it. */
export function observeRun(
  promotion: Promotion,
  step: Step,
  run: RunObservation,
  at: number,
  minutes: Minutes,
): Promotion {
  if (step.stage !== "running") return promotion;
  if (run.attempt > 1) return onRerun(promotion, step, run, at, minutes);
  const dispatchedOnTag = promotion.cargo.tag !== null;
  if (dispatchedOnTag && step.ref === undefined && run.headSha !== promotion.cargo.sha)
    return onWrongCommit(promotion, step, run, at, minutes);
  if (run.status !== "completed") return awaiting(promotion, step, run.status === "waiting");
  const conclusion = run.conclusion ?? "unknown";
  const ended: Step = { ...step, conclusion };
  // Also one that was told to stop: it has done its work all the same.
  if (conclusion === "success") return runSucceeded(promotion, { ...ended, problem: null }, run, at, minutes);
  if (promotion.cancel !== undefined && conclusion === "cancelled")
    return cancelStep(promotion, ended, at, minutes);
  const detail = { conclusion, url: run.url, component: labelOf(step), after: step.phase === "after" };
  const problem = problemOfRun(step, conclusion, { code: "run-failed", detail });
  return tryAgain(promotion, ended, problem, at, minutes) ?? failStep(promotion, ended, problem, at, minutes);
}

/** What failed of a run that says whether the release works is the release; where it has said nothing of that, nobody knows. */
function problemOfRun(step: Step, conclusion: string, failed: Problem): Problem {
  const isLate = step.problem?.code === "step-timeout";
  if (step.verifies !== true) return isLate && step.problem !== null ? step.problem : failed;
  const isRefuted = !isLate && conclusion === "failure";
  return { ...failed, code: isRefuted ? "verification-failed" : "verification-unknown" };
}

/** Whether its run waits for an approval on GitHub, as it was last seen. */
function awaiting(promotion: Promotion, step: Step, awaits: boolean): Promotion {
  const { awaits: before = false, ...rest } = step;
  if (awaits === before) return promotion;
  return withStep(promotion, step.correlationId, () => (awaits ? { ...rest, awaits } : rest));
}

/** Its run has stopped, as a person wanted. */
function cancelStep(promotion: Promotion, step: Step, at: number, minutes: Minutes): Promotion {
  const cancelled: Step = { ...step, stage: "cancelled", finishedAt: at };
  orderStatus(promotion, cancelled, "error", "cancelled", minutes);
  record(minutes, "github", "run.cancelled", step.correlationId, { runId: step.runId });
  return withStep(promotion, step.correlationId, () => cancelled);
}

/**
 * Somebody's re-run of a run whose own end was not seen: GitHub re-runs only what has ended, and from then on shows only the last attempt.
 * It counts for nothing; but the environment is not free while it goes on, and after it nobody can tell how the first one went.
 */
function onRerun(
  promotion: Promotion,
  step: Step,
  run: RunObservation,
  at: number,
  minutes: Minutes,
): Promotion {
  record(minutes, "github", "run.rerun-ignored", step.correlationId, { runId: run.id, attempt: run.attempt });
  if (run.status !== "completed") return promotion;
  const detail = { component: labelOf(step), url: run.url };
  return failStep(promotion, step, { code: "run-rerun", detail }, at, minutes);
}

/** The tag was moved under the dispatch. The run is stopped, and the environment stays taken until it really has ended. */
function onWrongCommit(
  promotion: Promotion,
  step: Step,
  run: RunObservation,
  at: number,
  minutes: Minutes,
): Promotion {
  const detail = { ran: run.headSha, wanted: promotion.cargo.sha, url: run.url };
  const problem: Problem = { code: "run-wrong-commit", detail };
  if (run.status === "completed") return failStep(promotion, step, problem, at, minutes);
  if (step.problem !== null) return promotion;
  record(minutes, "waybill", "run.wrong-commit", step.correlationId, { runId: run.id, ran: run.headSha });
  const wrong: Step = { ...step, problem };
  return stopRun(
    withStep(promotion, step.correlationId, () => wrong),
    wrong,
    at,
    minutes,
  );
}

function runSucceeded(
  promotion: Promotion,
  step: Step,
  { headSha }: RunObservation,
  at: number,
  minutes: Minutes,
): Promotion {
  record(minutes, "github", "run.succeeded", step.correlationId, { runId: step.runId });
  if (step.adoptsDeployment && step.runId !== null) {
    order(minutes, `adopt:${step.correlationId}`, {
      type: "adoptDeployment",
      correlationId: step.correlationId,
      environment: promotion.environment,
      runId: step.runId,
      // What GitHub records is the commit of the run, which on a branch is not the cargo's.
      sha: headSha,
    });
  }
  return proveStep(promotion, step, at, minutes);
}

/** On a person's word the step's run has done its work, which no machine could tell. What proves it is asked as ever. */
export function succeedByWord(
  promotion: Promotion,
  step: Step,
  word: string,
  at: number,
  minutes: Minutes,
): Promotion {
  return proveStep(promotion, { ...step, problem: null, word }, at, minutes);
}

function proveStep(promotion: Promotion, step: Step, at: number, minutes: Minutes): Promotion {
  if (step.role === "backup" && promotion.cancel === undefined) return askForPoint(promotion, step, minutes);
  const probes = componentProbes(promotion, step.component);
  if (probes.length === 0 || promotion.cancel !== undefined) return succeedStep(promotion, step, at, minutes);
  const proving: Step = { ...step, stage: "proving", probes: beginProof(probes, at) };
  askFirst(minutes, promotion, step.component, probes, at);
  return withStep(promotion, step.correlationId, () => proving);
}

function componentProbes(promotion: Promotion, component: string): readonly ProbeConfig[] {
  return promotion.plan.environment.components[component]?.verify ?? [];
}

/** Ends a step well; what needs it may begin. */
export function succeedStep(promotion: Promotion, step: Step, at: number, minutes: Minutes): Promotion {
  const done: Step = { ...step, stage: "succeeded", finishedAt: at };
  orderStatus(promotion, done, "success", "deployed", minutes);
  return withStep(promotion, step.correlationId, () => done);
}

/** Ends a step badly; what depends on it will not begin. */
export function failStep(
  promotion: Promotion,
  step: Step,
  problem: Problem,
  at: number,
  minutes: Minutes,
): Promotion {
  const failed: Step = { ...step, stage: "failed", finishedAt: at, problem };
  const byRun = problem.code === "run-failed" || problem.code === "verification-failed";
  orderStatus(promotion, failed, byRun ? "failure" : "error", byRun ? "run-failed" : "failed", minutes);
  record(minutes, "waybill", "step.failed", step.correlationId, {
    component: labelOf(step),
    code: problem.code,
  });
  return withStep(promotion, step.correlationId, () => failed);
}

/** Takes one look at the running system into account, for a component or for the environment. */
export function observeVersion(
  promotion: Promotion,
  seen: Pick<
    Extract<EnvironmentEvent, { type: "VersionObserved" }>,
    "component" | "probe" | "evidence" | "wanted"
  >,
  minutes: Minutes,
): Promotion {
  const step =
    seen.component === null
      ? null
      : (promotion.steps.find((one) => one.component === seen.component) ?? null);
  const configs =
    seen.component === null ? promotion.plan.environment.verify : componentProbes(promotion, seen.component);
  const states = seen.component === null ? promotion.probes : (step?.probes ?? []);
  const config = configs[seen.probe];
  const state = states[seen.probe];
  const asked = seen.component === null ? promotion.stage === "proving" : step?.stage === "proving";
  if (!asked || config === undefined || state === undefined || state.result !== "asking") return promotion;
  if (!isAnswerTo(seen.wanted, expectedOf(promotion, seen.component))) return promotion;
  if (step?.skipped !== undefined && !isGood(seen.evidence)) return rollOutAfterAll(promotion, step, minutes);
  const next = afterLook(state, config, seen.evidence);
  if (next.result === "asking")
    askAgain(minutes, promotion, seen.component, seen.probe, config, next.looks, config.intervalMs);
  const probes = states.map((one, index) => (index === seen.probe ? next : one));
  return step === null
    ? { ...promotion, probes }
    : settleStepProof(promotion, step, probes, seen.evidence.at, minutes);
}

/** Takes what a component's probes know into account: it has succeeded, has failed, or is asked on. */
export function settleStepProof(
  promotion: Promotion,
  step: Step,
  probes: readonly ProbeState[],
  at: number,
  minutes: Minutes,
): Promotion {
  const looked: Step = { ...step, probes };
  const now = withStep(promotion, step.correlationId, () => looked);
  const verdict = proofVerdict(probes, componentProbes(promotion, step.component));
  if (!verdict.done) return now;
  return verdict.problem === null
    ? succeedStep(now, looked, at, minutes)
    : failStep(now, looked, verdict.problem, at, minutes);
}
