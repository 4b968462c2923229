/** The stories of hooks: before the components, after them, and when something has failed. */
import { describe, expect, it } from "vitest";
import type { HookPhase } from "../../src/core/config/index.ts";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { StepPlan } from "../../src/core/promotion.ts";
import { looked } from "./given-road.ts";
import {
  active,
  givenEnvironment,
  NOON,
  planOf,
  prepared,
  requested,
  run,
  stepPlan,
  wes,
  type Outcome,
} from "./given.ts";
import { at } from "./given-step.ts";

const hook = (name: string, phase: HookPhase, more: Partial<StepPlan> = {}): StepPlan =>
  stepPlan(name, { workflow: `${phase}.yml`, needs: [], inputs: {}, kind: "hook", phase, ...more });
const PLANS = [
  hook("-before-1", "before"),
  hook("-before-2", "before"),
  stepPlan("api"),
  stepPlan("web"),
  hook("-after-1", "after"),
  hook("-on-failure-1", "onFailure"),
  hook("-on-failure-2", "onFailure"),
];
const NAMES = PLANS.map(({ component }) => component);
const UNPROVEN = planOf(
  "prod",
  "{ components: { api: {}, web: { needs: [api] } }, environments: { prod: {} } }",
);

const rollout = (plans = PLANS, plan = UNPROVEN) =>
  givenEnvironment(requested({ plan }), prepared("c101", plans));

/** A step's whole way: its deployment, where it is a component's, its run, and how that ends. */
function goes(name: string, conclusion: string | null = "success"): EnvironmentEvent[] {
  const correlationId = `c101-${name}`;
  const runId = 500 + NAMES.indexOf(name);
  const isHook = name.startsWith("-");
  return [
    ...(isHook ? [] : [{ type: "DeploymentRecorded", at, correlationId, deploymentId: runId } as const]),
    { type: "RunStarted", at, correlationId, runId, runUrl: `https://github.example/runs/${runId}` },
    ...(conclusion === null
      ? []
      : [{ type: "RunObserved", at: at + 1_000, run: run({ id: runId, conclusion }) } as const]),
  ];
}
const before = [...goes("-before-1"), ...goes("-before-2")];
const components = [...before, ...goes("api"), ...goes("web")];

const begins = (then: Outcome<EnvironmentLane>): string[] => [
  ...then.all("dispatchRun").map(({ correlationId }) => correlationId),
  ...then.all("recordDeployment").map(({ correlationId }) => correlationId),
];
const stages = (then: Outcome<EnvironmentLane>): string[] =>
  (then.lane.active ?? then.lane.ended[0])?.steps.map(({ stage }) => stage) ?? [];

describe("hooks before the components", () => {
  it("run first, one after the other, without a deployment", () => {
    const first = givenEnvironment(requested({ plan: UNPROVEN })).when(prepared("c101", PLANS));
    expect(begins(first)).toEqual(["c101--before-1"]);
    expect(first.all("recordDeployment")).toEqual([]);
    expect(begins(rollout().when(...goes("-before-1")))).toEqual(["c101--before-2"]);
    expect(begins(rollout().when(...before))).toEqual(["c101-api"]);
  });

  it("stop everything where one fails; what is there for failures runs all the same", () => {
    const then = rollout().when(...goes("-before-1", "failure"));
    expect(begins(then)).toEqual(["c101--on-failure-1"]);
    expect(active(then.lane)).toMatchObject({ stage: "rolling", failing: { code: "run-failed" } });
    expect(then.only("liveComment").view).toMatchObject({ failing: true, problem: { code: "run-failed" } });
    const over = rollout()
      .and(...goes("-before-1", "failure"), ...goes("-on-failure-1"))
      .when(...goes("-on-failure-2"));
    expect(over.lane.ended[0]).toMatchObject({ stage: "failed", problem: { code: "run-failed" } });
    expect(stages(over)).toEqual([
      "failed",
      "not-started",
      "not-started",
      "not-started",
      "not-started",
      "succeeded",
      "succeeded",
    ]);
    // No component of the release was run.
    expect(over.lane.disturbed).toBeNull();
  });

  it("are named by their workflow where something is said of them", () => {
    const then = rollout(PLANS.slice(0, 4)).when(...goes("-before-1", "failure"));
    expect(then.only("comment").view).toMatchObject({
      problem: { detail: { component: "before.yml" } },
      steps: [{ component: "before.yml", hook: "before", stage: "failed" }, {}, {}, {}],
    });
  });
});

describe("hooks after the components", () => {
  it("run when all of them have succeeded, and before the proof", () => {
    expect(begins(rollout().when(...components))).toEqual(["c101--after-1"]);
    const over = rollout()
      .and(...components)
      .when(...goes("-after-1"));
    expect(over.lane.delivered).toHaveLength(1);
    expect(begins(over)).toEqual([]);
    expect(over.all("comment")[0]?.view).toMatchObject({ template: "receipt", proven: false });
  });

  it("do not run where one of them has failed, whatever else goes on", () => {
    const plans = PLANS.map((plan) =>
      plan.component === "web" ? { ...plan, settings: { continueOnFailure: true as const } } : plan,
    );
    const then = rollout(plans).when(...before, ...goes("api"), ...goes("web", "failure"));
    expect(begins(then)).toEqual(["c101--on-failure-1"]);
  });

  it("that fail keep the release from being delivered", () => {
    const then = rollout(PLANS.slice(0, 5))
      .and(...components)
      .when(...goes("-after-1", "failure"));
    expect(then.lane.delivered).toEqual([]);
    expect(then.lane.disturbed).toMatchObject({ kind: "failed", version: "1.5.0" });
  });
});

describe("hooks for failures", () => {
  const failed = () => rollout().and(...before, ...goes("api", "failure"));

  it("run one after the other, and hold the environment until they have ended", () => {
    const next = requested({ plan: UNPROVEN, cause: { kind: "auto" } });
    const then = failed()
      .and(next)
      .when(...goes("-on-failure-1"));
    expect(begins(then)).toEqual(["c101--on-failure-2"]);
    expect(then.all("prepareRollout")).toEqual([]);
    expect(then.all("comment")).toEqual([]);
  });

  it("change nothing of the outcome, however they end", () => {
    const then = failed()
      .and(...goes("-on-failure-1", "failure"))
      .when(...goes("-on-failure-2"));
    expect(then.only("comment").view).toMatchObject({
      template: "failure",
      problem: { code: "run-failed", detail: { component: "api" } },
    });
    expect(stages(then).slice(-2)).toEqual(["failed", "succeeded"]);
  });

  it("are asked for nobody's right: whoever wanted the release may have lost it", () => {
    expect(
      rollout()
        .when(...before, ...goes("api", "failure"))
        .only("dispatchRun").cause,
    ).toEqual({ kind: "auto" });
    expect(
      rollout()
        .when(...goes("-before-1"))
        .only("dispatchRun").cause,
    ).toMatchObject({ kind: "command" });
  });

  it("are tried again where the config says so", () => {
    const plans = PLANS.map((plan) =>
      plan.phase === "onFailure" ? { ...plan, settings: { retries: 1 } } : plan,
    );
    const then = rollout(plans)
      .and(...before, ...goes("api", "failure"))
      .when(...goes("-on-failure-1", "failure"));
    expect(begins(then)).toEqual(["c101--on-failure-1--2"]);
  });

  it("run as well where the running system says something else", () => {
    const plan = planOf(
      "prod",
      `{ components: { api: {} }, environments: { prod: { verify: { url: "https://shop.example/version", deadline: 1m } } } }`,
    );
    const proving = rollout([stepPlan("api"), hook("-on-failure-1", "onFailure")], plan).and(...goes("api"));
    const then = proving.when(looked("1.4.2", NOON + 120_000));
    expect(begins(then)).toEqual(["c101--on-failure-1"]);
    const over = proving.and(looked("1.4.2", NOON + 120_000)).when(...goes("-on-failure-1"));
    expect(over.only("comment").view).toMatchObject({
      problem: { code: "reported-other-version" },
      evidence: [{ observed: "1.4.2" }],
    });
    expect(over.lane.delivered).toEqual([]);
  });

  it("do not run where nothing ran, and are not shown where nothing has failed", () => {
    const refused: EnvironmentEvent = {
      type: "DispatchRefused",
      at,
      correlationId: "c101--before-1",
      problem: { code: "dispatch-refused", detail: {} },
    };
    const then = rollout().when(refused);
    expect(begins(then)).toEqual([]);
    expect(then.only("comment").view).toMatchObject({ template: "failure" });
    const shown = rollout()
      .when(...before)
      .only("liveComment").view;
    expect("steps" in shown && shown.steps.map((step) => "hook" in step && step.hook)).toEqual([
      "before",
      "before",
      false,
      false,
      "after",
    ]);
  });

  it("do not run where a person has cancelled it: nothing more begins", () => {
    const cancel: EnvironmentEvent = {
      type: "PersonCancelled",
      environment: "prod",
      version: null,
      name: "x110",
      at,
      by: wes,
      commentId: 110,
      issue: 7,
    };
    const running = rollout().and(...before, ...goes("api", null), cancel);
    const then = running.when({
      type: "RunObserved",
      at: at + 2_000,
      run: run({ id: 502, conclusion: "cancelled" }),
    });
    expect(begins(then)).toEqual([]);
    expect(then.only("comment").view).toMatchObject({
      template: "cancelled",
      places: [{ component: "api" }, { component: "web" }],
    });
    const late = failed()
      .and(...goes("-on-failure-1", null))
      .when(cancel);
    expect(late.only("cancelRun").runId).toBe(500 + NAMES.indexOf("-on-failure-1"));
  });

  it("of which nobody knows how one ended keep the environment taken, and ask for a person", () => {
    const then = failed()
      .and(...goes("-on-failure-1", null))
      .when({ type: "RunGone", at, correlationId: "c101--on-failure-1" });
    expect(active(then.lane).stage).toBe("needs-human");
    expect(then.only("comment").view).toMatchObject({
      problem: { code: "run-gone", detail: { component: "onFailure.yml" } },
    });
  });
});
