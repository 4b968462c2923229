/** The stories of the releases that Waybill makes itself: by command, and at every merge. */
import { describe, expect, it } from "vitest";
import type { TagRefusal, WaybillEvent } from "../../src/core/events.ts";
import type { CommitSha } from "../../src/core/ids.ts";
import { summarise } from "../../src/core/notes/index.ts";
import type { Cut, CutCause } from "../../src/core/release.ts";
import { givenUp } from "../../src/core/given-up.ts";
import { ana, givenRepository, NOON, notes, plansFor, sha } from "./given.ts";

const SHOP = "environments:\n  prod: { promote: auto }\n";
const planned = (on: string) => plansFor(`${SHOP}release: { on: ${on} }\n`);

function merged(
  on: string,
  head: string,
  more: { version?: string; subject?: string; at?: number } = {},
): WaybillEvent {
  const { version = "1.5.0", subject = "feat: vouchers", at = NOON } = more;
  const commit = { sha: sha("d0"), message: subject };
  const since = { ...notes(sha(head), 1), model: summarise([commit], {}) };
  return { type: "BranchMoved", at, head: sha(head), notes: since, version, plans: planned(on) };
}

const BY_COMMAND: CutCause = {
  kind: "command",
  by: ana,
  commentId: 77,
  ordinal: 1,
  issue: 7,
  text: "/release",
  permission: { role: "maintain", users: [] },
};

function cutOf(version: string, head: string, cause: CutCause = { kind: "merge" }): Cut {
  return { version, tag: `v${version}`, sha: sha(head), branch: "main", cause };
}

function asked(version: string, head: string, more: { commentId?: number; tip?: string } = {}): WaybillEvent {
  const cause = { ...BY_COMMAND, commentId: more.commentId ?? 77 } as CutCause;
  return {
    type: "ReleaseRequested",
    at: NOON + 1_000,
    cut: cutOf(version, head, cause),
    head: sha(more.tip ?? head),
  };
}

const due: WaybillEvent = { type: "MergesDue", at: NOON + 5_000 };
const made = (cut: Cut): WaybillEvent => ({ type: "TagCut", at: NOON + 6_000, cut });

function refused(cut: Cut, unsure = false): WaybillEvent {
  const problem = { code: "cut-refused", detail: { tag: cut.tag, status: 422, message: "no" } } as const;
  return { type: "CutRefused", at: NOON + 6_000, cut, problem, unsure };
}

function tagged(on: string, version: string, at: CommitSha): WaybillEvent {
  const release = { version, tag: `v${version}`, sha: at, prerelease: version.includes("-") };
  return { type: "ReleaseTagged", at: NOON + 7_000, release, notes: notes(at, 1), plans: planned(on) };
}

const drawn: WaybillEvent = { type: "NoticeDrawn", at: NOON, serial: 1, issue: 7 };

describe("every merge is a release", () => {
  it("after a pause, at the branch's head, under the version that the notice shows", () => {
    const then = givenRepository().when(merged("merge", "b1"));
    expect(then.effects.find((one) => one.effect.type === "wake")).toMatchObject({ delayMs: 5_000 });
    expect(then.all("cutTag")).toEqual([]);
    const later = givenRepository(merged("merge", "b1")).when(due);
    expect(later.only("cutTag")).toMatchObject({
      cut: cutOf("1.5.0", "b1"),
      after: { tag: "v1.4.2", sha: sha("142") },
    });
  });

  it("two within the pause are one release of the later", () => {
    const then = givenRepository(merged("merge", "b1"), merged("merge", "b2")).when(due);
    expect(then.only("cutTag").cut.sha).toBe(sha("b2"));
    expect(givenRepository(merged("merge", "b1"), merged("merge", "b2"), due).when(due).ordered).toEqual([]);
  });

  it.each(["chore: tidy up", "docs: say how"])("but not one of «%s» alone", (subject) => {
    const chore = merged("merge", "b1", { subject, version: "1.4.3" });
    expect(givenRepository().when(chore).all("wake")).toEqual([]);
    expect(givenRepository(chore).when(due).all("cutTag")).toEqual([]);
  });

  it("a Release-As in a chore is worth one", () => {
    const wanted = merged("merge", "b1", { subject: "chore: go\n\nRelease-As: 2.0.0", version: "2.0.0" });
    expect(givenRepository(wanted).when(due).only("cutTag").cut.version).toBe("2.0.0");
  });

  it.each(["tag", "command"])("only where the config says so: by %s, a merge waits for somebody", (on) => {
    expect(givenRepository().when(merged(on, "b1")).all("wake")).toEqual([]);
    expect(givenRepository(merged(on, "b1")).when(due).ordered).toEqual([]);
  });

  it("one at a time: while a tag is being made the next merge waits, and goes on from the new release", () => {
    const cut = cutOf("1.5.0", "b1");
    const busy = givenRepository(merged("merge", "b1"), due, merged("merge", "b2"));
    expect(busy.when(due).ordered).toEqual([]);
    const then = busy
      .and(due, made(cut), tagged("merge", "1.5.0", sha("b1")))
      .and(merged("merge", "b2", { version: "1.5.1" }))
      .when(due);
    expect(then.only("cutTag")).toMatchObject({
      cut: cutOf("1.5.1", "b2"),
      after: { tag: "v1.5.0", sha: sha("b1") },
    });
  });

  it("a picture of before the release, heard late, makes nothing again: the branch is looked at", () => {
    const past = givenRepository(
      merged("merge", "b1"),
      due,
      made(cutOf("1.5.0", "b1")),
      tagged("merge", "1.5.0", sha("b1")),
    );
    expect(past.and(merged("merge", "b1")).when(due).ordered).toEqual(["look-again"]);
    expect(past.and(merged("merge", "b0", { version: "1.5.0" })).when(due).ordered).toEqual(["look-again"]);
  });

  it("never goes below what somebody tagged: that is said once", () => {
    const high = givenRepository(tagged("merge", "2.0.0-rc.1", sha("aa"))).and(merged("merge", "b1"), drawn);
    const then = high.when(due);
    expect(then.all("cutTag")).toEqual([]);
    expect(then.lane.unsaid.concat(then.all("comment") as never)).toHaveLength(1);
    expect(high.and(due).when(due).all("comment")).toEqual([]);
  });

  it("refused by GitHub: said on the notice once, and tried again with the next merge", () => {
    const cut = cutOf("1.5.0", "b1");
    const there = givenRepository(merged("merge", "b1"), drawn, due);
    const then = there.when(refused(cut));
    expect(then.only("comment").view).toMatchObject({ template: "cut-refused", version: "1.5.0" });
    expect(there.and(refused(cut)).when(refused(cut)).ordered).toEqual([]);
    const again = there.and(refused(cut), merged("merge", "b2"), due);
    expect(again.when(refused(cutOf("1.5.0", "b2"))).all("comment")).toEqual([]);
  });

  it("what was merged while a tag was being made is asked for at its end, however that is", () => {
    const busy = givenRepository(merged("merge", "b1"), due, merged("merge", "b2"), due);
    for (const end of [made(cutOf("1.5.0", "b1")), refused(cutOf("1.5.0", "b1"))])
      expect(
        busy
          .when(end)
          .all("wake")
          .map((one) => one.event.type),
      ).toContain("MergesDue");
  });
});

describe("/release", () => {
  const shown = givenRepository(merged("tag", "b1"));

  it("makes the tag of what was shown, with 👀 at once and 🚀 when it is made", () => {
    const then = shown.when(asked("1.5.0", "b1"));
    expect(then.only("cutTag").cut).toMatchObject({ version: "1.5.0", sha: sha("b1") });
    expect(then.only("react").content).toBe("eyes");
    expect(then.all("comment")).toEqual([]);
    const done = shown.and(asked("1.5.0", "b1")).when(made(cutOf("1.5.0", "b1", BY_COMMAND)));
    expect(done.only("react").content).toBe("rocket");
  });

  it("says which commit it takes where the branch has moved on", () => {
    const then = shown.when(asked("1.5.0", "b1", { tip: "b9" }));
    expect(then.only("cutTag").cut.sha).toBe(sha("b1"));
    expect(then.only("comment").view).toMatchObject({
      template: "cut-shown",
      sha: sha("b1"),
      head: sha("b9"),
    });
  });

  it("keeps to what was shown when it was given, whatever is merged before it is decided", () => {
    const then = shown.and(merged("tag", "b2")).when(asked("1.5.0", "b1"));
    expect(then.only("cutTag").cut.sha).toBe(sha("b1"));
  });

  it("the made tag is looked at where its webhook does not come, and only there", () => {
    const done = shown.and(asked("1.5.0", "b1"), made(cutOf("1.5.0", "b1", BY_COMMAND)));
    const awaited: WaybillEvent = { type: "TagAwaited", at: NOON + 9_000, tag: "v1.5.0" };
    expect(done.when(awaited).only("lookAtTag")).toMatchObject({ tag: "v1.5.0", own: sha("b1") });
    expect(done.and(tagged("tag", "1.5.0", sha("b1"))).when(awaited).ordered).toEqual([]);
  });

  it("heard again is the same request; the tag made twice is made once", () => {
    expect(shown.and(asked("1.5.0", "b1")).when(asked("1.5.0", "b1")).ordered).toEqual([]);
    const cut = cutOf("1.5.0", "b1", BY_COMMAND);
    expect(shown.and(asked("1.5.0", "b1"), made(cut)).when(made(cut)).ordered).toEqual([]);
  });

  it.each([
    [
      "while a tag is being made",
      [asked("1.5.0", "b1")],
      asked("1.6.0", "b1", { commentId: 78 }),
      "release-under-way",
    ],
    [
      "of a commit that is released already",
      [asked("1.5.0", "b1"), made(cutOf("1.5.0", "b1", BY_COMMAND))],
      asked("1.6.0", "b1", { commentId: 78 }),
      "already-released",
    ],
    [
      "of a version that is not above what is released",
      [tagged("tag", "1.6.0", sha("b0"))],
      asked("1.5.0", "b1", { commentId: 78 }),
      "version-not-higher",
    ],
  ])("%s is refused, and says so once", (_when, past, request, code) => {
    const then = shown.and(...past).when(request);
    expect(then.all("cutTag")).toEqual([]);
    expect(then.all("react").map((one) => one.content)).toEqual(["eyes", "-1"]);
    expect(then.only("comment")).toMatchObject({
      issue: 7,
      view: { template: "refusal", problem: { code } },
    });
  });

  it("makes a pre-release the stable release, as it is", () => {
    const then = givenRepository(tagged("tag", "1.5.0-rc.1", sha("b1"))).when(asked("1.5.0", "b1"));
    expect(then.only("cutTag").cut.version).toBe("1.5.0");
  });

  it("refused at the last look ends with 👎 and the reason, and can be given again", () => {
    const cut = cutOf("1.5.0", "b1", BY_COMMAND);
    const then = shown.and(asked("1.5.0", "b1")).when(refused(cut));
    expect(then.only("react").content).toBe("-1");
    expect(then.only("comment").view).toMatchObject({
      template: "refusal",
      problem: { code: "cut-refused" },
    });
    const again = shown.and(asked("1.5.0", "b1"), refused(cut)).when(asked("1.5.0", "b1", { commentId: 78 }));
    expect(again.only("cutTag").cut.version).toBe("1.5.0");
  });

  it("tried too often, it ends in words too, and nobody waits for it any more", () => {
    const ordered = shown.and(asked("1.5.0", "b1"));
    const effect = shown.when(asked("1.5.0", "b1")).only("cutTag");
    const then = ordered.when(givenUp(effect, "GitHub answered 502", NOON + 9_000));
    expect(then.only("comment").view).toMatchObject({ problem: { code: "github-refused" } });
    const again = ordered.and(givenUp(effect, "GitHub answered 502", NOON + 9_000));
    expect(again.when(asked("1.5.0", "b1", { commentId: 78 })).only("cutTag").cut.version).toBe("1.5.0");
  });

  it("a day later a tag of which nothing was heard no longer stands in the way", () => {
    const late = { ...asked("1.6.0", "b1", { commentId: 78 }), at: NOON + 26 * 3_600_000 };
    expect(shown.and(asked("1.5.0", "b1")).when(late).only("cutTag").cut.version).toBe("1.6.0");
  });
});

describe("only /release makes releases", () => {
  const shown = givenRepository(merged("command", "b1"), drawn);

  it("a tag pushed by hand is none: that is said, nothing is published, and what was shown stays", () => {
    const then = shown.when(tagged("command", "1.5.0", sha("b1")));
    expect(then.ordered).toEqual([expect.stringMatching(/^say:tag-/)]);
    const reason: TagRefusal = { code: "by-command" };
    expect(then.only("comment").view).toMatchObject({ template: "tag-refused", reason });
    expect(then.lane).toMatchObject({ unreleased: ["v1.5.0"], upcoming: { version: "1.5.0" }, releases: [] });
  });

  it("Waybill's own is one, whether its making or its webhook is heard of first", () => {
    const ordered = shown.and(asked("1.5.0", "b1"));
    const cut = cutOf("1.5.0", "b1", BY_COMMAND);
    const release = tagged("command", "1.5.0", sha("b1"));
    expect(ordered.when(release).only("publishRelease").tag).toBe("v1.5.0");
    expect(ordered.and(made(cut)).when(release).only("publishRelease").tag).toBe("v1.5.0");
    expect(ordered.and(made(cut), release).when(release).ordered).toEqual([]);
  });

  it("not so a tag of the same name at another commit, nor one that was refused", () => {
    const ordered = shown.and(asked("1.5.0", "b1"));
    expect(ordered.when(tagged("command", "1.5.0", sha("bad"))).all("publishRelease")).toEqual([]);
    const cut = cutOf("1.5.0", "b1", BY_COMMAND);
    const then = ordered.and(refused(cut)).when(tagged("command", "1.5.0", sha("b1")));
    expect(then.all("publishRelease")).toEqual([]);
  });

  it("where nobody can tell whether the tag was made, it counts when it turns up", () => {
    const unsure = shown.and(asked("1.5.0", "b1"), refused(cutOf("1.5.0", "b1", BY_COMMAND), true));
    expect(unsure.when(tagged("command", "1.5.0", sha("b1"))).only("publishRelease").tag).toBe("v1.5.0");
  });

  it("what was released before the config said so stays released", () => {
    const then = givenRepository(tagged("tag", "1.5.0", sha("b1"))).when(
      tagged("command", "1.5.0", sha("b1")),
    );
    expect(then.ordered).toEqual([]);
  });
});
