/**
 * Rollouts of all shapes, in which anything happens in any order: never more at a time than the environment takes, never two runs of one component,
 * never before what is needed, never more often than the config says; and every rollout ends.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "../../src/core/decide.ts";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { Step, StepPlan } from "../../src/core/promotion.ts";
import type { Effect } from "../../src/core/effects.ts";
import { newEnvironmentLane } from "../../src/core/environment.ts";
import { NOON, planOf, POLICY, prepared, requested, run, stepPlan, wes } from "./given.ts";

const NAMES = ["a", "b", "c", "d", "e"];
const PHASES = ["before", "after", "onFailure"] as const;

interface Shape {
  readonly parallel: number | null;
  readonly components: readonly {
    readonly needs: readonly number[];
    readonly retries: number;
    readonly goesOn: boolean;
    readonly limited: boolean;
    readonly claims: boolean;
  }[];
  readonly hooks: readonly number[];
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  parallel: fc.option(fc.integer({ min: 1, max: 3 })),
  components: fc.array(
    fc.record({
      needs: fc.array(fc.nat(4), { maxLength: 2 }),
      retries: fc.integer({ min: 0, max: 2 }),
      goesOn: fc.boolean(),
      limited: fc.boolean(),
      claims: fc.boolean(),
    }),
    { minLength: 1, maxLength: NAMES.length },
  ),
  hooks: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)),
});

function plansOf({ components, hooks }: Shape): StepPlan[] {
  const hook = (phase: (typeof PHASES)[number], count: number): StepPlan[] =>
    Array.from({ length: count }, (_none, index) =>
      stepPlan(`-${phase}-${index + 1}`, { kind: "hook", phase, needs: [], settings: { retries: 1 } }),
    );
  const [before, after, onFailure] = PHASES.map((phase, index) => hook(phase, hooks[index] ?? 0));
  const planned = components.map(({ needs, retries, goesOn, limited, claims }, index) =>
    stepPlan(NAMES[index] ?? "", {
      needs: [...new Set(needs.filter((need) => need < index).map((need) => NAMES[need] ?? ""))],
      claims,
      settings: {
        ...(retries > 0 ? { retries } : {}),
        ...(goesOn ? { continueOnFailure: true } : {}),
        ...(limited ? { timeoutMs: 60_000 } : {}),
      },
    }),
  );
  return [...(before ?? []), ...planned, ...(after ?? []), ...(onFailure ?? [])];
}

/** A rollout as it is driven: which runs there may be, and what went against the rules. */
class Driven {
  lane: EnvironmentLane;
  readonly broken: string[] = [];
  readonly #live = new Map<string, string>();
  readonly #dispatches = new Map<string, number>();
  readonly #parallel: number;
  #now = NOON;
  #runs = 500;

  constructor(shape: Shape) {
    this.#parallel = shape.parallel ?? Infinity;
    const limits = shape.parallel === null ? "" : `rollout: { parallel: ${shape.parallel} }`;
    const names = NAMES.map((name) => `${name}: {}`).join(", ");
    const plan = planOf("prod", `{ components: { ${names} }, environments: { prod: { ${limits} } } }`);
    this.lane = { ...newEnvironmentLane(), left: { kind: "none" } };
    for (const event of [requested({ plan }), prepared("c101", plansOf(shape))]) this.#decide(event);
  }

  /** Whatever may happen next happens, as the numbers choose. */
  step(which: number, how: number): void {
    const open = this.#steps().filter((step) => this.#eventsOf(step).length > 0);
    const step = open[which % Math.max(open.length, 1)];
    if (which % 40 === 39 && how % 2 === 0) return this.#decide(this.#cancel());
    if (step === undefined) return;
    const events = this.#eventsOf(step);
    const event = events[how % events.length];
    if (event !== undefined) this.#happen(step, event);
  }

  /** From now on all goes well. */
  finish(): void {
    for (let moves = 0; moves < 300 && this.lane.active !== null; moves += 1) {
      const step = this.#steps().find((one) => this.#eventsOf(one).length > 0);
      const event = step && this.#eventsOf(step)[0];
      if (step === undefined || event === undefined) break;
      this.#happen(step, event);
    }
  }

  #steps(): readonly Step[] {
    return this.lane.active?.steps ?? [];
  }

  /** What may be heard of a step, the best first. */
  #eventsOf({ stage, correlationId, runId, limitAt, claims }: Step): EnvironmentEvent[] {
    const at = (this.#now += 1_000);
    const known = { at, correlationId };
    const started = {
      type: "RunStarted",
      ...known,
      runId: this.#runs,
      runUrl: "https://github.example/1",
    } as const;
    const problem = { code: "dispatch-refused", detail: {} } as const;
    const ended = (conclusion: string): EnvironmentEvent => ({
      type: "RunObserved",
      at,
      run: run({ id: runId ?? 0, conclusion, title: "" }),
    });
    switch (stage) {
      case "recording":
        return [{ type: "DeploymentRecorded", ...known, deploymentId: 1 }];
      case "dispatching":
        return [
          started,
          { type: "DispatchAnswerLost", ...known },
          { type: "DispatchRefused", ...known, problem },
        ];
      case "tracing":
        return claims
          ? [started, { type: "ClaimTaken", ...known }]
          : [started, { type: "RunNotSeen", ...known, lookedLongEnough: true }];
      case "running":
        return [
          ended("success"),
          ...["failure", "timed_out", "cancelled"].map(ended),
          ...(limitAt === undefined ? [] : [{ type: "StepOverdue", at: limitAt, correlationId } as const]),
          { type: "LookDue", ...known },
        ];
      case "needs-human":
        return [this.#resolve()];
      case "pending":
      case "proving":
      case "succeeded":
      case "failed":
      case "cancelled":
      case "not-started":
        return [];
    }
  }

  #resolve(): EnvironmentEvent {
    this.#runs += 1;
    const promotionId = this.lane.active?.id ?? ("c101" as never);
    const said = { environment: "prod", promotionId, at: this.#now, by: wes, issue: 7 } as const;
    return { type: "PersonResolved", ...said, commentId: 1_000 + this.#runs };
  }

  #cancel(): EnvironmentEvent {
    this.#runs += 1;
    const name = `x${2_000 + this.#runs}`;
    const said = { environment: "prod", version: null, at: this.#now, by: wes, issue: 7 } as const;
    return { type: "PersonCancelled", ...said, name, commentId: 2_000 + this.#runs };
  }

  #happen(step: Step, event: EnvironmentEvent): void {
    this.#runs += 1;
    const isOver =
      event.type === "RunObserved" || event.type === "DispatchRefused" || event.type === "ClaimTaken";
    if (isOver) this.#live.delete(step.correlationId);
    // A person's word is for all of which nobody knew.
    if (event.type === "PersonResolved")
      for (const one of this.#steps().filter(({ stage }) => stage === "needs-human"))
        this.#live.delete(one.correlationId);
    this.#decide(event);
  }

  #decide(event: EnvironmentEvent): void {
    const before = this.lane.active?.steps ?? [];
    const { state, effects } = decide(this.lane, event, POLICY);
    if (state.kind !== "environment") throw new Error("no environment");
    this.lane = state;
    for (const { effect } of effects) if (effect.type === "dispatchRun") this.#begin(effect, before);
  }

  #begin({ correlationId }: Extract<Effect, { type: "dispatchRun" }>, before: readonly Step[]): void {
    const steps = this.lane.active?.steps ?? this.lane.ended[0]?.steps ?? [];
    const step = steps.find((one) => one.correlationId === correlationId);
    if (step === undefined) throw new Error(`${correlationId} is no step's`);
    const { component, settings, phase, needs } = step;
    if ([...this.#live.values()].includes(component)) this.broken.push(`${component} runs twice`);
    this.#live.set(correlationId, component);
    const going = [...this.#live.values()].filter((name) => !name.startsWith("-")).length;
    if (going > this.#parallel) this.broken.push(`${going} at a time`);
    const isAgain = correlationId.startsWith("again-");
    const count = (this.#dispatches.get(component) ?? 0) + (isAgain ? 0 : 1);
    this.#dispatches.set(component, count);
    if (count > (settings?.retries ?? 0) + 1) this.broken.push(`${component} is tried ${count} times`);
    const isDone = (name: string): boolean =>
      before.some((one) => one.component === name && one.stage === "succeeded") ||
      steps.some((one) => one.component === name && one.stage === "succeeded");
    const hooks = steps.filter((one) => one.phase === "before").map((one) => one.component);
    const all = steps.filter((one) => one.phase === undefined).map((one) => one.component);
    const wanted = phase === undefined ? [...hooks, ...needs] : phase === "after" ? [...hooks, ...all] : [];
    for (const name of wanted) if (!isDone(name)) this.broken.push(`${component} before ${name}`);
    const isClean = phase === "onFailure" && steps.some((one) => one.phase !== phase && this.#isLive(one));
    if (isClean) this.broken.push(`${component} while something goes on`);
  }

  #isLive({ correlationId }: Step): boolean {
    return this.#live.has(correlationId);
  }
}

describe("a rollout", () => {
  it("keeps to its order and its limits, and ends, whatever happens", () => {
    const choices = fc.array(fc.tuple(fc.nat(400), fc.nat(400)), { maxLength: 60, size: "max" });
    const ends = new Set<string>();
    fc.assert(
      fc.property(shapes, choices, (shape, chosen) => {
        const driven = new Driven(shape);
        for (const [which, how] of chosen) driven.step(which, how);
        driven.finish();
        expect(driven.broken).toEqual([]);
        expect(driven.lane.active).toBeNull();
        for (const one of driven.lane.ended) ends.add(one.stage);
      }),
      { numRuns: 300, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    );
    expect([...ends].toSorted()).toEqual(["cancelled", "delivered", "failed"]);
  });
});
