import { describe, expect, it } from "vitest";
import { summarise } from "../../src/core/notes/index.ts";
import {
  commitsOfMerge,
  needsCommits,
  USUAL_MERGING,
  type MergeSettings,
} from "../../src/core/preview/merging.ts";
import { typesFor } from "../../src/presets/index.ts";
import { commit, pull, sectionsOf, shaOf } from "./notes/history.ts";
import { ground, openPull, preview, SQUASH, type GivenPull } from "./preview-given.ts";

const only = (given: GivenPull, ...more: [MergeSettings?, ReturnType<typeof ground>?]) => {
  const { outcomes } = preview(given, ...more);
  expect(outcomes).toHaveLength(1);
  return outcomes[0]!;
};

describe("what merging does to the version", () => {
  it.each([
    ["feat: a", "1.5.0", "minor"],
    ["fix: a", "1.4.3", "patch"],
    ["fix!: a", "2.0.0", "major"],
    ["docs: a", "1.4.3", null],
    ["tidy up", "1.4.3", null],
  ])("%s on top of 1.4.2: %s", (title, version, bump) => {
    expect(only({ title })).toMatchObject({ version, bump, releases: bump !== null });
  });

  it("counts what is merged already", () => {
    const on = ground([commit(1, "feat: old")]);
    const view = preview({ title: "fix: a" }, SQUASH, on);
    expect(view.before).toEqual({ version: "1.5.0", releases: true });
    expect(view.outcomes).toMatchObject([{ version: "1.5.0", bump: "patch", releases: true }]);
  });

  it("knows the ways below 1.0.0, the first version, and versions that a hotfix has", () => {
    const young = ground([], {
      base: { tag: "v0.4.2", version: "0.4.2" },
      policy: { bumpMinorPreMajor: true },
    });
    expect(only({ title: "feat!: a" }, SQUASH, young)).toMatchObject({ version: "0.5.0", bump: "minor" });
    const first = ground([], { base: null, policy: { initial: "1.0.0" } });
    expect(only({ title: "feat: a" }, SQUASH, first)).toMatchObject({ version: "1.0.0", bump: "minor" });
    expect(only({ title: "fix: a" }, SQUASH, ground([], { taken: ["1.4.3"] }))).toMatchObject({
      version: "1.4.4",
    });
  });

  it("a footer may force it, and an override in the text may say all of it", () => {
    expect(only({ title: "chore: begin anew", body: "Release-As: 3.0.0" })).toMatchObject({
      version: "3.0.0",
      forced: true,
    });
    const body =
      "Words.\n\nBEGIN_COMMIT_OVERRIDE\nfeat: told otherwise\n\nfix(api): and this\nEND_COMMIT_OVERRIDE\n";
    const outcome = only({ title: "wip", body, commits: ["wip", "more"] }, USUAL_MERGING);
    expect(outcome).toMatchObject({ version: "1.5.0", unsorted: [] });
    expect(sectionsOf({ sections: outcome.sections } as never)).toEqual({
      Features: ["told otherwise"],
      "Bug Fixes": ["and this"],
    });
    expect(outcome.methods).toEqual(["squash", "merge", "rebase"]);
  });

  it("what takes back something unreleased takes it out of the notes", () => {
    const on = ground([commit("old", "feat: old"), commit(2, "fix: b")]);
    const body = `This reverts commit ${shaOf("old")}.`;
    expect(only({ title: 'Revert "feat: old"', body }, SQUASH, on)).toMatchObject({
      version: "1.4.3",
      bump: null,
      sections: [],
      undone: [{ text: "old" }],
    });
  });
});

describe("what is not sorted", () => {
  it.each([
    ["tidy up", "type: description", null],
    ["feat:add", "no space", null],
    ["faet: add", "belongs to no section", "feat"],
    ["nonsense: add", "belongs to no section", null],
  ])("%s is neutral, with a hint; a failure where the team asks for it", (title, reason, near) => {
    const view = preview({ title });
    expect(view.conclusion).toBe("neutral");
    expect(view.outcomes[0]?.unsorted).toMatchObject([{ header: title, near }]);
    expect(view.outcomes[0]?.unsorted[0]?.reason).toContain(reason);
    expect(preview({ title }, SQUASH, ground([], { strict: true })).conclusion).toBe("failure");
  });

  it("a type of the team's own is as good as any", () => {
    const notes = {
      ...ground().notes,
      types: typesFor({ sections: [{ type: "deps", title: "Dependencies", hidden: false }] }),
    };
    expect(preview({ title: "deps: a" }, SQUASH, ground([], { notes }))).toMatchObject({
      conclusion: "success",
      outcomes: [{ bump: "patch", sections: [{ title: "Dependencies" }] }],
    });
  });

  it("of what is hidden there is nothing to say against", () => {
    expect(preview({ title: "docs: a" }, SQUASH, ground([], { strict: true })).conclusion).toBe("success");
  });
});

describe("where several ways of merging are allowed", () => {
  it("those that come to the same are one", () => {
    expect(preview({ title: "feat: a" }, USUAL_MERGING).outcomes.map(({ methods }) => methods)).toEqual([
      ["squash", "merge", "rebase"],
    ]);
  });

  it("each that comes to something else is said; nobody fails for a choice that is still open", () => {
    const settings: MergeSettings = { ...SQUASH, methods: ["squash", "merge", "rebase"] };
    const given = { title: "feat: a", commits: ["fix: one", "wip"] };
    const view = preview(given, settings, ground([], { strict: true }));
    expect(
      view.outcomes.map(({ methods, version, unsorted }) => [methods, version, unsorted.length]),
    ).toEqual([
      [["squash"], "1.5.0", 0],
      [["merge"], "1.5.0", 0],
      [["rebase"], "1.4.3", 1],
    ]);
    expect(view.conclusion).toBe("neutral");
    const bad = { title: "stuff", commits: ["one", "two"] };
    expect(preview(bad, settings, ground([], { strict: true })).conclusion).toBe("failure");
  });
});

describe("what GitHub will write", () => {
  const open = openPull({
    title: "feat: a",
    body: "Body",
    commits: ["fix: one\n\nMore of it", "fix: two"],
    label: "sid:patch-1",
  });
  const one = openPull({ title: "feat: a", body: "Body", commits: ["fix: one\n\nMore of it"] });
  const message = (method: "squash" | "merge", settings: Partial<MergeSettings>, given = open) =>
    commitsOfMerge(method, given, { ...USUAL_MERGING, ...settings }, shaOf("head"))[0]?.message;

  it.each([
    [
      "a list of the commits",
      message("squash", {}),
      "feat: a (#12)\n\n* fix: one\n\nMore of it\n\n* fix: two",
    ],
    ["the only commit's own words", message("squash", {}, one), "fix: one (#12)\n\nMore of it"],
    [
      "the title all the same",
      message("squash", { squashTitle: "PR_TITLE" }, one),
      "feat: a (#12)\n\nMore of it",
    ],
    [
      "title and text",
      message("squash", { squashTitle: "PR_TITLE", squashMessage: "PR_BODY" }),
      "feat: a (#12)\n\nBody",
    ],
    ["the title alone", message("squash", { squashMessage: "BLANK" }), "feat: a (#12)"],
    [
      "a merge of a fork's branch",
      message("merge", {}),
      "Merge pull request #12 from sid/patch-1\n\nfeat: a",
    ],
    [
      "a merge with title and text",
      message("merge", { mergeTitle: "PR_TITLE", mergeMessage: "PR_BODY" }),
      "feat: a (#12)\n\nBody",
    ],
    ["a bare merge", message("merge", { mergeMessage: "BLANK" }), "Merge pull request #12 from sid/patch-1"],
    [
      "what somebody wrote for the time",
      message("squash", { written: { title: "fix: mine", message: "" } }),
      "fix: mine",
    ],
  ])("%s", (_name, written, expected) => {
    expect(written).toBe(expected);
  });

  it("a rebase writes each commit anew, so that what names the old one names nothing; merges are left out", () => {
    const merge = { ...commit("m", "Merge branch 'main'"), parents: [shaOf("own-0"), shaOf("x")] };
    const commits = commitsOfMerge(
      "rebase",
      { ...open, commits: [open.commits[0]!, merge, open.commits[1]!] },
      USUAL_MERGING,
      shaOf("head"),
    );
    expect(commits.map(({ message }) => message)).toEqual(["fix: two", "fix: one\n\nMore of it"]);
    expect(commits[0]?.sha).not.toBe(open.commits[0]?.sha);
    expect(commits[0]?.parents).toEqual([commits[1]?.sha]);
    expect(commits[1]?.parents).toEqual([shaOf("head")]);
  });

  it("the commits are read only where they have a say", () => {
    expect(needsCommits(SQUASH, 5)).toBe(false);
    expect(needsCommits({ ...SQUASH, squashTitle: "COMMIT_OR_PR_TITLE" }, 5)).toBe(false);
    expect(needsCommits({ ...SQUASH, squashTitle: "COMMIT_OR_PR_TITLE" }, 1)).toBe(true);
    expect(needsCommits({ ...SQUASH, squashMessage: "COMMIT_MESSAGES" }, 5)).toBe(true);
    expect(needsCommits({ ...SQUASH, methods: ["squash", "rebase"] }, 5)).toBe(true);
  });
});

it("says of each way what the notes say afterwards", () => {
  const merged = [commit("old", "feat(web): old", { pull: pull(3) })];
  for (const title of ["feat: a", "fix!: a", "docs: a", "wip", 'Revert "feat(web): old"'])
    for (const commits of [["wip", "fix: b"], [title]])
      for (const method of ["squash", "merge", "rebase"] as const) {
        const settings = { ...USUAL_MERGING, methods: [method] };
        const on = ground(merged);
        const after = summarise(
          [...commitsOfMerge(method, openPull({ title, commits }), settings, on.head), ...merged],
          on.notes,
        );
        const [outcome] = preview({ title, commits }, settings, on).outcomes;
        const entries = after.sections.flatMap((section) => section.entries);
        for (const entry of outcome?.sections.flatMap((section) => section.entries) ?? [])
          expect(entries).toContainEqual(entry);
        expect(outcome?.unsorted.map(({ header }) => header)).toEqual(
          after.unclassified.map(({ header }) => header.replace(" (#12)", "")),
        );
      }
});
