/**
 * A world for the promises: lanes as the engine keeps them, a queue of jobs as the store keeps it, and a GitHub that runs workflows. Everything
 * that may go wrong goes wrong here when it is told to: answers are lost before or after, work is done twice after a crash, runs are observed
 * late, twice, out of order or never. No clock and no chance of its own: whoever drives it chooses.
 */
import { newLane, type LaneState } from "../../src/core/decide.ts";
import type { Effect, PlannedEffect } from "../../src/core/effects.ts";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { RunObservation, WaybillEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import type { Cargo, PromotionCause } from "../../src/core/promotion.ts";
import { decideLawfully, notes, sha, wes } from "./given.ts";
import { FakeGitHub, type Fate, type Run } from "./promises-github.ts";

/** One job of the queue, as the store keeps it. */
export interface Job {
  readonly serial: number;
  readonly lane: string;
  readonly kind: "event" | "effect";
  readonly key: string | null;
  readonly dedupe: string | null;
  runAt: number;
  attempts: number;
  event: WaybillEvent | null;
  effect: Effect | null;
}

/** Lanes, queue and GitHub. */
export class World extends FakeGitHub {
  readonly lanes = new Map<string, LaneState>();
  readonly jobs: Job[] = [];
  /** Every id that was ordered, by lane, and whether it coalesces. */
  readonly ordered: { readonly lane: string; readonly planned: PlannedEffect }[] = [];
  #serial = 0;

  environment(name: string): EnvironmentLane {
    const lane = this.lanes.get(name) ?? newLane(name);
    if (lane.kind !== "environment") throw new Error(`${name} is no environment`);
    return lane;
  }

  // ---- what people do

  merge(): void {
    this.commits.push(sha(this.commits.length.toString(16).padStart(2, "0")));
  }

  tag(version: string): void {
    if (!this.tags.has(version)) this.tags.set(version, this.commits.at(-1) ?? sha("0"));
  }

  /** The webhook of a command: what it comes to once GitHub was asked. */
  commandHeard(commentId: number, environment: string, version: string): void {
    const cause: PromotionCause = { kind: "command", by: wes, commentId, issue: 7 };
    const plan = this.plans.find((one) => one.environment.name === environment);
    const at = this.tags.get(version);
    if (plan === undefined || at === undefined) return;
    const cargo: Cargo = { version, sha: at, tag: `v${version}`, ref: `v${version}` };
    const id = `c${commentId}` as PromotionId;
    this.#addEvent(environment, {
      type: "PromotionRequested",
      at: this.now,
      request: { id, environment, cargo, cause, reportOn: 7, plan },
    });
  }

  /** The webhook of a push: it only says "look again", so what it comes to is what is there now. */
  pushHeard(): void {
    const head = this.commits.at(-1) ?? sha("0");
    const newest = [...this.tags].reduce((best, one) =>
      this.place(one[1]) >= this.place(best[1]) ? one : best,
    );
    const count = this.place(head) - this.place(newest[1]);
    const version = newest[0].replace(/\d+$/, (patch) => String(Number(patch) + 1));
    this.#addEvent("", {
      type: "BranchMoved",
      at: this.now,
      head,
      notes: notes(head, count),
      version,
      plans: this.plans,
    });
  }

  tagHeard(version: string): void {
    const at = this.tags.get(version);
    if (at === undefined) return;
    const release = { version, tag: `v${version}`, sha: at, prerelease: false };
    this.#addEvent("", {
      type: "ReleaseTagged",
      at: this.now,
      release,
      notes: notes(at, 1),
      plans: this.plans,
    });
    this.pushHeard();
  }

  runHeard(observation: RunObservation): void {
    for (const [name, lane] of this.lanes)
      if (lane.kind === "environment")
        this.#addEvent(name, { type: "RunObserved", at: this.now, run: observation });
  }

  personResolves(environment: string): void {
    this.#serial += 1;
    this.#addEvent(environment, {
      type: "PersonResolved",
      at: this.now,
      by: wes,
      commentId: 10_000 + this.#serial,
      issue: 7,
      environment,
      promotionId: this.environment(environment).active?.id ?? ("c0" as PromotionId),
    });
  }

  /** From one moment to the next it is another installation's: what the lanes knew and what was queued is gone, what runs goes on. */
  beginAnew(): void {
    this.lanes.clear();
    this.jobs.length = 0;
  }

  // ---- the engine's part

  /** The jobs that may be taken now: due, and first of their key's line. */
  due(): Job[] {
    return this.jobs.filter(
      (job) =>
        job.runAt <= this.now &&
        (job.key === null ||
          !this.jobs.some(
            (other) =>
              other.key === job.key &&
              other.serial < job.serial &&
              (other.runAt <= this.now || other.attempts > 0),
          )),
    );
  }

  nextDue(): number | null {
    return this.jobs.length === 0 ? null : Math.min(...this.jobs.map((job) => job.runAt));
  }

  #addEvent(lane: string, event: WaybillEvent, runAt = this.now, dedupe: string | null = null): void {
    if (!this.lanes.has(lane)) this.lanes.set(lane, newLane(lane));
    const isTimer = dedupe?.startsWith("wake:") === true;
    this.#add({
      lane,
      kind: "event",
      key: isTimer ? null : `lane:${lane}`,
      dedupe,
      runAt,
      event,
      effect: null,
    });
  }

  #add(job: Omit<Job, "serial" | "attempts">, coalesce = false): void {
    const queued = job.dedupe === null ? undefined : this.jobs.find((one) => one.dedupe === job.dedupe);
    if (queued !== undefined) {
      if (coalesce) queued.effect = job.effect;
      return;
    }
    this.#serial += 1;
    this.jobs.push({ ...job, serial: this.#serial, attempts: 0 });
  }

  /** Does a job, with this fate. */
  work(job: Job, fate: Fate): void {
    job.attempts += 1;
    if (fate === "dies-before") return;
    if (job.event !== null) {
      // One transaction: all of it or none, so dying after it is the same as having done it.
      this.#remove(job);
      return this.#decide(job.lane, job.event);
    }
    if (job.effect === null) throw new Error("a job without work");
    const seen =
      fate === "given-up" ? [this.#givenUp(job.effect)] : this.perform(job.effect, job.attempts, fate);
    if (fate === "dies-after") return;
    this.#remove(job);
    for (const event of seen) this.#addEvent(job.lane, event);
  }

  #remove(job: Job): void {
    this.jobs.splice(this.jobs.indexOf(job), 1);
  }

  #decide(lane: string, event: WaybillEvent): void {
    const before = this.lanes.get(lane) ?? newLane(lane);
    const { state, effects } = decideLawfully(before, event);
    this.#watchOrder(before, state);
    // The ended ones are in their own rows from here on.
    this.lanes.set(lane, state.kind === "environment" ? { ...state, ended: [] } : state);
    for (const planned of effects) {
      this.ordered.push({ lane, planned });
      const { effect } = planned;
      const runAt = this.now + planned.delayMs;
      if (effect.type === "wake") this.#addEvent(lane, effect.event, runAt, `wake:${lane}:${planned.id}`);
      else if (effect.type === "tellLane")
        this.#addEvent(effect.environment, effect.event, runAt, `tell:${lane}:${planned.id}`);
      else {
        const key = planned.serial === null ? null : `effect:${planned.serial}`;
        this.#add(
          { lane, kind: "effect", key, dedupe: `effect:${lane}:${planned.id}`, runAt, event: null, effect },
          planned.coalesce,
        );
      }
    }
  }

  /** First in, first out: whoever starts has no earlier command waiting behind it. */
  #watchOrder(before: LaneState, after: LaneState): void {
    if (before.kind !== "environment" || after.kind !== "environment") return;
    const started = after.active;
    if (started === null || started.id === before.active?.id || started.cause.kind !== "command") return;
    for (const { cause, id } of after.waiting) {
      if (cause.kind === "command" && cause.commentId < started.cause.commentId)
        this.broken.push(`P3: ${started.id} started before ${id}`);
    }
  }

  #givenUp(effect: Effect): WaybillEvent {
    return {
      type: "EffectGivenUp",
      at: this.now,
      effect: effect.type,
      promotionId: "promotionId" in effect ? effect.promotionId : null,
      correlationId: "correlationId" in effect ? effect.correlationId : null,
      error: "Error: GitHub answered 502",
    };
  }

  /** A person who has looked: nothing of what is under way here is running. */
  personMayResolve(environment: string): boolean {
    const active = this.environment(environment).active;
    // Before anything of it has begun, what counts is what else runs there.
    const isAbout = (run: Run): boolean =>
      active?.steps.length === 0 ? run.environment === environment : run.promotionId === active?.id;
    const isQuiet = this.runs.every((run) => run.status === "completed" || !isAbout(run));
    return active?.stage === "needs-human" && isQuiet;
  }
}
