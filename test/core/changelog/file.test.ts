/** A release's section goes into whatever file a team keeps, and nothing that stands there is touched. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sectionOf, versionsIn, withSections } from "../../../src/core/changelog/file.ts";

const section = (version: string, text = `## ${version}\n\n### Features\n\n* a basket\n`) => ({
  version,
  text,
});

describe("a changelog", () => {
  it("begins with a title where there was none", () => {
    expect(withSections(null, [section("1.0.0")])).toBe(
      "# Changelog\n\n## 1.0.0\n\n### Features\n\n* a basket\n",
    );
  });

  it("gets the newest release at the top, after what introduces it", () => {
    const before =
      "# Changelog\n\nAll notable changes to this project.\n\n## [1.0.0](https://x/compare/a...b) (2026-01-01)\n\n* old\n";
    const after = withSections(before, [section("1.1.0", "## 1.1.0\n\n* new")]);
    expect(after).toBe(
      "# Changelog\n\nAll notable changes to this project.\n\n## 1.1.0\n\n* new\n\n## [1.0.0](https://x/compare/a...b) (2026-01-01)\n\n* old\n",
    );
  });

  it("gets several at once, each in its place: a hotfix of an older line stands among its own", () => {
    const before = "# Changelog\n\n## 2.0.0\n\n* two\n\n## 1.0.0\n\n* one\n";
    const after = withSections(before, [section("2.1.0"), section("1.0.1"), section("2.0.1")]);
    expect(versionsIn(after)).toEqual(["2.1.0", "2.0.1", "2.0.0", "1.0.1", "1.0.0"]);
  });

  it("keeps the section that a version has already", () => {
    const before = "# Changelog\n\n## v1.1.0, which we have written ourselves\n\n* all of it\n";
    expect(withSections(before, [section("1.1.0")])).toBe(before);
  });

  it.each([
    ["angular's own levels", "# [1.0.0](https://x) (2020-01-01)\n\n\n### Features\n\n* x\n", "1.0.0"],
    ["anchors", '<a name="1.0.0"></a>\n## 1.0.0 (2016-01-01)\n\n* x\n', "1.0.0"],
    ["underlined headings", "1.0.0 / 2014-05-01\n==================\n\n  * x\n", "1.0.0"],
    ["tags of components", "# Changelog\n\n## api-v1.0.0\n\n* x\n", "1.0.0"],
    ["words before", "# Changelog\n\n## Version 1.0.0\n\n* x\n", "1.0.0"],
    ["small print", "## <small>1.0.0 (2024-01-01)</small>\n\n* x\n", "1.0.0"],
    ["pre-releases", "## [1.0.0-rc.1] - 2024-01-01\n\n* x\n", "1.0.0-rc.1"],
  ])("is read with %s", (_style, text, version) => {
    expect(versionsIn(text)).toEqual([version]);
    const after = withSections(text, [section("1.1.0")]);
    expect(versionsIn(after)).toEqual(["1.1.0", version]);
    expect(sectionOf(after, version)).toBe(sectionOf(text, version));
  });

  it("keeps what is unreleased above all releases, and definitions of links below", () => {
    const before = "# Changelog\n\n## [Unreleased]\n\n- soon\n\n[Unreleased]: https://x/compare\n";
    const after = withSections(before, [section("1.0.0")]);
    expect(after.indexOf("soon")).toBeLessThan(after.indexOf("## 1.0.0"));
    expect(after.indexOf("## 1.0.0")).toBeLessThan(after.indexOf("[Unreleased]: "));
  });

  it("is not misled by headings in code, comments and lists", () => {
    const before =
      "# Changelog\n\n## 1.0.0\n\n```md\n## 9.9.9\n```\n\n<!--\n## 8.8.8\n-->\n\n* x\n  ## 7.7.7\n";
    expect(versionsIn(before)).toEqual(["1.0.0"]);
  });

  it("goes after the title of a file with other headings, and before a file without a title", () => {
    expect(
      withSections("# History\n\nWords.\n\n## Before we had versions\n\n* x\n", [section("1.0.0")]),
    ).toMatch(/^# History\n\nWords\.\n\n## 1\.0\.0\n[^]*\* a basket\n\n## Before we/);
    expect(withSections("Words alone.\n", [section("1.0.0")])).toMatch(
      /^## 1\.0\.0\n[^]*\n\nWords alone\.\n$/,
    );
  });

  it("is written in the line breaks that it has", () => {
    const after = withSections("# Changelog\r\n\r\n## 1.0.0\r\n\r\n* x\r\n", [section("1.1.0")]);
    expect(after.replaceAll("\r\n", "")).not.toContain("\n");
    expect(after).toContain("* a basket\r\n\r\n## 1.0.0\r\n");
  });

  it("gives back a section as people have left it", () => {
    const text = "# Changelog\n\n## 1.1.0\n\n* reworded by hand\n\n## 1.0.0\n\n* x\n\n[1.0.0]: https://x\n";
    expect(sectionOf(text, "1.1.0")).toBe("## 1.1.0\n\n* reworded by hand");
    expect(sectionOf(text, "1.0.0")).toBe("## 1.0.0\n\n* x");
    expect(sectionOf(text, "3.0.0")).toBeNull();
  });
});

const LINES = [
  "# Changelog",
  "## 1.2.0",
  "## [1.0.0](x) (2020-01-01)",
  "# 0.9.0",
  "0.8.0",
  "=====",
  "-----",
  "```",
  "<!--",
  "-->",
  '<a name="x"></a>',
  "* caf\u00C3\u00A9",
  "[1.0.0]: x",
  "## [Unreleased]",
  "\u00EF\u00BB\u00BF# Changelog",
  "\u00FF\u00FE",
  "",
  "  ",
];

describe("whatever the file", () => {
  const file = fc
    .array(
      fc.tuple(
        fc.oneof(fc.constantFrom(...LINES), fc.string({ maxLength: 8 })),
        fc.constantFrom("\n", "\r\n", ""),
      ),
    )
    .map((lines) => lines.map(([text, eol]) => text + eol).join(""));
  const versions = fc.uniqueArray(fc.constantFrom("2.0.0", "1.1.0", "0.9.1", "0.1.0"), { minLength: 1 });

  it("text is only put between what stands there, in one piece, and only once", () => {
    fc.assert(
      fc.property(file, versions, (before, wanted) => {
        let text = before;
        for (const version of wanted) {
          const after = withSections(text, [section(version)]);
          let same = 0;
          while (same < text.length && text[same] === after[same]) same += 1;
          expect(after.endsWith(text.slice(same))).toBe(true);
          expect(after.length).toBeGreaterThanOrEqual(text.length);
          if (versionsIn(after).includes(version))
            expect(withSections(after, [section(version)])).toBe(after);
          text = after;
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is read in a moment, also where somebody has made it to be slow", () => {
    const slow = ["a-".repeat(50_000), "<a".repeat(50_000), "[".repeat(100_000), "v1.".repeat(30_000)];
    const began = performance.now();
    for (const title of slow) versionsIn(`# Changelog\n\n## ${title}\n\n${title}\n`);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
