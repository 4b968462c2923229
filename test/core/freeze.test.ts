/** The stories of a freeze: what it holds, what it leaves alone, and how what was held goes on. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { FreezeWord } from "../../src/core/freeze.ts";
import type { Person } from "../../src/core/promotion.ts";
import {
  ana,
  active,
  built,
  byCommand,
  givenEnvironment,
  NOON,
  planOf,
  prepared,
  requested,
  run,
  sha,
  stepPlan,
  tagged,
  wes,
} from "./given.ts";
import { delivered, goes, looked } from "./given-road.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

function word(commentId: number, by: Person = ana, more: Partial<FreezeWord> = {}): FreezeWord {
  return { by, commentId, ordinal: 1, issue: 7, name: `f${commentId}`, answers: true, ...more };
}

function frozen(commentId: number, until: number | null = null, at = NOON): EnvironmentEvent {
  const reason = "the sale";
  return { type: "EnvironmentFrozen", at, environment: "prod", until, reason, word: word(commentId) };
}

function unfrozen(commentId: number, at: number, alone = true): EnvironmentEvent {
  return { type: "EnvironmentUnfrozen", at, environment: "prod", alone, word: word(commentId, wes) };
}

const due = (at: number): EnvironmentEvent => ({ type: "GatesDue", at });
const held = (gate: string) => ({ held: { hold: { gate } } });

describe("a freeze", () => {
  it("is answered by reactions alone, is written down, and is looked at again when it runs out", () => {
    const then = givenEnvironment().when(frozen(50, NOON + HOUR));
    expect(then.all("react").map((one) => one.content)).toEqual(["eyes", "rocket"]);
    expect(then.effects.find(({ effect }) => effect.type === "wake")).toMatchObject({ delayMs: HOUR });
    expect(then.audit).toEqual([
      {
        actor: "user:11",
        type: "environment.frozen",
        ref: "prod",
        data: { until: NOON + HOUR, reason: "the sale" },
      },
    ]);
  });

  it("holds what is asked for, which says so, and does not fail it", () => {
    const then = givenEnvironment(frozen(50)).when(requested());
    expect(then.lane.active).toBeNull();
    expect(then.all("prepareRollout")).toEqual([]);
    expect(then.only("liveComment").view).toMatchObject({
      stage: "waiting",
      held: { since: NOON, hold: { gate: "freeze", by: "ana", reason: "the sale", until: null } },
    });
  });

  it("holds builds of merges and releases that go by themselves, too; of builds the newest alone is left", () => {
    const build = (name: string): EnvironmentEvent =>
      requested({ id: name as never, cause: { kind: "merge" }, cargo: built("1.6.0-dev.1", sha(name)) });
    const auto = requested({ cause: { kind: "auto" }, reportOn: 5, cargo: tagged("1.6.0", sha("a6")) });
    const then = givenEnvironment(frozen(50), build("b1"), auto, build("b2")).when(unfrozen(51, NOON + HOUR));
    expect(active(then.lane).cargo.version).toBe("1.6.0");
    expect(then.lane.waiting.map((one) => one.id)).toEqual(["b2"]);
  });

  it("leaves what has begun alone: half a rollout is worse than a whole one", () => {
    const road = [requested(), prepared("c101", [stepPlan("api"), stepPlan("web")])];
    const then = givenEnvironment(...road, frozen(50)).when(...goes("api", NOON + 5_000));
    expect(active(then.lane).steps.map((step) => step.stage)).toEqual(["succeeded", "recording"]);
  });

  it("that comes while a rollout is being prepared is seen right before anything of it runs", () => {
    const then = givenEnvironment(requested(), frozen(50)).when(prepared("c101", [stepPlan("api")]));
    expect(then.all("recordDeployment").length + then.all("dispatchRun").length).toBe(0);
    expect(then.lane.active).toBeNull();
    expect(then.lane.waiting).toMatchObject([
      { id: "c101", stage: "waiting", startedAt: null, ...held("freeze") },
    ]);
    // When it goes on, all is looked at anew, under a name of its own.
    const on = givenEnvironment(requested(), frozen(50), prepared("c101", [stepPlan("api")])).when(
      unfrozen(51, NOON + HOUR),
    );
    expect(on.ordered).toContain("prepare:c101:1");
    const prepared2 = givenEnvironment(
      requested(),
      frozen(50),
      prepared("c101", [stepPlan("api")]),
      unfrozen(51, NOON + HOUR),
    ).when(prepared("c101", [stepPlan("api")], NOON + HOUR + 1_000));
    expect(prepared2.only("recordDeployment")).toMatchObject({ component: "api" });
  });

  it("that is lifted lets what it held go on, in its order, without a word", () => {
    const later = requested({ cause: byCommand(104), cargo: tagged("1.6.0", sha("a6")) });
    const then = givenEnvironment(frozen(50), later, requested()).when(unfrozen(51, NOON + HOUR));
    expect(active(then.lane)).toMatchObject({ id: "c101", stage: "preparing" });
    expect(active(then.lane).held).toBeUndefined();
    expect(then.lane.waiting.map((one) => [one.id, one.held])).toEqual([["c104", undefined]]);
    expect(then.all("comment")).toEqual([]);
  });

  it("that runs out ends in that moment and not before", () => {
    const story = givenEnvironment(frozen(50, NOON + HOUR), requested());
    expect(story.when(due(NOON + HOUR - 1)).lane.active).toBeNull();
    expect(active(story.when(due(NOON + HOUR)).lane).id).toBe("c101");
  });

  it("may be given another end; the timer of the first one ends nothing", () => {
    const story = givenEnvironment(frozen(50, NOON + HOUR), requested(), frozen(51, NOON + 3 * HOUR));
    expect(story.when(due(NOON + HOUR)).lane.active).toBeNull();
    expect(active(story.when(due(NOON + 3 * HOUR)).lane).id).toBe("c101");
  });

  it("of words that are heard in another order than they were written, the last written one holds", () => {
    const then = givenEnvironment(requested(), unfrozen(51, NOON)).when(frozen(50));
    expect(then.lane.frozen?.freeze).toBeNull();
    expect(then.audit).toMatchObject([{ type: "freeze.overtaken", data: { by: 51 } }]);
    const same = givenEnvironment(frozen(50), unfrozen(51, NOON)).when(frozen(50));
    expect(same.lane.frozen?.freeze).toBeNull();
  });

  it("that was lifted before its own word was heard is answered all the same, once", () => {
    const story = givenEnvironment(unfrozen(51, NOON));
    const then = story.when(frozen(50));
    expect(then.all("react")).toMatchObject([
      { commentId: 50, content: "eyes" },
      { commentId: 50, content: "rocket" },
    ]);
    expect(givenEnvironment(unfrozen(51, NOON), frozen(50)).when(frozen(50)).all("react")).toEqual([]);
    const lifting = givenEnvironment(frozen(52)).when(unfrozen(51, NOON));
    expect(lifting.all("react").map((one) => one.content)).toEqual(["eyes", "rocket"]);
    expect(lifting.lane.frozen?.freeze).not.toBeNull();
  });

  it("where there is none, lifting it is refused in words; among several environments it is not", () => {
    const alone = givenEnvironment().when(unfrozen(51, NOON));
    expect(alone.only("comment").view).toMatchObject({ problem: { code: "not-frozen" } });
    expect(alone.all("react").map((one) => one.content)).toEqual(["eyes", "-1"]);
    const amongOthers = givenEnvironment().when(unfrozen(51, NOON, false));
    expect(amongOthers.all("comment")).toEqual([]);
  });

  it("is told to several lanes, and one of them answers", () => {
    const event = { ...frozen(50), word: word(50, ana, { answers: false }) } as EnvironmentEvent;
    const then = givenEnvironment().when(event);
    expect(then.ordered).toEqual([]);
    expect(then.lane.frozen?.freeze).not.toBeNull();
  });

  it("outlives a time in which Waybill could not act: its end is awaited again", () => {
    const resumed = { type: "RepositoryResumed", at: NOON + HOUR, since: NOON + 1 } as const;
    const then = givenEnvironment(frozen(50, NOON + 2 * HOUR)).when(resumed);
    expect(then.ordered).toEqual([`wake:gates:${NOON + 2 * HOUR}`]);
  });
});

describe("what a freeze has held for more than a day", () => {
  const story = givenEnvironment(frozen(50), requested());

  it("goes on by itself up to a day", () => {
    expect(active(story.when(unfrozen(51, NOON + DAY)).lane).id).toBe("c101");
  });

  it("is asked about once, in a new comment, and waits", () => {
    const then = story.when(unfrozen(51, NOON + DAY + 1));
    expect(then.lane.active).toBeNull();
    expect(then.lane.waiting).toMatchObject([held("long-hold")]);
    expect(then.only("comment")).toMatchObject({
      issue: 7,
      view: {
        template: "held-long",
        version: "1.5.0",
        since: NOON,
        until: NOON + DAY + 1,
        requestedBy: "ana",
      },
    });
    const again = story.and(unfrozen(51, NOON + DAY + 1)).when(due(NOON + 2 * DAY));
    expect(again.ordered).toEqual([]);
  });

  it("goes on when somebody gives the command once more; that is no promotion of its own", () => {
    const at = NOON + 2 * DAY;
    const confirmation = requested({ cause: byCommand(160, wes) }, at + 5);
    const then = story.and(unfrozen(51, at)).when(confirmation);
    expect(active(then.lane)).toMatchObject({ id: "c101", stage: "preparing" });
    expect(then.lane.waiting).toEqual([]);
    expect(then.audit[0]).toMatchObject({ actor: "user:12", type: "promotion.confirmed", ref: "c101" });
    expect(then.ordered).toContain("react:c160:rocket");
    // Heard twice, it is one word.
    expect(story.and(unfrozen(51, at), confirmation).when(confirmation).ordered).toEqual([]);
  });

  it("lets newer ones pass, and is turned away once one of them has arrived", () => {
    const at = NOON + 2 * DAY;
    const newer = requested({ cause: byCommand(170), cargo: tagged("1.6.0", sha("a6")) }, at + 5);
    const then = story.and(unfrozen(51, at)).when(newer);
    expect(active(then.lane).id).toBe("c170");
    expect(then.lane.waiting).toMatchObject([{ id: "c101", ...held("long-hold") }]);
    const arrives = [
      prepared("c170", [stepPlan("api")], at + 10),
      { type: "DeploymentRecorded", at: at + 11, correlationId: "c170-api", deploymentId: 9 },
      { type: "RunStarted", at: at + 12, correlationId: "c170-api", runId: 900, runUrl: "https://x.example" },
      { type: "RunObserved", at: at + 13, run: run({ id: 900, headSha: sha("a6") }) },
      looked("1.5.0", at + 20, "c170"),
      looked("1.5.0", at + 30, "c170"),
    ] as EnvironmentEvent[];
    const after = story.and(unfrozen(51, at), newer).when(...arrives);
    expect(after.lane.delivered.at(-1)).toMatchObject({ version: "1.6.0" });
    expect(after.lane.waiting).toEqual([]);
    expect(after.lane.ended).toMatchObject([
      { id: "c170", stage: "delivered" },
      { id: "c101", stage: "refused", problem: { code: "older-than-delivered" } },
    ]);
  });

  it("does not begin by something that is told of an earlier moment", () => {
    const then = story.and(unfrozen(51, NOON + 2 * DAY)).when(due(NOON + HOUR));
    expect(then.lane.active).toBeNull();
    expect(then.lane.waiting).toMatchObject([held("long-hold")]);
  });

  it("of builds the newest goes at once: nobody is asked about a merge", () => {
    const build = requested({ cause: { kind: "merge" }, cargo: built("1.6.0-dev.1"), plan: planOf("dev") });
    const then = givenEnvironment(frozen(50), build).when(unfrozen(51, NOON + 3 * DAY));
    expect(active(then.lane).cause.kind).toBe("merge");
  });

  it("is frozen again while it is asked about: the question stays, and is not asked twice", () => {
    const at = NOON + 2 * DAY;
    const then = story.and(unfrozen(51, at), frozen(52, null, at + 1)).when(unfrozen(53, at + 2));
    expect(then.lane.waiting).toMatchObject([held("long-hold")]);
    expect(then.lane.active).toBeNull();
  });
});

describe("an environment without a freeze", () => {
  it("knows nothing of gates: what is stored has its old shape, as it does where an earlier Waybill stored it", () => {
    const then = givenEnvironment(...delivered).when(requested({ cause: byCommand(150) }, NOON + DAY));
    expect(JSON.stringify(then.lane)).not.toMatch(/held|frozen|turns/);
  });
});
