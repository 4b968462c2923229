/** The stories of a merge that has nothing to say. */
import { describe, expect, it } from "vitest";
import type { WaybillEvent } from "../../src/core/events.ts";
import { summarise } from "../../src/core/notes/index.ts";
import type { NotesSnapshot } from "../../src/core/release.ts";
import { givenRepository, NOON, notes, plansFor, sha } from "./given.ts";

const plans = plansFor("environments:\n  prod: { promote: auto }\n");

/** The branch has moved: all that is not released yet, newest first. */
function moved(head: string, subjects: readonly string[], more: Partial<NotesSnapshot> = {}): WaybillEvent {
  const commits = subjects.map((message, at) => ({ sha: sha(`d${at}`), message }));
  const since = { ...notes(sha(head), commits.length), model: summarise(commits), ...more };
  return { type: "BranchMoved", at: NOON, head: sha(head), notes: since, version: "1.4.3", plans };
}

const tagged: WaybillEvent = {
  type: "ReleaseTagged",
  at: NOON + 7_000,
  release: { version: "1.4.3", tag: "v1.4.3", sha: sha("a1"), prerelease: false },
  notes: notes(sha("a1"), 1),
  plans,
};
const drawn: WaybillEvent = { type: "NoticeDrawn", at: NOON, serial: 1, issue: 7 };

describe("a merge that has nothing to say", () => {
  it.each([["chore: tidy up"], ["chore(changelog): add 1.4.2 (#7)"], ["docs: say how"]])(
    "opens no notice and drafts no release: «%s»",
    (subject) => {
      const then = givenRepository().when(moved("a1", [subject]));
      expect(then.all("drawNotice")).toEqual([]);
      expect(then.all("drawDraft")).toEqual([]);
    },
  );

  it("opens one all the same where there is no release yet: the first one is news", () => {
    const then = givenRepository().when(moved("a1", ["chore: tidy up"], { base: null }));
    expect(then.all("drawNotice")).toHaveLength(1);
  });

  it("is in the notice with the first one that has", () => {
    const given = givenRepository(moved("a1", ["chore: tidy up"]));
    const { view, serial } = given
      .when(moved("a2", ["fix: round down", "chore: tidy up"]))
      .only("drawNotice");
    expect({ serial, commits: view.commitCount }).toEqual({ serial: 1, commits: 2 });
  });

  it("redraws a notice that there is", () => {
    const given = givenRepository(moved("a1", ["fix: round down"]), drawn);
    const chores = ["chore: tidy up", "fix: round down"];
    expect(given.when(moved("a2", chores)).only("drawNotice")).toMatchObject({ serial: 1, issue: 7 });
    // What was there is taken back: the notice says that there is nothing any more.
    const undone = [`Revert "fix: round down"\n\nThis reverts commit ${sha("d1")}.`, "fix: round down"];
    expect(given.when(moved("a3", undone)).only("drawNotice").view.notes.model.sections).toEqual([]);
  });

  it("gets a notice when it is released, which follows it", () => {
    const then = givenRepository(moved("a1", ["chore: tidy up"])).when(tagged);
    expect(then.only("drawNotice")).toMatchObject({ serial: 1, issue: null, view: { version: "1.4.3" } });
  });

  it("opens one where words wait for it", () => {
    const refused: WaybillEvent = {
      type: "TagRefused",
      at: NOON,
      tag: "1.4.3",
      sha: sha("b1"),
      reason: { code: "nearly", meant: "v1.4.3" },
    };
    expect(
      givenRepository(refused)
        .when(moved("a1", ["chore: tidy up"]))
        .all("drawNotice"),
    ).toHaveLength(1);
  });
});

describe("a notice is opened by whatever people would look at", () => {
  it.each<[string, readonly string[], Partial<NotesSnapshot>]>([
    ["a change that is listed", ["fix: round down"], {}],
    ["a chore that breaks", ["chore!: drop Node 20"], {}],
    ["a commit that fits nowhere", ["tidy up"], {}],
    ["a version that somebody asks for", ["chore: go\n\nRelease-As: 2.0.0"], {}],
    ["commits that were not read", ["chore: tidy up"], { unreadCount: 3 }],
    ["dependencies that change", ["chore(deps): zod 4"], { dependencies: { files: [], unread: [] } }],
    [
      "a migration",
      ["chore: tidy up"],
      { migrations: { known: true, seen: [{ component: "api", kind: "irreversible" }] } },
    ],
  ])("%s", (_name, subjects, more) => {
    expect(
      givenRepository()
        .when(moved("a1", subjects, more))
        .all("drawNotice"),
    ).toHaveLength(1);
  });
});
