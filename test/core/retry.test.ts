/** The stories of `/retry`: what failed is gone on from, and what had succeeded is not run once more. */
import { describe, expect, it } from "vitest";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import type { NewPromotion, StepPlan } from "../../src/core/promotion.ts";
import { delivered, goes, looked, onTheRoad } from "./given-road.ts";
import {
  active,
  byCommand,
  givenEnvironment,
  NOON,
  prepared,
  requested,
  run,
  sha,
  stepPlan,
  tagged,
  wes,
  type Outcome,
} from "./given.ts";

const id = (text: string) => text as PromotionId;
const LATER = NOON + 60_000;

/** Ana's `/retry prod` in this comment, of that promotion. */
function retry(commentId: number, of = "c101", more: Partial<NewPromotion> = {}): EnvironmentEvent {
  return requested({ cause: byCommand(commentId), retry: { of: id(of) }, ...more }, LATER);
}

function ends(component: string, conclusion: string, promotion = "c101"): EnvironmentEvent[] {
  return goes(component, NOON + 3_000, promotion).map((event) =>
    event.type === "RunObserved" ? { ...event, run: { ...event.run, conclusion } } : event,
  );
}

/** The api has succeeded, the web has failed. */
const failed = (past: readonly EnvironmentEvent[] = []) =>
  givenEnvironment(...past, ...onTheRoad(), ...goes("api", NOON + 2_000), ...ends("web", "failure"));
const plans = [stepPlan("api"), stepPlan("web")];
const begins = (then: Outcome<EnvironmentLane>): string[] =>
  then.all("recordDeployment").map(({ correlationId }) => correlationId);

describe("a retry", () => {
  it("is a promotion of its own of the same release, which runs what had not succeeded, under new ids", () => {
    const waiting = failed().when(retry(110));
    expect(waiting.only("prepareRollout")).toMatchObject({ promotionId: "c110", cargo: tagged("1.5.0") });
    const then = failed()
      .and(retry(110))
      .when(prepared("c110", plans, LATER));
    expect(begins(then)).toEqual(["c110-web"]);
    expect(active(then.lane).steps).toMatchObject([
      { component: "api", stage: "succeeded", correlationId: "c101-api", carried: "c101" },
      { component: "web", stage: "recording", correlationId: "c110-web" },
    ]);
    expect(then.only("liveComment").view).toMatchObject({
      tries: { number: 2, carried: ["api"], earlier: [{ promotionId: "c101", end: "failed" }] },
      steps: [{ carried: true }, {}],
    });
  });

  it("is delivered when that succeeds, and its receipt lists the attempts", () => {
    const then = failed()
      .and(retry(110), prepared("c110", plans, LATER), ...goes("web", LATER, "c110"))
      .and(looked("1.5.0", LATER + 1_000, "c110"))
      .when(looked("1.5.0", LATER + 6_000, "c110"));
    expect(then.lane.delivered).toMatchObject([{ version: "1.5.0", promotionId: "c110" }]);
    expect(then.all("comment")[0]?.view).toMatchObject({
      template: "receipt",
      tries: { number: 2, carried: ["api"] },
    });
    expect([then.lane.unfinished, then.lane.disturbed]).toEqual([null, null]);
    // The first one's claim was seen to at its own end.
    expect(then.all("removeClaim").map(({ correlationId }) => correlationId)).toEqual(["c110-web"]);
    expect(then.all("retireDeployments").map(({ component }) => component)).toEqual(["api", "web"]);
  });

  it("of a retry that failed counts on, and still spares what had succeeded first", () => {
    const again = failed()
      .and(retry(110), prepared("c110", plans, LATER), ...ends("web", "failure", "c110"))
      .and(retry(111, "c110"));
    const then = again.when(prepared("c111", plans, LATER));
    expect(begins(then)).toEqual(["c111-web"]);
    expect(then.only("liveComment").view).toMatchObject({
      tries: { number: 3, earlier: [{ promotionId: "c101" }, { promotionId: "c110" }] },
    });
    expect(active(then.lane).steps[0]?.carried).toBe("c101");
  });

  it("of what failed its proof alone runs nothing, and asks once more", () => {
    const unproven = givenEnvironment(
      ...onTheRoad(),
      ...goes("api", NOON + 2_000),
      ...goes("web", NOON + 3_000),
    ).and(looked("1.4.2", NOON + 3_600_000));
    const then = unproven.and(retry(110)).when(prepared("c110", plans, LATER));
    expect(begins(then)).toEqual([]);
    expect(active(then.lane).stage).toBe("proving");
    expect(then.only("askVersion").promotionId).toBe("c110");
  });

  it("runs anew what is configured otherwise by now, and what needs that", () => {
    const changed: readonly [string, readonly StepPlan[]][] = [
      ["an input", [stepPlan("api", { inputs: { component: "api", region: "eu" } }), stepPlan("web")]],
      ["the workflow", [stepPlan("api", { workflow: "other.yml" }), stepPlan("web")]],
    ];
    for (const [, now] of changed)
      expect(
        begins(
          failed()
            .and(retry(110))
            .when(prepared("c110", now, LATER)),
        ),
      ).toEqual(["c110-api"]);
    const both = givenEnvironment(
      ...onTheRoad(),
      ...goes("api", NOON + 2_000),
      ...goes("web", NOON + 3_000),
    ).and(looked("1.4.2", NOON + 3_600_000));
    const then = both.and(retry(110)).when(prepared("c110", changed[0]?.[1] ?? [], LATER));
    expect(active(then.lane).steps.map(({ stage }) => stage)).toEqual(["recording", "pending"]);
  });

  it("is not misled by the correlation id, which is another one in each attempt", () => {
    const named = (promotion: string) =>
      plans.map((plan) => ({ ...plan, inputs: { correlation_id: `${promotion}-${plan.component}` } }));
    const past = givenEnvironment(
      requested(),
      prepared("c101", named("c101")),
      ...goes("api", NOON + 2_000),
      ...ends("web", "failure"),
    );
    expect(begins(past.and(retry(110)).when(prepared("c110", named("c110"), LATER)))).toEqual(["c110-web"]);
  });

  const byHand = (at: number, conclusion: string | null): EnvironmentEvent => ({
    type: "OutOfBandSeen",
    at,
    run: {
      id: 900,
      attempt: 1,
      environment: "prod",
      certain: true,
      version: "1.4.9",
      sha: sha("b9"),
      by: "wes",
      url: "https://github.example/1",
    },
    end: conclusion === null ? null : { conclusion, at },
  });

  it.each(["success", "failure", "cancelled"])(
    "runs everything anew where something was run by hand since, which ended in %s",
    (conclusion) => {
      const then = failed()
        .and(byHand(NOON + 30_000, conclusion), retry(110))
        .when(prepared("c110", plans, LATER));
      expect(begins(then)).toEqual(["c110-api"]);
    },
  );

  it("runs anew what had succeeded before somebody ran something by hand, amid the rollout", () => {
    const past = givenEnvironment(...onTheRoad(), ...goes("api", NOON + 2_000)).and(
      byHand(NOON + 2_500, "failure"),
      ...ends("web", "failure"),
    );
    expect(begins(past.and(retry(110)).when(prepared("c110", plans, LATER)))).toEqual(["c110-api"]);
  });

  it("runs hooks anew, as they are the rollout's and nobody else's", () => {
    const withHook = [stepPlan("-before-1", { kind: "hook", phase: "before", needs: [] }), ...plans];
    const hook: EnvironmentEvent[] = [
      {
        type: "RunStarted",
        at: NOON,
        correlationId: "c101--before-1",
        runId: 700,
        runUrl: "https://github.example/7",
      },
      { type: "RunObserved", at: NOON, run: run({ id: 700 }) },
    ];
    const past = givenEnvironment(requested(), prepared("c101", withHook), ...hook).and(
      ...goes("api", NOON + 2_000),
      ...ends("web", "failure"),
    );
    const then = past.and(retry(110)).when(prepared("c110", withHook, LATER));
    expect(then.only("dispatchRun").correlationId).toBe("c110--before-1");
    expect(begins(then)).toEqual([]);
  });

  it("keeps the class and the order of what it goes on from", () => {
    const then = failed().when(retry(110, "c101", { class: "hotfix" }));
    expect(active(then.lane).class).toBe("hotfix");
  });

  it("may go on from what a person has cancelled", () => {
    const cancel: EnvironmentEvent = {
      type: "PersonCancelled",
      environment: "prod",
      version: null,
      name: "x105",
      at: NOON + 4_000,
      by: wes,
      commentId: 105,
      issue: 7,
    };
    const [recorded, started] = goes("web", NOON + 3_000);
    const stopped: EnvironmentEvent = {
      type: "RunObserved",
      at: NOON + 5_000,
      run: run({ id: 3_000, conclusion: "cancelled" }),
    };
    if (recorded === undefined || started === undefined) throw new Error("no road");
    const cancelled = givenEnvironment(
      ...onTheRoad(),
      ...goes("api", NOON + 2_000),
      recorded,
      started,
      cancel,
      stopped,
    );
    const then = cancelled.and(retry(110)).when(prepared("c110", plans, LATER));
    expect(begins(then)).toEqual(["c110-web"]);
    expect(then.only("liveComment").view).toMatchObject({ tries: { earlier: [{ end: "cancelled" }] } });
  });
});

describe("a retry is turned away", () => {
  it.each<[string, readonly EnvironmentEvent[], object]>([
    ["where nothing failed", [], { delivered: null, other: null }],
    ["where it was delivered", delivered, { delivered: "1.5.0", other: null }],
  ])("%s", (_what, past, detail) => {
    const then = givenEnvironment(...past).when(retry(110));
    expect(then.all("prepareRollout")).toEqual([]);
    expect(then.only("comment").view).toMatchObject({
      template: "refusal",
      command: "/retry prod",
      problem: { code: "nothing-to-retry", detail },
    });
  });

  it("where something else has failed since: that is what would be gone on from", () => {
    const other = requested({ cause: byCommand(105), cargo: tagged("1.6.0", sha("a6")) }, NOON + 9_000);
    const then = failed()
      .and(other, prepared("c105", plans, NOON + 9_000), ...ends("api", "failure", "c105"))
      .when(retry(110));
    // The run was of another commit.
    expect(then.only("comment").view).toMatchObject({
      problem: { code: "nothing-to-retry", detail: { other: "1.6.0" } },
    });
  });

  it("at its turn, where something else was delivered while it waited", () => {
    const other = requested({ cause: byCommand(105), cargo: tagged("1.6.0", sha("a6")) }, NOON + 9_000);
    const road = goes("api", NOON + 10_000, "c105").map((event) =>
      event.type === "RunObserved" ? { ...event, run: { ...event.run, headSha: sha("a6") } } : event,
    );
    const proof = (at: number): EnvironmentEvent => ({
      type: "VersionObserved",
      at,
      promotionId: id("c105"),
      component: null,
      probe: 0,
      evidence: {
        at,
        url: "https://shop.example/version",
        outcome: "confirmed",
        observed: "1.6.0",
        detail: "",
      },
    });
    const then = failed()
      .and(other, prepared("c105", [stepPlan("api")], NOON + 9_000), retry(110), ...road)
      .and(proof(NOON + 11_000))
      .when(proof(NOON + 16_000));
    expect(then.lane.delivered.at(-1)?.version).toBe("1.6.0");
    expect(then.lane.ended.map(({ id: name, stage }) => `${name} ${stage}`)).toEqual([
      "c105 delivered",
      "c110 refused",
    ]);
  });

  it("and nothing is left to go on from by what never began", () => {
    const refused: EnvironmentEvent = {
      type: "RolloutRefused",
      at: NOON + 1,
      promotionId: id("c101"),
      problem: { code: "off-branch", detail: {} },
    };
    expect(givenEnvironment(requested()).when(refused).lane).not.toHaveProperty("unfinished");
  });
});
