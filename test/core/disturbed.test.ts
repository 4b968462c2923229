/** What may run in an environment besides what was delivered there last, and what may follow it. */
import { describe, expect, it } from "vitest";
import type { PromotionId } from "../../src/core/ids.ts";
import { claimed, begun, gone, lost, notSeen, observed, recorded, started } from "./given-step.ts";
import { ana, byCommand, NOON, prepared, requested, sha, stepPlan, tagged } from "./given.ts";

const resolved = {
  type: "PersonResolved",
  environment: "prod",
  promotionId: "c101" as PromotionId,
  at: NOON + 60_000,
  by: ana,
  commentId: 130,
  issue: 7,
} as const;
const ask = (commentId: number, version: string, at: string) =>
  requested({ cause: byCommand(commentId), cargo: tagged(version, sha(at)) }, NOON + 120_000);

const failing = () => begun().and(recorded, started);
const failure = observed({ conclusion: "failure" });
const failed = () => failing().and(failure);
const asking = () => begun({ claims: false }).and(recorded, lost, notSeen(true));
const unsure = () => asking().and(resolved);

describe("an environment that a rollout has left half done", () => {
  it("is known as such when a run of it has failed", () => {
    expect(failing().when(failure).lane.disturbed).toMatchObject({
      kind: "failed",
      version: "1.5.0",
      promotionId: "c101",
    });
  });
  it("is not, where nothing of it has run", () => {
    const never = begun()
      .and(recorded, lost, notSeen(true), claimed)
      .when({
        type: "DispatchRefused",
        at: NOON,
        correlationId: "again-c101-api",
        problem: { code: "dispatch-refused", detail: {} },
      });
    expect(never.lane.active).toBeNull();
    expect(never.lane.disturbed).toBeNull();
  });
  it("takes an older release than the one that failed: that one has not landed", () => {
    const then = failed().when(ask(102, "1.4.9", "a0"));
    expect(then.lane.active?.cargo.version).toBe("1.4.9");
    expect(then.only("prepareRollout").unsure).toBeUndefined();
  });
});

describe("an environment of which a person says that it has not arrived there", () => {
  const found = { ...resolved, outcome: "failed" } as const;
  it("is half done, also where nobody has seen a run; and an older release may follow", () => {
    expect(asking().when(found).lane.disturbed).toMatchObject({ kind: "failed", version: "1.5.0" });
    const then = asking()
      .and(found)
      .when(ask(102, "1.4.9", "a0"));
    expect(then.lane.active?.cargo.version).toBe("1.4.9");
    expect(then.only("prepareRollout").unsure).toBeUndefined();
  });
});

describe("an environment that a person gave free without anybody knowing what runs there", () => {
  it("refuses what is older than what may run there, and says so", () => {
    expect(asking().when(resolved).lane.disturbed).toMatchObject({ kind: "unsure", version: "1.5.0" });
    const then = unsure().when(ask(102, "1.4.9", "a0"));
    expect(then.lane.active).toBeNull();
    expect(then.only("comment").view).toMatchObject({
      problem: { code: "older-than-delivered", detail: { running: "1.5.0", unsure: true } },
    });
  });
  it("refuses what waited there meanwhile, too", () => {
    const then = begun({ claims: false })
      .and(recorded, lost, notSeen(true), ask(102, "1.4.9", "a0"))
      .when(resolved);
    expect(then.lane.ended.map(({ id, stage }) => `${id} ${stage}`)).toEqual(["c101 failed", "c102 refused"]);
  });
  it("takes the same release again, and the look before it begins compares with it by the commits", () => {
    const then = unsure().when(ask(102, "1.5.0", "a1"));
    expect(then.only("prepareRollout").unsure).toEqual({ version: "1.5.0", sha: sha("a1") });
  });
  it("stays so until something is delivered, also through a run that failed", () => {
    const correlationId = "c102-api";
    const again = unsure().and(
      ask(102, "1.6.0", "a2"),
      prepared("c102", [stepPlan("api")]),
      { ...recorded, correlationId },
      { ...started, correlationId, runId: 502 },
    );
    const then = again.when(observed({ id: 502, headSha: sha("a2"), conclusion: "failure" }));
    expect(then.lane.ended.map(({ id, stage }) => `${id} ${stage}`)).toEqual(["c102 failed"]);
    expect(then.lane.disturbed).toMatchObject({ kind: "unsure", version: "1.5.0" });
  });
  it("is the same where the run was deleted and a person looked", () => {
    expect(begun().and(recorded, started, gone).when(resolved).lane.disturbed).toMatchObject({
      kind: "unsure",
    });
  });
});
