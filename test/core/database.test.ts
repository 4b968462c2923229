/** An environment's database: a backup before each rollout, its recovery point, and what a rollback may have put back. */
import { describe, expect, it } from "vitest";
import { pointFor } from "../../src/core/database/recovery.ts";
import { restoreFor } from "../../src/core/database/restore.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import type { StepPlan } from "../../src/core/promotion.ts";
import { summariseEnvironment } from "../../src/core/summary.ts";
import { ana, givenEnvironment, NOON, prepared, run, stepPlan } from "./given.ts";
import { delivers, goes, prodPlan, promoted, rolledBack, shaOf } from "./given-rollback.ts";

const MINUTE = 60_000;
const DATABASE = {
  plan: prodPlan("{ database: { backup: backup.yml, target: 15m, restore: restore.yml } }"),
};
const UNTARGETED = { plan: prodPlan("{ database: { backup: backup.yml } }") };

const hook = (role: "backup" | "restore"): StepPlan => ({
  ...stepPlan(`-${role}`, { workflow: `${role}.yml`, needs: [], inputs: {} }),
  kind: "hook",
  phase: "before",
  role,
});
const begins = (commentId: number, role: "backup" | "restore", at = NOON + commentId * 1_000) =>
  prepared(`c${commentId}`, [hook(role), stepPlan("shop", { needs: [] })], at);
const hookRuns = (
  commentId: number,
  role: "backup" | "restore",
  version: string,
  conclusion = "success",
): EnvironmentEvent[] => {
  const correlationId = `c${commentId}--${role}`;
  const at = NOON + commentId * 1_000;
  const runId = commentId + 5_000;
  return [
    { type: "RunStarted", at, correlationId, runId, runUrl: `https://github.example/runs/${runId}` },
    {
      type: "RunObserved",
      at,
      run: run({
        id: runId,
        headSha: shaOf(version),
        title: correlationId,
        workflow: `${role}.yml`,
        conclusion,
      }),
    },
  ];
};
const seen = (commentId: number, ageMs: number | null, written: string | null = null): EnvironmentEvent => {
  const at = NOON + commentId * 1_000;
  const point = ageMs === null ? null : at - ageMs;
  return {
    type: "RecoveryPointSeen",
    at,
    correlationId: `c${commentId}--backup`,
    point,
    seenAt: at,
    written,
  };
};
const asked = (commentId: number, version: string, more: object = DATABASE) => [
  promoted(commentId, version, more),
  begins(commentId, "backup"),
  ...hookRuns(commentId, "backup", version),
];
/** Delivered after a backup whose recovery point was a minute old. */
const backedUp = (commentId: number, version: string) => [
  ...asked(commentId, version),
  seen(commentId, MINUTE),
  ...goes(`c${commentId}`, version).slice(1),
];
const once = () => givenEnvironment(...delivers(101, "1.5.0", DATABASE));

describe("a backup before a rollout", () => {
  it("is asked for its recovery point before anything else begins", () => {
    const then = once().when(...asked(102, "1.6.0"));
    expect(then.only("readRecoveryPoint")).toEqual({
      type: "readRecoveryPoint",
      correlationId: "c102--backup",
      runId: 5_102,
    });
    expect(then.lane.active?.steps.map(({ stage }) => stage)).toEqual(["proving", "pending"]);
    expect(then.all("recordDeployment")).toEqual([]);
  });
  it("lets the components begin when that is young enough, and the receipt has it", () => {
    const then = once().when(...asked(102, "1.6.0"), seen(102, 15 * MINUTE));
    expect(then.only("recordDeployment").component).toBe("shop");
    const over = once().when(...backedUp(102, "1.6.0"));
    const receipt = over.all("comment").find(({ view }) => view.template === "receipt");
    expect(receipt?.view).toMatchObject({ recovery: { point: NOON + 102_000 - MINUTE } });
  });
  it.each([
    ["old", seen(102, 15 * MINUTE + 1)],
    ["ahead", seen(102, -6 * MINUTE)],
    ["unread", seen(102, null, "yesterday")],
    [
      "unseen",
      {
        type: "EffectGivenUp",
        at: NOON,
        effect: "readRecoveryPoint",
        promotionId: null,
        correlationId: "c102--backup",
        error: "403",
      },
    ],
  ] as const)("stops the rollout where it is %s", (why, event) => {
    const then = once().when(...asked(102, "1.6.0"), event);
    expect(then.lane.active).toBeNull();
    expect(then.lane.ended).toMatchObject([
      { stage: "failed", problem: { code: "recovery-point", detail: { why, limitMs: 15 * MINUTE } } },
    ]);
    expect(then.all("recordDeployment")).toEqual([]);
    // No component of it has run: what was delivered last is what runs.
    expect(then.lane.disturbed ?? null).toBeNull();
  });
  it("is asked again for a while where GitHub shows none yet, then it has told none", () => {
    const story = once().and(...asked(102, "1.6.0"));
    const again = story.when(seen(102, null));
    expect(again.ordered).toContain("recovery:c102--backup:2");
    const none = [1, 2, 3, 4].map(() => seen(102, null));
    expect(story.when(...none).lane.ended).toMatchObject([{ problem: { detail: { why: "none" } } }]);
  });
  it("is enough without any, where the environment has no target", () => {
    const story = givenEnvironment(...delivers(101, "1.5.0", UNTARGETED)).and(
      ...asked(102, "1.6.0", UNTARGETED),
    );
    expect(story.when(seen(102, null, "yesterday")).only("recordDeployment").component).toBe("shop");
    expect(story.when(seen(102, 99 * 24 * 60 * MINUTE)).only("recordDeployment").component).toBe("shop");
  });
  it("is heard once: what comes late or twice changes nothing", () => {
    const story = once().and(...asked(102, "1.6.0"), seen(102, MINUTE));
    expect(story.when(seen(102, 99 * MINUTE)).lane.active?.steps[0]).toMatchObject({ stage: "succeeded" });
  });
});

const pointsAfter = (...events: EnvironmentEvent[]) =>
  summariseEnvironment("prod", once().when(...events).lane).recoveryPoints ?? [];

describe("the recovery point of a release", () => {
  it("is kept with what ran there when the backup was made, also while the rollout goes on", () => {
    const point = {
      point: NOON + 102_000 - MINUTE,
      version: "1.5.0",
      sha: shaOf("1.5.0"),
      promotionId: "c102",
      runId: 5_102,
    };
    expect(pointsAfter(...asked(102, "1.6.0"), seen(102, MINUTE))).toEqual([point]);
    expect(pointsAfter(...backedUp(102, "1.6.0"))).toEqual([point]);
  });
  it("is none where a rollout was left half done before: nobody knows which release fits it", () => {
    const half = [...asked(102, "1.6.0"), seen(102, MINUTE), ...goes("c102", "1.6.0", "failure").slice(1)];
    const points = pointsAfter(...half, ...backedUp(103, "1.6.1"));
    expect(points).toMatchObject([{ promotionId: "c102" }]);
  });
  it("is the newest one of that very release", () => {
    const points = pointsAfter(...backedUp(102, "1.6.0"), ...backedUp(103, "1.7.0"));
    expect(pointFor({ version: "1.5.0", sha: shaOf("1.5.0") }, points)?.promotionId).toBe("c102");
    expect(pointFor({ version: "1.6.0", sha: shaOf("1.6.0") }, points)?.promotionId).toBe("c103");
    expect(pointFor({ version: "1.4.0", sha: shaOf("1.4.0") }, points)).toBeNull();
  });
});

describe("what a rollback may have put back", () => {
  const target = { version: "1.5.0", sha: shaOf("1.5.0") };
  const points = [{ ...target, point: NOON, promotionId: "c102" as PromotionId, runId: 9 }];
  const { environment } = DATABASE.plan;

  it("is the point of the release that it goes to, for a reason", () => {
    expect(restoreFor(environment, target, points, "checkout fails")).toEqual({ point: NOON, runId: 9 });
  });
  it("is nothing without a workflow, a point, or a reason", () => {
    const why = (...given: Parameters<typeof restoreFor>) => {
      const result = restoreFor(...given);
      return "code" in result ? result.detail["why"] : null;
    };
    expect(why(UNTARGETED.plan.environment, target, points, "checkout fails")).toBe("no-workflow");
    expect(why(environment, target, [], "checkout fails")).toBe("no-point");
    expect(why(environment, target, points, "…")).toBe("no-reason");
  });
});

describe("a rollback that has the database put back", () => {
  const RESTORE = { point: NOON, runId: 5_102 };
  const back = (commentId: number) =>
    rolledBack(commentId, "1.5.0", { ...DATABASE, rollback: { reason: "checkout fails", restore: RESTORE } });
  const twice = () => once().and(...backedUp(102, "1.6.0"));

  it("has that prepared, and says what else could be", () => {
    expect(twice().when(back(103)).only("prepareRollout").back).toMatchObject({
      restore: RESTORE,
      offer: { workflow: "restore.yml", point: NOON + 102_000 - MINUTE },
    });
  });
  it("puts it back before anything is deployed, and writes down who wanted it", () => {
    const then = twice().when(back(103), begins(103, "restore"));
    expect(then.only("dispatchRun").workflow).toBe("restore.yml");
    expect(then.audit).toContainEqual({
      actor: `user:${ana.id}`,
      type: "rollback.restores",
      ref: "c103",
      data: { ...RESTORE, workflow: "restore.yml", reason: "checkout fails" },
    });
    const done = twice().when(back(103), begins(103, "restore"), ...hookRuns(103, "restore", "1.5.0"));
    expect(done.only("recordDeployment").component).toBe("shop");
    expect(done.all("readRecoveryPoint")).toEqual([]);
  });
  it("deploys nothing where that fails; and what runs may not fit the database any more", () => {
    const failed = hookRuns(103, "restore", "1.5.0", "failure");
    const then = twice().when(back(103), begins(103, "restore"), ...failed);
    expect(then.all("recordDeployment")).toEqual([]);
    expect(then.lane.disturbed).toMatchObject({ kind: "failed", version: "1.5.0" });
  });
  it("is not put back once more by a retry, unless that had failed", () => {
    const begun = twice().and(back(103), begins(103, "restore"));
    const half = begun.when(
      ...hookRuns(103, "restore", "1.5.0"),
      ...goes("c103", "1.5.0", "failure").slice(1),
    );
    expect(half.lane.unfinished?.rollback).toEqual({ reason: "checkout fails" });
    const none = begun.when(...hookRuns(103, "restore", "1.5.0", "failure"));
    expect(none.lane.unfinished?.rollback).toMatchObject({ restore: RESTORE });
  });
});
