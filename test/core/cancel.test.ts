/** The stories of `/cancel`: what waits leaves the queue, what is under way stops, and nothing is free before it has. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { CancelledView } from "../../src/core/views.ts";
import { deployed, delivered, looked } from "./given-road.ts";
import {
  active,
  byCommand,
  givenEnvironment,
  givenFreshEnvironment,
  NOON,
  planOf,
  requested,
  sha,
  stepPlan,
  tagged,
  wes,
} from "./given.ts";
import { at, begun, claimed, gone, lost, notSeen, observed, recorded, started, step } from "./given-step.ts";

const MINUTE = 60_000;

function cancel(commentId: number, version: string | null = null, time = at + 1_000): EnvironmentEvent {
  const environment = "prod";
  return {
    type: "PersonCancelled",
    at: time,
    environment,
    version,
    name: `x${commentId}`,
    by: wes,
    commentId,
    issue: 9,
  };
}

const ask = (commentId: number, version: string, commit: string) =>
  requested({ cause: byCommand(commentId), cargo: tagged(version, sha(commit)) });
const running = () => begun().and(recorded, started);
const stopped = observed({ conclusion: "cancelled" });

describe("a promotion that waits", () => {
  const queue = () => givenEnvironment(requested(), ask(102, "1.6.0", "a2"), ask(103, "1.7.0", "a3"));

  it("leaves the queue, and what is under way goes on", () => {
    const then = queue().when(cancel(110, "1.6.0"));
    expect(then.lane.waiting.map(({ id }) => id)).toEqual(["c103"]);
    expect(then.lane.ended.map(({ id, stage }) => `${id} ${stage}`)).toEqual(["c102 cancelled"]);
    expect(active(then.lane)).toMatchObject({ id: "c101", stage: "preparing" });
    expect(then.only("comment")).toMatchObject({
      issue: 7,
      view: { template: "cancelled", places: [], problem: { detail: { login: "wes", begun: false } } },
    });
    const reactions = then.all("react").map(({ commentId, content }) => `${commentId} ${content}`);
    expect(reactions).toEqual(["110 eyes", "102 -1", "110 rocket"]);
    expect(then.lane.disturbed).toBeNull();
  });

  it("is named by its tag as well", () => {
    expect(queue().when(cancel(110, "v1.7.0")).lane.ended[0]?.id).toBe("c103");
  });

  it("is meant without a version where it is the only one, and nothing is under way", () => {
    const held = givenFreshEnvironment(requested()).when(cancel(110));
    expect(held.lane.ended[0]).toMatchObject({ id: "c101", stage: "cancelled" });
    const several = givenFreshEnvironment(requested(), ask(102, "1.6.0", "a2")).when(cancel(110));
    expect(several.lane.waiting).toHaveLength(2);
    expect(several.only("comment").view).toMatchObject({
      template: "refusal",
      command: "/cancel prod",
      problem: { code: "nothing-to-cancel", detail: { several: true, open: "1.5.0, 1.6.0" } },
    });
  });

  it("and was asked for after the word is not meant by it", () => {
    const then = queue().when(cancel(102, "1.7.0"));
    expect(then.lane.waiting).toHaveLength(2);
    expect(then.only("comment").view).toMatchObject({ problem: { code: "nothing-to-cancel" } });
  });
});

describe("a word that is heard before what it is about", () => {
  it("counts all the same: the promotion ends before it begins", () => {
    const then = givenEnvironment(cancel(110, "1.5.0")).when(requested());
    expect(then.all("prepareRollout")).toEqual([]);
    expect(then.only("comment").view).toMatchObject({ template: "cancelled" });
    expect(then.all("liveComment")).toEqual([]);
  });
  it("but not against what is asked for after it", () => {
    const then = givenEnvironment(cancel(100, "1.5.0")).when(requested());
    expect(then.only("prepareRollout").promotionId).toBe("c101");
  });
});

describe("a promotion that is being prepared", () => {
  it("ends at once, and the next one goes", () => {
    const then = givenEnvironment(requested(), ask(102, "1.6.0", "a2")).when(cancel(110));
    expect(then.lane.ended.map(({ id, stage }) => `${id} ${stage}`)).toEqual(["c101 cancelled"]);
    expect(active(then.lane).id).toBe("c102");
    expect(then.only("prepareRollout").promotionId).toBe("c102");
  });
});

describe("a rollout under way", () => {
  it("is told to stop, and holds the environment until its run has", () => {
    const next = ask(102, "1.6.0", "a2");
    const then = running().and(next).when(cancel(110));
    expect(then.only("cancelRun")).toEqual({ type: "cancelRun", runId: 501 });
    expect(active(then.lane)).toMatchObject({ id: "c101", stage: "rolling", cancel: { by: wes } });
    expect(then.all("liveComment")[0]?.view).toMatchObject({ cancelling: true });
    expect(then.all("comment")).toEqual([]);
    const over = running().and(next, cancel(110)).when(stopped);
    expect(over.lane.ended[0]).toMatchObject({ id: "c101", stage: "cancelled" });
    expect(step({ ...over.lane, active: null }).stage).toBe("cancelled");
    expect(active(over.lane).id).toBe("c102");
    expect(over.lane.disturbed).toMatchObject({ kind: "failed", version: "1.5.0" });
  });

  it("tells in the end what runs where", () => {
    const before = [
      ...delivered,
      requested({ cause: byCommand(102), cargo: tagged("1.6.0", sha("a2")) }, NOON + 20_000),
    ];
    const components = [stepPlan("api"), stepPlan("web"), stepPlan("jobs", { needs: ["web"] })];
    const road = (component: string, runId: number): EnvironmentEvent[] => [
      { ...recorded, correlationId: `c102-${component}` },
      { ...started, correlationId: `c102-${component}`, runId },
    ];
    const headSha = sha("a2");
    const then = givenEnvironment(...before)
      .and({
        type: "RolloutPrepared",
        at: NOON + 21_000,
        promotionId: "c102" as never,
        steps: components,
        changeCount: 1,
        pulls: [],
      })
      .and(...road("api", 601), observed({ id: 601, headSha }), ...road("web", 602), cancel(110))
      .when(observed({ id: 602, headSha, conclusion: "cancelled" }));
    expect(then.only("comment").view).toMatchObject({
      template: "cancelled",
      from: "1.5.0",
      places: [
        { component: "api", stage: "succeeded", runs: "1.6.0", partly: null },
        { component: "web", stage: "cancelled", runs: "1.5.0", partly: "1.6.0" },
        { component: "jobs", stage: "not-started", runs: "1.5.0", partly: null },
      ],
    });
    expect(then.lane.placed).toMatchObject({
      api: { kind: "runs", version: "1.6.0" },
      web: { kind: "unsure", version: "1.6.0", was: "1.5.0" },
    });
  });

  it("whose run takes no notice and succeeds is cancelled all the same, and says that all of it is there", () => {
    const then = begun({}, []).and(recorded, started, cancel(110)).when(observed());
    expect(then.lane.delivered).toEqual([]);
    expect(then.all("askVersion")).toEqual([]);
    expect(then.only("comment").view).toMatchObject({
      problem: { code: "cancelled", detail: { whole: true, over: true } },
      places: [{ component: "api", runs: "1.5.0" }],
    });
  });

  it("whose run fails meanwhile says that it has failed", () => {
    const then = running()
      .and(cancel(110))
      .when(observed({ conclusion: "failure" }));
    expect(then.lane.ended[0]).toMatchObject({ stage: "cancelled", steps: [{ stage: "failed" }, {}] });
  });

  it("begins nothing more: what was just being recorded is not dispatched", () => {
    const then = begun().and(cancel(110)).when(recorded);
    expect(then.all("dispatchRun")).toEqual([]);
    expect(then.lane.ended[0]).toMatchObject({ stage: "cancelled" });
    expect(then.only("comment").view).toMatchObject({ problem: { detail: { begun: false } } });
  });

  it("whose dispatch is not answered yet is stopped when its run shows itself", () => {
    expect(begun().and(recorded, cancel(110)).when(started).only("cancelRun").runId).toBe(501);
    const traced = begun().and(recorded, lost, cancel(110));
    expect(traced.when(started).only("cancelRun").runId).toBe(501);
    const claim = traced.and(notSeen(true)).when(claimed);
    expect(claim.all("dispatchRun")).toEqual([]);
    expect(claim.lane.ended[0]).toMatchObject({ stage: "cancelled" });
  });

  it("of which nobody can tell whether it runs still needs a person", () => {
    const asking = begun({ claims: false }).and(recorded, lost, cancel(110)).when(notSeen(true));
    expect(active(asking.lane).stage).toBe("needs-human");
    expect(asking.only("liveComment").view).toMatchObject({ problem: { code: "needs-human" } });
    const resolved: EnvironmentEvent = {
      type: "PersonResolved",
      environment: "prod",
      promotionId: active(asking.lane).id,
      at: at + 9_000,
      by: wes,
      commentId: 120,
      issue: 7,
    };
    const then = begun({ claims: false }).and(recorded, lost, cancel(110), notSeen(true)).when(resolved);
    expect(then.lane.ended[0]).toMatchObject({ stage: "cancelled" });
    expect(then.lane.disturbed).toMatchObject({ kind: "unsure" });
  });

  it("whose run was deleted and is seen again is stopped then", () => {
    const seen = observed({ status: "in_progress", conclusion: null });
    expect(running().and(gone, cancel(110)).when(seen).only("cancelRun").runId).toBe(501);
  });

  it("may be asked for again at once, and goes when all of it has ended", () => {
    const then = running()
      .and(cancel(110))
      .when(ask(111, "1.5.0", "a1"));
    expect(then.lane.waiting.map(({ id }) => id)).toEqual(["c111"]);
    expect(
      running()
        .and(cancel(110), ask(111, "1.5.0", "a1"))
        .when(stopped).lane.active?.id,
    ).toBe("c111");
  });
});

describe("a run that does not react", () => {
  const due = (minutes: number): EnvironmentEvent => ({
    type: "LookDue",
    at: at + minutes * MINUTE,
    correlationId: "c101-api",
  });
  it("is stopped by force after five minutes, and three times at most", () => {
    const told = running().and(cancel(110));
    expect(told.when(due(4)).all("cancelRun")).toEqual([]);
    expect(told.when(due(6)).only("cancelRun")).toEqual({ type: "cancelRun", runId: 501, force: true });
    expect(told.and(due(6)).when(due(7)).all("cancelRun")).toEqual([]);
    const often = told.and(due(6), due(11), due(16));
    expect(often.when(due(30)).all("cancelRun")).toEqual([]);
    expect(active(often.when(due(30)).lane).stage).toBe("rolling");
  });
  it("keeps its look going, so that its end is seen without a webhook", () => {
    expect(running().and(cancel(110)).when(due(6)).only("lookAtRun").runId).toBe(501);
  });
});

describe("a proof", () => {
  it("is not waited for: it is cancelled though all its runs have succeeded", () => {
    const then = givenEnvironment(...deployed()).when(cancel(110));
    expect(then.lane.active).toBeNull();
    expect(then.lane.delivered).toEqual([]);
    const view = then.only("comment").view as CancelledView;
    expect(view.problem).toMatchObject({ code: "cancelled", detail: { whole: true, version: "1.5.0" } });
    expect(view.places.map(({ runs }) => runs)).toEqual(["1.5.0", "1.5.0"]);
    const late = givenEnvironment(...deployed(), cancel(110)).when(looked("1.5.0", NOON + 9_000));
    expect(late.ordered).toEqual([]);
  });

  it("of one component is not waited for either, and its deployment stands", () => {
    const plan = planOf(
      "prod",
      `
components: { api: {}, web: { needs: [api] } }
environments: { prod: { components: { api: { verify: { url: "https://api.example/v" } } } } }
`,
    );
    const proving = givenEnvironment(
      requested({ plan }),
      {
        type: "RolloutPrepared",
        at: NOON,
        promotionId: "c101" as never,
        steps: [stepPlan("api"), stepPlan("web")],
        changeCount: 1,
        pulls: [],
      },
      recorded,
      started,
      observed(),
    );
    const then = proving.when(cancel(110));
    expect(then.all("setDeploymentStatus")).toMatchObject([{ state: "success" }]);
    expect(then.only("comment").view).toMatchObject({
      problem: { detail: { whole: false } },
      places: [
        { component: "api", stage: "cancelled", conclusion: "success", runs: "1.5.0" },
        { component: "web", stage: "not-started", runs: null },
      ],
    });
  });
});

describe("a word in vain", () => {
  it.each<[string, readonly EnvironmentEvent[], string | null, object]>([
    ["nothing is on its way", [], null, { open: "", delivered: null }],
    ["it has been delivered", delivered, "1.5.0", { delivered: "1.5.0" }],
    ["something else is on its way", [requested()], "1.7.0", { open: "1.5.0", delivered: null }],
  ])("%s: refused with words", (_what, past, version, detail) => {
    const then = givenEnvironment(...past).when(cancel(110, version, NOON + 30_000));
    expect(then.only("comment")).toMatchObject({
      issue: 9,
      marker: "refusal-x110",
      view: { by: "wes", problem: { code: "nothing-to-cancel", detail } },
    });
    expect(then.all("react").map(({ content }) => content)).toEqual(["eyes", "-1"]);
  });

  it("it is being cancelled already: says by whom", () => {
    const then = running().and(cancel(110)).when(cancel(111));
    expect(then.all("cancelRun")).toEqual([]);
    expect(then.only("comment").view).toMatchObject({ problem: { detail: { by: "wes" } } });
  });

  it("heard twice is one word", () => {
    expect(running().and(cancel(110)).when(cancel(110)).ordered).toEqual([]);
    expect(givenEnvironment(cancel(110)).when(cancel(110)).ordered).toEqual([]);
  });
});
