/** `/plan`: that what is planned is what happens, whatever the shape of the rollout; and what a plan says besides. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReleaseFacts } from "../../../src/core/commands/command.ts";
import type { Effect } from "../../../src/core/effects.ts";
import { decide } from "../../../src/core/decide.ts";
import { newEnvironmentLane, type EnvironmentLane } from "../../../src/core/environment.ts";
import type { EnvironmentEvent } from "../../../src/core/events.ts";
import { subjectOf, type Ahead, type PlanView } from "../../../src/core/foresight/plan.ts";
import { preparationOf, rolloutOf, roundsOf, type PlannedRun } from "../../../src/core/foresight/rollout.ts";
import type { PromotionId } from "../../../src/core/ids.ts";
import type { NewPromotion, StepPlan } from "../../../src/core/promotion.ts";
import {
  byCommand,
  givenEnvironment,
  NOON,
  planOf,
  POLICY,
  prepared,
  request,
  run,
  stepPlan,
  wes,
} from "../given.ts";
import { delivers, goes, promoted, rolledBack } from "../given-rollback.ts";
import { brings, goes as goesIn, planned, shaOf, shop, timeOf } from "../given-skips.ts";
import { come, factsFor, shopConfig } from "./given-foresight.ts";

type Dispatch = Extract<Effect, { type: "dispatchRun" }>;
type Run = Pick<PlannedRun, "workflow" | "ref" | "inputs">;

/** A run but for the id by which it is found, which is each promotion's own. */
const asRun = ({ workflow, ref, inputs }: Run) =>
  JSON.stringify([workflow, ref, { ...inputs, correlation_id: "" }]);

/** The promotion asked for in comment 999 as a plan would have it, and in comment 1000 as a command has it. */
const asked = (commentId: number, more: Partial<NewPromotion>): NewPromotion =>
  request({ ...more, cause: byCommand(commentId), id: `c${commentId}` as PromotionId });

function planned999(
  lane: EnvironmentLane,
  more: Partial<NewPromotion>,
  steps: readonly StepPlan[],
  at: number,
) {
  const subject = subjectOf(lane, asked(999, more), at);
  if ("code" in subject) throw new Error(subject.code);
  const { lane: preparing } = preparationOf(subject.lane, subject.promotion, at);
  const event = { ...prepared("c999", steps, at), promotionId: subject.promotion.id };
  if (event.type !== "RolloutPrepared") throw new Error("no");
  return roundsOf(rolloutOf(preparing, event), at);
}

/** What really runs when it is asked for, as if each run succeeded, the runs of one round before those of the next. In the order of dispatch. */
function reallyRun(
  before: EnvironmentLane,
  more: Partial<NewPromotion>,
  steps: readonly StepPlan[],
  at: number,
) {
  let lane = before;
  const rounds: Dispatch[][] = [];
  let dispatched: Dispatch[] = [];
  const happen = (event: EnvironmentEvent): void => {
    const { state, effects } = decide(lane, event, POLICY);
    if (state.kind !== "environment") throw new Error("no environment");
    lane = state;
    for (const { effect } of effects) if (effect.type === "dispatchRun") dispatched.push(effect);
    for (const { effect } of effects)
      if (effect.type === "recordDeployment")
        happen({ type: "DeploymentRecorded", at, correlationId: effect.correlationId, deploymentId: 1 });
  };
  happen({ type: "PromotionRequested", at, request: asked(1_000, more) });
  happen(prepared("c1000", steps, at));
  while (dispatched.length > 0) {
    const round = dispatched;
    rounds.push(round);
    dispatched = [];
    const ids = round.map((_one, index) => rounds.length * 100 + index);
    const runUrl = "https://github.example/1";
    for (const [index, { correlationId }] of round.entries())
      happen({ type: "RunStarted", at, correlationId, runId: ids[index] ?? 0, runUrl });
    for (const id of ids)
      happen({ type: "RunObserved", at, run: run({ id, headSha: request(more).cargo.sha, title: "" }) });
  }
  return { rounds, ended: lane.ended[0]?.stage ?? lane.active?.stage };
}

const NAMES = ["a", "b", "c", "d", "e"];
const shapes = fc.record({
  parallel: fc.option(fc.integer({ min: 1, max: 3 })),
  needs: fc.array(fc.array(fc.nat(4), { maxLength: 3 }), { minLength: 1, maxLength: NAMES.length }),
  adopts: fc.nat(31),
  hooks: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(1)),
});

function stepsOf({
  needs,
  hooks,
  adopts,
}: Omit<typeof shapes extends fc.Arbitrary<infer T> ? T : never, "parallel">) {
  const given = (component: string, more: Partial<StepPlan>) =>
    stepPlan(component, { inputs: { component, correlation_id: `x-${component}` }, ...more });
  const hook = (phase: "before" | "after" | "onFailure", count: number) =>
    Array.from({ length: count }, (_none, index) =>
      given(`-${phase}-${index + 1}`, { kind: "hook", phase, needs: [], workflow: `${phase}.yml` }),
    );
  const components = needs.map((all, index) =>
    given(NAMES[index] ?? "", {
      needs: [...new Set(all.filter((need) => need < index).map((need) => NAMES[need] ?? ""))],
      adoptsDeployment: (adopts & (1 << index)) !== 0,
      ...(index === 3 ? { ref: "main" } : {}),
    }),
  );
  return [
    ...hook("before", hooks[0]),
    ...components,
    ...hook("after", hooks[1]),
    ...hook("onFailure", hooks[2]),
  ];
}

describe("what is planned is what happens", () => {
  it("in rollouts of all shapes: the same runs, on the same refs, with the same inputs, in the order of what they need", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const limits = shape.parallel === null ? "" : `rollout: { parallel: ${shape.parallel} }`;
        const names = NAMES.map((name) => `${name}: {}`).join(", ");
        const plan = planOf("prod", `{ components: { ${names} }, environments: { prod: { ${limits} } } }`);
        const lane: EnvironmentLane = { ...newEnvironmentLane(), left: { kind: "none" } };
        const steps = stepsOf(shape);
        const rounds = planned999(lane, { plan }, steps, NOON);
        const real = reallyRun(lane, { plan }, steps, NOON);
        expect(real.ended).toBe("delivered");
        const all = (list: readonly (readonly Run[])[]) => list.flat().map(asRun);
        expect(all(rounds).toSorted()).toEqual(all(real.rounds).toSorted());
        // One at a time there is one order; without a limit, what goes side by side is what is ready.
        if (shape.parallel === 1) expect(all(rounds)).toEqual(all(real.rounds));
        if (shape.parallel === null)
          expect(rounds.map((one) => one.map(asRun).toSorted())).toEqual(
            real.rounds.map((one) => one.map(asRun).toSorted()),
          );
      }),
      { numRuns: 150 },
    );
  });

  it("what is left as it is in the plan is left as it is", () => {
    const first = [planned("api", null), planned("web", null)];
    const lane = givenEnvironment(...brings(101, "1.4.0", first, ["api"])).when(
      ...goesIn(101, "web", "1.4.0"),
    ).lane;
    const more = {
      plan: planOf("prod", shop()),
      cargo: { ...request().cargo, version: "1.5.0", sha: shaOf("1.5.0") },
    };
    const second = [planned("api", "1.4.0", "changed"), planned("web", "1.4.0", "same")];
    const at = timeOf(110);
    const rounds = planned999(lane, more, second, at);
    expect(rounds.map((one) => one.map(({ component }) => component))).toEqual([["api"]]);
    expect(rounds.flat().map(asRun)).toEqual(reallyRun(lane, more, second, at).rounds.flat().map(asRun));
  });
});

const ahead = (more: Partial<Ahead> = {}): Ahead => {
  const found = prepared("c999", [stepPlan("shop", { needs: [] })], NOON + 2_000_000);
  if (found.type !== "RolloutPrepared") throw new Error("no");
  return { prepared: found, findings: {}, took: [], ...more };
};

const staging = givenEnvironment(...delivers(1, "1.4.2")).when(...delivers(2, "1.5.0")).lane;

function plan(
  prod: EnvironmentLane | null,
  line = "/plan prod",
  found: Partial<ReleaseFacts> = {},
  text = shopConfig(),
): PlanView {
  const facts = factsFor({ lanes: { staging, ...(prod === null ? {} : { prod }) }, text });
  const result = come(line, facts, { ahead: ahead(), ...found });
  if (result.kind !== "answer" || result.answer.kind !== "plan") throw new Error(JSON.stringify(result));
  return result.answer.plan;
}

describe("a plan", () => {
  const old = givenEnvironment().when(...delivers(1, "1.4.2")).lane;

  it("takes the version that /promote would, and says what it replaces and what it goes back to", () => {
    expect(plan(old)).toMatchObject({
      does: "/promote prod 1.5.0",
      from: "1.4.2",
      back: "1.4.2",
      changeCount: 3,
      position: null,
      held: null,
      may: true,
      rounds: [[{ component: "shop", workflow: "deploy.yml", ref: "v1.5.0" }]],
    });
  });

  it("says what stands before it", () => {
    const busy = givenEnvironment(...delivers(1, "1.4.2"), promoted(5, "1.4.8")).when(
      promoted(6, "1.4.9"),
    ).lane;
    expect(plan(busy)).toMatchObject({
      position: 2,
      before: [
        { version: "1.4.8", stage: "preparing" },
        { version: "1.4.9", stage: "waiting" },
      ],
    });
  });

  it("says what would make way for it", () => {
    const automatic = promoted(3, "1.4.9", { id: "a3" as PromotionId, cause: { kind: "auto" } });
    const waiting = givenEnvironment(...delivers(1, "1.4.2"), promoted(5, "1.4.8")).when(automatic).lane;
    expect(plan(waiting)).toMatchObject({ makeWay: ["1.4.9"], before: [{ version: "1.4.8" }] });
  });

  it("asks its gates by what was found out now, and services not at all", () => {
    const gates = `{ gates: { checks: [e2e], soak: 1h, approvals: { count: 1, role: write }, external: [{ name: board, url: "https://board.example" }] } }`;
    const findings: Ahead["findings"] = {
      soak: {
        kind: "seen",
        at: NOON,
        facts: { environments: [{ environment: "staging", since: 0, longestMs: 0 }] },
      },
      checks: {
        kind: "seen",
        at: NOON,
        facts: { checks: [{ name: "e2e", state: "failed", outcome: null, url: null }] },
      },
    };
    const found = plan(old, "/plan prod", { ahead: ahead({ findings }) }, shopConfig(gates));
    expect(found).toMatchObject({
      held: { hold: { gate: "checks" }, also: [{ gate: "approvals" }] },
      open: ["soak"],
      services: ["board"],
    });
  });

  it("of what waits already is about that very promotion", () => {
    const frozen: EnvironmentEvent = {
      type: "EnvironmentFrozen",
      at: NOON,
      environment: "prod",
      until: null,
      reason: null,
      word: { by: wes, commentId: 3, ordinal: 1, issue: 7, name: "f3", answers: true },
    };
    const waiting = givenEnvironment(...delivers(1, "1.4.2"), frozen).when(promoted(8, "1.5.0")).lane;
    expect(plan(waiting)).toMatchObject({ waits: true, position: 1, held: { hold: { gate: "freeze" } } });
  });

  it.each<[string, EnvironmentLane | null, string, Partial<ReleaseFacts>, string]>([
    ["what runs there already", staging, "/plan prod 1.5.0", {}, "already-delivered"],
    ["what is older than what runs there", staging, "/plan prod 1.4.2", {}, "older-than-delivered"],
    [
      "what is on its way",
      givenEnvironment(...delivers(1, "1.4.2")).when(promoted(5, "1.5.0")).lane,
      "/plan prod",
      {},
      "already-on-its-way",
    ],
    [
      "what is in quarantine",
      givenEnvironment(...delivers(1, "1.4.2"), ...delivers(2, "1.5.0"), rolledBack(5, "1.4.2")).when(
        ...goes("c5", "1.4.2"),
      ).lane,
      "/plan prod",
      {},
      "quarantined",
    ],
    ["a tag off the branch", old, "/plan prod", { onBranch: false }, "off-branch"],
  ])("would refuse %s, as /promote does", (_what, lane, line, found, code) => {
    expect(plan(lane, line, found)).toMatchObject({ problem: { code }, rounds: [] });
  });

  it("says what would be found only right before it begins", () => {
    const problem = { code: "workflow-missing", detail: {} } as const;
    const refused = {
      type: "RolloutRefused",
      at: NOON,
      promotionId: "c999" as PromotionId,
      problem,
    } as const;
    expect(plan(old, "/plan prod", { ahead: ahead({ prepared: refused }) })).toMatchObject({
      problem: null,
      unfit: { code: "workflow-missing" },
      rounds: [],
    });
  });
});
