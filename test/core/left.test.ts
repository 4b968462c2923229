/** The stories of an environment in which another installation of Waybill may have left something under way. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import { LEFT_TIMER, type LeftRun } from "../../src/core/left.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import {
  active,
  byCommand,
  environmentSeen,
  givenEnvironment,
  givenFreshEnvironment,
  NOON,
  POLICY,
  prepared,
  requested,
  sha,
  stepPlan,
  tagged,
  wes,
} from "./given.ts";

const run = (environment: string | null, id = 501): LeftRun => ({
  id,
  url: `https://github.example/acme/shop/actions/runs/${id}`,
  environment,
});
const second = requested({ cause: byCommand(102), cargo: tagged("1.6.0", sha("a2")) });
const due: EnvironmentEvent = { type: "EnvironmentLookDue", at: NOON + 60_000 };
const givenUp: EnvironmentEvent = {
  type: "EffectGivenUp",
  at: NOON + 5_000,
  effect: "lookAtEnvironment",
  promotionId: null,
  correlationId: null,
  error: "Error 403: Resource not accessible by integration",
};
const resolved = (promotionId = "c101"): EnvironmentEvent => ({
  type: "PersonResolved",
  at: NOON + 9_000,
  environment: "prod",
  promotionId: promotionId as PromotionId,
  by: wes,
  commentId: 110,
  issue: 7,
});

describe("the first promotion of a fresh lane", () => {
  it("does not begin before GitHub was asked what is under way; it waits in the queue", () => {
    const then = givenFreshEnvironment().when(requested());
    expect(then.only("lookAtEnvironment")).toEqual({ type: "lookAtEnvironment", environment: "prod" });
    expect(then.all("prepareRollout")).toEqual([]);
    expect(then.lane).toMatchObject({ active: null, waiting: [{ id: "c101", stage: "waiting" }] });
    expect(then.only("liveComment").view).toMatchObject({ stage: "waiting", position: 1, behind: null });
  });

  it("begins at once where nothing is, and so does every later one: nobody looks again", () => {
    const then = givenFreshEnvironment(requested()).when(environmentSeen());
    expect(then.only("prepareRollout")).toMatchObject({ promotionId: "c101" });
    expect(then.audit.map(({ type }) => type)).toEqual(["promotion.started"]);
    const refused = {
      type: "RolloutRefused",
      at: NOON,
      promotionId: "c101" as PromotionId,
      problem: { code: "off-branch", detail: { tag: "v1.5.0", branch: "main" } },
    } as const;
    const next = givenFreshEnvironment(requested(), environmentSeen(), refused).when(second);
    expect(next.only("prepareRollout")).toMatchObject({ promotionId: "c102" });
    expect(next.all("lookAtEnvironment")).toEqual([]);
  });

  it("is looked for once, however many wait; the first of them goes when it is free", () => {
    const later = givenFreshEnvironment(second).when(requested());
    expect(later.all("lookAtEnvironment")).toEqual([]);
    const then = givenFreshEnvironment(second, requested()).when(environmentSeen());
    expect(active(then.lane).id).toBe("c101");
    expect(then.lane.waiting.map(({ id }) => id)).toEqual(["c102"]);
  });

  it("has nothing prepared before the answer, whatever is heard", () => {
    const then = givenFreshEnvironment(requested()).when(prepared("c101", [stepPlan("api")]));
    expect(then.ordered).toEqual([]);
    expect(then.lane.active).toBeNull();
  });

  it.each([
    ["for this environment", run("prod")],
    ["of which nobody can tell the environment", run(null)],
  ])("waits for a run %s, says which, and is looked at again", (_what, left) => {
    const then = givenFreshEnvironment(requested()).when(environmentSeen([left]));
    expect(then.all("prepareRollout")).toEqual([]);
    expect(then.only("liveComment").view).toMatchObject({ position: 1, left: { runs: [left] } });
    expect(then.effects.find(({ id }) => id === LEFT_TIMER)).toMatchObject({ delayMs: POLICY.lookEveryMs });
    expect(then.audit).toMatchObject([{ actor: "github", type: "environment.taken", ref: "501" }]);
    const looked = givenFreshEnvironment(requested(), environmentSeen([left])).when(due);
    expect(looked.ordered).toEqual(["left"]);
    const same = givenFreshEnvironment(requested(), environmentSeen([left]), due).when(
      environmentSeen([left]),
    );
    expect(same.ordered).toEqual([LEFT_TIMER]);
    expect(same.audit).toEqual([]);
    const free = givenFreshEnvironment(requested(), environmentSeen([left]), due).when(environmentSeen());
    expect(free.only("prepareRollout")).toMatchObject({ promotionId: "c101" });
    expect(free.only("liveComment").view).toMatchObject({ stage: "preparing", left: null });
    expect(free.audit.map(({ type }) => type)).toEqual(["environment.free", "promotion.started"]);
  });

  it("does not wait for a run that is for another environment", () => {
    const then = givenFreshEnvironment(requested()).when(environmentSeen([run("staging")]));
    expect(then.only("prepareRollout")).toMatchObject({ promotionId: "c101" });
  });

  it("waits a little where a run may not be listed yet", () => {
    const then = givenFreshEnvironment(requested()).when(environmentSeen([], { recent: true }));
    expect(then.all("prepareRollout")).toEqual([]);
    expect(then.only("liveComment").view).toMatchObject({ left: { runs: [], recent: true } });
    expect(then.effects.find(({ id }) => id === LEFT_TIMER)).toMatchObject({ delayMs: POLICY.traceEveryMs });
  });

  it("only tells the first of the queue what it waits for", () => {
    const then = givenFreshEnvironment(requested(), second).when(environmentSeen([run("prod")]));
    expect(then.only("liveComment").promotionId).toBe("c101");
  });
});

describe("where GitHub does not say what is under way", () => {
  it("a person is asked, and the environment stays taken", () => {
    const then = givenFreshEnvironment(requested(), second).when(givenUp);
    expect(active(then.lane)).toMatchObject({ id: "c101", stage: "needs-human", steps: [] });
    expect(then.only("comment")).toMatchObject({
      issue: 7,
      view: { template: "failure", ended: false, problem: { code: "environment-unseen" } },
    });
    expect(then.all("prepareRollout")).toEqual([]);
    // Nothing but the person's word lets it begin.
    const still = givenFreshEnvironment(requested(), givenUp).when(environmentSeen());
    expect(still.ordered).toEqual([]);
  });

  it("an automatic promotion asks on the notice", () => {
    const then = givenFreshEnvironment(requested({ cause: { kind: "merge" } })).when(givenUp);
    expect(then.only("tellLane")).toMatchObject({ environment: "", event: { type: "EnvironmentFailed" } });
  });

  it("the person's word lets it begin, before those that wait behind it, and nobody looks again", () => {
    const then = givenFreshEnvironment(requested(), second, givenUp).when(resolved());
    expect(then.only("prepareRollout")).toMatchObject({ promotionId: "c101" });
    expect(active(then.lane)).toMatchObject({ stage: "preparing", problem: null });
    expect(then.all("lookAtEnvironment")).toEqual([]);
    expect(then.audit.map(({ type }) => type)).toEqual(["promotion.resolved", "promotion.started"]);
  });

  it("and nobody waits any more: nothing is asked of anybody", () => {
    const lost: EnvironmentEvent = { type: "RepositoryLost", at: NOON, reason: "removed", forGood: false };
    for (const event of [givenUp, environmentSeen([run("prod")]), due]) {
      const then = givenFreshEnvironment(requested(), lost).when(event);
      expect([then.ordered, then.lane.left]).toEqual([[], { kind: "unseen" }]);
    }
  });
});

describe("a repository that was out of reach for a while", () => {
  const resumed: EnvironmentEvent = { type: "RepositoryResumed", at: NOON + 1_000, since: NOON };

  it("is looked at anew before the next promotion: another installation may have begun something", () => {
    const then = givenEnvironment(resumed).when(requested());
    expect(then.ordered).toContain("left");
    expect(then.all("prepareRollout")).toEqual([]);
  });

  it("goes on with the look that was under way", () => {
    const then = givenFreshEnvironment(requested(), resumed).when(environmentSeen());
    expect(then.only("prepareRollout")).toMatchObject({ promotionId: "c101" });
  });
});
