/**
 * Which lines of a comment are plain text, as GitHub shows them: a command in a quote, a fence, a list, an HTML comment, a link or
 * inline code is somebody's example, not a command.
 */
import type { Nodes, Paragraph } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

/** GitHub's limit of a comment's body; what is longer did not come from there. */
const LONGEST_BODY = 65_536;
/**
 * Commands stand at a comment's beginning, so only this much of it is parsed. Measured: hostile Markdown takes the parser some 50 ms at
 * this size, and grows with its square.
 */
const LONGEST_HEAD = 4_096;

/** One line of a comment. */
export interface TextLine {
  /** 1-based, in the comment's body. */
  readonly line: number;
  /** As written, without the white space around it. */
  readonly text: string;
}

/** What may stand in a line of plain text. A `link` is one that GitHub makes of a bare address, or it is refused. */
const TEXT_NODES: ReadonlySet<string> = new Set(["text", "break", "emphasis", "strong", "delete", "link"]);
/** Opens something that may end in a later line, and would make all lines between no text. */
const OPENERS = /[`<[]/;

/**
 * The lines of the paragraphs that a comment begins with, down to the first line that begins with no `/` or is not plain text.
 * Empty for a comment that begins with anything else, or is longer than GitHub takes.
 */
export function leadingSlashLines(body: string): TextLine[] {
  if (body.length > LONGEST_BODY || !/^\s*\//.test(body)) return [];
  const text = body.replaceAll(/\r\n?/g, "\n");
  const { head, isCut } = headOf(text);
  const tree = fromMarkdown(head, {
    extensions: [gfm()],
    mdastExtensions: [gfmFromMarkdown()],
  });
  const lines: TextLine[] = [];
  for (const block of tree.children) {
    if (block.type !== "paragraph") break;
    const found = linesOf(block, head, isCut);
    lines.push(...found.lines);
    if (!found.whole) break;
  }
  return lines;
}

/** The part of the text that is parsed, up to the end of a line. */
function headOf(text: string): { head: string; isCut: boolean } {
  if (text.length <= LONGEST_HEAD) return { head: text, isCut: false };
  const end = text.lastIndexOf("\n", LONGEST_HEAD);
  return { head: end === -1 ? "" : text.slice(0, end), isCut: true };
}

/** A paragraph's leading slash lines; `whole` if all its lines are such. */
function linesOf(paragraph: Paragraph, head: string, isCut: boolean): { lines: TextLine[]; whole: boolean } {
  const { start, end } = spanOf(paragraph);
  const foreign = foreignSpans(paragraph, head);
  // Where the paragraph may go on behind the cut, what a line opens may be closed there.
  const isOpenEnded = isCut && head.slice(end).trim() === "";
  const lines: TextLine[] = [];
  let offset = start;
  let line = countLines(head, start);
  for (const raw of head.slice(start, end).split("\n")) {
    const lineEnd = offset + raw.length;
    const isForeign = foreign.some((span) => span.start < lineEnd && span.end > offset);
    const text = raw.trim();
    if (!text.startsWith("/") || isForeign || (isOpenEnded && OPENERS.test(text)))
      return { lines, whole: false };
    lines.push({ line, text });
    offset = lineEnd + 1;
    line += 1;
  }
  return { lines, whole: true };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function spanOf(node: Nodes): Span {
  return { start: node.position?.start.offset ?? 0, end: node.position?.end.offset ?? 0 };
}

/** Where a paragraph holds something else than text. */
function foreignSpans(node: Nodes, head: string): Span[] {
  if (!("children" in node)) return [];
  return node.children.flatMap((child) => {
    const span = spanOf(child);
    const isBare = child.type !== "link" || !/[[<]/.test(head[span.start] ?? "");
    return TEXT_NODES.has(child.type) && isBare ? foreignSpans(child, head) : [span];
  });
}

function countLines(text: string, end: number): number {
  return text.slice(0, end).split("\n").length;
}
