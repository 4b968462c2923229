/** The queue of jobs in the world of the promises, as the store keeps it: lines by key, timers, twins, and what a parked repository holds. */
import type { Effect } from "../../src/core/effects.ts";
import type { RunObservation, WaybillEvent } from "../../src/core/events.ts";
import type { ParkReason } from "../../src/core/standing.ts";

/** A webhook. `command`: what was commented, and when. `standing`: what it calls the change, which nobody believes. */
export type Mail =
  | { readonly mail: "push" }
  | { readonly mail: "tag"; readonly version: string }
  | { readonly mail: "run"; readonly run: RunObservation }
  | { readonly mail: "standing"; readonly hint: ParkReason | null }
  | Command;

/** A comment that gives a command. */
export interface Command {
  readonly mail: "command";
  readonly verb: "promote" | "cancel" | "retry";
  readonly commentId: number;
  readonly environment: string;
  readonly version: string;
  readonly writtenAt: number;
}

export type Work =
  | { readonly kind: "event"; readonly event: WaybillEvent }
  | { readonly kind: "effect"; readonly effect: Effect }
  | { readonly kind: "delivery"; readonly mail: Mail };

/** One job, as the store keeps it. */
export interface Job {
  readonly serial: number;
  readonly lane: string;
  readonly key: string | null;
  readonly dedupe: string | null;
  work: Work;
  runAt: number;
  attempts: number;
  /** Whether it was taken before: from then on it stays the head of its line. */
  isHead: boolean;
  /** Whether it sleeps until the repository is taken up again. */
  isHeld: boolean;
}

export class Queue {
  readonly jobs: Job[] = [];
  #serial = 0;

  add(job: Pick<Job, "lane" | "key" | "dedupe" | "work" | "runAt">, coalesce = false): void {
    const queued = job.dedupe === null ? undefined : this.jobs.find((one) => one.dedupe === job.dedupe);
    if (queued !== undefined) {
      if (coalesce) queued.work = job.work;
      return;
    }
    this.#serial += 1;
    this.jobs.push({ ...job, serial: this.#serial, attempts: 0, isHead: false, isHeld: false });
  }

  /** The jobs that may be taken at a time: due, and first of their key's line. */
  due(now: number): Job[] {
    return this.jobs.filter(
      (job) => job.runAt <= now && !this.#before(job).some((other) => other.runAt <= now || other.isHead),
    );
  }

  /** When the next job may be taken; null where there is none. */
  nextDue(): number | null {
    const free = this.jobs.filter((job) => !this.#before(job).some((other) => other.isHead));
    return free.length === 0 ? null : Math.min(...free.map((job) => job.runAt));
  }

  #before({ key, serial }: Job): Job[] {
    return key === null ? [] : this.jobs.filter((other) => other.key === key && other.serial < serial);
  }

  /** Takes a job: its attempt counts from here on. */
  take(job: Job): void {
    job.attempts += 1;
    job.isHead = true;
  }

  done(job: Job): void {
    this.jobs.splice(this.jobs.indexOf(job), 1);
  }

  /** Puts a job back without counting its attempt. */
  putBack(job: Job, runAt: number, isHeld = false): void {
    job.attempts -= 1;
    Object.assign(job, { runAt, isHeld });
  }

  /** Whatever is held comes up now. */
  wake(now: number): void {
    for (const job of this.jobs.filter((one) => one.isHeld))
      Object.assign(job, { runAt: now, isHeld: false });
  }
}
