/** Markdown as plain text, for places that show none. */
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

/** Longer texts are not read to their end. */
const LONGEST = 20_000;
/** What `md` puts in between so that GitHub makes no links: nobody sees it, and nobody needs it elsewhere. */
const BREAKS = /\u200B/g;

/**
 * What a text in Markdown says, one line for each of its lines, list items begun with `- `. Markup is left out, HTML too; of a link its label stays.
 *
 * @returns at most `longest` characters, ended by "…" where there were more
 */
export function plainText(markdown: string, longest: number): string {
  const tree = fromMarkdown(markdown.slice(0, LONGEST), {
    extensions: [gfm()],
    mdastExtensions: [gfmFromMarkdown()],
  });
  const text = blocks(tree)
    .replaceAll(BREAKS, "")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
  return text.length <= longest
    ? text
    : `${text
        .slice(0, longest - 1)
        .toWellFormed()
        .trimEnd()}…`;
}

function blocks(node: Nodes): string {
  if (node.type === "root" || node.type === "blockquote")
    return node.children.map(blocks).filter(Boolean).join("\n\n");
  if (node.type === "list")
    return node.children.map((item) => `- ${blocks(item).replaceAll("\n", "\n  ")}`).join("\n");
  if (node.type === "listItem") return node.children.map(blocks).filter(Boolean).join("\n");
  if (node.type === "table")
    return node.children.map((row) => row.children.map(inline).join("  ")).join("\n");
  return node.type === "code" ? node.value : inline(node);
}

function inline(node: Nodes): string {
  if (node.type === "break") return "\n";
  if (node.type === "html") return "";
  if ("value" in node) return node.value.replaceAll("\n", " ");
  return "children" in node ? node.children.map((child) => inline(child)).join("") : "";
}
