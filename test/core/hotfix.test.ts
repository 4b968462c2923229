/** The stories of a hotfix in the repository's lane: from the command to the merge of its forward-port. */
import { describe, expect, it } from "vitest";
import type { RepositoryEvent } from "../../src/core/events.ts";
import { givenUp } from "../../src/core/given-up.ts";
import { hotfixesOf, hotfixTags, registeredHotfix } from "../../src/core/hotfix-model.ts";
import { isPatchOf, freeVersion, nextPatch } from "../../src/core/hotfix-version.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import type { Outcome } from "./given.ts";
import type { RepositoryLane } from "../../src/core/repository.ts";
import {
  asked,
  BRANCH,
  cutOf,
  made,
  moved,
  open,
  opened,
  patched,
  portSeen,
  RELEASED,
  wanted,
  word,
} from "./given-hotfix.ts";
import { givenRepository, NOON, notes, plansFor, sha } from "./given.ts";

const DAY = 24 * 60 * 60_000;

/** The one word that is said of a hotfix. */
const saidOf = (outcome: Outcome<RepositoryLane>) => {
  const { view, issue } = outcome.only("comment");
  return view.template === "hotfix" ? [issue, view.what] : [issue, view.template];
};
const reactions = (outcome: Outcome<RepositoryLane>) => outcome.all("react").map((one) => one.content);
const told = (outcome: Outcome<RepositoryLane>, environment: string) =>
  outcome
    .all("tellLane")
    .filter((one) => one.environment === environment)
    .map((one) => one.event);

describe("asking for a hotfix", () => {
  it("has the branch made at the release's commit, once however often it is heard", () => {
    const first = givenRepository().when(asked());
    expect(first.only("openHotfix").hotfix).toEqual(wanted());
    expect(reactions(first)).toEqual(["eyes"]);
    expect(givenRepository(asked()).when(asked()).effects).toEqual([]);
  });

  it("a branch is nobody's hotfix before Waybill has made it", () => {
    const { lane } = givenRepository().when(asked());
    expect(registeredHotfix(lane, BRANCH)).toBeNull();
    expect(givenRepository(asked()).when(moved("b1")).effects).toEqual([]);
    expect(hotfixTags(lane).lines).toEqual([]);
  });

  it("says what to do once it is made", () => {
    const outcome = givenRepository(asked()).when(opened);
    expect(saidOf(outcome)).toEqual([7, "opened"]);
    expect(reactions(outcome)).toEqual(["rocket"]);
    expect(registeredHotfix(outcome.lane, BRANCH)?.head).toBe(sha("a1"));
  });

  it("a second one of the same release is shown to the first", () => {
    const second = asked({ branch: "hotfix/1.5.2", environment: "staging", asked: word(78) });
    const outcome = givenRepository(asked(), opened).when(second);
    expect(outcome.all("openHotfix")).toEqual([]);
    expect(outcome.only("comment").view).toMatchObject({
      template: "refusal",
      problem: { code: "hotfix-under-way", detail: { branch: BRANCH, base: "1.5.0" } },
    });
    expect(reactions(outcome)).toEqual(["eyes", "-1"]);
    const other = asked({
      branch: "hotfix/1.4.3",
      base: { version: "1.4.2", tag: "v1.4.2", sha: sha("42") },
      asked: word(78),
    });
    expect(givenRepository(asked(), opened).when(other).all("openHotfix")).toHaveLength(1);
  });

  it("that is refused says why, and leaves nothing behind", () => {
    const problem = {
      code: "hotfix-branch-taken",
      detail: { branch: BRANCH, sha: sha("e1"), base: "1.5.0" },
    } as const;
    const refused: RepositoryEvent = { type: "HotfixRefused", at: NOON, branch: BRANCH, problem };
    const outcome = givenRepository(asked()).when(refused);
    expect(outcome.only("comment").view).toMatchObject({ template: "refusal", problem });
    expect(hotfixesOf(outcome.lane)).toEqual([]);
    const effect = { type: "openHotfix", hotfix: wanted() } as const;
    expect(givenUp(effect, "502", NOON)).toMatchObject({ type: "HotfixRefused", branch: BRANCH });
  });

  it("that was held for long while nobody could act is not begun afterwards, unless its branch was made", () => {
    const parked: RepositoryEvent = {
      type: "StandingSeen",
      at: NOON + 1_000,
      standing: { kind: "parked", reason: "suspended", since: NOON },
      hint: null,
      environments: [],
    };
    const back = (at: number): RepositoryEvent => ({ ...parked, at, standing: { kind: "active" } });
    const late = givenRepository(asked(), parked).when(back(NOON + DAY / 24));
    expect(late.only("openHotfix").late).toMatchObject({ code: "command-late" });
    expect(
      givenRepository(asked(), parked)
        .when(back(NOON + 60_000))
        .all("openHotfix"),
    ).toEqual([]);
    expect(
      givenRepository(asked(), opened, parked)
        .when(back(NOON + DAY))
        .all("openHotfix"),
    ).toEqual([]);
  });

  it("is given up by deleting the branch, once GitHub has not found it twice", () => {
    const before = givenRepository(asked(), opened);
    const once = before.when(moved(null));
    expect(once.all("comment")).toEqual([]);
    expect(once.only("lookAtHotfix").hotfix.branch).toBe(BRANCH);
    const twice = before.and(moved(null)).when(moved(null, { at: NOON + 20_000 }));
    expect(saidOf(twice)).toEqual([7, "abandoned"]);
    expect(hotfixesOf(twice.lane)).toEqual([]);
    const back = before.and(moved(null)).when(moved("a1"));
    expect(registeredHotfix(back.lane, BRANCH)?.head).toBe(sha("a1"));
  });
});

describe("what is merged into its branch", () => {
  const begun = givenRepository(asked(), opened);

  it("is cut as the next patch at the branch's head, counted from the release that it comes from", () => {
    const { cut, after } = begun.when(moved("b1")).only("cutTag");
    expect(cut).toEqual(cutOf("1.5.1", "b1"));
    expect(after).toEqual({ tag: "v1.5.0", sha: sha("a1") });
  });

  it("is cut once, however often the branch is looked at", () => {
    expect(begun.and(moved("b1")).when(moved("b1")).effects).toEqual([]);
    expect(begun.and(moved("b1"), made("1.5.1", "b1")).when(moved("b1")).effects).toEqual([]);
    expect(begun.when(moved("a1")).effects).toEqual([]);
  });

  it("waits while a tag is being made, and is looked at when that has ended", () => {
    const busy = begun.and(moved("b1"), moved("b2"));
    expect(begun.and(moved("b1")).when(moved("b2")).all("cutTag")).toEqual([]);
    expect(busy.when(made("1.5.1", "b1")).only("lookAtHotfix").hotfix).toMatchObject({ branch: BRANCH });
  });

  it.each(["mixed", "strayed"] as const)(
    "is not released where the branch is %s; that is said once",
    (fit) => {
      const outcome = begun.when(moved("b1", { fit }));
      expect(outcome.all("cutTag")).toEqual([]);
      expect(saidOf(outcome)).toEqual([7, fit]);
      expect(begun.and(moved("b1", { fit })).when(moved("b1", { fit })).effects).toEqual([]);
    },
  );

  it("takes the next version where somebody was quicker", () => {
    const problem = { code: "version-tagged", detail: { version: "1.5.1", tag: "v1.5.1" } } as const;
    const taken: RepositoryEvent = {
      type: "CutRefused",
      at: NOON,
      cut: cutOf("1.5.1", "b1"),
      problem,
      unsure: false,
    };
    const outcome = begun.and(moved("b1")).when(taken);
    expect(outcome.all("comment")).toEqual([]);
    expect(outcome.all("lookAtHotfix")).toHaveLength(1);
    const again = begun.and(moved("b1"), taken).when(moved("b1", { version: "1.5.2" }));
    expect(again.only("cutTag").cut).toEqual(cutOf("1.5.2", "b1"));
  });

  it("says in its thread what GitHub did not let be made", () => {
    const problem = { code: "cut-refused", detail: { tag: "v1.5.1", status: 422, message: "no" } } as const;
    const refused: RepositoryEvent = {
      type: "CutRefused",
      at: NOON,
      cut: cutOf("1.5.1", "b1"),
      problem,
      unsure: false,
    };
    expect(saidOf(begun.and(moved("b1")).when(refused))).toEqual([7, "not-released"]);
  });
});

describe("its release", () => {
  const before = givenRepository(asked(), opened, moved("b1"), made("1.5.1", "b1"));

  it("is published, asked for in its environment alone and in the name of whoever asked, and brought forward", () => {
    const outcome = before.when(patched("1.5.1", "b1"));
    expect(outcome.only("publishRelease")).toMatchObject({
      tag: "v1.5.1",
      draftReleaseId: null,
      overtaken: false,
    });
    expect(told(outcome, "staging")).toEqual([]);
    expect(told(outcome, "prod")).toMatchObject([
      {
        type: "PromotionRequested",
        request: {
          class: "hotfix",
          environment: "prod",
          cargo: { version: "1.5.1", sha: sha("b1"), tag: "v1.5.1", ref: "v1.5.1", hotfix: BRANCH },
          cause: { kind: "command", commentId: 77, issue: 7 },
          reportOn: 7,
        },
      },
    ]);
    expect(outcome.only("openForwardPort")).toMatchObject({ branch: BRANCH, to: "main", sha: sha("b1") });
    expect(before.and(patched("1.5.1", "b1")).when(patched("1.5.1", "b1")).effects).toEqual([]);
  });

  it("takes no notice away from what is coming, and no turn from a newer release", () => {
    const coming: RepositoryEvent = {
      type: "BranchMoved",
      at: NOON,
      head: sha("d1"),
      notes: notes(sha("d1"), 2),
      version: "1.6.0",
      plans: plansFor("environments: { prod: { promote: auto } }\n"),
    };
    const outcome = givenRepository(coming, ...RELEASED.slice(0, -2)).when(patched("1.5.1", "b1"));
    expect(outcome.lane.upcoming?.version).toBe("1.6.0");
    expect(outcome.lane.notice).not.toBeNull();
    expect(told(outcome, "prod").map(({ type }) => type)).toEqual(["PromotionRequested"]);
  });

  it("stands in no way of /release: that goes on from the releases of its own branch, also while a tag is being made", () => {
    const coming: RepositoryEvent = {
      type: "BranchMoved",
      at: NOON,
      head: sha("d1"),
      notes: notes(sha("d1"), 2),
      version: "1.5.2",
      plans: plansFor(),
    };
    const cause = { kind: "command", ...word(91, "/release") } as const;
    const cut = { version: "1.5.2", tag: "v1.5.2", sha: sha("d1"), branch: "main", cause } as const;
    const release: RepositoryEvent = { type: "ReleaseRequested", at: NOON, cut, head: sha("d1") };
    const cutting = givenRepository(coming, asked(), opened, moved("b1")).when(release);
    expect(cutting.only("cutTag").after?.tag).toBe("v1.4.2");
    const released = givenRepository(coming, ...RELEASED).when(release);
    expect(released.only("cutTag").after?.tag).toBe("v1.4.2");
  });

  it("goes by itself nowhere else, also not to environments that take every release", () => {
    const delivered: RepositoryEvent = {
      type: "EnvironmentDelivered",
      at: NOON + 9_000,
      environment: "prod",
      version: "1.5.1",
      sha: sha("b1"),
      url: null,
      promotionId: "u1.x" as PromotionId,
      last: true,
    };
    const outcome = givenRepository(...RELEASED).when(delivered);
    expect(told(outcome, "staging").filter(({ type }) => type === "PromotionRequested")).toEqual([]);
  });

  it("that nobody asked for, because its environment is gone from the config, is said to go nowhere", () => {
    const plans = plansFor("environments: { eu: {} }\n");
    const event = { ...patched("1.5.1", "b1"), plans } as RepositoryEvent;
    const outcome = before.when(event);
    expect(outcome.all("tellLane")).toEqual([]);
    expect(saidOf(outcome)).toEqual([7, "unplaced"]);
  });

  it("each further merge makes a further patch, which the one pull request takes along", () => {
    const released = givenRepository(...RELEASED);
    expect(released.when(moved("b2", { version: "1.5.2" })).only("cutTag").cut).toEqual(cutOf("1.5.2", "b2"));
    const second = released
      .and(moved("b2", { version: "1.5.2" }), made("1.5.2", "b2"))
      .when(patched("1.5.2", "b2"));
    expect(second.only("openForwardPort")).toMatchObject({ sha: sha("b2"), view: { version: "1.5.2" } });
    expect(told(second, "prod")).toHaveLength(1);
  });
});

describe("its forward-port", () => {
  const released = givenRepository(...RELEASED);
  const merged = portSeen({ state: "merged", number: 9, head: sha("b1"), commit: sha("c1") });

  it("is told to the environments when it is opened, and when it is merged: then the hotfix is over", () => {
    const opening = givenRepository(...RELEASED.slice(0, -1)).when(portSeen(open()));
    expect(told(opening, "prod")).toMatchObject([
      { type: "HotfixPorted", fix: sha("b1"), pull: 9, port: null },
    ]);
    const outcome = released.when(merged);
    expect(told(outcome, "prod")).toMatchObject([
      { type: "HotfixPorted", fix: sha("b1"), pull: 9, port: sha("c1") },
    ]);
    expect(told(outcome, "staging")).toHaveLength(1);
    expect(outcome.all("comment")).toEqual([]);
    expect(hotfixesOf(outcome.lane)).toEqual([]);
    expect(released.and(merged).when(merged).effects).toEqual([]);
  });

  it("stays to be brought where another release of the branch is being made", () => {
    const outcome = released.and(moved("b2", { version: "1.5.2" })).when(merged);
    expect(registeredHotfix(outcome.lane, BRANCH)?.port).toBeNull();
    const again = released.and(moved("b2", { version: "1.5.2" }), merged, made("1.5.2", "b2"));
    expect(again.when(patched("1.5.2", "b2")).all("openForwardPort")).toHaveLength(1);
  });

  it("says on itself that it conflicts, once, with the files; it is asked for until GitHub knows", () => {
    const unknown = givenRepository(...RELEASED.slice(0, -1)).when(portSeen(open(null)));
    expect(unknown.only("lookAtForwardPort")).toMatchObject({ number: 9 });
    const conflict = portSeen(open(true, ["api/prices.txt"]));
    const outcome = released.when(conflict);
    expect(saidOf(outcome)).toEqual([9, "conflicts"]);
    expect(released.and(conflict).when(conflict).all("comment")).toEqual([]);
  });

  it("may hold commits of the release branch that settle its conflicts: nothing is released of those", () => {
    const outcome = released.when(moved("c9", { fit: "mixed", version: "1.5.2" }));
    expect([outcome.all("cutTag"), outcome.all("comment")]).toEqual([[], []]);
  });

  it("that is closed unmerged is said in the thread, and may be opened again", () => {
    const closed = portSeen({ state: "closed", number: 9 });
    const outcome = released.when(closed);
    expect(saidOf(outcome)).toEqual([7, "closed"]);
    expect(registeredHotfix(outcome.lane, BRANCH)).not.toBeNull();
    expect(released.and(closed).when(closed).effects).toEqual([]);
    expect(registeredHotfix(released.and(closed).when(portSeen(open())).lane, BRANCH)?.port?.stage).toBe(
      "open",
    );
  });

  it("that could not be opened is said, with what a person can do", () => {
    const effect = givenRepository(...RELEASED.slice(0, -2))
      .when(patched("1.5.1", "b1"))
      .only("openForwardPort");
    const event = givenUp(effect, "502", NOON) as RepositoryEvent;
    expect(saidOf(givenRepository(...RELEASED.slice(0, -1)).when(event))).toEqual([7, "not-opened"]);
  });

  it("is said once to be still open after three days, and never after its end", () => {
    const opening = givenRepository(...RELEASED.slice(0, -1)).when(portSeen(open()));
    const [timer] = opening.effects.filter(({ effect }) => effect.type === "wake");
    expect(timer?.delayMs).toBe(3 * DAY);
    const due: RepositoryEvent = { type: "ForwardPortDue", at: NOON + 3 * DAY, branch: BRANCH, number: 9 };
    expect(saidOf(released.when(due))).toEqual([7, "open-long"]);
    expect(released.and(due).when(due).effects).toEqual([]);
    expect(released.and(merged).when(due).effects).toEqual([]);
  });

  it("is needed no more where a person says so: the release branch counts as having the fix from its commit of now on", () => {
    const settled: RepositoryEvent = {
      type: "HotfixSettled",
      at: NOON,
      branch: BRANCH,
      word: word(90, "/hotfix settle 1.5.1"),
      tip: sha("d5"),
    };
    const outcome = released.when(settled);
    expect(told(outcome, "prod")).toMatchObject([{ type: "HotfixPorted", fix: sha("b1"), port: sha("d5") }]);
    expect(saidOf(outcome)).toEqual([7, "settled"]);
    expect(hotfixesOf(outcome.lane)).toEqual([]);
    expect(released.and(settled).when(settled).effects).toEqual([]);
  });

  it("lives on without its branch: what was released has still to be brought", () => {
    const outcome = released.and(moved(null)).when(moved(null));
    expect(registeredHotfix(outcome.lane, BRANCH)).not.toBeNull();
    expect(outcome.all("comment")).toEqual([]);
  });
});

describe("the version of a hotfix", () => {
  it("is the next patch that nothing is released under", () => {
    expect(nextPatch("1.5.0", ["1.5.0", "1.6.0"])).toBe("1.5.1");
    expect(nextPatch("1.5.0", ["1.5.1", "1.5.2", "1.4.9"])).toBe("1.5.3");
    expect(nextPatch("2.0.0-rc.1", ["2.0.0-rc.2"])).toBe("2.0.0-rc.3");
    expect(freeVersion("1.5.1", ["1.5.1"])).toBe("1.5.2");
    expect(freeVersion("1.6.0", ["1.5.1"])).toBe("1.6.0");
  });

  it("is a later patch of the same line, and nothing else", () => {
    const of = (version: string) => isPatchOf("1.5.0", version);
    expect(["1.5.1", "1.5.9", "1.5.0", "1.6.0", "2.0.0", "1.4.9", "1.5.1-rc.1"].filter(of)).toEqual([
      "1.5.1",
      "1.5.9",
    ]);
    expect(isPatchOf("2.0.0-rc.1", "2.0.0-rc.2")).toBe(true);
    expect(isPatchOf("2.0.0-rc.1", "2.0.0")).toBe(false);
  });
});
