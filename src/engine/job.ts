/** One job: doing it, and putting it back where it could not be done. */
import type { Effect } from "../core/effects.ts";
import type { LaneEvent } from "../core/events.ts";
import { isKnownEvent } from "../core/decide.ts";
import { givenUp, hearerOf } from "../core/given-up.ts";
import {
  FenceLostError,
  ofNewer,
  OutOfReachError,
  RetryLaterError,
  StoreUnavailableError,
  UnreadableDeliveryError,
  type ClaimedJob,
  type DeliveryTranslator,
  type EffectPerformer,
  type LaneKey,
  type Logger,
} from "../core/ports.ts";
import { crossOutCredentials } from "../core/secrets.ts";
import { causeOfEffect, causeOfEvent, type Cause } from "./cause.ts";
import {
  comeBack,
  drop,
  DroppedError,
  HeldError,
  hold,
  lookLater,
  passDelivery,
  passEffect,
  passEvent,
} from "./gate.ts";
import { performLook, subjectOf, type Reconciling } from "./reconcile.ts";
import { logFields, logReport, type JobOutcome, type JobReport } from "./report.ts";
import { decideEvent, passOn, tellGivenUp, type StepContext } from "./step.ts";

export interface JobContext extends StepContext {
  readonly translator: DeliveryTranslator;
  readonly performer: EffectPerformer;
  /** Absent where nobody looks for what webhooks missed. */
  readonly reconciling?: Reconciling;
  readonly logger: Logger;
  /** Runs work so that every log line written meanwhile carries the fields. Default: as it is. */
  readonly withLogFields?: <Result>(
    fields: Readonly<Record<string, unknown>>,
    work: () => Promise<Result>,
  ) => Promise<Result>;
  /** Hears how each attempt ended, after the log. */
  readonly onReport?: (report: JobReport) => void;
}

interface EventPayload extends LaneEvent {
  readonly cause?: Cause;
}

interface EffectPayload {
  readonly lane: LaneKey;
  readonly effect: Effect;
  readonly cause?: Cause;
}

/** What is known of a job, and learned while it is done. */
type Draft = { -readonly [Member in "type" | "lane" | "cause" | "ledTo"]: JobReport[Member] };

interface Ending {
  readonly outcome: JobOutcome;
  readonly error: string | null;
  readonly retryAt: number | null;
}

const DONE: Ending = { outcome: "done", error: null, retryAt: null };

/** Nobody reads on after this many characters. */
const LONGEST_ERROR = 2_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15 * 60_000;

/** The pause before the next attempt, in milliseconds: doubling from half a second to a quarter of an hour. */
export function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_PAUSE_MS);
}

/** Does one job to its end, whatever the end is. Never rejects: what goes wrong is put into the store, or left to the lease. */
export async function doJob(context: JobContext, job: ClaimedJob): Promise<void> {
  const started = performance.now();
  const draft = draftOf(job);
  await within(context, draft, async () => {
    const ending = await endingOf(context, job, draft);
    const { id, kind, attempts: attempt } = job;
    const durationMs = performance.now() - started;
    const report: JobReport = { job: id, kind, attempt, durationMs, ...draft, ...ending };
    logReport(context.logger, report);
    context.onReport?.(report);
  });
}

function within<Result>(
  context: JobContext,
  { lane, cause }: Draft,
  work: () => Promise<Result>,
): Promise<Result> {
  return context.withLogFields === undefined ? work() : context.withLogFields(logFields(lane, cause), work);
}

function draftOf(job: ClaimedJob): Draft {
  const nothing = { lane: null, ledTo: [] };
  switch (job.kind) {
    case "event": {
      const { lane, event, cause = {} } = job.payload as EventPayload;
      return { ...nothing, type: event.type, lane, cause: causeOfEvent(event, cause, null) };
    }
    case "effect": {
      const { lane, effect, cause = {} } = job.payload as EffectPayload;
      return { ...nothing, type: effect.type, lane, cause: causeOfEffect(effect, cause) };
    }
    case "delivery": {
      const { deliveryId } = job.payload as { deliveryId: string };
      return { ...nothing, type: "unknown", cause: { delivery: deliveryId } };
    }
    case "look": {
      const subject = subjectOf(job);
      return {
        ...nothing,
        type: subject.kind,
        lane: subject.kind === "repository" ? subject : null,
        cause: {},
      };
    }
  }
}

async function endingOf(context: JobContext, job: ClaimedJob, draft: Draft): Promise<Ending> {
  try {
    await perform(context, job, draft);
    return DONE;
  } catch (error) {
    return putBack(context, job, error).catch((trouble: unknown) => ({
      outcome: "unsettled",
      error: describeError(trouble),
      retryAt: null,
    }));
  }
}

async function perform(context: JobContext, job: ClaimedJob, draft: Draft): Promise<void> {
  // Whoever took it for the last time died over it: found again, it is given up aloud instead of killing the next one.
  if (job.attempts > job.maxAttempts) throw new Error("every attempt ended with the process");
  switch (job.kind) {
    case "event": {
      const { lane, event, cause = {} } = job.payload as EventPayload;
      if (!isKnownEvent(event)) throw ofNewer(event, context.clock);
      await passEvent(context.store, { lane, event });
      Object.assign(draft, await decideEvent(context, job, { lane, event }, cause));
      return;
    }
    case "delivery":
      return translate(context, job, draft);
    case "effect": {
      const { lane, effect } = job.payload as EffectPayload;
      await passEffect(context.store, lane, effect);
      const seen = await context.performer.perform(lane, effect, job.attempts);
      const events = seen.map((event) => ({ lane, event }));
      await passOn(context, job, events, draft.cause);
      draft.ledTo = seen.map(({ type }) => type);
      return;
    }
    case "look": {
      const { reconciling } = context;
      if (reconciling === undefined) throw new Error("a look was queued where nobody looks");
      draft.ledTo = await performLook(context, reconciling, job);
    }
  }
}

async function translate(context: JobContext, job: ClaimedJob, draft: Draft): Promise<void> {
  const { deliveryId } = job.payload as { deliveryId: string };
  const delivery = await context.store.delivery(deliveryId);
  if (delivery === null) return passOn(context, job, [], draft.cause);
  const { event, installation, repository } = delivery;
  draft.type = event;
  if (installation !== null && repository !== null) draft.lane = { installation, repository };
  await passDelivery(context.store, delivery);
  const events = await within(context, draft, () => context.translator.translate(delivery));
  await passOn(context, job, events, draft.cause);
  draft.ledTo = events.map((one) => one.event.type);
}

async function putBack(context: JobContext, job: ClaimedJob, error: unknown): Promise<Ending> {
  const { store, clock } = context;
  const message = describeError(error);
  if (error instanceof FenceLostError) return { outcome: "overtaken", error: message, retryAt: null };
  if (error instanceof StoreUnavailableError) throw error;
  if (error instanceof HeldError) {
    await hold(store, job, error, clock.now());
    return { outcome: "held", error: null, retryAt: null };
  }
  if (error instanceof OutOfReachError && (await comeBack(store, job, error, clock.now())))
    return { outcome: "held", error: message, retryAt: error.retryAt };
  if (error instanceof DroppedError || error instanceof OutOfReachError) {
    await drop(store, job, clock.now());
    return { outcome: "dropped", error: message, retryAt: null };
  }
  if (error instanceof RetryLaterError) {
    await store.retry(job, error.retryAt, message, "keep");
    return { outcome: "limited", error: message, retryAt: error.retryAt };
  }
  if (job.attempts < job.maxAttempts && !(error instanceof UnreadableDeliveryError)) {
    const retryAt = clock.now() + pauseAfter(job.attempts);
    await store.retry(job, retryAt, message);
    return { outcome: "failed", error: message, retryAt };
  }
  if (job.kind === "effect") await reportGivenUp(context, job, message);
  await store.bury(job, clock.now(), message);
  return { outcome: "given-up", error: message, retryAt: null };
}

/** Tells the lane that it concerns, so that people hear of it, and what they wait for is tried anew. */
async function reportGivenUp(context: JobContext, job: ClaimedJob, message: string): Promise<void> {
  const { lane, effect, cause = {} } = job.payload as EffectPayload;
  const event = givenUp(effect, message, context.clock.now());
  if (effect.type === "lookAtStanding") return lookLater(context.store, lane, effect, context.clock.now());
  // In the repository's own lane nothing hangs on the others: they are courtesies, or asked again by the next webhook.
  if (lane.environment === "" && event.type === "EffectGivenUp") return;
  await tellGivenUp(context, job, hearerOf(lane, effect), event, cause);
}

/** An error in one line, for logs and for the job's row; without credentials, as what failed may quote what was sent. */
export function describeError(error: unknown): string {
  // What answers over HTTP often says no more than its status.
  const status = error instanceof Error && "status" in error ? ` ${String(error.status)}` : "";
  const text = error instanceof Error ? `${error.name}${status}: ${error.message}` : String(error);
  return crossOutCredentials(text.slice(0, LONGEST_ERROR));
}
