/** The story of builds of merged changes that waited for too long while nobody could act, as the repository's lane sees it. */
import { describe, expect, it } from "vitest";
import type { WaybillEvent } from "../../src/core/events.ts";
import { givenRepository, NOON, notes, plansFor, sha } from "./given.ts";

function merged(count: number): WaybillEvent {
  const head = sha(`b${count}`);
  const more = { head, notes: notes(head, count), version: "1.5.0", plans: plansFor() };
  return { type: "BranchMoved", at: NOON + count, ...more };
}

describe("a build that an environment has given back", () => {
  it("has the branch looked at, and the newest asked for, be it the same; unless that was asked for already", () => {
    const overdue: WaybillEvent = {
      type: "BuildOverdue",
      at: NOON + 300,
      environment: "dev",
      sha: sha("b1"),
    };
    const given = givenRepository(merged(1)).when(overdue);
    expect(given.only("catchUp")).toMatchObject({ known: [] });
    const again = givenRepository(merged(1), overdue).when(merged(1));
    expect(again.only("tellLane")).toMatchObject({
      event: { request: { id: `m3.${(NOON + 1).toString(36)}`, cargo: { sha: sha("b1") } } },
    });
    expect(again.all("drawNotice")).toEqual([]);
    const newer = givenRepository(merged(1), overdue).when(merged(2));
    expect(newer.only("tellLane").event).toMatchObject({ request: { cargo: { sha: sha("b2") } } });
    const overtaken = givenRepository(merged(1), merged(2)).when(overdue);
    expect(overtaken.effects).toEqual([]);
  });

  it("or was never asked for, because the repository was lost by then, is asked for when it is back", () => {
    const standing = (at: number, hint: "deleted" | null): WaybillEvent => ({
      type: "StandingSeen",
      at,
      standing: hint === null ? { kind: "active" } : { kind: "parked", reason: hint, since: null },
      hint,
      environments: [],
    });
    const back = givenRepository(merged(1), standing(NOON + 400, "deleted"), standing(NOON + 500, null));
    expect(back.when(merged(1)).only("tellLane")).toMatchObject({
      environment: "dev",
      event: { type: "PromotionRequested", request: { cargo: { sha: sha("b1") } } },
    });
  });
});
