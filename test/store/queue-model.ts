/** The queue's rules in their simplest form, to hold the store against. No database, no index, no batch: one job after the other. */
import type { NewJob } from "../../src/core/ports.ts";

export interface ModelJob {
  readonly id: number;
  readonly job: NewJob;
  state: "waiting" | "ready" | "running" | "done" | "dead";
  timer: boolean;
  coalesces: boolean;
  payload: unknown;
  runAt: number;
  attempts: number;
  owner: string;
  leaseUntil: number;
}

export class QueueModel {
  readonly jobs: ModelJob[] = [];

  add(job: NewJob, now: number): void {
    const twin = this.#queuedTwin(job.dedupe);
    if (twin !== undefined) {
      if (job.coalesce) Object.assign(twin, { payload: job.payload, coalesces: true });
      return;
    }
    const before = this.jobs.filter((one) => one.timer && one.job.key === job.key);
    const behind = job.inOrder === true && job.key !== null ? before.map((one) => one.runAt) : [];
    const runAt = Math.max(job.runAt, ...behind);
    this.jobs.push({
      id: this.jobs.length,
      job,
      state: job.key === null ? "ready" : "waiting",
      timer: job.key !== null && (runAt > now || behind.length > 0),
      coalesces: job.coalesce === true,
      payload: job.payload,
      runAt,
      attempts: 0,
      owner: "",
      leaseUntil: 0,
    });
    this.#promote(job.key);
  }

  claim(owner: string, now: number, limit: number, leaseUntil: number): ModelJob[] {
    for (const timer of this.jobs.filter((job) => job.timer && job.runAt <= now)) timer.timer = false;
    for (const { job } of this.jobs) this.#promote(job.key);
    const due = this.jobs
      .filter((job) => job.state === "ready" && job.runAt <= now)
      .sort((a, b) => a.job.priority - b.job.priority || a.runAt - b.runAt || a.id - b.id)
      .slice(0, limit);
    for (const job of due)
      Object.assign(job, { state: "running", owner, leaseUntil, attempts: job.attempts + 1 });
    return due;
  }

  end(job: ModelJob, state: "done" | "dead"): void {
    job.state = state;
    this.#promote(job.job.key);
  }

  putBack(job: ModelJob, runAt: number, attempts: number): void {
    const twin = this.#queuedTwin(job.job.dedupe);
    if (twin !== undefined) {
      twin.state = "done";
      twin.timer = false;
      if (twin.coalesces) job.payload = twin.payload;
    }
    Object.assign(job, { state: "ready", runAt, attempts });
    if (twin !== undefined) this.#promote(twin.job.key);
  }

  sweep(now: number, all: boolean): number {
    const orphans = this.jobs.filter((job) => job.state === "running" && (all || job.leaseUntil <= now));
    for (const job of orphans) this.putBack(job, job.runAt, job.attempts);
    return orphans.length;
  }

  counts(): Record<ModelJob["state"], number> {
    const counts = { waiting: 0, ready: 0, running: 0, done: 0, dead: 0 };
    for (const { state } of this.jobs) counts[state] += 1;
    return counts;
  }

  nextDue(): number | null {
    const times = this.jobs.filter((job) => job.state === "ready" || job.timer).map((job) => job.runAt);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** What must hold at any time: one head a key, and no line without one. */
  violations(): string[] {
    const keys = new Set(this.jobs.flatMap(({ job }) => (job.key === null ? [] : [job.key])));
    return [...keys].flatMap((key) => {
      const line = this.jobs.filter(({ job }) => job.key === key);
      const heads = line.filter(({ state }) => state === "ready" || state === "running").length;
      const waits = line.some(({ state, timer }) => state === "waiting" && !timer);
      return heads > 1 || (waits && heads === 0) ? [`${key} has ${heads} heads`] : [];
    });
  }

  #queuedTwin(dedupe: string | null): ModelJob | undefined {
    if (dedupe === null) return undefined;
    return this.jobs.find(
      ({ job, state }) => job.dedupe === dedupe && (state === "waiting" || state === "ready"),
    );
  }

  #promote(key: string | null): void {
    if (key === null) return;
    const line = this.jobs.filter(({ job }) => job.key === key);
    if (line.some(({ state }) => state === "ready" || state === "running")) return;
    const next = line.find(({ state, timer }) => state === "waiting" && !timer);
    if (next !== undefined) next.state = "ready";
  }
}
