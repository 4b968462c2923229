/** When the world outside is looked at for what waits, told by the soak time: one look at a time, one timer, and a last look before anything begins. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent, RepositoryEvent } from "../../src/core/events.ts";
import type { GateFindings } from "../../src/core/gates/findings.ts";
import { judge } from "../../src/core/gates/index.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { givenUp } from "../../src/core/given-up.ts";
import { gateFacts } from "../../src/core/looks.ts";
import type { NewPromotion } from "../../src/core/promotion.ts";
import {
  active,
  byCommand,
  givenEnvironment,
  givenRepository,
  notes,
  plansFor,
  NOON,
  planOf,
  prepared,
  requested,
  sha,
  stepPlan,
  tagged,
} from "./given.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SHOP = `environments:\n  staging: {}\n  prod: { gates: { soak: 2h } }\n`;
const plan = planOf("prod", SHOP);

function asked(more: Partial<NewPromotion> = {}, at = NOON): EnvironmentEvent {
  return requested({ plan, ...more }, at);
}

/** Staging has run it since then; null: it does not run it. */
function soak(since: number | null, at: number): GateFindings {
  const environments = [{ environment: "staging", since, longestMs: 0 }];
  return { soak: { kind: "seen", at, facts: { environments } } };
}

function seen(nr: number, since: number | null, at: number, promotion = "c101"): EnvironmentEvent {
  return { type: "GatesSeen", at, promotionId: promotion as PromotionId, nr, findings: soak(since, at) };
}

const due = (at: number): EnvironmentEvent => ({ type: "GatesDue", at });
const doubted = (at: number): EnvironmentEvent => ({ type: "GatesDoubted", at, sha: null, names: ["soak"] });
const plannedApi = [stepPlan("api")];

const preparedWith = (findings: GateFindings | undefined, at: number): EnvironmentEvent => ({
  ...(prepared("c101", plannedApi, at) as Extract<EnvironmentEvent, { type: "RolloutPrepared" }>),
  ...(findings === undefined ? {} : { findings }),
});

describe("a promotion with a gate that looks at the world outside", () => {
  it("is looked at as soon as it comes to wait, and says so meanwhile", () => {
    const then = givenEnvironment().when(asked());
    expect(then.lane.active).toBeNull();
    expect(then.only("lookAtGates")).toMatchObject({ promotionId: "c101", nr: 1, names: ["soak"] });
    expect(then.all("wake")).toEqual([]);
    expect(then.only("liveComment").view).toMatchObject({ held: { hold: { gate: "looking" } } });
  });

  it("says when it goes on, is looked at again now and then, and goes on in that moment", () => {
    const held = givenEnvironment(asked(), seen(1, NOON - HOUR, NOON + 1));
    const then = givenEnvironment(asked()).when(seen(1, NOON - HOUR, NOON + 1));
    expect(then.lane.waiting).toMatchObject([{ held: { hold: { gate: "soak", opensAt: NOON + HOUR } } }]);
    expect(then.ordered).toContain(`wake:gates:${NOON + 1 + 10 * MINUTE}`);
    expect(active(held.when(due(NOON + HOUR)).lane)).toMatchObject({ id: "c101", stage: "preparing" });
    expect(held.when(due(NOON + HOUR - 1)).lane.active).toBeNull();
  });

  it("is looked at once more right before it begins: what was broken off meanwhile puts it back", () => {
    const story = givenEnvironment(asked(), seen(1, NOON - 3 * HOUR, NOON + 1));
    const then = story.when(preparedWith(soak(null, NOON + 2), NOON + 2));
    expect(then.all("recordDeployment")).toEqual([]);
    expect(then.lane.waiting).toMatchObject([
      { id: "c101", stage: "waiting", held: { hold: { gate: "soak" } } },
    ]);
    expect(then.audit).toMatchObject([{ type: "promotion.held", data: { gate: "soak" } }]);
    const well = story.when(preparedWith(soak(NOON - 3 * HOUR, NOON + 2), NOON + 2));
    expect(well.only("recordDeployment")).toMatchObject({ component: "api" });
    expect(active(well.lane)).not.toHaveProperty("findings");
    expect(active(well.lane)).not.toHaveProperty("look");
  });

  it("does not begin by what was found out before, where nobody looked right before it begins", () => {
    const story = givenEnvironment(asked(), seen(1, NOON - 3 * HOUR, NOON + 1));
    const then = story.when(preparedWith(undefined, NOON + 2));
    expect(then.all("recordDeployment")).toEqual([]);
    expect(then.only("lookAtGates").nr).toBe(2);
  });

  it("lets others pass while it waits", () => {
    const free = requested({ cause: byCommand(140), cargo: tagged("1.6.0", sha("a6")) });
    const then = givenEnvironment(asked(), seen(1, NOON, NOON + 1)).when(free);
    expect(active(then.lane).id).toBe("c140");
  });

  it("that is a rollback waits for nothing, and one that is a hotfix does not soak", () => {
    expect(active(givenEnvironment().when(asked({ class: "hotfix" })).lane).class).toBe("hotfix");
    const strict = planOf("prod", SHOP.replace("gates:", "hotfix: { soak: keep }, gates:"));
    expect(givenEnvironment().when(asked({ class: "hotfix", plan: strict })).lane.active).toBeNull();
    const held = givenEnvironment().when(asked()).lane;
    const [waiting] = held.waiting;
    if (waiting === undefined) throw new Error("nothing waits");
    expect(judge(gateFacts(held, waiting, NOON)).waits).toHaveLength(1);
    expect(judge(gateFacts(held, { ...waiting, class: "rollback" }, NOON)).waits).toEqual([]);
  });
});

describe("looks", () => {
  const story = givenEnvironment(asked(), seen(1, null, NOON + 1));

  it("are repeated after some minutes, by one timer however much happens", () => {
    const timers = (...events: readonly EnvironmentEvent[]): string[] =>
      events.flatMap((_event, index) =>
        story.when(...events.slice(0, index + 1)).ordered.filter((id) => id.startsWith("wake:gates")),
      );
    // The first was ordered by the story itself.
    expect(timers(due(NOON + MINUTE), due(NOON + 2 * MINUTE), due(NOON + 3 * MINUTE))).toEqual([]);
    const again = story.when(due(NOON + 1 + 10 * MINUTE));
    expect(again.only("lookAtGates").nr).toBe(2);
    expect(again.all("wake")).toEqual([]);
  });

  it("are one at a time: what is doubted meanwhile is looked at after it", () => {
    const first = story.when(doubted(NOON + MINUTE));
    expect(first.only("lookAtGates").nr).toBe(2);
    const meanwhile = story.and(doubted(NOON + MINUTE)).when(doubted(NOON + MINUTE + 1));
    expect(meanwhile.all("lookAtGates")).toEqual([]);
    const after = story
      .and(doubted(NOON + MINUTE), doubted(NOON + MINUTE + 1))
      .when(seen(2, null, NOON + MINUTE + 2));
    expect(after.only("lookAtGates").nr).toBe(3);
    const quiet = story.and(doubted(NOON + MINUTE)).when(seen(2, null, NOON + MINUTE + 2));
    expect(quiet.all("lookAtGates")).toEqual([]);
  });

  it("that come back twice, or too late, change nothing", () => {
    expect(story.when(seen(1, NOON - 3 * HOUR, NOON + 5)).lane.active).toBeNull();
    const begun = givenEnvironment(asked(), seen(1, NOON - 3 * HOUR, NOON + 1));
    expect(begun.when(seen(1, null, NOON + 2)).ordered).toEqual([]);
  });

  it("become rare for what has waited for long", () => {
    const late = NOON + 30 * HOUR;
    const then = story.and(due(late)).when(seen(2, null, late + 1));
    expect(then.ordered).toContain(`wake:gates:${late + 1 + HOUR}`);
  });

  it("are not repeated while a freeze holds it anyway, and are made up for when it ends", () => {
    const word = { by: { id: 11, login: "ana" }, commentId: 50, ordinal: 1, issue: 7, answers: true };
    const frozen = (name: string, type: "EnvironmentFrozen" | "EnvironmentUnfrozen", at: number) =>
      ({
        type,
        at,
        environment: "prod",
        until: null,
        reason: null,
        alone: true,
        word: { ...word, name, commentId: at },
      }) as never;
    const cold = story.and(frozen("f1", "EnvironmentFrozen", NOON + 2));
    expect(cold.when(due(NOON + HOUR)).all("lookAtGates")).toEqual([]);
    expect(cold.when(due(NOON + HOUR)).lane.waiting).toMatchObject([
      { held: { hold: { gate: "freeze" }, also: [{ gate: "soak" }], frozenSince: NOON + 2 } },
    ]);
    const warm = cold.when(due(NOON + HOUR), frozen("f2", "EnvironmentUnfrozen", NOON + 2 * HOUR));
    expect(warm.only("lookAtGates").nr).toBe(2);
    expect(warm.lane.waiting[0]?.held).not.toHaveProperty("frozenSince");
  });

  it("that could not be made are said and written down once, and tried again", () => {
    const look = givenEnvironment().when(asked()).only("lookAtGates");
    const gone = givenUp(
      look,
      "HttpError: Resource not accessible by integration",
      NOON + HOUR,
    ) as EnvironmentEvent;
    const then = givenEnvironment(asked()).when(gone);
    expect(then.lane.waiting).toMatchObject([
      {
        held: {
          hold: {
            gate: "unseen",
            what: "soak",
            message: "HttpError: Resource not accessible by integration",
          },
        },
      },
    ]);
    expect(then.audit).toMatchObject([{ type: "gate.unseen", data: { gate: "soak" } }]);
    const [timer] = then.all("wake");
    expect(timer?.event).toEqual(due(NOON + HOUR + 10 * MINUTE));
    const again = givenEnvironment(asked(), gone).when(due(NOON + HOUR + 10 * MINUTE));
    expect(again.only("lookAtGates").nr).toBe(2);
    const gone2 = givenUp(again.only("lookAtGates"), "again", NOON + 2 * HOUR) as EnvironmentEvent;
    expect(givenEnvironment(asked(), gone, due(NOON + HOUR + 10 * MINUTE)).when(gone2).audit).toEqual([]);
  });
});

describe("being held by the soak time for days", () => {
  it("makes nobody ask whether it is still wanted: only a freeze does", () => {
    const days = planOf("prod", SHOP.replace("2h", "3d"));
    const story = givenEnvironment(asked({ plan: days }), seen(1, NOON, NOON + 1));
    expect(active(story.when(due(NOON + 72 * HOUR)).lane).id).toBe("c101");
  });
});

describe("what an environment before delivers", () => {
  it("is told to those that wait for a soak time after it, and to nobody else", () => {
    const text = `environments:
  qa: {}
  staging: { gates: { soak: 1h } }
  prod: { gates: { soak: 2h } }
  lab: { after: [qa] }
`;
    const moved: RepositoryEvent = {
      type: "BranchMoved",
      at: NOON,
      head: sha("b1"),
      notes: notes(sha("b1"), 1),
      version: "1.6.0",
      plans: plansFor(text),
    };
    const then = givenRepository(moved).when({
      type: "EnvironmentDelivered",
      at: NOON + 1,
      environment: "qa",
      version: "1.5.0",
      sha: sha("a1"),
      url: null,
      promotionId: "c90" as PromotionId,
      last: false,
    });
    expect(then.all("tellLane")).toEqual([
      { type: "tellLane", environment: "staging", event: doubted(NOON + 1) },
    ]);
  });
});
