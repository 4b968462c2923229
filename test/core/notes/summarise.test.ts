import { describe, expect, it } from "vitest";
import { beginNotes, summarise } from "../../../src/core/notes/index.ts";
import { commit, line, merge, placesOf, pull, sectionsOf, shaOf } from "./history.ts";

describe("a range", () => {
  it("has its sections in the preset's order and its entries newest first", () => {
    const model = summarise(
      line("fix: b", "feat: a2", "docs: c", "perf(db): d", "feat(api): a1 (#4)", "revert: e"),
    );
    expect(sectionsOf(model)).toEqual({
      Features: ["a2", "a1"],
      "Bug Fixes": ["b"],
      "Performance Improvements": ["d"],
      Reverts: ["e"],
    });
    expect(model).toMatchObject({
      bump: "minor",
      hidden: [shaOf(3)],
      reverted: [],
      unclassified: [],
      breaking: [],
    });
    expect(model.sections[0]?.entries[1]).toEqual({
      sha: shaOf(5),
      type: "feat",
      scope: "api",
      component: null,
      breaking: false,
      text: "a1",
      pull: 4,
      author: null,
    });
  });

  it("of hidden types alone is worth no release", () => {
    expect(summarise(line("docs: a", "chore: b", "ci: c"))).toMatchObject({ bump: null, sections: [] });
  });

  it("lists what breaks whatever its type", () => {
    expect(sectionsOf(summarise(line("chore!: drop Node 18", "oddity!: drop all")))).toEqual({
      "Miscellaneous Chores": ["drop Node 18"],
      "Other Changes": ["drop all"],
    });
  });

  it("follows a table of types of one's own", () => {
    const types = [
      { type: "feat", section: "New", bump: "minor", hidden: false },
      { type: "docs", section: "Words", bump: null, hidden: false },
    ] as const;
    expect(summarise(line("docs: a"), { types })).toMatchObject({
      bump: null,
      sections: [{ title: "Words" }],
    });
    expect(summarise(line("fix: a"), { types }).unclassified).toHaveLength(1);
  });

  it("has for each of several components what touches it, and what nobody knows the files of", () => {
    const components = [
      { name: "api", paths: ["api/**"] },
      { name: "web", paths: ["web/**"] },
    ];
    const reading = beginNotes({ components });
    reading.add(commit(3, "feat: unknown"));
    reading.add(commit(2, "fix: both", { paths: ["api/a", "web/a"] }));
    reading.add(commit(1, "fix: one", { paths: ["api/a"] }));
    const { whole, parts } = reading.endWith(components);
    expect(sectionsOf(whole)["Bug Fixes"]).toEqual(["both", "one"]);
    expect([...parts].map(([name, model]) => [name, sectionsOf(model)])).toEqual([
      ["api", { Features: ["unknown"], "Bug Fixes": ["both", "one"] }],
      ["web", { Features: ["unknown"], "Bug Fixes": ["both"] }],
    ]);
    expect(parts.get("web")?.bump).toBe("minor");
  });

  it("names the one component that a commit touches", () => {
    const components = [
      { name: "api", paths: ["api/**"] },
      { name: "web", paths: ["web/**"] },
    ];
    const model = summarise(
      [
        commit(1, "feat: a", { paths: ["api/x.ts", "README.md"] }),
        commit(2, "feat: b", { paths: ["api/x.ts", "web/y.ts"] }),
        commit(3, "feat: c", { paths: ["README.md"] }),
        commit(4, "feat: d"),
      ],
      { components },
    );
    expect(model.sections[0]?.entries.map(({ component }) => component)).toEqual(["api", null, null, null]);
  });

  it("asks for the version of its newest Release-As", () => {
    expect(
      summarise(line("fix: a", "chore: release\n\nRelease-As: v2.0.0", "fix: b\n\nrelease-as: 9.9.9"))
        .releaseAs,
    ).toBe("2.0.0");
    expect(summarise(line("fix: a\n\nRelease-As: soon")).releaseAs).toBeNull();
  });
});

describe("reverts", () => {
  const reverting = (target: string | number, title: string) =>
    `Revert "${title}"\n\nThis reverts commit ${shaOf(target)}.`;

  it("in the range take themselves and their target off the notes", () => {
    const model = summarise([commit(3, reverting(1, "feat: a")), commit(2, "fix: b"), commit(1, "feat: a")]);
    expect(model).toMatchObject({
      bump: "patch",
      reverted: [shaOf(3), shaOf(1)],
      sections: [{ title: "Bug Fixes" }],
    });
  });

  it("of what is released already are listed, and a patch", () => {
    const model = summarise([commit(3, reverting("gone", "feat(api): a"))]);
    expect(model).toMatchObject({ bump: "patch", reverted: [] });
    expect(sectionsOf(model)).toEqual({ Reverts: ["feat(api): a"] });
  });

  it("of what was never listed are not listed either, unless it broke something", () => {
    const model = summarise(
      line('Revert "docs: a" (#3)', "revert: chore(deps): b", 'Revert "build!: c"', 'Revert "d"'),
    );
    expect(model).toMatchObject({ bump: "patch", hidden: [shaOf(1), shaOf(2)] });
    expect(sectionsOf(model)).toEqual({ Reverts: ["build!: c", "d"] });
  });

  it("of reverts bring the change back", () => {
    const again = `Reapply "feat: a"\n\nThis reverts commit ${shaOf(3)}.`;
    const model = summarise([commit(4, again), commit(3, reverting(1, "feat: a")), commit(1, "feat: a")]);
    expect(sectionsOf(model)).toEqual({ Features: ["a"] });
    expect(model.reverted).toEqual([shaOf(4), shaOf(3)]);
  });

  it.each([
    ["an abbreviated SHA", `Revert it\n\nThis reverts commit ${shaOf(1).slice(0, 9)}.`],
    ["several SHAs", `Revert some\n\nThis reverts commits ${shaOf("x")}, ${shaOf(1)}.`],
    ["git's line below another title", `fix: no a for now\n\nThis reverts commit ${shaOf(1)}.`],
    ["the conventional type and its title", "revert: feat: a"],
    ["the conventional type and Refs", `revert: a mistake\n\nRefs: ${shaOf(1).slice(0, 8)}`],
    ["the title alone", 'Revert "feat: a (#5)" (#6)'],
    ["GitHub's line", 'Revert "whatever" (#6)\n\nReverts acme/shop#5'],
    ["GitHub's short line", 'Revert "whatever" (#6)\n\nReverts #5'],
    ["a SHA from before a rebase", reverting("old", "feat: a")],
  ])("are known by %s", (_what, message) => {
    const commits = [commit(2, message), commit(1, "feat: a (#5)")];
    expect(summarise(commits, { repository: "acme/shop" }).reverted).toEqual([shaOf(2), shaOf(1)]);
  });

  it.each([
    ["another repository's pull request", 'Revert "b" (#6)\n\nReverts other/shop#5'],
    ["a line in a quote", `fix: b\n\n> This reverts commit ${shaOf(1)}.`],
    ["a newer commit of the same title", 'Revert "feat: z"'],
  ])("do not take off by %s", (_what, message) => {
    const model = summarise([commit(3, "feat: z"), commit(2, message), commit(1, "feat: a (#5)")], {
      repository: "acme/shop",
    });
    expect(model.reverted).toEqual([]);
  });

  it("of a pull request take all its commits", () => {
    const commits = [
      commit(4, 'Revert "five"\n\nReverts #5', { parents: [shaOf("m")] }),
      merge("m", "Merge pull request #5 from acme/five\n\nfive", "base", "b"),
      commit("b", "feat: b", { parents: [shaOf("a")] }),
      commit("a", "fix: a", { parents: [shaOf("base")] }),
    ];
    expect(summarise(commits)).toMatchObject({
      bump: null,
      sections: [],
      reverted: commits.map(({ sha }) => sha),
    });
  });
});

describe("merge commits", () => {
  const branch = (...messages: string[]) =>
    messages.map((message, at) =>
      commit(`b${at}`, message, { parents: [shaOf(at === messages.length - 1 ? "base" : `b${at + 1}`)] }),
    );
  const merged = (message: string, ...messages: string[]) =>
    summarise([merge("m", message, "base", "b0"), ...branch(...messages)]);

  it("are hidden behind the conventional commits that they bring, which have the pull request as their source", () => {
    const model = merged("Merge pull request #12 from acme/x\n\nSome title", "feat: a", "fix: b", "wip");
    expect(sectionsOf(model)).toEqual({ Features: ["a"], "Bug Fixes": ["b"] });
    expect(model.sections.flatMap(({ entries }) => entries.map((entry) => entry.pull))).toEqual([12, 12]);
    expect(model).toMatchObject({ hidden: [shaOf("m")], unclassified: [{ header: "wip" }] });
  });

  it("are the entry by the pull request's title where no commit of it is one", () => {
    const model = merged(
      "Merge pull request #12 from acme/x\n\nfeat(api): the title\n\nBREAKING CHANGE: it does",
      "wip",
      "more",
      "chore: c",
    );
    expect(model.sections).toMatchObject([
      { title: "Features", entries: [{ sha: shaOf("m"), scope: "api", text: "the title", pull: 12 }] },
    ]);
    expect(model).toMatchObject({
      bump: "major",
      unclassified: [],
      hidden: [shaOf("b0"), shaOf("b1"), shaOf("b2")],
    });
  });

  it("are not listed twice where the title is one of the commits", () => {
    expect(sectionsOf(merged("Merge pull request #12 from acme/x\n\nfeat: a", "feat: a"))).toEqual({
      Features: ["a"],
    });
  });

  it("lose nothing that the title says beyond the commits", () => {
    expect(merged("Merge pull request #12 from acme/x\n\nfeat!: a", "feat: a")).toMatchObject({
      bump: "major",
    });
    expect(sectionsOf(merged("Merge pull request #12 from acme/x\n\nfeat!: a", "feat: a"))).toEqual({
      Features: ["a"],
    });
    expect(
      sectionsOf(merged("Merge pull request #12 from acme/x\n\nfeat: all of it", "fix: a part")),
    ).toEqual({
      Features: ["all of it"],
      "Bug Fixes": ["a part"],
    });
  });

  it("with no conventional word in them are one unclassified line", () => {
    expect(merged("Merge pull request #12 from acme/x\n\nSome title", "wip", "more")).toMatchObject({
      unclassified: [{ sha: shaOf("m"), header: "Some title" }],
      hidden: [shaOf("b0"), shaOf("b1")],
    });
  });

  it("of plain branches are hidden, their commits stand for themselves", () => {
    expect(merged("Merge branch 'x'", "feat: a", "wip")).toMatchObject({
      hidden: [shaOf("m")],
      unclassified: [{ header: "wip" }],
    });
  });

  it("of the main line into a branch claim nothing of the main line", () => {
    // main: base - p - m (merges the branch, which had merged main at p)
    const model = summarise([
      merge("m", "Merge pull request #12 from acme/x\n\nx", "p", "u"),
      merge("u", "Merge branch 'main' into x", "b", "p"),
      commit("b", "feat: on the branch", { parents: [shaOf("base")] }),
      commit("p", "fix: on main (#11)", { parents: [shaOf("base")] }),
    ]);
    expect(
      model.sections.flatMap(({ entries }) => entries.map(({ text, pull: number }) => [text, number])),
    ).toEqual([
      ["on the branch", 12],
      ["on main", 11],
    ]);
  });

  it("within a merged branch keep their own pull requests", () => {
    const model = summarise([
      merge("outer", "Merge pull request #20 from acme/develop\n\nDevelop", "base", "inner"),
      merge("inner", "Merge pull request #12 from acme/x\n\nX", "d", "b"),
      commit("b", "feat: inner", { parents: [shaOf("d")] }),
      commit("d", "fix: outer", { parents: [shaOf("base")] }),
    ]);
    expect(
      model.sections.flatMap(({ entries }) => entries.map(({ text, pull: number }) => [text, number])),
    ).toEqual([
      ["inner", 12],
      ["outer", 20],
    ]);
  });

  it("go by the pull requests' numbers where the graph is not known", () => {
    const model = summarise([
      commit("m", "Merge pull request #12 from acme/x\n\nfeat: a", { pull: pull(12) }),
      commit("b", "feat: a", { pull: pull(12) }),
    ]);
    expect(sectionsOf(model)).toEqual({ Features: ["a"] });
    expect(model.hidden).toEqual([shaOf("m")]);
  });

  it("use the title that GitHub knows where the message has none", () => {
    const model = summarise([
      commit("m", "Merge pull request #12 from acme/x", { pull: pull(12, { title: "fix: from GitHub" }) }),
    ]);
    expect(sectionsOf(model)).toEqual({ "Bug Fixes": ["from GitHub"] });
  });
});

it("puts every commit of a range in one place", () => {
  const model = summarise([
    ...line("feat: a", "docs: b", "huh"),
    commit("x", "chore: c\n\nBREAKING CHANGE: d"),
  ]);
  expect([...placesOf(model).values()]).toEqual([["listed"], ["listed"], ["hidden"], ["unclassified"]]);
});
