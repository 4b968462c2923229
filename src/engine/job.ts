/** One job: doing it, and putting it back where it could not be done. */
import type { Effect } from "../core/effects.ts";
import type { LaneEvent } from "../core/events.ts";
import { givenUp } from "../core/given-up.ts";
import {
  FenceLostError,
  RetryLaterError,
  StoreUnavailableError,
  type ClaimedJob,
  type DeliveryTranslator,
  type EffectPerformer,
  type LaneKey,
  type Logger,
} from "../core/ports.ts";
import { decideEvent, passOn, tellGivenUp, type StepContext } from "./step.ts";

export interface JobContext extends StepContext {
  readonly translator: DeliveryTranslator;
  readonly performer: EffectPerformer;
  readonly logger: Logger;
}

interface EffectPayload {
  readonly lane: LaneKey;
  readonly effect: Effect;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15 * 60_000;

/** The pause before the next attempt, in milliseconds: doubling from half a second to a quarter of an hour. */
export function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_PAUSE_MS);
}

/** Does one job to its end, whatever the end is. Never rejects: what goes wrong is put into the store, or left to the lease. */
export async function doJob(context: JobContext, job: ClaimedJob): Promise<void> {
  try {
    await perform(context, job);
  } catch (error) {
    await putBack(context, job, error).catch((trouble: unknown) => {
      context.logger.error(
        { job: job.id, error: describeError(trouble) },
        "a job could not be put back; its lease will run out",
      );
    });
  }
}

async function perform(context: JobContext, job: ClaimedJob): Promise<void> {
  // Whoever took it for the last time died over it: found again, it is given up aloud instead of killing the next one.
  if (job.attempts > job.maxAttempts) throw new Error("every attempt ended with the process");
  switch (job.kind) {
    case "event":
      return decideEvent(context, job, job.payload as LaneEvent);
    case "delivery": {
      const { deliveryId } = job.payload as { deliveryId: string };
      const delivery = await context.store.delivery(deliveryId);
      const events = delivery === null ? [] : await context.translator.translate(delivery);
      return passOn(context, job, events);
    }
    case "effect": {
      const { lane, effect } = job.payload as EffectPayload;
      const seen = await context.performer.perform(lane, effect, job.attempts);
      return passOn(
        context,
        job,
        seen.map((event) => ({ lane, event })),
      );
    }
  }
}

async function putBack(context: JobContext, job: ClaimedJob, error: unknown): Promise<void> {
  const { store, clock, logger } = context;
  if (error instanceof FenceLostError) {
    logger.warn({ job: job.id }, "a job went to another worker; this one's work on it is dropped");
    return;
  }
  if (error instanceof StoreUnavailableError) throw error;
  const message = describeError(error);
  if (error instanceof RetryLaterError) return store.retry(job, error.retryAt, message, "keep");
  if (job.attempts < job.maxAttempts) {
    logger.warn(
      { job: job.id, kind: job.kind, attempt: job.attempts, error: message },
      "a job failed; it will be tried again",
    );
    return store.retry(job, clock.now() + pauseAfter(job.attempts), message);
  }
  logger.error({ job: job.id, kind: job.kind, error: message }, "a job was given up");
  if (job.kind === "effect") await reportGivenUp(context, job, message);
  await store.bury(job, clock.now(), message);
}

/** Tells the environment's lane, so that people hear of it; the repository's lane has nothing that hangs on one effect. */
async function reportGivenUp(context: JobContext, job: ClaimedJob, message: string): Promise<void> {
  const { lane, effect } = job.payload as EffectPayload;
  if (lane.environment === "") return;
  await tellGivenUp(context, job, lane, givenUp(effect, message, context.clock.now()));
}

/** An error in one line, for logs and for the job's row. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
