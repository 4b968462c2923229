import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { plainText, readChangelog } from "./changelog.ts";
import { rulesOfExtract, type Extract } from "./extract.ts";
import { cliffRules } from "./cliff.ts";
import { fuzz } from "./fuzz.ts";
import { disagreementOn, type Disagreement } from "./oracle.ts";
import { tableOf, totalsOf } from "./report.ts";
import { scoreRepository } from "./repository.ts";
import { rulesFor } from "./rules.ts";
import { scoreSection } from "./score.ts";
import { keyOfTitle } from "./titles.ts";

const HOME = join(import.meta.dirname, "extracts");

describe("a release of another project", () => {
  it.each(readdirSync(HOME))(
    "has the notes that its CHANGELOG has, but for what is written down: %s",
    (file) => {
      const extract = JSON.parse(readFileSync(join(HOME, file), "utf8")) as Extract;
      const { from, to, written, differences } = extract;
      const entries = written.map(({ sha, title }) => ({
        title,
        shas: [sha],
        numbers: [],
        text: "",
        line: 1,
      }));
      const score = scoreSection({ from, to, entries, line: 1 }, extract.commits, {
        rules: rulesOfExtract(extract),
        preMajor: false,
        lastStable: null,
        listedIn: () => null,
      });
      expect(
        score.differences.map(({ kind, sha, theirs, ours, rule }) => ({ kind, sha, theirs, ours, rule })),
      ).toEqual(differences);
    },
  );
});

describe("the stock parser", () => {
  const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, "oracle.json"), "utf8")) as {
    cases: readonly (Disagreement & { readonly sha: string; readonly message: string })[];
  };

  it("reads other projects' commits differently only where it is written down, each for a reason", () => {
    for (const { sha, message, ours, theirs, why } of cases) {
      expect(disagreementOn(message), sha).toEqual({ ours, theirs, why });
      expect(why).not.toBe("unexplained");
    }
    expect(disagreementOn("fix(a): b (#3)\n\nBREAKING CHANGE: c")).toBeNull();
  });

  it.each([
    ["fix: a\n\n-notes-\nb", "theirs fails on the body"],
    ["build-deps: a", "a type may have hyphens"],
    ["fix: a\n\nbreaking change: b", "only upper case breaks, at a line's beginning, in the open"],
    [
      "fix: a\n\n* feat: b\n\nBREAKING CHANGE: c\n\n* fix: d",
      "what breaks belongs to the change that says so",
    ],
  ])("reads %j differently: %s", (message, why) => {
    expect(disagreementOn(message)?.why).toBe(why);
  });
});

it("generated messages keep every commit, and the same seed makes the same ones", () => {
  const tried = fuzz(300, 7);
  expect(tried).toMatchObject({ messages: 300 });
  expect(fuzz(300, 7).histories).toBe(tried.histories);
});

const CHANGELOG = `# Changelog

## <small>[1.5.1](https://github.com/acme/shop/compare/v1.5.0...v1.5.1) (2026-11-02)</small>

- [What is new](https://example.com/new)

### Bug Fixes

* **cart:** keep \`null\` ([#12](https://github.com/acme/shop/issues/12)) ([ABC1234](https://github.com/acme/shop/commit/abc1234def)), closes [#9](https://github.com/acme/shop/issues/9)
- written by hand (#13)

### New Contributors

* @ada made their first contribution in [#12](https://github.com/acme/shop/pull/12)

## [@acme/shop 1.5.0](https://github.com/acme/shop/compare/%40acme%2Fshop%401.4.0..%40acme%2Fshop%401.5.0)

### 🚀 Features

- *(api)* [**breaking**] Search - ([abcdef1](https://github.com/acme/shop/commit/abcdef1234567))

## 1.4.0 (2026-10-01)

* not counted ([abc9999](https://github.com/acme/shop/commit/abc9999))
`;

describe("a CHANGELOG", () => {
  it("is read as tags, titles, commits and numbers", () => {
    const { sections, unlinked } = readChangelog(CHANGELOG);
    expect(unlinked).toBe(1);
    expect(sections).toMatchObject([
      {
        from: "v1.5.0",
        to: "v1.5.1",
        entries: [
          { title: "Bug Fixes", shas: ["abc1234def"], numbers: [12, 9], text: "keep null" },
          { title: "Bug Fixes", shas: [], numbers: [13], text: "written by hand" },
        ],
      },
      {
        from: "@acme/shop@1.4.0",
        to: "@acme/shop@1.5.0",
        entries: [{ title: "🚀 Features", shas: ["abcdef1234567"], numbers: [], text: "search" }],
      },
    ]);
  });

  it("of any text is read without an error", () => {
    expect(readChangelog("").sections).toEqual([]);
    expect(readChangelog("## [x](/compare/%E0%A4%A...v1)\n* y").sections).toMatchObject([
      { from: "%E0%A4%A" },
    ]);
  });

  it("has its words compared without marks, links and the numbers at their end", () => {
    expect(plainText("**a:** See [`x_y`](https://a.b) \\<T\\> (fix [#1](u)) ([#2](u)) ([abcdef1](u))")).toBe(
      "see xy <t>",
    );
  });
});

describe("the rules of a repository", () => {
  it("list a type that not every preset lists between the sections that have it, but not for what breaks", () => {
    const section = (title: string, ...more: string[]) => ({
      from: "a",
      to: "b",
      line: 1,
      entries: [title, ...more].map((one) => ({ title: one, shas: [], numbers: [], text: "", line: 1 })),
    });
    const changelog = {
      unlinked: 0,
      sections: [
        section("Features"),
        section("Documentation"),
        section("Bug Fixes"),
        section("Documentation"),
        section("Tests", "⚠ BREAKING CHANGES"),
      ],
    };
    const hidden = (at: number, type: string) =>
      rulesFor(changelog, at, null).types.find((rule) => rule.type === type)?.hidden;
    expect([0, 1, 2, 3, 4].map((at) => hidden(at, "docs"))).toEqual([true, false, false, false, true]);
    expect([hidden(4, "test"), hidden(0, "feat")]).toEqual([true, false]);
  });

  it("are git-cliff's own where there is a cliff.toml: the first parser that fits", () => {
    const place = cliffRules(
      `commit_parsers = [\n  { message = "^[a-z]+\\\\s*:", skip = true },\n  { message = '^feat', group = "<!-- 0 -->⛰️  Features" }, # ours\n  { body = ".*security", group = "Security" },\n]\n`,
    );
    expect(place("feat", "feat: no scope")).toBeNull();
    expect(place("feat", "feat(api): x")).toBe("feat");
    expect(place("fix", "fix(api): x\n\na security matter")).toBe("security");
    expect(place("fix", "fix(api): x")).toBe("fix");
  });

  it("know titles by their words", () => {
    expect(["### ⚙️ Miscellaneous Tasks", "⚠ BREAKING CHANGES", "Internals"].map(keyOfTitle)).toEqual([
      "chore",
      "breaking",
      "internals",
    ]);
  });
});

describe("a score", () => {
  const options = {
    rules: rulesFor({ sections: [], unlinked: 0 }, 0, null),
    preMajor: false,
    lastStable: null,
    listedIn: () => "v2.0.0",
  };
  const entry = (sha: string, title: string, text: string) => ({
    title,
    shas: [sha],
    numbers: [],
    text,
    line: 7,
  });
  const section = {
    from: "v1.0.0",
    to: "v1.1.0",
    line: 1,
    entries: [
      entry("aaaaaaa", "Bug Fixes", "one"),
      entry("bbbbbbb", "Bug Fixes", "two"),
      entry("ccccccc", "Features", "three"),
      { ...entry("", "Features", "four"), shas: [] },
    ],
  };
  const commits = [
    { sha: "a".repeat(40), message: "feat: one" },
    { sha: "b".repeat(40), message: "docs: two" },
    { sha: "d".repeat(40), message: "fix: five" },
  ];

  it("says of each difference what it is and where it comes from", () => {
    const score = scoreSection(section, commits, options);
    expect(score.differences.map(({ kind, sha, why }) => [kind, sha.slice(0, 1), why])).toEqual([
      ["unread", "", "line 7 names no commit of the range"],
      ["missing", "b", "hidden"],
      ["missing", "c", "not among the commits of the range"],
      ["extra", "d", "the CHANGELOG has it under v2.0.0"],
      ["section", "a", ""],
    ]);
    expect(score).toMatchObject({ written: 4, predicted: 2, common: 1, sectionRight: 0, exact: false });
    expect(score.version).toEqual({ written: "1.1.0", predicted: "1.1.0", right: true });
  });

  it("is added up for the table", () => {
    const score = {
      ...scoreSection(section, commits, options),
      ownBase: false,
      given: { commits, rules: options.rules },
    };
    expect(totalsOf([score, score])).toMatchObject({ sections: 2, exact: 0, precision: 0.5, recall: 0.25 });
    const asked = { folder: "shop", path: "", changelog: "", ref: "", preMajor: false };
    expect(tableOf([{ asked, sha: "", scores: [score], left: [], unlinked: 0 }])).toContain("50.0 %  25.0 %");
  });

  it("of what is no repository is refused", async () => {
    const asked = { folder: HOME, path: "", changelog: "CHANGELOG.md", ref: "HEAD", preMajor: false };
    await expect(scoreRepository({ ...asked, folder: "/nowhere" })).rejects.toThrow("/nowhere");
    await expect(scoreRepository({ ...asked, ref: "--all" })).rejects.toThrow(
      '--ref: "--all" cannot be a ref',
    );
  });
});
