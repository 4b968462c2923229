/** One issue says that the default branch's config is broken, from the first time on for good. */
import { describe, expect, it } from "vitest";
import type { WaybillEvent } from "../../src/core/events.ts";
import { decide } from "../../src/core/decide.ts";
import { newRepositoryLane } from "../../src/core/repository.ts";
import { givenRepository, NOON, notes, plansFor, POLICY, sha } from "./given.ts";

const PLANS = plansFor();

const merged = (count: number): WaybillEvent => ({
  type: "BranchMoved",
  at: NOON + count,
  head: sha(`b${count}`),
  notes: notes(sha(`b${count}`), count),
  version: "1.5.0",
  plans: PLANS,
});

const broken = (head: string, message = "unknown key"): WaybillEvent => ({
  type: "ConfigFoundBroken",
  at: NOON,
  head: sha(head),
  path: ".github/waybill.yml",
  problems: [{ line: 3, column: 5, message, mend: "remove it" }],
});
const drawn = (issue: number | null): WaybillEvent => ({ type: "ConfigIssueDrawn", at: NOON, issue });
const gone: WaybillEvent = { type: "ConfigFoundGone", at: NOON };

describe("a config that is broken on the default branch", () => {
  it("has an issue at once, which says what is wrong and whose config is in force", () => {
    const { view, issue } = givenRepository(merged(1)).when(broken("e1")).only("drawConfigIssue");
    expect(issue).toBeNull();
    expect(view).toMatchObject({ head: sha("e1"), problems: [{ line: 3 }], end: null });
    expect(view.inForce).toBe(PLANS[0]?.configSha);
    expect(givenRepository().when(broken("e1")).only("drawConfigIssue").view.inForce).toBeNull();
  });

  it("is not told again while nothing else is wrong, and drawn anew in the same issue where something is", () => {
    const there = givenRepository(merged(1), broken("e1"), drawn(31));
    expect(there.when(broken("e2")).ordered).toEqual([]);
    const anew = there.when(broken("e2", "no such workflow")).only("drawConfigIssue");
    expect(anew).toMatchObject({ issue: 31, view: { head: sha("e2"), end: null } });
  });

  it("leaves the last good plans in force", () => {
    expect(PLANS.length).toBeGreaterThan(0);
    expect(givenRepository(merged(1)).when(broken("e1")).lane.plans).toEqual(PLANS);
  });

  it("is said to be mended once, by the config that can be used; and opened again where it breaks anew", () => {
    const there = givenRepository(merged(1), broken("e1"), drawn(31));
    const mended = there.when(merged(2));
    expect(mended.all("drawConfigIssue")).toMatchObject([
      { issue: 31, view: { end: { head: expect.anything() as string } } },
    ]);
    expect(there.and(merged(2)).when(merged(3)).all("drawConfigIssue")).toEqual([]);
    // The very same mistake, once more.
    const anew = there.and(merged(2)).when(broken("e4")).only("drawConfigIssue");
    expect(anew).toMatchObject({ issue: 31, view: { head: sha("e4"), end: null } });
  });

  it("that is taken away is nothing to mend any more", () => {
    const there = givenRepository(merged(1), broken("e1"), drawn(31));
    expect(there.when(gone).only("drawConfigIssue")).toMatchObject({
      issue: 31,
      view: { end: { head: null } },
    });
    expect(givenRepository(merged(1)).when(gone).ordered).toEqual([]);
  });

  it("was said in a comment by an earlier Waybill: now it has its issue, or nothing to close", () => {
    const problems = JSON.stringify([{ line: 3, column: 5, message: "unknown key", mend: "remove it" }]);
    const earlier = { ...newRepositoryLane(), plans: PLANS, brokenConfig: problems };
    const orders = (event: WaybillEvent) => decide(earlier, event, POLICY).effects.map(({ id }) => id);
    expect(orders(broken("e2"))).toEqual(["config-issue"]);
    expect(orders(merged(2))).not.toContain("config-issue");
  });

  it("is tried again after a rest where GitHub did not take it, as it is then", () => {
    const there = givenRepository(merged(1), broken("e1"));
    const effect = there.when(broken("e2", "other")).only("drawConfigIssue");
    expect(there.when({ type: "TalkGivenUp", at: NOON, effect }).only("wake").event.type).toBe(
      "TalkDueAgain",
    );
    const mended = there.and(merged(2)).when({ type: "TalkDueAgain", at: NOON, effect });
    expect(mended.only("drawConfigIssue").view.end).not.toBeNull();
  });
});
