/** The check on a pull request, as people read it: test/golden/previews. Set UPDATE_GOLDEN=1 to write them anew, and read the difference. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import { createTextRenderer } from "../../src/render/text.ts";
import { USUAL_MERGING } from "../../src/core/preview/merging.ts";
import { preview, SQUASH } from "../core/preview-given.ts";
import { PREVIEWS } from "./preview-given.ts";

const HOME = join(import.meta.dirname, "..", "golden", "previews");
const updates = process.env["UPDATE_GOLDEN"] === "1";
const text = createTextRenderer();

describe("what the check says", () => {
  it("is this, and no file is left of what is no more", () => {
    const stale = readdirSync(HOME).filter((name) => !(name.replace(/\.md$/, "") in PREVIEWS));
    if (updates) for (const name of stale) rmSync(join(HOME, name));
    else expect(stale).toEqual([]);
  });

  it.each(Object.entries(PREVIEWS))("%s", (name, view) => {
    const { title, summary } = text.preview(view);
    const shown = `${view.conclusion}: ${title}\n\n${summary}\n`;
    expect(shown).not.toMatch(/\n{3,}|[ \t]\n|undefined|\[object|NaN|\p{Extended_Pictographic}/u);
    const path = join(HOME, `${name}.md`);
    if (updates) writeFileSync(path, shown);
    expect(shown).toBe(readFileSync(path, "utf8"));
  });
});

/** What comes of a Markdown text: the kinds of its parts, and the text that GitHub looks through for mentions and references. */
function reading(markdown: string): { kinds: Set<string>; words: string } {
  const kinds = new Set<string>();
  let words = "";
  const visit = (node: Nodes): void => {
    kinds.add(node.type);
    if (node.type === "text") words += `${node.value}\n`;
    if ("children" in node) node.children.forEach(visit);
  };
  visit(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));
  return { kinds, words };
}

const PIECES =
  "@octocat|@acme/team|&#64;octocat|closes #1|GH-12|acme/shop#3|https://evil.example/a|www.evil.example|<b>|<img src=x>|</details>|<!-- waybill:comment:c1 -->|![x](y)|[a](b)|```|`|**|_|#|>|{{x}}|ghp_0123456789abcdefghijklmnopqrstuvwxyz|\u202E|é|😀";

it("a stranger's title, text, commits and name are words and nothing else", () => {
  const nasty = fc
    .array(
      fc.oneof(
        fc.constantFrom(...PIECES.split("|"), "|", " ", "feat: ", "fix(a)!: "),
        fc.string({ maxLength: 6 }),
      ),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    .map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(nasty, nasty, fc.boolean(), (title, body, usual) => {
      const given = { title: title.replaceAll(/[\r\n]/g, " "), body, commits: [title, body] };
      const { summary } = text.preview(preview(given, usual ? USUAL_MERGING : SQUASH));
      const { kinds, words } = reading(summary);
      for (const kind of ["html", "image", "link", "linkReference", "footnoteReference", "table"])
        expect([kind, kinds.has(kind)]).toEqual([kind, false]);
      // The pull request's own number is alive, as it is in the notes.
      expect(words.replaceAll("#12", "")).not.toMatch(
        /@[A-Za-z0-9_-]|#\d|(?<![0-9A-Za-z])GH-\d|:\/\/|www\./i,
      );
      expect(summary).not.toContain("ghp_0123456789");
    }),
    { numRuns: 300 },
  );
});

it("a hundred changes are cut at a line, within what GitHub takes", () => {
  const commits = Array.from({ length: 250 }, (_, index) => `feat: ${"ü".repeat(400)} ${index}`);
  const { summary } = text.preview(preview({ commits }, USUAL_MERGING));
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535);
  expect(summary).toMatch(/left out here/);
});
