/** The section that is written has all that Waybill found, looks as the team's tools write it, and is inert. */
import { fromMarkdown } from "mdast-util-from-markdown";
import { describe, expect, it } from "vitest";
import type { PresetName } from "../../../src/core/config/release-model.ts";
import { summarise, type Commit } from "../../../src/core/notes/index.ts";
import { changelogSection } from "../../../src/presets/changelog.ts";
import { typesFor } from "../../../src/presets/index.ts";

const PAGE = "https://github.com/acme/shop";
const NOON = Date.UTC(2026, 10, 28, 12);

async function written(messages: readonly string[], preset: PresetName = "conventionalcommits", more = {}) {
  const commits = messages.map((message, at): Commit => ({
    sha: `${at + 1}`.padStart(40, "a"),
    message,
    parents: [],
  }));
  const model = summarise(commits, { types: typesFor({ preset, ...more }) });
  const release = { version: "1.5.0", tag: "v1.5.0", before: "v1.4.2", at: NOON, model };
  return changelogSection(release, preset, PAGE);
}

describe("a release's section", () => {
  it("looks as conventional-changelog's own", async () => {
    expect(
      await written([
        "feat(api): accept vouchers (#12)",
        "fix: round down, closes #7",
        "feat!: drop Node 20\n\nBREAKING CHANGE: it takes Node 24\nand nothing less",
        "chore: tidy up",
      ]),
    ).toBe(`## [1.5.0](${PAGE}/compare/v1.4.2...v1.5.0) (2026-11-28)

### ⚠ BREAKING CHANGES

* it takes Node 24
  and nothing less

### Features

* **api:** accept vouchers ([#12](${PAGE}/issues/12)) ([aaaaaaa](${PAGE}/commit/${"1".padStart(40, "a")}))
* drop Node 20 ([aaaaaaa](${PAGE}/commit/${"3".padStart(40, "a")}))

### Bug Fixes

* round down, closes [#7](${PAGE}/issues/7) ([aaaaaaa](${PAGE}/commit/${"2".padStart(40, "a")}))
`);
  });

  it("looks as angular's where that is the preset, with what it breaks at the end", async () => {
    const text = await written(["feat: a\n\nBREAKING CHANGE: b", "fix: c"], "angular");
    expect(text).toMatch(/^# \[1\.5\.0\]/);
    expect(text.indexOf("### Bug Fixes")).toBeLessThan(text.indexOf("### Features"));
    expect(text).toMatch(/### BREAKING CHANGES\n\n\* b\n$/);
  });

  it("has a team's own sections, and what the writer would leave out by itself", async () => {
    const sections = [
      { type: "docs", title: "Manual", hidden: false },
      { type: "chore", title: "Chores", hidden: false },
    ];
    for (const preset of ["conventionalcommits", "angular"] as const) {
      const text = await written(
        [
          "docs: explain vouchers",
          "chore: tidy up",
          'revert: "feat: x"\n\nThis reverts commit ' + "f".repeat(40),
          "refactor!: all of it",
        ],
        preset,
        { sections },
      );
      for (const words of [
        "### Manual",
        "explain vouchers",
        "### Chores",
        "tidy up",
        "### Reverts",
        "all of it",
      ])
        expect(text).toContain(words);
    }
  });

  it.each(["eslint", "express"] as const)("has the titles of %s", async (preset) => {
    const text = await written(["fix: a", "deps: b"], preset);
    expect(text).toContain(preset === "eslint" ? "### Fix\n\n* a" : "### Dependencies\n\n* b");
  });

  it("breaks in words of a commit that fits no section, too", async () => {
    expect(await written(["Rewrite everything\n\nBREAKING CHANGE: all of it"])).toContain(
      "### ⚠ BREAKING CHANGES\n\n* all of it",
    );
  });

  it("is inert: no picture, no link but ours, no comment, no heading of somebody's", async () => {
    const text = await written([
      "fix: <!-- ![x](https://evil.example/p.png) [click](https://evil.example)",
      "fix: `a<b>` and ` alone",
      "feat: x\n\nBREAKING CHANGE: y\n# 9.9.9\n<details>\n```\nz",
      "fix: z",
    ]);
    const kinds = new Set<string>();
    const links: string[] = [];
    const visit = (node: { type: string; url?: string; children?: unknown[] }): void => {
      kinds.add(node.type);
      if (node.url !== undefined) links.push(node.url);
      for (const child of node.children ?? []) visit(child as typeof node);
    };
    visit(fromMarkdown(text));
    expect([...kinds]).not.toEqual(expect.arrayContaining(["image"]));
    expect(kinds.has("html")).toBe(false);
    expect(kinds.has("code")).toBe(false);
    expect(links.every((url) => url.startsWith(PAGE))).toBe(true);
    expect(text).toContain("`a<b>`");
    expect(text).not.toMatch(/^# 9/m);
    expect(text).toContain("* z (");
  });

  it("is written in a moment, whatever the text", async () => {
    const began = performance.now();
    await written([`feat: ${"[[]".repeat(20_000)}\n\nBREAKING CHANGE: ${"[a](".repeat(10_000)}`]);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
