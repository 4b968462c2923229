/** Markdown read back as GitHub reads it, and the texts by which it is tried. */
import fc from "fast-check";
import type { Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { seen } from "../../src/render/index.ts";

const parse = (markdown: string): Root =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

const BLOCKS: ReadonlySet<string> = new Set(
  "root paragraph heading table tableRow tableCell list listItem blockquote thematicBreak code html definition footnoteDefinition".split(
    " ",
  ),
);

/** The blocks of a text, nested, without what is written in them. */
function skeleton(node: Nodes): unknown {
  const children =
    "children" in node ? node.children.filter((child) => BLOCKS.has(child.type)).map(skeleton) : [];
  return [node.type, ...children];
}

interface Reading {
  readonly kinds: ReadonlySet<string>;
  /** The text that GitHub looks through for mentions and references: all but code and addresses. */
  readonly text: string;
  readonly links: readonly string[];
  /** See {@link skeleton}. */
  readonly skeleton: unknown;
}

/** What GitHub would make of a text. */
export function reading(markdown: string): Reading {
  const root = parse(markdown);
  const kinds = new Set<string>();
  const links: string[] = [];
  let text = "";
  const visit = (node: Nodes): void => {
    kinds.add(node.type);
    if (node.type === "text") text += `${node.value}\n`;
    if (node.type === "link") links.push(node.url);
    if ("children" in node) node.children.forEach(visit);
  };
  visit(root);
  return { kinds, text, links, skeleton: skeleton(root) };
}

/** What GitHub would link or notify. */
export const ALIVE: readonly RegExp[] = [
  /@[A-Za-z0-9_-]/,
  /#\d/,
  /(?<![0-9A-Za-z])GH-\d/i,
  /:\/\//,
  /www\./i,
  /(?<![0-9A-Za-z])(?!(?:a1a1a1a|b2b2b2b)(?![0-9a-f]))[0-9a-f]{7,}(?![0-9A-Za-z])/i,
];

const PIECES =
  "@octocat|@acme/team|&#64;octocat|closes #1|Fixes: #2|GH-12|acme/shop#3|https://evil.example/a|www.evil.example|a@b.co|javascript:alert(1)|deadbeef|<b>|<img src=x>|</details>|<!--|-->|<!-- waybill:comment:receipt-c1 -->|![x](y)|[a](b)|[x]: y|```|`|~~|**|_|#|-|+|1.|>|---|:-|\\|\\\\|$x$|{{x}}|[!NOTE]|\t|\n|\r\n|\n\n|\n---\n|\u2028|\u0000|\u202E|\u200B|é|😀";
/** Texts of people who mean no good. */
export const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(...PIECES.split("|"), "|", "    ", " "),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((pieces) => pieces.join(""))
  .filter((text) => seen(text) !== "");

/** How often a pattern is in a text. */
export const count = (text: string, pattern: RegExp): number =>
  [...text.matchAll(new RegExp(pattern, `${pattern.flags}g`))].length;
