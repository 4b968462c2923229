import { describe, expect, it } from "vitest";
import { parseCommit, pullNumberOf, summarise } from "../../../src/core/notes/index.ts";
import { commit, line, pull, sectionsOf, shaOf } from "./history.ts";

const read = (message: string) => parseCommit(commit(1, message));
const first = (message: string) => read(message).changes[0];

describe("a header", () => {
  it.each([
    ["feat: add x", { type: "feat", scope: null, breaking: false, text: "add x" }],
    ["FEAT(API): Add X", { type: "feat", scope: "API", breaking: false, text: "Add X" }],
    ["fix(api)!: drop y", { type: "fix", scope: "api", breaking: true, text: "drop y" }],
    ["feat!: drop y", { type: "feat", scope: null, breaking: true, text: "drop y" }],
    ["build-deps: bump z", { type: "build-deps", scope: null, breaking: false, text: "bump z" }],
    [
      "fix(parse(inner)): nested (twice): text",
      { type: "fix", scope: "parse(inner)", breaking: false, text: "nested (twice): text" },
    ],
    ["fix(a): one (b): two", { type: "fix", scope: "a", breaking: false, text: "one (b): two" }],
    ["fix(): empty scope", { type: "fix", scope: null, breaking: false, text: "empty scope" }],
    ["feat: add x (#12)", { type: "feat", scope: null, breaking: false, text: "add x" }],
    ["feat: add x (#12) (#15)", { type: "feat", scope: null, breaking: false, text: "add x (#12)" }],
    ["\n\n  feat: late  \r\n", { type: "feat", scope: null, breaking: false, text: "late" }],
  ])("reads %j", (message, expected) => {
    expect(first(message)).toMatchObject(expected);
  });

  it.each([
    ["feat:add x", "no space after the colon"],
    ["feat : add x", "space before the colon"],
    ["feat!(api): add x", "belongs after the scope"],
    ["feat: ", "no description"],
    ["Update things", "not of the form"],
    ["https://example.com/x", "not of the form"],
    ["", "empty"],
    ["BREAKING CHANGE: all of it", "not of the form"],
  ])("says why %j is none", (message, reason) => {
    expect(read(message)).toMatchObject({ changes: [], reason: expect.stringContaining(reason) as string });
  });

  it("of a type without a section is unclassified, with its type as the reason", () => {
    expect(summarise(line("wip: things")).unclassified).toEqual([
      { sha: shaOf(1), header: "wip: things", reason: "the type “wip” belongs to no section" },
    ]);
  });
});

describe("a body", () => {
  it.each([
    ["nested parentheses", "fix: x\n\n((((a)(b"],
    ["a code fence that is never closed", "fix: x\n\n```js\nlet a"],
    ["the parser's field lines", "fix: x\n\n-notes-\n-hash-\n-references-\n-header-\nevil: y"],
    ["references without end", `fix: x\n\n${"#1 ".repeat(20_000)}`],
    ["ten thousand notes", `fix: x\n\n${"BREAKING-CHANGE: y\n".repeat(10_000)}`],
    ["a signature", "fix: x\n\ngpg: Signature made\nBREAKING CHANGEfoo"],
    ["control characters", "fix: x\n\n\u0000\u001B[31m\u2028\uD800"],
  ])("with %s leaves the header as it is", (_what, message) => {
    expect(first(message)).toMatchObject({ type: "fix", text: "x" });
    expect(summarise([commit(1, message)]).sections[0]?.entries[0]?.sha).toBe(shaOf(1));
  });

  it.each([
    ["BREAKING CHANGE: all\ngone", ["all\ngone"]],
    ["BREAKING-CHANGE: all gone", ["all gone"]],
    [
      "BREAKING CHANGE: one\n\na second paragraph with https://a.b: c\n\nRefs: #3",
      ["one\n\na second paragraph with https://a.b: c"],
    ],
    ["BREAKING CHANGE: one\nSigned-off-by: A <a@b.c>\nmore", ["one"]],
    ["BREAKING CHANGE: one\nFixes #12 and more\nmore", ["one"]],
    ["BREAKING CHANGE:\n\nbelow", ["below"]],
    ["BREAKING CHANGE: one, see #12\nBREAKING CHANGE: two", ["one, see #12", "two"]],
    ["Some text.\nBREAKING CHANGE: at once", ["at once"]],
    ["```\nunclosed\n\nBREAKING CHANGE: still", ["still"]],
    [
      "BREAKING CHANGE: <details> is gone, see <!-- this -->\n\n</details>",
      ["<details> is gone, see <!-- this -->\n\n</details>"],
    ],
    ["<details>\nfolded\n</details>\nBREAKING CHANGE: after", ["after"]],
    ["<details>\nBREAKING CHANGE: never closed", ["never closed"]],
  ])("has breaking notes in %j", (body, texts) => {
    const model = summarise([commit(1, `fix: x\n\n${body}`)]);
    expect(model.breaking).toEqual(texts.map((text) => ({ sha: shaOf(1), text })));
    expect(model.bump).toBe("major");
  });

  it.each([
    "breaking change: no",
    "Breaking Change: no",
    "  BREAKING CHANGE: indented",
    "BREAKING CHANGES: plural",
    "> BREAKING CHANGE: quoted",
    "```\nBREAKING CHANGE: fenced\n```",
    "~~~text\n```\nBREAKING CHANGE: fenced\n~~~~",
    "<details>\n<summary>Notes</summary>\n\nBREAKING CHANGE: folded\n\n</details>",
    "<!--\nBREAKING CHANGE: a template's comment\n-->",
    "about BREAKING CHANGE: in a line",
  ])("does not break by %j", (body) => {
    expect(summarise([commit(1, `fix: x\n\n${body}`)])).toMatchObject({ bump: "patch", breaking: [] });
  });

  it("by a bot means nothing: neither footers nor lists", () => {
    const body = "BREAKING CHANGE: of a dependency\n\n* feat: of a dependency\n\nRelease-As: 9.0.0";
    const byName = commit(1, `fix(deps): bump x (#3)\n\n${body}`, { author: { name: "renovate[bot]" } });
    const byPull = commit(2, `fix(deps): bump y (#4)\n\n${body}`, {
      pull: pull(4, { author: { login: "depfu", id: 3, bot: true } }),
    });
    expect(summarise([byName, byPull])).toMatchObject({ bump: "patch", breaking: [], releaseAs: null });
    expect(sectionsOf(summarise([byName, byPull]))).toEqual({ "Bug Fixes": ["bump x", "bump y"] });
  });

  it("beyond the limit is read at its beginning and its end, and the model says so", () => {
    const model = summarise([
      commit(1, `feat: x\n\n${"filler ".repeat(20_000)}\n\nBREAKING CHANGE: at the very end`),
    ]);
    expect(model).toMatchObject({ breaking: [{ text: "at the very end" }], cut: [shaOf(1)] });
  });

  it("breaks without a conventional header too, and stays unclassified", () => {
    expect(summarise(line("Rework all\n\nBREAKING CHANGE: of everything"))).toMatchObject({
      bump: "major",
      sections: [],
      breaking: [{ text: "of everything" }],
      unclassified: [{ header: "Rework all" }],
    });
  });
});

describe("a squash merge", () => {
  const listed = (message: string) => sectionsOf(summarise([commit(1, message)]));

  it("lists its title and the conventional bullets at the top level, the title's twins once", () => {
    const message =
      "feat: export (#12)\n\n* feat: export\n\n* fix(csv): quote\n\n* fix typo\n\n  * fix: nested\n\n* Note: nothing";
    expect(listed(message)).toEqual({ Features: ["export"], "Bug Fixes": ["quote"] });
    expect(
      summarise([commit(1, message)]).sections.flatMap((section) =>
        section.entries.map((entry) => entry.pull),
      ),
    ).toEqual([12, 12]);
  });

  it("lists its bullets where its title is not conventional", () => {
    expect(listed("Export (#12)\n\n* feat: export\n* fix: quote\n* chore: lint")).toEqual({
      Features: ["export"],
      "Bug Fixes": ["quote"],
    });
  });

  it("under a title that releases nothing releases nothing, unless something in it breaks", () => {
    expect(listed("docs: explain (#12)\n\n* fix: typo\n* feat: chapter")).toEqual({});
    expect(listed("docs: explain (#12)\n\n* fix: typo\n* feat!: chapter")).toEqual({ Features: ["chapter"] });
  });

  it("gives a bullet its own footers, and the last ones to the title", () => {
    const model = summarise([
      commit(
        1,
        "feat: export (#12)\n\n* fix: quote\n\nBREAKING CHANGE: no tabs\n\n* fix: dot\n\nBREAKING CHANGE: no dots",
      ),
    ]);
    expect(
      model.sections.flatMap(({ entries }) => entries.map(({ text, breaking }) => [text, breaking])),
    ).toEqual([
      ["export", true],
      ["quote", true],
      ["dot", false],
    ]);
    expect(model.breaking.map(({ text }) => text)).toEqual(["no dots", "no tabs"]);
  });

  it("ends a footer where GitHub's trailers begin", () => {
    const model = summarise([
      commit(
        1,
        "Export (#12)\n\n* feat: export\n\nBREAKING CHANGE: no tabs\n\n---------\n\nCo-authored-by: A <a@b.c>",
      ),
    ]);
    expect(model.breaking).toEqual([{ sha: shaOf(1), text: "no tabs" }]);
  });

  it("forgets what was done and undone within it", () => {
    expect(listed('Try (#3)\n\n* feat: cache\n* fix: quote\n* Revert "feat: cache"')).toEqual({
      "Bug Fixes": ["quote"],
    });
    expect(listed('Try (#3)\n\n* fix: quote\n* Revert "feat: of another day"')).toEqual({
      "Bug Fixes": ["quote"],
    });
  });
});

describe("a body with headers of its own", () => {
  const listed = (message: string) => sectionsOf(summarise([commit(1, message)]));

  it("declares a change by each one that stands as a paragraph, with its own footers", () => {
    const message =
      "feat: export (#12)\n\nWhy: it was asked for.\n\nfix(csv): quote\nfix: dot\nand comma\nchore: lint\n\nfeat: import\n\nBREAKING CHANGE: no tabs";
    expect(listed(message)).toEqual({ Features: ["export", "import"], "Bug Fixes": ["quote", "dot"] });
    expect(summarise([commit(1, message)])).toMatchObject({
      breaking: [{ text: "no tabs" }],
      sections: [{ entries: [{ breaking: false }, { breaking: true }] }, {}],
    });
  });

  it("declares them under a title that releases nothing too: somebody wrote them down on purpose", () => {
    expect(listed("build: drop node 12 (#3)\n\nfix: retry\nfix: wait")).toEqual({
      "Bug Fixes": ["retry", "wait"],
    });
  });

  it("declares what release-please has as a nested commit", () => {
    expect(
      listed("feat: label\n\nText.\nBEGIN_NESTED_COMMIT\nfix: schema\n\nMore.\nEND_NESTED_COMMIT\nRefs: #3"),
    ).toEqual({ Features: ["label"], "Bug Fixes": ["schema"] });
  });

  it.each([
    ["within prose", "This is how we\nfix: not at all"],
    ["in another case", "Fix: see below"],
    ["that only names issues", "fix: #12, acme/shop#3\n\nfix: #12, https://a.b/c"],
    ["of an unknown type", "note: nothing"],
    ["that is indented", "    fix: of a squashed commit"],
    ["in a quote", "> fix: quoted"],
  ])("declares nothing by one %s", (_what, body) => {
    expect(listed(`feat: x\n\n${body}`)).toEqual({ Features: ["x"] });
  });

  it("does not hide a commit whose title says nothing", () => {
    expect(summarise(line("Rework all\n\ntest: by hand"))).toMatchObject({
      hidden: [],
      unclassified: [{ header: "Rework all" }],
    });
  });
});

describe("an override", () => {
  const body =
    "Thanks!\n\nBEGIN_COMMIT_OVERRIDE\nfeat(api): say it better\n\nfix: and this\nBREAKING CHANGE: of that\nEND_COMMIT_OVERRIDE\n";

  it("in the pull request's body replaces the message", () => {
    const model = summarise([
      commit(1, "chore: oops (#9)\n\nBREAKING CHANGE: no", { pull: pull(9, { body }) }),
    ]);
    expect(sectionsOf(model)).toEqual({ Features: ["say it better"], "Bug Fixes": ["and this"] });
    expect(model.breaking).toEqual([{ sha: shaOf(1), text: "of that" }]);
    expect(model.sections[0]?.entries[0]?.pull).toBe(9);
  });

  it("speaks for every commit of its pull request", () => {
    const commits = [
      commit(1, "feat: a", { pull: pull(9, { body }) }),
      commit(2, "feat: b", { pull: pull(9, { body }) }),
    ];
    expect(summarise(commits)).toMatchObject({
      hidden: [shaOf(2)],
      sections: [{ entries: [{ sha: shaOf(1) }] }, {}],
    });
  });

  it.each([
    ["in a fence", `\`\`\`\n${body}\n\`\`\``],
    ["in a quote", body.replaceAll(/^/gm, "> ")],
    ["that never ends", body.replace("END_COMMIT_OVERRIDE", "")],
    ["that is empty", "BEGIN_COMMIT_OVERRIDE\n\nEND_COMMIT_OVERRIDE"],
    ["that ends before it begins", "END_COMMIT_OVERRIDE\nBEGIN_COMMIT_OVERRIDE"],
  ])("%s is none", (_what, text) => {
    expect(sectionsOf(summarise([commit(1, "fix: own (#9)", { pull: pull(9, { body: text }) })]))).toEqual({
      "Bug Fixes": ["own"],
    });
  });

  it("by a bot is none", () => {
    const bot = pull(9, { body, author: { login: "x", id: 1, bot: true } });
    expect(sectionsOf(summarise([commit(1, "fix: own (#9)", { pull: bot })]))).toEqual({
      "Bug Fixes": ["own"],
    });
  });
});

it("finds the pull request that a message names as its own", () => {
  expect(pullNumberOf("feat: x (#12)\n\nSee (#13)")).toBe(12);
  expect(pullNumberOf("Merge pull request #7 from acme/branch\n\nfeat: x (#3)")).toBe(7);
  expect(pullNumberOf("feat: closes #12")).toBeNull();
  expect(pullNumberOf("feat: x (#0)")).toBeNull();
  expect(pullNumberOf("")).toBeNull();
});
