/** Freezes that the config foresees: they hold and let go like those that people put, and a person's word wins over them. */
import { describe, expect, it } from "vitest";
import type { CommandFacts } from "../../src/core/commands/command.ts";
import { readCommands } from "../../src/core/commands/grammar.ts";
import { commandNamed, commands } from "../../src/core/commands/index.ts";
import { parseConfig } from "../../src/core/config/index.ts";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import { environmentIsNotFrozen } from "../../src/core/gates/freeze.ts";
import { judge } from "../../src/core/gates/index.ts";
import { newPromotion } from "../../src/core/promotion.ts";
import { summariseEnvironment } from "../../src/core/summary.ts";
import {
  active,
  ana,
  givenEnvironment,
  NOON,
  planOf,
  prepared,
  request,
  requested,
  stepPlan,
} from "./given.ts";

const HOUR = 60 * 60_000;
/** From the morning of NOON's Friday to the next morning; and another one over the week's end after that. */
const CONFIG = `environments: { prod: {} }
freezes:
  - { from: "2026-11-20 08:00", until: "2026-11-21 08:00", reason: stocktaking }
  - { from: "2026-11-28", until: "2026-11-30" }
`;
const END = Date.UTC(2026, 10, 21, 8);
const plan = planOf("prod", CONFIG);
const asked = (at = NOON): EnvironmentEvent => requested({ plan }, at);
const due = (at: number): EnvironmentEvent => ({ type: "GatesDue", at });

/** `/unfreeze prod` as it comes to the lane, by what the lane knows then. */
function come(line: string, lane: EnvironmentLane, at: number, commentId = 51): EnvironmentEvent {
  const [written] = readCommands(line, commands);
  if (written?.kind !== "command") throw new Error(line);
  const { name, args, flags, text } = written;
  const result = commandNamed(name)?.run(
    { name, args, flags, text, ordinal: 1, commentId, issue: 7, by: ana },
    factsOf(lane, at),
    null,
  );
  if (result?.kind !== "events") throw new Error(JSON.stringify(result));
  return result.events[0]?.event as EnvironmentEvent;
}
function factsOf(lane: EnvironmentLane, now: number): CommandFacts {
  const reading = parseConfig(CONFIG, { path: "waybill.yml", repositoryName: "shop" });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  const environments = [summariseEnvironment("prod", lane)];
  return {
    now,
    config: reading.config,
    plans: [],
    role: "maintain",
    environments,
    tags: [],
    unreleased: [],
    released: [],
    upcoming: null,
    coming: null,
  } as never;
}

describe("a freeze that the config foresees", () => {
  const story = givenEnvironment(asked());

  it("holds what is asked for, and says why and until when", () => {
    const then = givenEnvironment().when(asked());
    expect(then.only("liveComment").view).toMatchObject({
      held: { hold: { gate: "freeze", by: null, reason: "stocktaking", until: END } },
    });
    expect(then.effects.find(({ id }) => id === `wake:gates:${END}`)).toMatchObject({ delayMs: END - NOON });
  });
  it("ends in its moment, and what it held goes on by itself", () => {
    expect(story.when(due(END - 1)).lane.active).toBeNull();
    expect(active(story.when(due(END)).lane).id).toBe("c101");
  });
  it("that held for more than a day is asked about once, like any freeze", () => {
    const from = END - 25 * HOUR;
    const long = planOf("prod", CONFIG.replace("2026-11-20 08:00", "2026-11-20 07:00"));
    const then = givenEnvironment(requested({ plan: long }, from)).when(due(END));
    expect(then.lane.waiting).toMatchObject([{ held: { hold: { gate: "long-hold" } } }]);
  });
  it("that begins while a rollout is under way leaves it alone, and stops one that is only being prepared", () => {
    const before = NOON - 5 * HOUR;
    const road = [asked(before), prepared("c101", [stepPlan("api")], before + 1_000)];
    expect(active(givenEnvironment(...road).when(due(NOON)).lane).stage).toBe("rolling");
    const late = givenEnvironment(asked(before)).when(prepared("c101", [stepPlan("api")], NOON));
    expect(late.lane.waiting).toMatchObject([{ id: "c101", held: { hold: { gate: "freeze" } } }]);
  });
  it("never holds a rollback, and a hotfix only where the config does not say otherwise", () => {
    const waits = (more: object, text = CONFIG) =>
      judge({
        at: NOON,
        promotion: newPromotion(request({ plan: planOf("prod", text), ...more }), NOON),
        freeze: null,
        approvals: [],
      }).waits.length;
    expect(waits({ class: "rollback" })).toBe(0);
    expect(waits({ class: "hotfix" })).toBe(1);
    expect(waits({ class: "hotfix" }, CONFIG.replace("prod: {}", "prod: { hotfix: { freeze: skip } }"))).toBe(
      0,
    );
  });
  it("is not in force outside of its time; of several the one that ends last is said", () => {
    const at = (moment: number, freezes = plan.environment.freezes) =>
      environmentIsNotFrozen({
        at: moment,
        freeze: null,
        approvals: [],
        promotion: { plan: { environment: { freezes } } } as never,
      });
    expect(at(Date.UTC(2026, 10, 20, 8) - 1).verdict).toBe("pass");
    expect(at(END).verdict).toBe("pass");
    expect(at(Date.UTC(2026, 10, 28)).verdict).toBe("wait");
    const both = [...(plan.environment.freezes ?? []), { from: NOON, until: END + HOUR, reason: null }];
    expect(at(NOON, both)).toMatchObject({ hold: { until: END + HOUR } });
  });
});

describe("/unfreeze on a freeze that the config foresees", () => {
  const story = givenEnvironment(asked());
  const lane = (at: number) => story.when(due(at)).lane;

  it("lifts it until its end, and the audit log says so", () => {
    const word = come("/unfreeze prod", lane(NOON + 1), NOON + HOUR);
    expect(word).toMatchObject({ type: "EnvironmentUnfrozen", scheduled: { until: END } });
    const then = story.when(word);
    expect(active(then.lane).id).toBe("c101");
    expect(then.audit[0]).toEqual({
      actor: "user:11",
      type: "environment.unfrozen",
      ref: "prod",
      data: { scheduled: { until: END } },
    });
    expect(then.all("react").map((one) => one.content)).toContain("rocket");
  });
  it("does not lift the next one", () => {
    const lifted = givenEnvironment(come("/unfreeze prod", lane(NOON), NOON + HOUR));
    const next = Date.UTC(2026, 10, 28, 12);
    expect(lifted.when(asked(next)).lane.waiting).toMatchObject([{ held: { hold: { gate: "freeze" } } }]);
  });
  it("does not lift one that begins after the word, though the lifted one would still go on", () => {
    const later = `  - { from: "2026-11-20 14:00", until: "2026-11-20 15:00" }\n`;
    const both = planOf("prod", CONFIG + later);
    const lifted = givenEnvironment(come("/unfreeze prod", lane(NOON), NOON + HOUR));
    const when = (hours: number) => lifted.when(requested({ plan: both }, NOON + hours * HOUR)).lane;
    expect(active(when(1.5)).id).toBe("c101");
    expect(when(2.5).waiting).toMatchObject([{ held: { hold: { until: NOON + 3 * HOUR } } }]);
    expect(active(when(3.5)).id).toBe("c101");
  });
  it("is refused where it was lifted already, and where none holds", () => {
    const word = come("/unfreeze prod", lane(NOON), NOON + HOUR);
    const after = story.when(word).lane;
    const again = come("/unfreeze prod", after, NOON + 2 * HOUR, 52);
    expect(again).not.toHaveProperty("scheduled");
    expect(story.and(word).when(again).only("comment").view).toMatchObject({
      problem: { code: "not-frozen" },
    });
    expect(come("/unfreeze prod", after, END + HOUR, 53)).not.toHaveProperty("scheduled");
  });
  it("lifts both where somebody has frozen it, too; a later /freeze holds all the same", () => {
    const frozen = come("/freeze prod", lane(NOON), NOON + 1, 49);
    const both = story.and(frozen);
    const word = come("/unfreeze prod", both.when(due(NOON + 2)).lane, NOON + HOUR);
    expect(active(both.when(word).lane).id).toBe("c101");
    const later = come("/freeze prod --for 1h", lane(NOON), NOON + 2 * HOUR, 60);
    const held = givenEnvironment(word, later).when(asked(NOON + 2 * HOUR + 1));
    expect(held.lane.waiting).toMatchObject([{ held: { hold: { gate: "freeze", by: "ana" } } }]);
    // When that runs out, what was lifted stays lifted.
    const on = givenEnvironment(word, later, asked(NOON + 2 * HOUR + 1)).when(due(NOON + 3 * HOUR));
    expect(active(on.lane).id).toBe("c101");
  });
});

describe("/status", () => {
  const shown = (lane: EnvironmentLane, now: number) => {
    const [written] = readCommands("/status", commands);
    const result = commandNamed("status")?.run(written as never, factsOf(lane, now), null);
    if (result?.kind !== "answer" || result.answer.kind !== "status") throw new Error("no status");
    return result.answer.environments[0]?.scheduled?.map(({ from, inForce }) => [
      new Date(from).toISOString().slice(0, 10),
      inForce,
    ]);
  };
  const quiet = givenEnvironment().when(due(NOON)).lane;

  it("shows the freeze that holds, and the coming one within a week", () => {
    expect(shown(quiet, NOON)).toEqual([["2026-11-20", true]]);
    expect(shown(quiet, NOON + 24 * HOUR)).toEqual([["2026-11-28", false]]);
    expect(shown(quiet, Date.UTC(2026, 10, 29))).toEqual([["2026-11-28", true]]);
    expect(shown(quiet, Date.UTC(2026, 11, 1))).toBeUndefined();
  });
  it("shows none that was lifted", () => {
    const word = come("/unfreeze prod", quiet, NOON + HOUR);
    expect(shown(givenEnvironment().when(word).lane, NOON + 2 * HOUR)).toBeUndefined();
  });
});
