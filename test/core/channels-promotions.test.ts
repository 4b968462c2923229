/** What becomes of a promotion, and which of it is told: each once, at the places where people on GitHub are told. */
import { describe, expect, it } from "vitest";
import { tellOfProgress } from "../../src/core/channels/telling.ts";
import { CHANNEL_EVENTS, type ChannelConfig } from "../../src/core/channels/model.ts";
import { newMinutes, type Minutes } from "../../src/core/decision.ts";
import { newEnvironmentLane, type EnvironmentLane } from "../../src/core/environment.ts";
import { newPromotion, type Promotion, type PromotionStage, type Step } from "../../src/core/promotion.ts";
import { announceEnd, announceNeeds } from "../../src/core/telling.ts";
import { ana, NOON, planOf, request, stepPlan } from "./given.ts";

const ALL: ChannelConfig = {
  name: "ops",
  carrier: { kind: "slack", to: { secret: "A" } },
  tell: [{ events: CHANNEL_EVENTS, environments: null, components: null, audience: null }],
};

function promotion(more: Partial<Promotion> = {}): Promotion {
  const plan = { ...planOf("prod"), channels: [ALL] };
  return { ...newPromotion(request({ plan }), NOON), finishedAt: NOON + 1, ...more };
}

/** What was handed to the repository's lane to be told. */
function told({ effects }: Minutes): string[] {
  return effects.flatMap(({ effect }) =>
    effect.type === "tellLane" && effect.event.type === "ChannelsToTell"
      ? [`${effect.event.message.event} ${effect.event.message.name}`]
      : [],
  );
}

function ended(stage: PromotionStage, more: Partial<Promotion> = {}): string[] {
  const minutes = newMinutes();
  announceEnd(promotion({ stage, ...more }), newEnvironmentLane(), minutes);
  return told(minutes);
}

const problem = { code: "run-failed", detail: {} } as const;
const auto = { cause: { kind: "auto" }, reportOn: null } as const;
const cancel = { commentId: 1, issue: 2, by: ana } as never;

describe("of an end", () => {
  it.each<[string, PromotionStage, Partial<Promotion>, string[]]>([
    ["a delivery", "delivered", {}, ["delivered delivered:prod:c101"]],
    ["a rollback", "delivered", { class: "rollback" }, ["rolled-back rolled-back:prod:c101"]],
    ["a failure", "failed", { problem }, ["failed failed:prod:c101"]],
    ["one that reports nowhere", "failed", { problem, ...auto }, ["failed failed:prod:c101"]],
    ["a cancel", "cancelled", { cancel }, ["cancelled cancelled:prod:c101"]],
    ["a refused command: its author is told", "refused", { problem }, []],
    ["a refusal of what goes by itself", "refused", { problem, ...auto }, ["failed failed:prod:c101"]],
    ["what is there already", "refused", { problem: { code: "already-delivered", detail: {} }, ...auto }, []],
    ["what made way", "superseded", {}, []],
  ])("%s", (_what, stage, more, expected) => {
    expect(ended(stage, more)).toEqual(expected);
  });

  it("nothing is handed on where the config names no channel", () => {
    expect(ended("delivered", { plan: planOf("prod") })).toEqual([]);
  });
});

describe("meanwhile", () => {
  const progress = (before: Partial<EnvironmentLane>, now: Partial<EnvironmentLane>): string[] => {
    const minutes = newMinutes();
    const lane = newEnvironmentLane();
    tellOfProgress({ ...lane, ...before }, { ...lane, ...now }, NOON, minutes);
    return told(minutes);
  };
  const held = { since: NOON, hold: { gate: "approvals" } } as unknown as Promotion["held"] & object;
  const frozen = { since: NOON, hold: { gate: "freeze", by: null, reason: null, until: null } } as const;

  it("that it has begun is told once", () => {
    const preparing = { active: promotion({ stage: "preparing" }) };
    const rolling = { active: promotion({ stage: "rolling" }) };
    expect(progress(preparing, rolling)).toEqual(["started started:prod:c101"]);
    expect(progress(rolling, rolling)).toEqual([]);
    expect(progress(rolling, { active: promotion({ stage: "proving" }) })).toEqual([]);
  });

  it("that it waits for approvals is told once, and of no other gate", () => {
    const waiting = { waiting: [promotion({ held })] };
    expect(progress({}, waiting)).toEqual(["approval-wanted approval-wanted:prod:c101"]);
    expect(progress({ waiting: [promotion({ held: frozen })] }, waiting)).toHaveLength(1);
    expect(progress(waiting, waiting)).toEqual([]);
    expect(progress({}, { waiting: [promotion({ held: frozen })] })).toEqual([]);
  });

  it("that a person is needed is told once for each run", () => {
    const step = (stage: Step["stage"], runId: number) =>
      ({
        ...stepPlan("api"),
        correlationId: "c101-api",
        stage,
        runId,
        probes: [],
        problem,
      }) as unknown as Step;
    const needs = (before: Promotion | null, now: Promotion): string[] => {
      const minutes = newMinutes();
      announceNeeds(before, now, NOON, minutes);
      return told(minutes);
    };
    const running = promotion({ stage: "rolling", steps: [step("running", 501)] });
    const asking = promotion({ stage: "needs-human", steps: [step("needs-human", 501)] });
    expect(needs(running, asking)).toEqual(["needs-human need-c101-api-501:prod:c101"]);
    expect(needs(asking, asking)).toEqual([]);
  });
});
