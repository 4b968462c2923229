/**
 * Whether a job may be done now. What belongs to a parked repository is held until it is taken up again, and dropped where it is lost; and a
 * job that finds its repository out of reach has somebody look how the repository stands.
 */
import type { Effect } from "../core/effects.ts";
import type { LaneEvent, WaybillEvent } from "../core/events.ts";
import type {
  ClaimedJob,
  LaneKey,
  OutOfReachError,
  RepositoryKey,
  Store,
  StoredDelivery,
} from "../core/ports.ts";
import { isLifecycleWebhook, LOOK_TIMER } from "../core/standing.ts";
import { effectJob } from "./jobs.ts";

/** Timers; all other events only say what was observed. */
const TIMERS: ReadonlySet<WaybillEvent["type"]> = new Set([
  "LookDue",
  "EnvironmentLookDue",
  "StepOverdue",
  "MergesDue",
  "ExpectedDue",
  "GatesDue",
  "ChannelDue",
]);
/** Resuming wakes what is held; this is for the case that nobody ever resumes it, so that nothing sleeps for ever. */
const HELD_AT_MOST_MS = 24 * 60 * 60_000;
/** A repository that was installed a moment ago may not be found yet: asked again after 5, 10 and 15 seconds. */
const ATTEMPTS_FOR_STRANGERS = 4;
const STRANGERS_PAUSE_MS = 5_000;
/** By so much the pauses of a webhook grow whose repository is out of reach: with its attempts that is half a day. */
const GROWTH_MS = 60_000;
/** With its attempts, one round of asking how a repository stands takes about five hours. */
const LOOK_REST_MS = 60 * 60_000;

/** The job belongs to a parked repository: it waits. */
export class HeldError extends Error {
  override readonly name = "HeldError";
  readonly repository: RepositoryKey;

  constructor(repository: RepositoryKey) {
    super("its repository is parked");
    this.repository = repository;
  }
}

/** Nothing is to come of the job: its repository is lost. */
export class DroppedError extends Error {
  override readonly name = "DroppedError";
}

/** @throws HeldError for timers of a parked repository; DroppedError where nothing new is to begin because it is lost */
export async function passEvent(store: Store, { lane, event }: LaneEvent): Promise<void> {
  if (TIMERS.has(event.type)) return pass(store, lane);
  if (event.type === "PromotionRequested" && (await store.parking(lane))?.lost === true) throw lost();
}

/** @throws HeldError, DroppedError for all but the look at how the repository stands */
export async function passEffect(store: Store, lane: LaneKey, effect: Effect): Promise<void> {
  if (effect.type !== "lookAtStanding") await pass(store, lane);
}

/** @throws HeldError, DroppedError for all but the webhooks that say how repositories stand */
export async function passDelivery(store: Store, delivery: StoredDelivery): Promise<void> {
  const { event, installation, repository } = delivery;
  if (installation === null || repository === null || isLifecycleWebhook(event)) return;
  await pass(store, { installation, repository });
}

async function pass(store: Store, { installation, repository }: RepositoryKey): Promise<void> {
  const parking = await store.parking({ installation, repository });
  if (parking?.lost === true) throw lost();
  if (parking !== null) throw new HeldError({ installation, repository });
}

function lost(): DroppedError {
  return new DroppedError("its repository is lost");
}

/** Puts a held job to sleep. */
export function hold(store: Store, job: ClaimedJob, { repository }: HeldError, now: number): Promise<void> {
  return store.hold(job, repository, now + HELD_AT_MOST_MS);
}

/** Completes a job of which nothing is to come. A command that is dropped may be heard again, should its repository come back. */
export function drop(store: Store, job: ClaimedJob, now: number): Promise<void> {
  return store.transaction(async (tx) => {
    const { lane, comment } = job.payload as Partial<LaneEvent>;
    if (job.kind === "event" && lane !== undefined && comment !== undefined)
      await tx.forgetComment(lane, comment);
    await tx.completeJob(job, now);
  });
}

/**
 * A job found its repository out of reach: it is tried again later, and somebody looks how the repository stands. Of a repository that
 * Waybill knows nothing of, or that is lost, nothing is to come: answers false where that is so, or where it was tried often enough.
 */
export async function comeBack(
  store: Store,
  job: ClaimedJob,
  error: OutOfReachError,
  now: number,
): Promise<boolean> {
  const lane: LaneKey = { ...error.repository, environment: "" };
  const isKnown = await isKnownOf(store, error.repository);
  if (!isKnown && job.attempts >= ATTEMPTS_FOR_STRANGERS) return false;
  if (!isKnown) {
    await store.retry(job, now + STRANGERS_PAUSE_MS * job.attempts, error.message);
    return true;
  }
  if ((await store.parking(error.repository))?.lost === true) return false;
  // An effect's attempt means that it may have been done; a webhook is only read, so its attempts can have an end.
  const isCounted = job.kind === "delivery";
  if (isCounted && job.attempts >= job.maxAttempts) return false;
  const effect = { type: "lookAtStanding", hint: null } as const;
  const look = effectJob(lane, { id: "standing", effect, delayMs: 0, serial: null, coalesce: false }, now);
  await store.transaction((tx) => tx.addJobs([look]));
  const retryAt = isCounted ? Math.max(error.retryAt, now + GROWTH_MS * job.attempts) : error.retryAt;
  await store.retry(job, retryAt, error.message, isCounted ? "count" : "keep");
  return true;
}

/** Whether Waybill has done anything there: a command for an environment may be all that it has ever heard of a repository. */
async function isKnownOf(store: Store, repository: RepositoryKey): Promise<boolean> {
  if ((await store.readLane({ ...repository, environment: "" })) !== null) return true;
  return (await store.environments(repository)).length > 0;
}

/** How a repository stands could not be found out, however often it was asked: it is asked again later, so that none stays parked for ever. */
export async function lookLater(
  store: Store,
  lane: LaneKey,
  { hint }: Extract<Effect, { type: "lookAtStanding" }>,
  now: number,
): Promise<void> {
  const event = { type: "StandingDoubted", at: now + LOOK_REST_MS, hint } as const;
  const wake = { type: "wake", event } as const;
  const look = { id: LOOK_TIMER, effect: wake, delayMs: LOOK_REST_MS, serial: null, coalesce: false };
  await store.transaction((tx) => tx.addJobs([effectJob(lane, look, now)]));
}
