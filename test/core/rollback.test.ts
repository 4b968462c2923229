/** Going back: what a rollback may go to, when it goes, and what it leaves behind. */
import { describe, expect, it } from "vitest";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import {
  ana,
  byCommand,
  givenEnvironment,
  NOON,
  prepared,
  requested,
  run,
  sha,
  stepPlan,
  tagged,
} from "./given.ts";
import {
  automatic,
  delivers,
  fails,
  goes,
  prodPlan,
  promoted,
  rolledBack,
  shaOf,
  unpinned,
} from "./given-rollback.ts";

const ends = (lane: EnvironmentLane) =>
  lane.ended.map(({ id, stage, problem }) => `${id} ${stage}${problem === null ? "" : ` ${problem.code}`}`);
const queue = ({ active, waiting }: EnvironmentLane) =>
  [active, ...waiting].map((one) => one?.id ?? "–").join(" ");

/** 1.4.2 and then 1.5.0 were delivered. */
const twice = () => givenEnvironment(...delivers(101, "1.4.2"), ...delivers(102, "1.5.0"));
/** The same, and 1.5.0 was rolled back to 1.4.2. */
const back = () => twice().and(rolledBack(110, "1.4.2"), ...goes("c110", "1.4.2"));

describe("a rollback", () => {
  it("is a promotion of an earlier release, and takes the place of what runs", () => {
    const then = twice().when(rolledBack(110, "1.4.2"));
    expect(then.only("prepareRollout")).toMatchObject({
      class: "rollback",
      cargo: { version: "1.4.2", sha: shaOf("1.4.2") },
      replaces: { version: "1.5.0" },
    });
    expect(
      back()
        .when(rolledBack(111, "1.4.1"))
        .lane.delivered.map(({ version }) => version),
    ).toEqual(["1.4.2", "1.5.0", "1.4.2"]);
  });
  it("is turned away where it would not go back", () => {
    expect(ends(twice().when(rolledBack(110, "1.6.0")).lane)).toEqual(["c110 refused rollback-not-lower"]);
    expect(ends(twice().when(rolledBack(110, "1.5.0")).lane)).toEqual(["c110 refused already-delivered"]);
    expect(ends(givenEnvironment().when(rolledBack(110, "1.4.2")).lane)).toEqual([
      "c110 refused nothing-to-roll-back",
    ]);
  });
  it("goes to the version delivered last where a newer one was left half done: that is a rollout, not nothing", () => {
    const then = twice()
      .and(...fails(103, "1.6.0"))
      .when(rolledBack(110, "1.5.0"));
    expect(then.only("prepareRollout")).toMatchObject({
      cargo: { version: "1.5.0" },
      replaces: { version: "1.6.0" },
    });
  });
  it("goes to any earlier one where the very first rollout was left half done", () => {
    const then = givenEnvironment(...fails(101, "1.5.0")).when(rolledBack(110, "1.4.2"));
    expect(then.lane.active?.id).toBe("c110");
  });
  it("waits as the first while another rollout is under way, also one that was asked for before what waits", () => {
    const story = twice().and(promoted(103, "1.6.0"), promoted(104, "1.6.1"));
    const then = story.when(rolledBack(110, "1.5.0"));
    expect(queue(then.lane)).toBe("c103 c110 c104");
    const next = story.and(rolledBack(110, "1.5.0")).when(...goes("c103", "1.6.0"));
    expect(queue(next.lane)).toBe("c110 c104");
  });
  it("of a rollout that ended without anything begun finds what it goes to in place", () => {
    const refused = {
      type: "RolloutRefused",
      at: NOON,
      promotionId: "c103" as PromotionId,
      problem: { code: "workflow-missing", detail: {} },
    } as const;
    const then = twice().and(promoted(103, "1.6.0"), rolledBack(110, "1.5.0")).when(refused);
    expect(ends(then.lane)).toEqual(["c103 refused workflow-missing", "c110 refused already-delivered"]);
  });
  it("is asked for once: the same again is on its way", () => {
    const story = twice().and(rolledBack(110, "1.4.2"));
    expect(ends(story.when(rolledBack(111, "1.4.2")).lane)).toEqual(["c111 refused already-on-its-way"]);
  });
  it("never waits for a freeze, nor for what the freeze holds, and steps back for none", () => {
    const frozen = {
      type: "EnvironmentFrozen",
      at: NOON + 105_000,
      environment: "prod",
      until: null,
      reason: null,
      word: { by: ana, commentId: 105, ordinal: 1, issue: 7, name: "f105", answers: true },
    } as const;
    const then = twice().and(frozen, promoted(106, "1.6.0")).when(rolledBack(110, "1.4.2"));
    expect(queue(then.lane)).toBe("c110 c106");
    expect(then.lane.waiting[0]?.held?.hold.gate).toBe("freeze");
    const later = twice()
      .and(rolledBack(110, "1.4.2"), frozen)
      .when(goes("c110", "1.4.2")[0] ?? frozen);
    expect(later.lane.active?.stage).toBe("rolling");
  });
  it("takes no long-held `/promote` of the same version for its own", () => {
    const frozen = {
      type: "EnvironmentFrozen",
      at: NOON + 103_000,
      environment: "prod",
      until: NOON + 104_000 + 50 * 3_600_000,
      reason: null,
      word: { by: ana, commentId: 103, ordinal: 1, issue: 7, name: "f103", answers: true },
    } as const;
    const over = { type: "GatesDue", at: frozen.until } as const;
    const story = twice().and(...fails(102.5, "1.6.0"), frozen, promoted(104, "1.5.0"), over);
    const then = story.when(rolledBack(110, "1.5.0"));
    expect(queue(then.lane)).toBe("c110 c104");
  });
});

describe("two rollbacks", () => {
  const busy = () => twice().and(promoted(103, "1.6.0"));

  it("to different versions: the later one is meant, in whatever order they are heard, and the other is told", () => {
    const inOrder = busy().and(rolledBack(110, "1.4.2")).when(rolledBack(111, "1.5.0"));
    expect(ends(inOrder.lane)).toEqual(["c110 refused rollback-overtaken"]);
    expect(inOrder.only("comment").view).toMatchObject({
      template: "refusal",
      command: "/rollback prod 1.4.2",
      problem: { detail: { version: "1.5.0" } },
    });
    const late = busy().and(rolledBack(111, "1.5.0")).when(rolledBack(110, "1.4.2"));
    expect(ends(late.lane)).toEqual(["c110 refused rollback-overtaken"]);
    expect(queue(late.lane)).toBe("c103 c111");
  });
  it("the one that has begun goes to its end first", () => {
    const story = twice().and(rolledBack(110, "1.4.2"));
    const then = story.when(rolledBack(111, "1.4.1"));
    expect(queue(then.lane)).toBe("c110 c111");
    const next = story.and(rolledBack(111, "1.4.1")).when(...goes("c110", "1.4.2"));
    expect(next.only("prepareRollout")).toMatchObject({ cargo: { version: "1.4.1" } });
  });
});

describe("a rollback's workflow", () => {
  const begun = (more = {}) =>
    twice().and(
      rolledBack(110, "1.4.2"),
      prepared("c110", [stepPlan("shop", { needs: [], ...more })], NOON + 110_100),
    );
  const correlationId = "c110-shop";
  const recorded = { type: "DeploymentRecorded", at: NOON, correlationId, deploymentId: 110 } as const;
  const started = { type: "RunStarted", at: NOON, correlationId, runId: 110, runUrl: "https://x" } as const;
  const ran = (headSha = shaOf("1.4.2")) =>
    ({ type: "RunObserved", at: NOON + 111_000, run: run({ id: 110, headSha }) }) as const;

  it("runs on its tag, and on nothing but its commit", () => {
    expect(begun().when(recorded).only("dispatchRun").ref).toBe("v1.4.2");
    const then = begun()
      .and(recorded, started)
      .when(ran(sha("bad")));
    expect(ends(then.lane)).toEqual(["c110 failed run-wrong-commit"]);
  });
  it("runs on the branch where today's takes its place: then the commit is its input alone", () => {
    const todays = { ref: "main", todays: { why: "missing", lacks: [] } };
    expect(begun(todays).when(recorded).only("dispatchRun")).toMatchObject({
      ref: "main",
      cargo: { ref: "v1.4.2" },
    });
    const then = begun(todays)
      .and(recorded, started)
      .when(ran(sha("bad")));
    expect(ends(then.lane)).toEqual(["c110 delivered"]);
  });
  it("where today's takes its place, that is said before anything runs", () => {
    const todays = [{ component: "shop", workflow: "deploy.yml", why: "missing", lacks: [] }] as const;
    const asked = twice().when(rolledBack(110, "1.4.2", { rollback: { reason: null, todays } }));
    expect(asked.all("liveComment").at(-1)?.view).toMatchObject({ stage: "preparing", todays });
  });
});

describe("what a rollback leaves behind", () => {
  it("the environment is pinned from its acceptance on, and what ran is in quarantine", () => {
    const then = twice().when(rolledBack(110, "1.4.2"));
    expect(then.lane.pin).toMatchObject({
      version: "1.4.2",
      by: "ana",
      reason: "checkout fails",
      bad: [{ version: "1.5.0", sha: shaOf("1.5.0") }],
    });
    expect(then.all("tellLane").map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: "QuarantineChanged", environment: "prod", good: "1.4.2" }),
    );
  });
  it("what is half done is in quarantine with it, and what is under way; but never what it goes back to", () => {
    const failed = twice().and(...fails(103, "1.6.0"));
    const bad = (lane: EnvironmentLane) => lane.pin?.bad.map(({ version }) => version);
    expect(bad(failed.when(rolledBack(110, "1.4.2")).lane)).toEqual(["1.5.0", "1.6.0"]);
    expect(bad(failed.when(rolledBack(110, "1.5.0")).lane)).toEqual(["1.6.0"]);
    expect(bad(twice().and(promoted(103, "1.6.0")).when(rolledBack(110, "1.5.0")).lane)).toEqual(["1.6.0"]);
  });
  it("nothing begins there by itself, however long; its comment says why", () => {
    const then = back().when(automatic(120, "1.6.0"));
    expect(then.lane.active).toBeNull();
    expect(then.only("liveComment").view).toMatchObject({
      held: { hold: { gate: "pinned", by: "ana", reason: "checkout fails" } },
    });
    const late = back()
      .and(automatic(120, "1.6.0"))
      .when({ type: "GatesDue", at: NOON + 1e9 });
    expect(late.all("comment")).toEqual([]);
    expect(late.lane.waiting[0]?.held?.hold.gate).toBe("pinned");
  });
  it("what is bad is refused by name and by commit, and whoever asks is told how to lift that", () => {
    const then = back().when(promoted(120, "1.5.0"));
    expect(ends(then.lane)).toEqual(["c120 refused quarantined"]);
    expect(then.only("comment").view).toMatchObject({
      problem: { detail: { bad: "1.5.0", good: "1.4.2", by: "ana" } },
    });
    const again = back().when(rolledBack(120, "1.5.0"));
    expect(ends(again.lane)).toEqual(["c120 refused quarantined"]);
  });
  it("what was asked for before it does not come after it, in whatever order the two were heard", () => {
    const heardLater = back().when(promoted(109, "1.6.0"));
    expect(ends(heardLater.lane)).toEqual(["c109 refused rolled-back-since"]);
    expect(heardLater.only("comment").view).toMatchObject({
      problem: { detail: { version: "1.6.0", good: "1.4.2", by: "ana" } },
    });
    const underWay = twice().and(promoted(105, "1.7.0"), promoted(109, "1.6.0"), rolledBack(110, "1.4.2"));
    const waited = underWay.and(...goes("c105", "1.7.0")).when(...goes("c110", "1.4.2"));
    expect(ends(waited.lane)).toEqual(["c110 delivered", "c109 refused rolled-back-since"]);
    expect(back().when(promoted(111, "1.6.0")).lane.active?.id).toBe("c111");
    // Whose word lifts the pin says that it may come.
    expect(back().and(unpinned(120)).when(promoted(109, "1.6.0")).lane.active?.id).toBe("c109");
  });
  it("whether another one descends from it is looked at before it begins", () => {
    const then = back().when(promoted(120, "1.6.0"));
    expect(then.only("prepareRollout").pin).toMatchObject({ bad: [{ version: "1.5.0" }], version: "1.4.2" });
  });
  it("a person takes up the very release that waits there to go by itself", () => {
    const then = back().and(automatic(115, "1.6.0")).when(promoted(120, "1.6.0"));
    expect(then.lane.active?.id).toBe("c120");
    expect(ends(then.lane)).toEqual(["a115 superseded"]);
  });
  it("a person's promotion lifts it when it is delivered, and what waited goes", () => {
    const asked = back().and(automatic(115, "1.7.0"), promoted(120, "1.6.0"));
    expect(queue(asked.when(...goes("c120", "1.6.0").slice(0, 3)).lane)).toBe("c120 a115");
    const then = asked.when(...goes("c120", "1.6.0"));
    expect(then.lane.pin).toBeNull();
    expect(queue(then.lane)).toBe("a115");
    expect(then.all("tellLane").map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: "QuarantineChanged", good: null, bad: [] }),
    );
  });
  it("the delivery of what is in quarantine itself does not: it was under way when it was called bad", () => {
    const story = twice().and(promoted(103, "1.6.0"), rolledBack(110, "1.5.0"));
    const then = story.when(...goes("c103", "1.6.0"));
    expect(then.lane.pin).toMatchObject({ bad: [{ version: "1.6.0" }] });
    expect(queue(then.lane)).toBe("c110");
  });
  it("nor does a hotfix: it mends what was gone back to; by what it brought to the branch the next release may be mended", () => {
    const port = sha("f0");
    const story = back().and(
      promoted(112, "1.4.3", {
        class: "hotfix",
        cargo: { ...tagged("1.4.3", shaOf("1.4.3")), hotfix: "hotfix/1.4.3" },
      }),
      ...goes("c112", "1.4.3"),
      {
        type: "HotfixPorted",
        at: NOON,
        environment: "prod",
        version: "1.4.3",
        fix: shaOf("1.4.3"),
        pull: 21,
        port,
      },
    );
    const then = story.when(promoted(120, "1.6.0"));
    expect(then.lane.pin).not.toBeNull();
    expect(then.only("prepareRollout").mends).toEqual([port]);
  });
  it("a second one goes further back, past what is in quarantine", () => {
    const then = back().when(rolledBack(120, "1.4.1"));
    expect(then.lane.pin?.bad.map(({ version }) => version)).toEqual(["1.5.0", "1.4.2"]);
  });
});

describe("a rollback that is cancelled", () => {
  const cancelled = (commentId: number) =>
    ({
      type: "PersonCancelled",
      at: NOON + commentId * 1_000,
      environment: "prod",
      version: null,
      name: `x${commentId}`,
      by: ana,
      commentId,
      issue: 7,
    }) as const;
  it("before anything of it ran leaves behind what was there before it", () => {
    const then = twice().and(rolledBack(110, "1.4.2")).when(cancelled(120));
    expect(ends(then.lane)).toEqual(["c110 cancelled cancelled"]);
    expect(then.lane.pin).toBeNull();
    const further = back().and(rolledBack(120, "1.4.1")).when(cancelled(121));
    expect(further.lane.pin).toMatchObject({ version: "1.4.2", bad: [{ version: "1.5.0" }] });
  });
  it("in the middle leaves its pin", () => {
    const story = twice().and(rolledBack(110, "1.4.2"), ...goes("c110", "1.4.2").slice(0, 3), cancelled(120));
    const then = story.when({
      type: "RunObserved",
      at: NOON + 130_000,
      run: run({ id: 110, headSha: shaOf("1.4.2"), conclusion: "cancelled" }),
    });
    expect(ends(then.lane)).toEqual(["c110 cancelled cancelled"]);
    expect(then.lane.pin).toMatchObject({ version: "1.4.2", bad: [{ version: "1.5.0" }] });
  });
});

describe("/unpin", () => {
  it("lifts the pin and the quarantine; what waited goes, and nobody is asked whether it is still wanted", () => {
    const held = back().and(automatic(115, "1.6.0"));
    const then = held.and({ type: "GatesDue", at: NOON + 1e9 }).when(unpinned(1_000_001));
    expect(then.lane.pin).toBeNull();
    expect(queue(then.lane)).toBe("a115");
    expect(then.all("react").map(({ content }) => content)).toEqual(["eyes", "rocket"]);
    expect(back().and(unpinned(120)).when(promoted(121, "1.5.0")).lane.active?.id).toBe("c121");
  });
  it("where nothing is pinned is refused", () => {
    const then = twice().when(unpinned(120));
    expect(then.only("comment").view).toMatchObject({
      command: "/unpin prod",
      problem: { code: "not-pinned" },
    });
  });
  it("that is heard twice is one word", () => {
    expect(back().and(unpinned(120)).when(unpinned(120)).ordered).toEqual([]);
  });
  it("says nothing of a rollback that was asked for after it, and counts for one asked for before it", () => {
    const older = twice().and(rolledBack(110, "1.4.2")).when(unpinned(109));
    expect(older.lane.pin).not.toBeNull();
    const sooner = twice().and(unpinned(111)).when(rolledBack(110, "1.4.2"));
    expect(sooner.lane.pin ?? null).toBeNull();
    expect(queue(sooner.lane)).toBe("c110");
  });
});

describe("a rollback of a build", () => {
  it("holds the builds that come after it, of which the newest goes when the pin is lifted", () => {
    const build = (serial: number, at: string) =>
      requested(
        {
          id: `m${serial}` as PromotionId,
          cause: { kind: "merge" },
          cargo: { version: `1.6.0-dev.${serial}`, sha: sha(at), tag: null, ref: "main" },
          plan: prodPlan("{ promote: merge }"),
        },
        NOON + serial * 1_000,
      );
    const story = givenEnvironment(
      ...delivers(101, "1.4.2"),
      build(102, "b1"),
      ...goes("m102", "1.6.0"),
      rolledBack(110, "1.4.2", { cause: byCommand(110), plan: prodPlan("{ promote: merge }") }),
      ...goes("c110", "1.4.2"),
      build(120, "b2"),
    );
    const then = story.when(build(121, "b3"));
    expect(queue(then.lane)).toBe("– m121");
    expect(queue(story.and(build(121, "b3")).when(unpinned(130)).lane)).toBe("m121");
  });
});
