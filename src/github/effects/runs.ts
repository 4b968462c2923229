/**
 * Dispatching workflows and following their runs. There is no idempotency key at GitHub: a dispatch is sent once, and where the
 * answer is lost the run is looked for, never dispatched again (GITHUB.md, dispatching workflows).
 * https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event
 */
import { lateToBegin } from "../../core/commands/late.ts";
import type { EnvironmentEvent } from "../../core/events.ts";
import { OutOfReachError, RetryLaterError } from "../../core/ports.ts";
import { commandFor, namesCorrelation, type Problem } from "../../core/promotion.ts";
import { firstAttempt, observationOf } from "../runs.ts";
import { readClaim, takeClaimRef } from "../claims.ts";
import type { RepositoryClient } from "../client.ts";
import { failureOf, type GitHubFailure } from "../failure.ts";
import { webUrl } from "../addresses.ts";
import { isBelieved, place, type EffectContext, type Performer } from "./effect.ts";
import { objectionBeforeDispatch } from "./prepare.ts";

const PAGE = 100;
/** A run that was just created may be missing for a moment, and an App may lose sight of all of them for some. */
const GONE = { statuses: [404, 410], forMs: 60_000 };
/** 409: it has ended already; 404: it is gone. Either way there is nothing left to cancel. */
const OVER = { statuses: [404, 409] };
/** What was looked at when the rollout was prepared counts for this long. */
const LOOK_HOLDS_MS = 30_000;
const SEND_AGAIN_MS = 15_000;
const GIVE_UP_MS = 60 * 60_000;

type Dispatch = Parameters<typeof dispatchRun>[1];

export const dispatchRun: Performer<"dispatchRun"> = async (context, effect) => {
  const { clock, attempt } = context;
  const { correlationId } = effect;
  const lost = (): EnvironmentEvent => ({ type: "DispatchAnswerLost", at: clock.now(), correlationId });
  // An earlier attempt may have reached GitHub although nobody heard the answer.
  if (attempt > 1) return [lost()];
  const refused = (problem: Problem): EnvironmentEvent => ({
    type: "DispatchRefused",
    at: clock.now(),
    correlationId,
    problem,
  });
  if (!(await isAwaited(context, effect))) return [];
  const objection = latenessOf(effect, clock.now()) ?? (await lastLook(context, effect));
  if (objection !== null) return [refused(objection)];
  const first = await sendTwice(context, effect, true);
  const answer = isAboutRunDetails(first) ? await sendTwice(context, effect, false) : first;
  switch (answer.kind) {
    case "started":
      return [
        { type: "RunStarted", at: clock.now(), correlationId, runId: answer.runId, runUrl: answer.url },
      ];
    case "limited":
      throw new RetryLaterError(answer.message, answer.retryAt);
    case "refused": {
      const { status, message } = answer;
      const { workflow, ref } = effect;
      return [refused({ code: "dispatch-refused", detail: { status, message, workflow, ref } })];
    }
    case "unsure":
    case "unnamed":
      return [lost()];
  }
};

/**
 * Whether its lane still waits for this very dispatch. A promotion may have been given up while the order for it was held, because its repository was
 * lost; should that come back before the order is dropped, something else may have the environment by then (promise P1).
 */
async function isAwaited({ lanes, lane }: EffectContext, { correlationId }: Dispatch): Promise<boolean> {
  const { installation, repository, environment } = lane;
  const known = await lanes.environment(installation, repository, environment);
  const isDispatched = known?.active?.steps.some(
    (step) => step.correlationId === correlationId && step.stage === "dispatching",
  );
  return known === null || isDispatched === true;
}

/** Nothing of it has begun, and it was held for so long that whoever asked for it does not expect it any more. */
function latenessOf({ begins, plan, ...promotion }: Dispatch, now: number): Problem | null {
  const command = commandFor({ ...promotion, environment: plan.environment.name });
  return begins === undefined ? null : lateToBegin(command, begins, now);
}

/** Looks once more at what was looked at when the rollout was prepared, if that was a while ago. */
async function lastLook(context: EffectContext, effect: Dispatch): Promise<Problem | null> {
  if (context.clock.now() - effect.preparedAt < LOOK_HOLDS_MS) return null;
  try {
    return await objectionBeforeDispatch(context, effect);
  } catch (error) {
    throw notSent(error, effect, context.clock.now());
  }
}

/**
 * Nothing was sent yet, so this attempt does not count: a later one must not take the answer for lost. Past an hour it counts, so that
 * it ends in words.
 */
export function notSent(error: unknown, effect: Dispatch, now: number): unknown {
  if (error instanceof RetryLaterError) return error;
  const failure = failureOf(error, now);
  if (failure.kind === "limited") return new RetryLaterError(failure.message, failure.retryAt);
  return now - effect.preparedAt < GIVE_UP_MS
    ? new RetryLaterError(failure.message, now + SEND_AGAIN_MS)
    : error;
}

type Sent =
  | GitHubFailure
  | { readonly kind: "started"; readonly runId: number; readonly url: string }
  | { readonly kind: "unnamed" };

/** A refusal counts when it is said twice: right after the push GitHub may not know the tag yet. What a server does not know it has not looked at. */
async function sendTwice(context: EffectContext, effect: Dispatch, details: boolean): Promise<Sent> {
  const first = await send(context, effect, details);
  const isWord = first.kind !== "refused" || (details && isAboutRunDetails(first));
  return isWord ? first : send(context, effect, details);
}

async function send({ client, clock }: EffectContext, effect: Dispatch, details: boolean): Promise<Sent> {
  try {
    const { data } = await client.octokit.rest.actions.createWorkflowDispatch({
      ...place(client),
      workflow_id: effect.workflow,
      ref: effect.ref,
      inputs: effect.inputs,
      ...(details ? { return_run_details: true } : {}),
    });
    const made = data as unknown as { workflow_run_id?: number; html_url?: string } | undefined;
    if (typeof made?.workflow_run_id !== "number") return { kind: "unnamed" };
    return {
      kind: "started",
      runId: made.workflow_run_id,
      url: made.html_url ?? runUrl(client, made.workflow_run_id),
    };
  } catch (error) {
    // Refused before it was looked at: the repository cannot be written to for now.
    if (error instanceof OutOfReachError) throw error;
    return failureOf(error, clock.now());
  }
}

/** Older GHES does not know the field, and refuses it before anything happens. */
function isAboutRunDetails(sent: Sent): boolean {
  return (
    sent.kind === "refused" &&
    (sent.status === 400 || sent.status === 422) &&
    /return_run_details/.test(sent.message)
  );
}

function runUrl(client: RepositoryClient, runId: number): string {
  return `${webUrl(client)}/actions/runs/${runId}`;
}

export const traceRun: Performer<"traceRun"> = async ({ client, clock, lostAnswerWaitMs }, effect) => {
  const { correlationId, since } = effect;
  const claimed = effect.claims ? await readClaim(client, correlationId) : null;
  if (claimed?.by === "run") {
    return [
      {
        type: "RunStarted",
        at: clock.now(),
        correlationId,
        runId: claimed.runId,
        runUrl: runUrl(client, claimed.runId),
      },
    ];
  }
  if (claimed?.by === "waybill") return [{ type: "ClaimTaken", at: clock.now(), correlationId }];
  const listed = await findByName(client, effect.workflow, correlationId);
  if (listed !== null)
    return [{ type: "RunStarted", at: clock.now(), correlationId, runId: listed.id, runUrl: listed.url }];
  return [
    {
      type: "RunNotSeen",
      at: clock.now(),
      correlationId,
      lookedLongEnough: clock.now() - since >= lostAnswerWaitMs,
    },
  ];
};

/** Among the newest runs; no filter by time, because GitHub's clock and ours may differ by hours. */
async function findByName(client: RepositoryClient, workflow: string, correlationId: string) {
  const { data } = await client.octokit.rest.actions.listWorkflowRuns({
    ...place(client),
    workflow_id: workflow,
    event: "workflow_dispatch",
    per_page: PAGE,
  });
  const runs = data.workflow_runs.map((run) => observationOf(run, client.botLogin));
  return runs.find((run) => run?.byWaybill === true && namesCorrelation(run.title, correlationId)) ?? null;
}

/** Takes the claim in the run's stead. If that succeeds, no run of this correlation id can ever begin. */
export const takeClaim: Performer<"takeClaim"> = async ({ client, clock }, effect) => {
  const { correlationId } = effect;
  const holder = await takeClaimRef(client, correlationId, effect.sha);
  if (holder.by === "waybill") return [{ type: "ClaimTaken", at: clock.now(), correlationId }];
  return [
    {
      type: "RunStarted",
      at: clock.now(),
      correlationId,
      runId: holder.runId,
      runUrl: runUrl(client, holder.runId),
    },
  ];
};

export const lookAtRun: Performer<"lookAtRun"> = async (context, effect) => {
  const { client, clock, lane } = context;
  try {
    const { data } = await client.octokit.rest.actions.getWorkflowRun({
      ...place(client),
      run_id: effect.runId,
    });
    // Run again by a person before its end was heard of: what counts is how the first attempt ended.
    const counted = (data.run_attempt ?? 1) > 1 ? await firstAttempt(client, effect.runId) : data;
    const run = observationOf(counted, client.botLogin);
    if (run === null) return [];
    const at = clock.now();
    const observed = { type: "RunObserved", at, run } as const;
    if (counted.status !== "waiting") return [observed];
    // The webhook by which it asks to be let in may be lost.
    const { environment } = lane;
    return [observed, { type: "ProtectionAsked", at, environment, run, deploymentId: null }];
  } catch (error) {
    if (!isBelieved(context, error, GONE)) throw error;
    return [{ type: "RunGone", at: clock.now(), correlationId: effect.correlationId }];
  }
};

export const cancelRun: Performer<"cancelRun"> = async (context, effect) => {
  const { client } = context;
  const run = { ...place(client), run_id: effect.runId };
  try {
    if (effect.force === true) await client.octokit.rest.actions.forceCancelWorkflowRun(run);
    else await client.octokit.rest.actions.cancelWorkflowRun(run);
  } catch (error) {
    if (!isBelieved(context, error, OVER)) throw error;
  }
  return [];
};

/** Forgets a claim long after any run that could still ask for it (a run lives 35 days at most). */
export const removeClaim: Performer<"removeClaim"> = async (context, effect) => {
  const { client } = context;
  try {
    await client.octokit.rest.git.deleteRef({
      ...place(client),
      ref: `waybill/claims/${effect.correlationId}`,
    });
  } catch (error) {
    if (!isBelieved(context, error)) throw error;
  }
  return [];
};
