/** The stories of lost answers, of components side by side, and of a component's own proof. */
import { describe, expect, it } from "vitest";
import { newMinutes } from "../../src/core/decision.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { orderStatus } from "../../src/core/rollout.ts";
import {
  active,
  evidence,
  givenEnvironment,
  planOf,
  prepared,
  requested,
  sha,
  stepPlan,
  POLICY,
} from "./given.ts";
import {
  correlationId,
  at,
  recorded,
  started,
  lost,
  claimed,
  gone,
  notSeen,
  observed,
  givenUp,
  begun,
  step,
} from "./given-step.ts";

describe("the answer to a dispatch is lost", () => {
  const tracing = (claims = true) => begun({ claims }).and(recorded, lost);

  it("the run is looked for, and never dispatched again", () => {
    const then = begun().and(recorded).when(lost);
    expect(then.only("traceRun")).toMatchObject({ correlationId, claims: true, since: at });
    expect(then.all("dispatchRun")).toEqual([]);
    expect(tracing().when(lost).ordered).toEqual([]);
  });

  it("the same where the attempt was given up", () => {
    expect(begun().and(recorded).when(givenUp("dispatchRun")).only("traceRun").correlationId).toBe(
      correlationId,
    );
  });

  it("it is found: it is followed", () => {
    expect(step(tracing().when(started).lane)).toMatchObject({ stage: "running", runId: 501 });
    expect(step(tracing().when(observed()).lane).stage).toBe("succeeded");
  });

  it("not yet: looked for again after a pause", () => {
    const then = tracing().when(notSeen(false));
    expect(then.effects.map((one) => [one.effect.type, one.delayMs])).toEqual([
      ["traceRun", POLICY.traceEveryMs],
    ]);
  });

  const again = `again-${correlationId}`;

  it("not found, and the workflow claims: Waybill takes the claim, and as nothing can have run, dispatches once more", () => {
    const taking = tracing().when(notSeen(true));
    expect(taking.only("takeClaim")).toMatchObject({ correlationId, sha: sha("a1") });
    expect(active(taking.lane).stage).toBe("rolling");
    const then = tracing().and(notSeen(true)).when(claimed);
    expect(then.only("dispatchRun")).toMatchObject({ correlationId: again });
    const found = tracing().and(notSeen(true), claimed, { ...started, correlationId: again });
    expect(step(found.when(observed()).lane).stage).toBe("succeeded");
  });

  it("what becomes of the first dispatch after that changes nothing", () => {
    const twice = tracing().and(notSeen(true), claimed);
    for (const late of [started, claimed, lost, observed({ title: `Deploy ${correlationId}` })])
      expect(twice.when(late).ordered).toEqual([]);
  });

  it("both claims are forgotten in the end", () => {
    const then = tracing()
      .and(notSeen(true), claimed, { ...started, correlationId: again })
      .when(observed({ conclusion: "failure" }));
    expect(then.all("removeClaim").map((effect) => effect.correlationId)).toEqual([correlationId, again]);
  });

  it("the second is lost as well: it ends, and says that it is safe to try again", () => {
    const renamed = (event: EnvironmentEvent): EnvironmentEvent =>
      ({ ...event, correlationId: again }) as EnvironmentEvent;
    const then = tracing()
      .and(notSeen(true), claimed, renamed(lost), renamed(notSeen(true)))
      .when(renamed(claimed));
    expect(then.all("dispatchRun")).toEqual([]);
    expect(then.only("comment").view).toMatchObject({ ended: true, problem: { code: "dispatch-lost" } });
    expect(then.lane.active).toBeNull();
  });

  it("the claim is a run's: it is followed", () => {
    expect(step(tracing().and(notSeen(true)).when(started).lane).stage).toBe("running");
  });

  it("not found, and the workflow does not claim: a person is asked, and the environment stays taken", () => {
    const then = tracing(false).when(notSeen(true));
    expect(then.all("takeClaim")).toEqual([]);
    expect(then.only("comment").view).toMatchObject({ ended: false, problem: { code: "needs-human" } });
    expect(active(then.lane).stage).toBe("needs-human");
  });

  it.each(["traceRun", "takeClaim"])("even %s could not be done: a person is asked", (effect) => {
    expect(active(tracing().when(givenUp(effect)).lane).stage).toBe("needs-human");
  });

  it("a person runs it by hand under the correlation id: Waybill goes on from its result", () => {
    const byHand = observed({ byWaybill: false, id: 777 });
    const then = tracing(false).and(notSeen(true)).when(byHand);
    expect(step(then.lane)).toMatchObject({ stage: "succeeded", runId: 777 });
    expect(then.only("recordDeployment").component).toBe("web");
  });

  it("that it needs a person, and that it has failed after all, are two things to show, for whatever reason", () => {
    const { lane } = tracing(false).when(notSeen(true));
    const minutes = newMinutes();
    for (const outcome of ["needs-human", "failed", "failed"] as const)
      orderStatus(active(lane), step(lane), "error", outcome, minutes);
    const ids = minutes.effects.map(({ id }) => id);
    expect(ids[1]).not.toBe(ids[0]);
    expect(ids[2]).toBe(ids[1]);
  });

  it("what is heard late, once it is settled, changes nothing", () => {
    for (const late of [notSeen(true), claimed, lost, gone]) {
      expect(begun().and(recorded, started, observed()).when(late).ordered).toEqual([]);
    }
  });
});

describe("components side by side", () => {
  const side = () =>
    begun({}, [stepPlan("web", { needs: [] }), stepPlan("jobs", { needs: ["api", "web"] })]).and(
      recorded,
      started,
      { ...recorded, correlationId: "c101-web", deploymentId: 32 },
      { ...started, correlationId: "c101-web", runId: 502 },
    );

  it("begin together, and what needs both waits for both", () => {
    const one = side().when(observed());
    expect(one.all("recordDeployment")).toEqual([]);
    const both = side()
      .and(observed())
      .when(observed({ id: 502 }));
    expect(both.only("recordDeployment").component).toBe("jobs");
  });

  it("one fails: the other is let finish before the rollout ends, and nothing new begins", () => {
    const one = side().when(observed({ conclusion: "failure" }));
    expect(active(one.lane).stage).toBe("rolling");
    expect(one.all("comment")).toEqual([]);
    const both = side()
      .and(observed({ conclusion: "failure" }))
      .when(observed({ id: 502 }));
    expect(both.lane.ended[0]?.steps.map((each) => each.stage)).toEqual([
      "failed",
      "succeeded",
      "not-started",
    ]);
    expect(both.all("recordDeployment")).toEqual([]);
  });

  it("one fails: what needs only the others does not begin either", () => {
    const plans = [stepPlan("web", { needs: [] }), stepPlan("jobs", { needs: ["web"] })];
    const then = begun({}, plans)
      .and(recorded, started)
      .and({ ...recorded, correlationId: "c101-web" }, { ...started, correlationId: "c101-web", runId: 502 })
      .and(observed({ conclusion: "failure" }))
      .when(observed({ id: 502 }));
    expect(then.all("recordDeployment")).toEqual([]);
    expect(step(then.lane, "jobs").stage).toBe("not-started");
  });

  it("two need a person, one after the other: each is asked for", () => {
    const goneWeb = { ...gone, correlationId: "c101-web" };
    const first = side().when(gone);
    const second = side().and(gone).when(goneWeb);
    const [one, other] = [first.only("comment"), second.only("comment")];
    expect([one.view, other.view]).toMatchObject([
      { problem: { detail: { component: "api" } } },
      { problem: { detail: { component: "web" } } },
    ]);
    expect(one.marker).not.toBe(other.marker);
  });

  it("a component in nobody's plan needs not be waited for", () => {
    const then = givenEnvironment(requested()).when(prepared("c101", [stepPlan("web", { needs: ["api"] })]));
    expect(then.only("recordDeployment").component).toBe("web");
  });
});

describe("a component with its own proof", () => {
  const plan = planOf(
    "prod",
    `
components:
  api: { workflow: deploy.yml }
environments:
  prod:
    components:
      api: { verify: [{ url: "https://api.example/v" }, { url: "https://api2.example/v", confirmations: 1 }] }
`,
  );
  const proving = () =>
    givenEnvironment(requested({ plan }), prepared("c101", [stepPlan("api")]), recorded, started);
  const saw = (probe: number, version: string | null, later: number): EnvironmentEvent => ({
    type: "VersionObserved",
    at: at + later,
    promotionId: "c101" as PromotionId,
    component: "api",
    probe,
    evidence: evidence(version, at + later),
  });
  const [first] = plan.environment.components["api"]?.verify ?? [];
  const enough = Array.from({ length: first?.confirmations ?? 0 }, (_none, index) =>
    saw(0, "1.5.0", 6_000 + index),
  );

  it("is asked after its run, and succeeded only when every probe has confirmed", () => {
    const asked = proving().when(observed());
    expect(asked.all("askVersion").map((one) => [one.component, one.probe])).toEqual([
      ["api", 0],
      ["api", 1],
    ]);
    const one = proving()
      .and(observed(), saw(1, "1.5.0", 6_000))
      .when(saw(1, "1.4.2", 7_000));
    // The second probe is settled; what it says later counts no more.
    expect(one.ordered).toEqual([]);
    expect(step(one.lane).stage).toBe("proving");
    const all = proving()
      .and(observed(), saw(1, "1.5.0", 5_500), ...enough.slice(0, -1))
      .when(...enough.slice(-1));
    expect(all.lane.delivered).toHaveLength(1);
    expect(all.all("comment").map((each) => each.view)).toMatchObject([
      { template: "receipt", proven: true },
      {},
    ]);
  });

  it("fails at its deadline, and the deployment says so", () => {
    const late = (first?.deadlineMs ?? 0) + 6_000;
    const then = proving()
      .and(observed())
      .when(saw(0, "1.4.2", late));
    expect(step(then.lane)).toMatchObject({ stage: "failed", problem: { code: "reported-other-version" } });
    expect(then.all("setDeploymentStatus")).toMatchObject([{ state: "error" }]);
  });
});
