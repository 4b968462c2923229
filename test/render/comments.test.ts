/** What people read: every comment, compared with test/golden/comments. Set UPDATE_GOLDEN=1 to write them anew, and read the difference. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/core/commands/index.ts";
import { renderComment } from "../../src/render/comments.ts";
import { durationText, timeText } from "../../src/render/times.ts";
import { createTextRenderer } from "../../src/render/text.ts";
import { VIEWS, failure } from "./comments-given.ts";
import { PROBLEMS } from "./comments-problems.ts";

const HOME = join(import.meta.dirname, "..", "golden", "comments");
const updates = process.env["UPDATE_GOLDEN"] === "1";

describe("the comments", () => {
  it("are these, and no file is left of one that is no more", () => {
    const files = readdirSync(HOME).filter((name) => name.endsWith(".md"));
    const wanted = Object.keys(VIEWS).map((name) => `${name}.md`);
    const stale = files.filter((name) => !wanted.includes(name));
    if (updates) for (const name of stale) rmSync(join(HOME, name));
    else expect(stale).toEqual([]);
  });

  it.each(Object.entries(VIEWS))("%s", (name, view) => {
    const path = join(HOME, `${name}.md`);
    const text = `${renderComment(view)}\n`;
    if (updates) writeFileSync(path, text);
    expect(text).toBe(readFileSync(path, "utf8"));
  });

  it.each(Object.entries(VIEWS))(
    "%s is tidy Markdown: whole tables, no gaps, at most one alert, no emoji",
    (_name, view) => {
      const text = renderComment(view);
      expect(text).not.toMatch(/\n{3,}|[ \t]\n|undefined|\[object|NaN/);
      expect(text).not.toMatch(/\p{Extended_Pictographic}/u);
      expect(text.match(/> \[!/g)?.length ?? 0).toBeLessThanOrEqual(1);
      const tree = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
      const rows = tree.children.flatMap((node) =>
        node.type === "table"
          ? node.children.map((row) => [node.children[0]?.children.length, row.children.length])
          : [],
      );
      for (const [wanted, found] of rows) expect(found).toBe(wanted);
      // A table that is torn shows its bars as text.
      const loose = tree.children
        .filter((node) => node.type === "paragraph")
        .map((node) => text.slice(node.position?.start.offset, node.position?.end.offset));
      for (const paragraph of loose) expect(paragraph).not.toMatch(/^\||\n\|/);
    },
  );

  it.each(Object.entries(VIEWS))(
    "%s names every command as a config with a prefix wants it",
    (name, view) => {
      const text = createTextRenderer();
      const usual = text.comment(view, "x").body;
      const prefixed = text.withPrefix("wb").comment(view, "x").body;
      const ours = new RegExp(
        `(\`|^)/(${commands.map((command) => command.name).join("|")})(?![a-z/])`,
        "gm",
      );
      // What a person is told to have written is no more than a text, too.
      expect([name, prefixed.match(ours)]).toEqual([name, null]);
      expect(prefixed).toBe(usual.replaceAll(ours, "$1/wb $2"));
    },
  );

  it("have a sentence for every problem, also where a detail is missing", () => {
    for (const code of Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[]) {
      const [detail = {}] = PROBLEMS[code];
      const text = renderComment(failure({ code, detail }, { ended: false }));
      const [, said = ""] = text.split("\n\n");
      expect([code, said.length > 30]).toEqual([code, true]);
    }
  });
});

describe("a comment's frame", () => {
  it("begins with its marker, by which it is found again", () => {
    const { marker, body } = createTextRenderer().comment(
      VIEWS["told"] ?? failure({ code: "resolved", detail: {} }),
      "told-prod",
    );
    expect(marker).toBe("<!-- waybill:comment:told-prod -->");
    expect(body.startsWith(`${marker}\n`)).toBe(true);
  });

  it("is within GitHub's limit however much there is to say", () => {
    const many = Array.from({ length: 3_000 }, (_none, index) => ({
      at: index,
      url: `https://shop.example/${"x".repeat(100)}`,
      outcome: "other-version" as const,
      observed: "1.4.2",
      detail: "",
    }));
    const view = failure(
      { code: "run-failed", detail: { component: "api", conclusion: "failure", url: "https://x.example" } },
      { evidence: many },
    );
    const { body } = createTextRenderer().comment(view, "failure-c1");
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.trimEnd().endsWith("GitHub takes no longer text.")).toBe(true);
  });
});

describe("times and durations", () => {
  it("name their zone", () => {
    expect(timeText(Date.UTC(2026, 10, 20, 19, 5, 7))).toBe("2026-11-20 19:05:07 UTC");
  });
  it.each([
    [0, "0 s"],
    [-5_000, "0 s"],
    [499, "0 s"],
    [48_000, "48 s"],
    [59_600, "1 min"],
    [200_000, "3 min 20 s"],
    [3_600_000, "1 h"],
    [3_900_000, "1 h 5 min"],
    [90_000_000, "25 h"],
  ])("%i ms: %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
