/** The stories of a step's limits: how long it may take, how often it is tried, what its failure holds up. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import { active, givenEnvironment, NOON, prepared, requested, run, stepPlan, wes } from "./given.ts";
import { at, begun, claimed, gone, lost, notSeen, observed, recorded, started, step } from "./given-step.ts";

const MINUTE = 60_000;
const SECOND = "c101-api--2";

const failure = observed({ conclusion: "failure" });
const running = (settings: object) => begun({ settings }).and(recorded, started);
const retried = (retries = 2) => running({ retries }).and(failure);
const startedAgain = { ...started, correlationId: SECOND, runId: 502 } as const;

describe("a step that may be tried again", () => {
  it("is run once more when its run has failed, under a name of its own, with the same deployment", () => {
    const then = begun({ settings: { retries: 2 }, inputs: { correlation_id: "c101-api" } })
      .and(recorded, started)
      .when(failure);
    expect(then.only("dispatchRun")).toMatchObject({
      correlationId: SECOND,
      inputs: { correlation_id: SECOND },
      ref: "v1.5.0",
    });
    expect(then.all("recordDeployment")).toEqual([]);
    expect(step(then.lane)).toMatchObject({
      stage: "dispatching",
      runId: null,
      deploymentId: 31,
      attempts: [{ correlationId: "c101-api", conclusion: "failure", problem: "run-failed" }],
    });
    expect(then.all("comment")).toEqual([]);
    expect(then.only("liveComment").view).toMatchObject({
      steps: [{ attempt: { number: 2, of: 3 }, earlier: [{ conclusion: "failure" }] }, {}],
    });
  });

  it("goes on as if nothing had happened when that one succeeds", () => {
    const then = retried()
      .and(startedAgain)
      .when(observed({ id: 502, title: `Deploy ${SECOND}` }));
    expect(then.only("recordDeployment").component).toBe("web");
    expect(step(then.lane)).toMatchObject({ stage: "succeeded", problem: null });
  });

  it("is tried no more often than the config says, then it has failed", () => {
    const last = retried(1)
      .and(startedAgain)
      .when(observed({ id: 502, conclusion: "failure" }));
    expect(last.all("dispatchRun")).toEqual([]);
    expect(last.lane.ended[0]).toMatchObject({ stage: "failed", problem: { code: "run-failed" } });
    expect(last.all("removeClaim").map(({ correlationId }) => correlationId)).toEqual(["c101-api", SECOND]);
  });

  it.each(["timed_out", "startup_failure"])("that ended with %s is tried again", (conclusion) => {
    expect(running({ retries: 1 }).when(observed({ conclusion })).all("dispatchRun")).toHaveLength(1);
  });

  it.each(["cancelled", "action_required", "neutral", "stale", null])(
    "that ended with %s is not: a person has stopped it, or nobody knows",
    (conclusion) => {
      const then = running({ retries: 1 }).when(observed({ conclusion }));
      expect(then.all("dispatchRun")).toEqual([]);
      expect(then.lane.ended[0]?.stage).toBe("failed");
    },
  );

  it("is not tried again where its end is not known", () => {
    const rerun = running({ retries: 3 }).when(observed({ attempt: 2, conclusion: "failure" }));
    expect(rerun.all("dispatchRun")).toEqual([]);
    expect(running({ retries: 3 }).when(gone).all("dispatchRun")).toEqual([]);
  });

  it("is not tried again once the rollout is doomed, or was cancelled", () => {
    const side = begun({ settings: { retries: 1 } }, [stepPlan("web", { needs: [] })])
      .and(recorded, started)
      .and(
        { ...recorded, correlationId: "c101-web", deploymentId: 32 },
        { ...started, correlationId: "c101-web", runId: 600 },
        observed({ id: 600, conclusion: "failure" }),
      );
    expect(side.when(failure).all("dispatchRun")).toEqual([]);
    const cancelled: EnvironmentEvent = {
      type: "PersonCancelled",
      environment: "prod",
      version: null,
      name: "x110",
      at,
      by: wes,
      commentId: 110,
      issue: 7,
    };
    expect(running({ retries: 1 }).and(cancelled).when(failure).all("dispatchRun")).toEqual([]);
  });

  it("whose second dispatch is lost is looked for under its own name, and dispatched once more after that", () => {
    const again = (event: EnvironmentEvent): EnvironmentEvent =>
      ({ ...event, correlationId: SECOND }) as EnvironmentEvent;
    expect(retried().when(again(lost)).only("traceRun").correlationId).toBe(SECOND);
    const then = retried()
      .and(again(lost), again(notSeen(true)))
      .when(again(claimed));
    expect(then.only("dispatchRun").correlationId).toBe(`again-${SECOND}`);
  });

  it("is not taken for a component whose name ends in a number", () => {
    const two = [stepPlan("web", { needs: [] }), stepPlan("api-2", { needs: [] })];
    const then = begun({ settings: { retries: 1 } }, two)
      .and(recorded, started)
      .when(failure);
    const names = then.lane.active?.steps.map(({ correlationId }) => correlationId);
    expect(names).toEqual([SECOND, "c101-web", "c101-api-2"]);
  });

  it("what is heard late of the run before means nothing", () => {
    expect(retried().when(failure).ordered).toEqual([]);
    expect(retried().when(observed({ attempt: 2 })).ordered).toEqual([]);
  });
});

describe("a step whose time is limited", () => {
  const overdue = (minutes: number, begins = at): EnvironmentEvent => ({
    type: "StepOverdue",
    at: begins + minutes * MINUTE,
    correlationId: "c101-api",
  });
  const limited = (more: object = {}) => running({ timeoutMs: 30 * MINUTE, ...more });

  it("is looked at when its time is over: counted from when its run is known", () => {
    const then = begun({ settings: { timeoutMs: 30 * MINUTE } })
      .and(recorded)
      .when(started);
    const timer = then.effects.find(({ id }) => id.startsWith("wake:limit:"));
    expect(timer).toMatchObject({ delayMs: 30 * MINUTE, effect: { event: overdue(30) } });
  });

  it("is stopped then, and has failed when its run has ended", () => {
    const then = limited().when(overdue(30));
    expect(then.only("cancelRun")).toEqual({ type: "cancelRun", runId: 501 });
    expect(active(then.lane).stage).toBe("rolling");
    expect(then.only("liveComment").view).toMatchObject({ problem: { code: "step-timeout" } });
    const over = limited()
      .and(overdue(30))
      .when(observed({ conclusion: "cancelled" }));
    expect(over.only("comment").view).toMatchObject({
      template: "failure",
      problem: { code: "step-timeout", detail: { component: "api", limitMs: 30 * MINUTE } },
    });
  });

  it("also where its run never starts", () => {
    const queued = observed({ status: "queued", conclusion: null });
    expect(limited().and(queued).when(overdue(30)).only("cancelRun").runId).toBe(501);
  });

  it("is tried again where the config says so", () => {
    const then = limited({ retries: 1 })
      .and(overdue(30))
      .when(observed({ conclusion: "cancelled" }));
    expect(then.only("dispatchRun").correlationId).toBe(SECOND);
    expect(step(then.lane)).toMatchObject({ stage: "dispatching", attempts: [{ problem: "step-timeout" }] });
    expect(step(then.lane)).not.toHaveProperty("stopping");
  });

  it("and succeeds all the same has succeeded", () => {
    const then = limited().and(overdue(30)).when(observed());
    expect(step(then.lane)).toMatchObject({ stage: "succeeded", problem: null });
    expect(then.only("recordDeployment").component).toBe("web");
  });

  it("is given its time anew while it waits for an approval on GitHub", () => {
    const waits = observed({ status: "waiting", conclusion: null });
    const then = limited().and(waits).when(overdue(30));
    expect(then.all("cancelRun")).toEqual([]);
    expect(then.effects.find(({ id }) => id.startsWith("wake:limit:"))?.delayMs).toBe(30 * MINUTE);
    const goesOn = observed({ status: "in_progress", conclusion: null });
    const later = limited().and(waits, overdue(30), goesOn);
    expect(later.when(overdue(30)).all("cancelRun")).toEqual([]);
    expect(later.when(overdue(60)).only("cancelRun").runId).toBe(501);
  });

  it("that is over already is not", () => {
    expect(limited().and(observed()).when(overdue(30)).all("cancelRun")).toEqual([]);
  });

  it("does not lose the time in which nobody could act", () => {
    const since = at + 10 * MINUTE;
    const back: EnvironmentEvent = { type: "RepositoryResumed", at: since + 60 * MINUTE, since };
    const then = limited().when(back);
    expect(then.effects.find(({ id }) => id.startsWith("wake:limit:"))).toMatchObject({
      delayMs: 20 * MINUTE,
      effect: { event: overdue(90) },
    });
    expect(limited().and(back).when(overdue(30)).all("cancelRun")).toEqual([]);
    expect(limited().and(back).when(overdue(90)).only("cancelRun").runId).toBe(501);
  });
});

describe("a step whose failure is to hold up nobody else", () => {
  const plans = [
    stepPlan("api", { settings: { continueOnFailure: true } }),
    stepPlan("jobs", { needs: [] }),
    stepPlan("web"),
    stepPlan("mail", { needs: ["jobs"] }),
  ];
  const side = () => givenEnvironment(requested(), prepared("c101", plans)).and(recorded, started);
  const jobs: EnvironmentEvent[] = [
    { ...recorded, correlationId: "c101-jobs", deploymentId: 32 },
    { ...started, correlationId: "c101-jobs", runId: 600 },
    observed({ id: 600 }),
  ];

  it("lets the others go on, but not what needs it, and the release is not delivered", () => {
    const then = side()
      .and(failure)
      .when(...jobs);
    expect(then.only("recordDeployment").component).toBe("mail");
    const over = side()
      .and(failure, ...jobs)
      .when(
        { ...recorded, correlationId: "c101-mail", deploymentId: 33 },
        { ...started, correlationId: "c101-mail", runId: 601 },
        { type: "RunObserved", at: NOON + 60_000, run: run({ id: 601 }) },
      );
    expect(over.lane.delivered).toEqual([]);
    expect(over.lane.ended[0]).toMatchObject({ stage: "failed", problem: { code: "run-failed" } });
    expect(over.lane.ended[0]?.steps.map(({ stage }) => stage)).toEqual([
      "failed",
      "succeeded",
      "not-started",
      "succeeded",
    ]);
  });

  it("holds up everything all the same where nobody knows how it ended", () => {
    const then = side()
      .and(gone)
      .when(...jobs);
    expect(then.all("recordDeployment")).toEqual([]);
    expect(active(then.lane).stage).toBe("needs-human");
  });
});
