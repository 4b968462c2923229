/** What makes way for a newer release, and that whatever the queue's order nothing older lands after it. */
import fc from "fast-check";
import semver from "semver";
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import { fixesAsked } from "../../src/core/hotfix-guard.ts";
import type { PromotionCause, PromotionClass } from "../../src/core/promotion.ts";
import {
  active,
  byCommand,
  built,
  decideLawfully,
  givenEnvironment,
  NOON,
  planOf,
  prepared,
  requested,
  sha,
  stepPlan,
  tagged,
} from "./given.ts";
import { goes, id } from "./given-road.ts";
import { newEnvironmentLane, type EnvironmentLane } from "../../src/core/environment.ts";

const shaOf = (version: string) => sha(version.replaceAll(".", ""));

/** The release goes by itself, and is followed on its notice. */
function auto(version: string, name: string): EnvironmentEvent {
  const cargo = tagged(version, shaOf(version));
  return requested({ id: id(name), cause: { kind: "auto" }, reportOn: 5, cargo });
}
function commanded(version: string, commentId: number, as: PromotionClass = "normal"): EnvironmentEvent {
  return requested({ cause: byCommand(commentId), cargo: tagged(version, shaOf(version)), class: as });
}

describe("a newer release", () => {
  const busy = givenEnvironment(requested());

  it("takes the place of an older one that waits to go by itself, and that is said where the older one is followed", () => {
    const then = busy.and(auto("1.6.0", "a1")).when(auto("1.7.0", "a2"));
    expect(then.lane.waiting.map((one) => one.id)).toEqual(["a2"]);
    expect(then.lane.ended).toMatchObject([{ id: "a1", stage: "superseded", supersededBy: "1.7.0" }]);
    expect(then.audit.at(-1)).toMatchObject({ type: "promotion.superseded", ref: "a1", data: { by: "a2" } });
    const words = then.all("liveComment").find((one) => one.promotionId === "a1");
    expect(words).toMatchObject({ issue: 5, view: { stage: "superseded", supersededBy: "1.7.0" } });
  });

  it("does so also where a person asks for it", () => {
    const then = busy.and(auto("1.6.0", "a1")).when(commanded("1.7.0", 120));
    expect(then.lane.waiting.map((one) => one.id)).toEqual(["c120"]);
    expect(then.lane.ended).toMatchObject([{ id: "a1", supersededBy: "1.7.0" }]);
    // Heard of in the other order it comes to the same.
    const other = busy.and(commanded("1.7.0", 120)).when(auto("1.6.0", "a1"));
    expect(other.lane.waiting.map((one) => one.id)).toEqual(["c120"]);
    expect(other.lane.ended).toMatchObject([{ id: "a1", stage: "refused" }]);
  });

  it("takes the place of nothing that a person asked for, nor of a hotfix", () => {
    const hotfix = requested({
      id: id("a1"),
      cause: { kind: "auto" },
      cargo: tagged("1.5.1", shaOf("1.5.1")),
      class: "hotfix",
    });
    const then = busy.and(commanded("1.6.0", 120), hotfix).when(auto("1.7.0", "a2"));
    expect(then.lane.waiting.map((one) => one.id)).toEqual(["a1", "c120", "a2"]);
    expect(then.lane.ended).toEqual([]);
  });

  it("makes no way for a rollback or a hotfix, and leaves builds of merges alone", () => {
    const build = requested({ id: id("m1"), cause: { kind: "merge" }, cargo: built("1.6.0-dev.1") });
    const then = busy.and(auto("1.6.0", "a1"), build).when(commanded("1.7.0", 120, "hotfix"));
    expect(then.lane.waiting.map((one) => one.id)).toEqual(["c120", "a1", "m1"]);
    expect(busy.and(build).when(auto("1.7.0", "a2")).lane.ended).toEqual([]);
  });

  it("that is refused at the door itself takes nobody's place", () => {
    const then = busy.and(auto("1.6.0", "a1")).when(requested({ cause: byCommand(130) }));
    expect(then.lane.ended).toMatchObject([{ id: "c130", problem: { code: "already-on-its-way" } }]);
    expect(then.lane.waiting.map((one) => one.id)).toEqual(["a1"]);
  });

  it("leaves alone what has begun", () => {
    const then = givenEnvironment(auto("1.6.0", "a1")).when(auto("1.7.0", "a2"));
    expect(active(then.lane).id).toBe("a1");
  });
});

/** Takes what is under way to its delivery. */
function deliver(lane: EnvironmentLane, at: number): EnvironmentLane {
  const { id: name } = active(lane);
  // Every release here has the fixes that are asked of it.
  const fixes = { has: fixesAsked(lane, active(lane)).map((fix) => fix.sha), lacks: [] };
  const seen: EnvironmentEvent = { ...prepared(name, [stepPlan("api")], at), fixes } as EnvironmentEvent;
  const road: EnvironmentEvent[] = [seen, ...goes("api", at + 1, name)];
  const { sha: headSha } = active(lane).cargo;
  return road.reduce<EnvironmentLane>((now, event) => {
    const told = event.type === "RunObserved" ? { ...event, run: { ...event.run, headSha } } : event;
    return decideLawfully(now, told).state as EnvironmentLane;
  }, lane);
}

describe("an older release", () => {
  const orders = [
    "fifo",
    "[rollback, hotfix, normal]",
    "[normal, hotfix, rollback]",
    "[hotfix, normal, rollback]",
  ];
  const someone = fc.record({
    version: fc.constantFrom("1.5.0", "1.5.1", "1.6.0", "1.6.1", "1.7.0"),
    as: fc.constantFrom<PromotionClass[]>("hotfix", "normal", "normal"),
    by: fc.constantFrom<("command" | "auto")[]>("command", "auto"),
    comment: fc.integer({ min: 100, max: 140 }),
    /** How many deliveries there are before the next one is asked for. */
    deliveries: fc.integer({ min: 0, max: 2 }),
  });

  it.each(orders)("never lands after a newer one, whatever goes first: %s", (queue) => {
    const plan = planOf("prod", `environments: { prod: { queue: ${queue} } }`);
    fc.assert(
      fc.property(fc.array(someone, { minLength: 1, maxLength: 8 }), (requests) => {
        let lane: EnvironmentLane = { ...newEnvironmentLane(), left: { kind: "none" } };
        let at = NOON;
        const next = (): void => {
          at += 10_000;
          if (lane.active !== null) lane = deliver(lane, at);
        };
        for (const [index, { version, as, by, comment, deliveries }] of requests.entries()) {
          const cause: PromotionCause = by === "auto" ? { kind: "auto" } : byCommand(comment * 10 + index);
          const name = id(by === "auto" ? `a${index}` : `c${comment * 10 + index}`);
          const asked = { id: name, cause, plan, class: as, cargo: tagged(version, shaOf(version)) };
          at += 1_000;
          lane = decideLawfully(lane, requested(asked, at)).state as EnvironmentLane;
          for (let count = 0; count < deliveries; count += 1) next();
        }
        for (let round = 0; round <= requests.length && lane.active !== null; round += 1) next();
        expect(lane.active).toBeNull();
        expect(lane.waiting).toEqual([]);
        const landed = lane.delivered.map((one) => one.version);
        expect(landed).toEqual(landed.toSorted(semver.compare));
        // The newest of all that was asked for is what runs there in the end.
        expect(landed.at(-1)).toBe(requests.map((one) => one.version).toSorted(semver.rcompare)[0]);
      }),
      { numRuns: 40 },
    );
  });
});
