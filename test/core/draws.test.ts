/** When the coming release is drawn: at once after a quiet while, and once for what comes in quick succession. */
import { describe, expect, it } from "vitest";
import type { WaybillEvent } from "../../src/core/events.ts";
import { givenRepository, NOON, notes, plansFor, sha } from "./given.ts";

/** The so-many-th merge since the last release, so many milliseconds after noon. */
function merged(count: number, after: number, version = "1.5.0"): WaybillEvent {
  const head = sha(`b${count}`);
  return {
    type: "BranchMoved",
    at: NOON + after,
    head,
    notes: notes(head, count),
    version,
    plans: plansFor(),
  };
}

const drawn = (serial: number, issue: number): WaybillEvent => ({
  type: "NoticeDrawn",
  at: NOON + 50,
  serial,
  issue,
});

const draftDrawn = (serial: number, draftReleaseId: number): WaybillEvent => ({
  type: "DraftDrawn",
  at: NOON + 50,
  serial,
  draftReleaseId,
});

const orders = (then: ReturnType<ReturnType<typeof givenRepository>["when"]>) =>
  then.effects
    .filter(({ effect }) => effect.type === "drawNotice" || effect.type === "drawDraft")
    .map(({ id, delayMs }) => [id, delayMs]);

describe("a merge", () => {
  it("on the heels of another is drawn when the pause is over, whatever comes until then is one edit", () => {
    const then = givenRepository(merged(1, 1), drawn(1, 7), draftDrawn(1, 907)).when(merged(2, 2));
    expect(then.only("drawNotice")).toMatchObject({ serial: 1, issue: 7 });
    expect(then.only("drawDraft")).toMatchObject({ serial: 1, draftReleaseId: 907 });
    expect(orders(then)).toEqual([
      ["notice:1", 4_999],
      ["draft:1", 599_999],
    ]);
    const third = givenRepository(merged(1, 1), drawn(1, 7), merged(2, 1_001)).when(merged(3, 2_001));
    expect(orders(third)).toEqual([
      ["notice:1", 3_000],
      ["draft:1", 598_000],
    ]);
  });

  it("after a quiet while is drawn at once, its draft with it when that had its pause too", () => {
    expect(orders(givenRepository(merged(1, 1), drawn(1, 7)).when(merged(2, 60_001)))).toEqual([
      ["notice:1", 0],
      ["draft:1", 540_000],
    ]);
    expect(orders(givenRepository(merged(1, 1), drawn(1, 7)).when(merged(2, 600_001)))).toEqual([
      ["notice:1", 0],
      ["draft:1", 0],
    ]);
  });

  it("that changes the version renames the draft at once; one that waits for its time takes the new view too", () => {
    const then = givenRepository(merged(1, 1), drawn(1, 7), merged(2, 2)).when(merged(3, 3, "2.0.0"));
    expect(then.all("drawDraft").map((one) => one.view.version)).toEqual(["2.0.0", "2.0.0"]);
    expect(orders(then).slice(1)).toEqual([
      ["draft-now:1", 0],
      ["draft:1", 600_000],
    ]);
  });

  it("heard of by a replica whose clock is a day behind is put off by no more than the pause", () => {
    const then = givenRepository(merged(2, 86_400_000)).when(merged(1, 1));
    expect(orders(then)).toEqual([
      ["notice:1", 5_000],
      ["draft:1", 600_000],
    ]);
  });

  it("once tagged has no draft to draw any more, not even one that waits for its time", () => {
    const tagged: WaybillEvent = {
      type: "ReleaseTagged",
      at: NOON + 3_000,
      release: { version: "1.5.0", tag: "v1.5.0", sha: sha("b2"), prerelease: false },
      notes: notes(sha("b2"), 2),
      plans: plansFor(),
    };
    const then = givenRepository(merged(1, 1), drawn(1, 7), draftDrawn(1, 907), merged(2, 2)).when(tagged);
    const draft = then.effects.find(({ effect }) => effect.type === "drawDraft");
    // Under the same id, so that it takes the place of the one that waits.
    expect(draft).toMatchObject({
      id: "draft:1",
      coalesce: true,
      effect: { view: { released: { tag: "v1.5.0" } } },
    });
    expect(then.lane.draws).toBeNull();
  });
});
