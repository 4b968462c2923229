/**
 * The worker: takes due jobs, does them, and puts back what could not be done. Everything it knows is in the store,
 * so it may be killed at any point.
 */
import { StoreUnavailableError, type ClaimedJob } from "../core/ports.ts";
import { describeError, doJob, type JobContext } from "./job.ts";

export interface WorkerOptions extends JobContext {
  /** A name that no other process has, now or after a restart. */
  readonly owner: string;
  /** How many jobs at a time. Default: 8. */
  readonly concurrency?: number;
  /** How long a job is this worker's without renewal. Default: half a minute, so that what a dead replica had in hand is not long in limbo. */
  readonly leaseMs?: number;
  /** How often the store is asked although nothing hinted at work. Default: a second. */
  readonly pollMs?: number;
}

interface InHand {
  readonly job: ClaimedJob;
  readonly done: Promise<void>;
}

/** One process's hands. Several of them, in one process or in many, may work on one store. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #concurrency: number;
  readonly #leaseMs: number;
  readonly #pollMs: number;
  readonly #inHand = new Map<number, InHand>();
  #running = false;
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  #timer: NodeJS.Timeout | undefined;
  #renewal: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? 8;
    this.#leaseMs = options.leaseMs ?? 30_000;
    this.#pollMs = options.pollMs ?? 1_000;
  }

  start(): void {
    this.#running = true;
    this.#stopListening = this.#options.store.onWork(() => this.wake());
    this.#renewal = setInterval(() => void this.#renewLeases(), this.#leaseMs / 3);
    this.wake();
  }

  /** A hint that there may be work: looks now, or once more after the look that is under way. */
  wake(): void {
    if (!this.#running) return;
    if (this.#looking !== null) {
      this.#lookAgain = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#looking = this.#takeWork()
      .catch((error: unknown) => this.#onStoreTrouble(error))
      .finally(() => {
        this.#looking = null;
        if (this.#lookAgain) {
          this.#lookAgain = false;
          this.wake();
        }
      });
  }

  /** Takes no more jobs, and waits up to `patienceMs` for those in hand; the rest are found again at the next start. */
  async stop(patienceMs: number): Promise<void> {
    this.#running = false;
    this.#stopListening?.();
    clearInterval(this.#renewal);
    await this.#looking;
    clearTimeout(this.#timer);
    const { promise: patience, resolve } = Promise.withResolvers<void>();
    const limit = setTimeout(resolve, patienceMs);
    await Promise.race([patience, Promise.allSettled([...this.#inHand.values()].map(({ done }) => done))]);
    clearTimeout(limit);
  }

  async #takeWork(): Promise<void> {
    const { store, clock, owner } = this.#options;
    // What is written together ends together: then it is one look for all of them, and not one for the first and one for the others.
    await new Promise((resolve) => setImmediate(resolve));
    const room = this.#concurrency - this.#inHand.size;
    if (room <= 0 || !this.#running) return;
    const now = clock.now();
    const jobs = await store.claim(owner, now, room, now + this.#leaseMs);
    for (const job of jobs) this.#take(job);
    // With a full load the next job that ends looks again, as does a hint that came meanwhile; else what falls due while these go on must not wait for them.
    if (jobs.length === room || this.#lookAgain || !this.#running) return;
    const due = await store.nextDue();
    const wait = due === null ? this.#pollMs : Math.min(Math.max(due - clock.now(), 1), this.#pollMs);
    this.#timer = setTimeout(() => this.wake(), wait);
  }

  /**
   * A job that this worker has in hand already (its lease ran out over it) is begun anew only when that attempt has ended: side by side, neither would
   * find what the other is about to do.
   */
  #take(job: ClaimedJob): void {
    const before = this.#inHand.get(job.id)?.done;
    const doing =
      before === undefined ? doJob(this.#options, job) : before.then(() => doJob(this.#options, job));
    const inHand: InHand = {
      job,
      done: doing.finally(() => {
        if (this.#inHand.get(job.id) === inHand) this.#inHand.delete(job.id);
        this.wake();
      }),
    };
    this.#inHand.set(job.id, inHand);
  }

  #onStoreTrouble(error: unknown): void {
    const isOutage = error instanceof StoreUnavailableError;
    this.#options.logger.error(
      { error: describeError(error) },
      isOutage ? "the store did not answer; trying again" : "looking for work failed",
    );
    this.#timer = setTimeout(() => this.wake(), this.#pollMs);
  }

  /** Renews only what really runs here, and looks for what other workers left behind: one that died is noticed by those that live. */
  async #renewLeases(): Promise<void> {
    const { store, clock, owner } = this.#options;
    try {
      const jobs = [...this.#inHand.values()].map(({ job }) => job);
      if (jobs.length > 0) await store.renew(owner, jobs, clock.now() + this.#leaseMs);
      if ((await store.sweep(clock.now(), false)) > 0) this.wake();
    } catch (error) {
      this.#onStoreTrouble(error);
    }
  }
}
