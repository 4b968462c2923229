/** `/notes` in the repository's lane: once for each comment, of the release as the lane knows it. */
import { describe, expect, it } from "vitest";
import type { WaybillEvent } from "../../src/core/events.ts";
import { summarise } from "../../src/core/notes/index.ts";
import { ana, givenRepository, NOON, notes, plansFor, sha } from "./given.ts";

const release = { version: "1.5.0", tag: "v1.5.0", sha: sha("a1"), prerelease: false };
const merged: WaybillEvent = {
  type: "BranchMoved",
  at: NOON,
  head: sha("a1"),
  notes: notes(sha("a1"), 1),
  version: "1.5.0",
  plans: plansFor(),
};
const drawn: WaybillEvent = { type: "NoticeDrawn", at: NOON + 50, serial: 1, issue: 7 };
const tagged: WaybillEvent = {
  type: "ReleaseTagged",
  at: NOON + 100,
  release,
  notes: notes(sha("a1"), 1),
  plans: plansFor(),
};

function asked(more: Partial<Extract<WaybillEvent, { type: "NotesAsked" }>> = {}): WaybillEvent {
  const mended = {
    ...notes(sha("a1"), 1),
    model: summarise([{ sha: sha("a1"), message: "fix: mended" }], {}),
  };
  const word = { by: ana, commentId: 77, ordinal: 1 };
  return { type: "NotesAsked", at: NOON + 1_000, ...word, release, notes: mended, ...more };
}

describe("/notes", () => {
  it("publishes what is true now in place of what was, then says that it is done; the notice shows it too", () => {
    const then = givenRepository(merged, drawn, tagged).when(asked());
    expect(then.only("publishRelease")).toMatchObject({ tag: "v1.5.0", sha: sha("a1"), noticeSerial: 1 });
    expect(then.only("publishRelease").view.notes.model.sections[0]?.entries[0]?.text).toBe("mended");
    expect(then.only("drawNotice").view.notes.model.sections[0]?.entries[0]?.text).toBe("mended");
    const inOrder = then.effects.filter(({ serial }) => serial === "notice").map(({ effect }) => effect);
    expect(inOrder.slice(0, 2)).toMatchObject([
      { type: "publishRelease" },
      { type: "react", content: "rocket" },
    ]);
  });

  it("that is heard twice is done once; another comment is another word", () => {
    const given = givenRepository(merged, drawn, tagged, asked());
    expect(given.when(asked()).effects).toEqual([]);
    expect(given.when(asked({ commentId: 78 })).all("publishRelease")).toHaveLength(1);
    expect(given.when(asked({ ordinal: 2 })).all("publishRelease")).toHaveLength(1);
  });

  it("about a tag that means another commit by now publishes nothing", () => {
    const moved = asked({ release: { ...release, sha: sha("b2") } });
    const then = givenRepository(merged, drawn, tagged).when(moved);
    expect(then.all("publishRelease")).toEqual([]);
    expect(then.all("react").map(({ content }) => content)).toEqual(["eyes", "-1"]);
  });
});
