/** The gate of the world of the promises: what `src/engine/gate.ts` lets be done, holds and drops. */
import type { WaybillEvent } from "../../src/core/events.ts";
import type { Parked } from "../../src/core/standing.ts";
import type { Job, Queue, Work } from "./promises-queue.ts";

const TIMERS: ReadonlySet<WaybillEvent["type"]> = new Set(["LookDue", "MergesDue", "ExpectedDue"]);
const HELD_AT_MOST_MS = 24 * 60 * 60_000;
const LEAST_PAUSE_MS = 60_000;
/** A webhook is only read, so its attempts can have an end. */
const DELIVERY_ATTEMPTS = 40;

export class Gate {
  /** Whether the repository is parked, as the queue knows it; null while it is not. */
  parking: { readonly isLost: boolean } | null = null;
  /** What came to nothing because the repository was lost. */
  readonly dropped: Work[] = [];
  /** Everything that it ever did, by its name. */
  readonly turns = new Set<string>();
  readonly #queue: Queue;

  constructor(queue: Queue) {
    this.#queue = queue;
  }

  /** The queue hears how the repository stands in the transaction in which its lane does; what is held finds out for itself then. */
  setParking(parked: Parked | null, now: number): void {
    const isLost = parked?.lost === true;
    if ((parked === null) === (this.parking === null) && isLost === (this.parking?.isLost === true)) return;
    this.parking = parked === null ? null : { isLost };
    if (parked === null || isLost) this.#queue.wake(now);
  }

  /** Whether a job may be done now; it is held or dropped where it may not. */
  lets(job: Job, now: number): boolean {
    const isNever = this.parking?.isLost === true && (isHeld(job.work) || isRequest(job.work));
    if (isNever) this.#drop(job);
    else if (this.parking !== null && isHeld(job.work)) {
      this.turns.add(`held ${job.work.kind}`);
      this.#queue.putBack(job, now + HELD_AT_MOST_MS, true);
    } else return true;
    return false;
  }

  /** A job found its repository out of reach: whether it is tried again, and somebody is to look how that stands. */
  comesBack(job: Job, now: number): boolean {
    const isRead = job.work.kind === "delivery";
    if (this.parking?.isLost === true || (isRead && job.attempts >= DELIVERY_ATTEMPTS)) {
      this.#drop(job);
      return false;
    }
    this.turns.add(`out of reach ${job.work.kind}`);
    // An effect's attempt means that it may have been done.
    if (isRead) job.runAt = now + LEAST_PAUSE_MS * job.attempts;
    else this.#queue.putBack(job, now + LEAST_PAUSE_MS);
    return true;
  }

  #drop(job: Job): void {
    this.turns.add(`dropped ${job.work.kind}`);
    this.dropped.push(job.work);
    this.#queue.done(job);
  }
}

/** What a parked repository holds: timers, webhooks about what goes on in it, and all effects but the look at how it stands. */
function isHeld(work: Work): boolean {
  switch (work.kind) {
    case "event":
      return TIMERS.has(work.event.type);
    case "effect":
      return work.effect.type !== "lookAtStanding";
    case "delivery":
      return work.mail.mail !== "standing";
  }
}

/** What is not even begun in a lost one. */
function isRequest(work: Work): boolean {
  return work.kind === "event" && work.event.type === "PromotionRequested";
}
