/**
 * A world for the promises: lanes as the engine keeps them, a queue of jobs as the store keeps it, and a GitHub that runs workflows. Everything
 * that may go wrong goes wrong here when it is told to: answers are lost before or after, work is done twice after a crash, runs are observed
 * late, twice, out of order or never, and the repository is parked or lost and comes back. No clock and no chance of its own: whoever
 * drives it chooses.
 */
import { newLane, type LaneState } from "../../src/core/decide.ts";
import type { AuditEntry } from "../../src/core/decision.ts";
import type { Effect, PlannedEffect } from "../../src/core/effects.ts";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { WaybillEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import type { Promotion } from "../../src/core/promotion.ts";
import type { RepositoryLane } from "../../src/core/repository.ts";
import { isHeldTooLong } from "../../src/core/commands/late.ts";
import { LOOK_TIMER } from "../../src/core/standing.ts";
import { decideLawfully, wes } from "./given.ts";
import { Gate } from "./promises-gate.ts";
import { FakeGitHub, type Fate } from "./promises-github.ts";
import type { Run } from "./promises-runs.ts";
import { lostMail, translate } from "./promises-hearing.ts";
import { Queue, type Command, type Job, type Mail } from "./promises-queue.ts";

/** With its attempts, one round of asking how the repository stands takes so long; then it rests. */
const LOOK_REST_MS = 60 * 60_000;

/** Lanes, queue and GitHub. */
export class World extends FakeGitHub {
  readonly queue = new Queue();
  readonly gate = new Gate(this.queue);
  readonly lanes = new Map<string, LaneState>([["", newLane("")]]);
  /** The promotions that have ended, as their rows in the store show them. */
  readonly ended = new Map<PromotionId, Promotion>();
  /** Every id that was ordered, by lane, and whether it coalesces. */
  readonly ordered: { readonly lane: string; readonly planned: PlannedEffect }[] = [];
  readonly audit: AuditEntry[] = [];
  /** Promotions that had not begun when the repository was parked, for longer than anybody waits for them. */
  readonly overdue = new Set<string>();
  /** Every command that was written, heard or not. */
  readonly written: Command[] = [];
  /** The branch as it was when it was last looked at. */
  #headSeen = this.commits[0];
  #serial = 0;

  environment(name: string): EnvironmentLane {
    const lane = this.lanes.get(name) ?? newLane(name);
    if (lane.kind !== "environment") throw new Error(`${name} is no environment`);
    return lane;
  }

  repository(): RepositoryLane {
    const lane = this.lanes.get("");
    if (lane?.kind !== "repository") throw new Error("the repository has no lane");
    return lane;
  }

  // ---- what comes in

  /** A webhook arrives: it is stored, and its job waits in the repository's line. */
  receive(mail: Mail): void {
    // What says how the repository stands must not wait behind what is held.
    const key = mail.mail === "standing" ? "standing" : "deliveries";
    this.queue.add({ lane: "", key, dedupe: null, runAt: this.now, work: { kind: "delivery", mail } });
  }

  /** The reconciler looks at what no webhook has told; what it finds, it hands on itself. */
  look(): void {
    if (this.gate.parking !== null || this.away !== null) {
      this.#addEvent("", { type: "StandingDoubted", at: this.now, hint: null });
      return;
    }
    const head = this.commits.at(-1);
    const found = lostMail(this, head !== this.#headSeen);
    this.#headSeen = head;
    for (const { lane, event } of found) this.#addEvent(lane, event);
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
    this.lanes.set("", newLane(""));
    this.queue.jobs.length = 0;
  }

  /** A person who has looked: nothing of what is under way here is running. And GitHub takes comments, and tells of them. */
  personMayResolve(environment: string): boolean {
    const active = this.environment(environment).active;
    // Before anything of it has begun, what counts is what else runs there.
    const isAbout = (run: Run): boolean =>
      active?.steps.length === 0 ? run.environment === environment : run.promotionId === active?.id;
    const isQuiet = this.runs.every((run) => run.status === "completed" || !isAbout(run));
    const isHeard = this.away === null && this.gate.parking === null;
    return isHeard && active?.stage === "needs-human" && isQuiet;
  }

  // ---- the engine's part

  #addEvent(lane: string, event: WaybillEvent, runAt = this.now, dedupe: string | null = null): void {
    if (!this.lanes.has(lane)) this.lanes.set(lane, newLane(lane));
    const key = dedupe?.startsWith("wake:") === true ? null : `lane:${lane}`;
    this.queue.add({ lane, key, dedupe, runAt, work: { kind: "event", event } });
  }

  /** Does a job, with this fate. */
  work(job: Job, fate: Fate): void {
    this.queue.take(job);
    if (fate === "dies-before" || !this.gate.lets(job, this.now)) return;
    const { work } = job;
    switch (work.kind) {
      case "event":
        // One transaction: all of it or none, so dying after it is the same as having done it.
        this.queue.done(job);
        return this.#decide(job.lane, work.event);
      case "delivery":
        if (this.away !== null && this.away.reason !== "archived" && work.mail.mail !== "standing")
          return this.#outOfReach(job);
        this.queue.done(job);
        for (const { lane, event } of translate(this, work.mail)) this.#addEvent(lane, event);
        return;
      case "effect":
        return this.refuses(work.effect) ? this.#outOfReach(job) : this.#perform(job, work.effect, fate);
    }
  }

  #outOfReach(job: Job): void {
    const effect = { type: "lookAtStanding", hint: null } as const;
    if (this.gate.comesBack(job, this.now))
      this.#addEffect("", { id: "standing", effect, delayMs: 0, serial: null, coalesce: false });
  }

  #perform(job: Job, effect: Effect, fate: Fate): void {
    if (fate === "given-up" && effect.type === "lookAtStanding") {
      this.queue.done(job);
      const at = this.now + LOOK_REST_MS;
      return this.#addEvent(
        "",
        { type: "StandingDoubted", at, hint: effect.hint },
        at,
        `wake::${LOOK_TIMER}`,
      );
    }
    // Given up while it was held: it is nobody's any more.
    if (effect.type === "dispatchRun" && job.attempts <= 1 && !this.#awaits(job.lane, effect.correlationId))
      return this.queue.done(job);
    const seen = fate === "given-up" ? [this.#givenUp(effect)] : this.perform(effect, job.attempts, fate);
    if (fate === "dies-after") return;
    this.queue.done(job);
    for (const event of seen) this.#addEvent(job.lane, this.#withEnvironments(event));
  }

  #awaits(lane: string, correlationId: string): boolean {
    const steps = this.environment(lane).active?.steps ?? [];
    return steps.some((step) => step.correlationId === correlationId && step.stage === "dispatching");
  }

  /** Which environments there are, and where they report, the lanes know. */
  #withEnvironments(event: WaybillEvent): WaybillEvent {
    if (event.type !== "StandingSeen") return event;
    const environments = [...this.lanes].flatMap(([environment, lane]) =>
      lane.kind === "environment" ? [{ environment, thread: lane.active?.reportOn ?? null }] : [],
    );
    return { ...event, environments };
  }

  #decide(lane: string, event: WaybillEvent): void {
    const before = this.lanes.get(lane) ?? newLane(lane);
    // Those that ended long ago, the store remembers.
    if (event.type === "PromotionRequested" && this.ended.has(event.request.id)) return;
    const { state, effects, audit } = decideLawfully(before, event);
    this.#watchOrder(before, state);
    this.#watchOverdue(before, event, effects);
    this.#watchAbandoned(state);
    this.audit.push(...audit);
    // The ended ones are in their own rows from here on.
    if (state.kind === "environment") for (const one of state.ended) this.ended.set(one.id, one);
    const hasEnded = state.kind === "environment" && state.ended.length > 0;
    this.lanes.set(lane, hasEnded ? { ...state, ended: [] } : state);
    if (state.kind === "repository") this.gate.setParking(state.parked, this.now);
    for (const planned of effects) {
      this.ordered.push({ lane, planned });
      this.#addEffect(lane, planned);
    }
  }

  #addEffect(lane: string, { id, effect, delayMs, serial, coalesce }: PlannedEffect): void {
    const runAt = this.now + delayMs;
    if (effect.type === "wake") return this.#addEvent(lane, effect.event, runAt, `wake:${lane}:${id}`);
    if (effect.type === "tellLane")
      return this.#addEvent(effect.environment, effect.event, runAt, `tell:${lane}:${id}`);
    const key = serial === null ? null : `effect:${serial}`;
    const dedupe = `effect:${lane}:${id}`;
    this.queue.add({ lane, key, dedupe, runAt, work: { kind: "effect", effect } }, coalesce);
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

  /**
   * What nobody expects any more is not begun: of what was only waiting when nobody could act, and for too long, nothing is dispatched; and of what
   * was given up when the repository was lost, nothing more.
   */
  #watchOverdue(before: LaneState, event: WaybillEvent, effects: readonly PlannedEffect[]): void {
    if (before.kind !== "environment") return;
    if (event.type === "RepositoryResumed") {
      const open = before.active === null ? before.waiting : [before.active, ...before.waiting];
      for (const { id, stage, requestedAt } of open)
        if ((stage === "waiting" || stage === "preparing") && isHeldTooLong(requestedAt, event))
          this.overdue.add(id);
    }
    for (const { effect } of effects) {
      const id = effect.type === "recordDeployment" || effect.type === "dispatchRun" ? idOf(effect) : null;
      const isGivenUp = before.active?.problem?.code === "repository-lost" && id === before.active.id;
      if (id !== null && (isGivenUp || this.overdue.has(id))) this.broken.push(`late: ${id} is begun`);
    }
  }

  /** What may run since before the repository was lost goes on, and something else has to wait for it. */
  #watchAbandoned(state: LaneState): void {
    if (state.kind !== "environment" || state.active?.problem?.code !== "repository-lost") return;
    const { id } = state.active;
    const isRunning = this.runs.some((run) => run.promotionId === id && run.status === "in_progress");
    if (isRunning && this.gate.parking === null)
      this.gate.turns.add(state.waiting.length > 0 ? "waited for" : "goes on");
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
}

function idOf({
  correlationId,
  ...effect
}: Extract<Effect, { type: "recordDeployment" | "dispatchRun" }>): string {
  return effect.type === "recordDeployment"
    ? effect.promotionId
    : correlationId.replace(/^again-|--\d+$/g, "").replace(/-[^-]+$/, "");
}
