/** The stories of one component's step: from its deployment record over its dispatch to its run. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent, RunObservation } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import {
  active,
  givenEnvironment,
  planOf,
  prepared,
  requested,
  sha,
  stepPlan,
  tagged,
  POLICY,
} from "./given.ts";
import {
  correlationId,
  at,
  runUrl,
  recorded,
  started,
  gone,
  observed,
  givenUp,
  begun,
  step,
} from "./given-step.ts";

describe("recording and dispatching", () => {
  it("the deployment is recorded first, then the run is dispatched on the tag, once", () => {
    const then = begun().when(recorded);
    expect(then.only("dispatchRun")).toMatchObject({
      type: "dispatchRun",
      correlationId,
      workflow: "deploy.yml",
      ref: "v1.5.0",
      inputs: { component: "api" },
    });
    expect(step(then.lane)).toMatchObject({ stage: "dispatching", deploymentId: 31, dispatchedAt: at });
    expect(begun().and(recorded).when(recorded).ordered).toEqual([]);
  });

  it("where the workflow makes the deployment itself, it is dispatched at once, and the deployment adopted after the run", () => {
    const then = givenEnvironment(requested()).when(
      prepared("c101", [stepPlan("api", { adoptsDeployment: true })]),
    );
    expect(then.all("recordDeployment")).toEqual([]);
    expect(then.only("dispatchRun").correlationId).toBe(correlationId);
    const after = begun({ adoptsDeployment: true }).and(started).when(observed());
    expect(after.only("adoptDeployment")).toMatchObject({ runId: 501, sha: sha("a1"), environment: "prod" });
    // Statuses of an adopted deployment are its own job's to set.
    expect(after.all("setDeploymentStatus").filter((one) => one.deploymentId === 31)).toEqual([]);
  });

  it("GitHub does not record the deployment: failed, nothing was dispatched", () => {
    const then = begun().when(givenUp("recordDeployment"));
    expect(then.all("dispatchRun")).toEqual([]);
    expect(step(then.lane)).toMatchObject({ stage: "failed", problem: { code: "github-refused" } });
    expect(step(then.lane, "web").stage).toBe("not-started");
    expect(then.only("comment").view).toMatchObject({ template: "failure", ended: true });
  });

  it.each(["recording", "dispatching"])(
    "GitHub refuses while it is %s: failed with GitHub's own words",
    (stage) => {
      const refused: EnvironmentEvent = {
        type: "DispatchRefused",
        at,
        correlationId,
        problem: {
          code: "dispatch-refused",
          detail: { status: 403, message: "no", workflow: "deploy.yml", ref: "v1.5.0" },
        },
      };
      const then = (stage === "recording" ? begun() : begun().and(recorded)).when(refused);
      expect(then.lane.ended[0]).toMatchObject({ stage: "failed", problem: { code: "dispatch-refused" } });
    },
  );

  it("the run is known: it is followed, its deployment is in progress, and it is looked at again after a while", () => {
    const then = begun().and(recorded).when(started);
    expect(then.only("setDeploymentStatus")).toMatchObject({
      deploymentId: 31,
      state: "in_progress",
      logUrl: runUrl,
      environmentUrl: "https://shop.example",
    });
    const [wake] = then.effects.filter((one) => one.effect.type === "wake");
    expect(wake).toMatchObject({
      delayMs: POLICY.lookEveryMs,
      effect: { event: { type: "LookDue", at: at + POLICY.lookEveryMs } },
    });
    expect(step(then.lane)).toMatchObject({ stage: "running", runId: 501, runUrl });
  });

  it("what is said of a component that is not part of it means nothing", () => {
    expect(begun().when({ ...recorded, correlationId: "c101-db" }).ordered).toEqual([]);
  });
});

describe("the webhook overtakes the answer to the dispatch", () => {
  const named = (more: Partial<RunObservation> = {}) =>
    observed({ status: "in_progress", conclusion: null, ...more });

  it("a run whose name carries the correlation id is ours, and the answer says nothing new", () => {
    const then = begun().and(recorded).when(named());
    expect(step(then.lane)).toMatchObject({ stage: "running", runId: 501 });
    expect(begun().and(recorded, named()).when(started).ordered).toEqual([]);
  });

  it("even a run that is over already", () => {
    const then = begun().and(recorded).when(observed());
    expect(step(then.lane).stage).toBe("succeeded");
    expect(then.only("recordDeployment").component).toBe("web");
  });

  it.each<[string, Partial<RunObservation>]>([
    ["a longer id", { title: "Deploy c101-api-2" }],
    ["a part of a word", { title: "xc101-api" }],
    ["another promotion's id", { title: "Deploy c10-api" }],
    ["another workflow", { workflow: "test.yml" }],
    ["a run that was not dispatched", { dispatched: false }],
    ["somebody else's run", { byWaybill: false }],
    ["a re-run", { attempt: 2 }],
  ])("but not %s", (_what, more) => {
    const then = begun().and(recorded).when(named(more));
    expect(step(then.lane)).toMatchObject({ stage: "dispatching", runId: null });
    expect(then.ordered).toEqual([]);
  });
});

describe("a run", () => {
  const running = () => begun().and(recorded, started);

  it("succeeds: its deployment says so, and what needs it begins", () => {
    const then = running().when(observed());
    expect(then.all("setDeploymentStatus")).toMatchObject([{ deploymentId: 31, state: "success" }]);
    expect(then.only("recordDeployment").component).toBe("web");
    expect(step(then.lane)).toMatchObject({ stage: "succeeded", finishedAt: at + 5_000 });
  });

  it("is seen to be under way: nothing to do", () => {
    expect(running().when(observed({ status: "in_progress", conclusion: null })).ordered).toEqual([]);
  });

  it.each([
    "failure",
    "cancelled",
    "timed_out",
    "startup_failure",
    "stale",
    "action_required",
    "neutral",
    "skipped",
    null,
  ])("ends with %s: what needs it is not started, and a comment says so", (conclusion) => {
    const then = running().when(observed({ conclusion }));
    expect(then.all("recordDeployment")).toEqual([]);
    expect(then.all("setDeploymentStatus")).toMatchObject([{ state: "failure" }]);
    expect(step(then.lane, "web").stage).toBe("not-started");
    expect(then.only("comment").view).toMatchObject({
      template: "failure",
      problem: { code: "run-failed", detail: { conclusion: conclusion ?? "unknown", component: "api" } },
    });
    expect(then.lane.active).toBeNull();
  });

  it("is observed twice: counted once", () => {
    expect(running().and(observed()).when(observed()).ordered).toEqual([]);
  });

  it("of somebody else is none of ours", () => {
    expect(running().when(observed({ id: 999, title: "Deploy" })).ordered).toEqual([]);
  });

  it("runs another commit than was shown: it is stopped, and holds the environment until it has stopped", () => {
    const wrong = { headSha: sha("bad"), status: "in_progress", conclusion: null } as const;
    const stopping = running().when(observed(wrong));
    expect(stopping.only("cancelRun")).toEqual({ type: "cancelRun", runId: 501 });
    expect(active(stopping.lane).stage).toBe("rolling");
    expect(running().and(observed(wrong)).when(observed(wrong)).all("cancelRun")).toEqual([]);
    const then = running()
      .and(observed(wrong))
      .when(observed({ ...wrong, status: "completed", conclusion: "cancelled" }));
    expect(then.only("comment").view).toMatchObject({
      problem: { code: "run-wrong-commit", detail: { ran: sha("bad"), wanted: sha("a1") } },
    });
    expect(then.lane.active).toBeNull();
  });

  it("of a build is on the branch, whose head may have moved on: the commit is its input", () => {
    const build = requested({
      id: "m1" as PromotionId,
      plan: planOf("dev"),
      cause: { kind: "merge" },
      cargo: { version: "1.5.0-dev.1", sha: sha("b1"), tag: null, ref: "main" },
    });
    const then = givenEnvironment(
      build,
      prepared("m1", [stepPlan("api")]),
      { ...recorded, correlationId: "m1-api" },
      { ...started, correlationId: "m1-api" },
    ).when(observed({ headSha: sha("bad") }));
    expect(then.lane.delivered).toMatchObject([{ version: "1.5.0-dev.1", sha: sha("b1") }]);
  });

  it("is re-run by somebody before its own end was seen: it counts for nothing, and its end ends the rollout", () => {
    const rerun = { attempt: 2, status: "in_progress", conclusion: null } as const;
    expect(running().when(observed(rerun)).ordered).toEqual([]);
    const then = running()
      .and(observed(rerun))
      .when(observed({ attempt: 2 }));
    expect(then.only("comment").view).toMatchObject({ ended: true, problem: { code: "run-rerun" } });
    // While the first attempt's end is heard in time, the re-run means nothing.
    const inTime = running()
      .and(observed())
      .when(observed({ attempt: 2, conclusion: "failure" }));
    expect(inTime.ordered).toEqual([]);
  });

  it("is looked at again and again while it runs, each look under a name of its own", () => {
    const due = (time: number): EnvironmentEvent => ({ type: "LookDue", at: time, correlationId });
    const first = running().when(due(at + 60_000));
    expect(first.only("lookAtRun")).toEqual({ type: "lookAtRun", correlationId, runId: 501 });
    const second = running()
      .and(due(at + 60_000))
      .when(due(at + 120_000));
    const wakes = [...first.ordered, ...second.ordered].filter((name) => name.startsWith("wake:"));
    expect(new Set(wakes).size).toBe(2);
    expect(
      running()
        .and(observed())
        .when(due(at + 60_000)).ordered,
    ).toEqual([]);
  });

  it("is deleted: a person is asked by a new comment, the environment stays taken, nothing new begins", () => {
    const next = requested({ id: "c102" as PromotionId, cargo: tagged("1.6.0", sha("a2")) });
    const then = running().and(next).when(gone);
    expect(then.only("comment").view).toMatchObject({ ended: false, problem: { code: "run-gone" } });
    expect(active(then.lane)).toMatchObject({ id: "c101", stage: "needs-human" });
    expect(then.all("prepareRollout")).toEqual([]);
  });

  it("seemed deleted but is heard of after all: it goes on", () => {
    const back = running()
      .and(gone)
      .when(observed({ status: "in_progress", conclusion: null }));
    expect(active(back.lane).stage).toBe("rolling");
    // The looks at it never ended.
    expect(back.all("wake")).toEqual([]);
    const looking = running()
      .and(gone)
      .when({ type: "LookDue", at: at + 60_000, correlationId });
    expect(looking.only("lookAtRun").runId).toBe(501);
    const over = running().and(gone).when(observed());
    expect(step(over.lane)).toMatchObject({ stage: "succeeded", problem: null });
    expect(over.only("recordDeployment").component).toBe("web");
  });
});
