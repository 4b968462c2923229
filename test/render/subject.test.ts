import * as fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import type { Nodes } from "mdast";
import { describe, expect, it } from "vitest";
import { subject } from "../../src/render/markdown.ts";

/** All nodes of a list item with the text, by type; code by its value. */
function nodesOf(text: string): {
  readonly types: Set<string>;
  readonly codes: string[];
  readonly plain: string;
} {
  const types = new Set<string>();
  const codes: string[] = [];
  let plain = "";
  const visit = (node: Nodes): void => {
    types.add(node.type);
    if (node.type === "inlineCode") codes.push(node.value);
    if (node.type === "text") plain += node.value;
    if ("children" in node) node.children.forEach(visit);
  };
  visit(
    fromMarkdown(`- ${subject(text)} (abc1234)`, {
      extensions: [gfm()],
      mdastExtensions: [gfmFromMarkdown()],
    }),
  );
  return { types, codes, plain };
}

const characters = [
  ...Array.from("`@#*_[]()<>!|\\~-+.:/&; \tab1"),
  "\u200B",
  "\u202E",
  "<!--",
  "-->",
  "https://x.example",
  "closes #1",
];

describe("a commit's line", () => {
  it("keeps what its author wrote as code", () => {
    expect(nodesOf("use `a*b`, not `@x`").codes).toEqual(["a*b", "@x"]);
  });

  it("leaves an unbalanced backtick a backtick", () => {
    expect(nodesOf("don`t do it")).toMatchObject({ codes: [], plain: "don`t do it (abc1234)" });
  });

  it("is never more than text and code, whatever it holds", () => {
    const anything = fc
      .array(fc.constantFrom(...characters), { maxLength: 40 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(anything, (text) => {
        const { types } = nodesOf(text);
        expect(
          [...types].filter(
            (type) => !["root", "list", "listItem", "paragraph", "text", "inlineCode"].includes(type),
          ),
        ).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("notifies nobody and links nowhere outside of code", () => {
    expect(subject("by @ana in #12, `@bob`")).not.toMatch(/@ana|#12/);
  });
});
