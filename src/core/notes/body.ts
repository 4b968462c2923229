/**
 * The body of a commit message: which of its lines can mean something. Text in code fences, quotes, `<details>` and HTML comments is
 * shown to people, it is not addressed to us. What is opened and never closed hides nothing: a stray fence must not swallow the
 * footer that says what breaks.
 */

import { endOfType } from "./header.ts";

/** A message is read up to this many characters; of a longer one its beginning and its end, where the footers are. */
export const MESSAGE_LIMIT = 65_536;
const TAIL = 16_384;

export interface MessageLines {
  readonly header: string;
  readonly body: readonly string[];
  readonly cut: boolean;
}

/** The first line that is not blank, without spaces around it, and the index of the line break after it; -1 for none. */
export function firstLine(message: string): { readonly header: string; readonly end: number } {
  for (let start = 0; ;) {
    const end = message.indexOf("\n", start);
    const header = (end === -1 ? message.slice(start) : message.slice(start, end)).trim();
    if (header !== "" || end === -1) return { header, end };
    start = end + 1;
  }
}

/**
 * Whether any line from an index on (that of a line break) can mean something, judged by its beginning: true too often, never too
 * seldom. Headers, also as bullets; footers that break or force a version; what reverts say.
 */
export function mayMean(message: string, from: number): boolean {
  for (let at = from; at !== -1; at = message.indexOf("\n", at + 1)) {
    const start = at + 1;
    const first = message.charCodeAt(start);
    // Most lines begin with another letter, a break or a space.
    if (first >= LOWER_A && first <= LOWER_Z) {
      if (beginsLikeHeader(message, start) || (first === LOWER_R && forcesVersion(message, start)))
        return true;
    } else if (first === STAR || first === HYPHEN) {
      if (beginsLikeBullet(message, start)) return true;
    } else if (first === UPPER_R) {
      if (message.startsWith("Reverts ", start) || forcesVersion(message, start)) return true;
    } else if (first === UPPER_B) {
      if (message.startsWith("BREAKING", start)) return true;
    } else if (first === UPPER_T && message.startsWith("This reverts", start)) return true;
  }
  return false;
}

const [STAR, HYPHEN, UPPER_B, UPPER_R, UPPER_T, LOWER_A, LOWER_R, LOWER_Z] = [
  42, 45, 66, 82, 84, 97, 114, 122,
];

function forcesVersion(message: string, start: number): boolean {
  return /^release-as:/i.test(message.slice(start, start + 11));
}

function beginsLikeBullet(message: string, from: number): boolean {
  let at = from + 1;
  while (message[at] === " ") at += 1;
  return at > from + 1 && (beginsLikeHeader(message, at) || message.startsWith('Revert "', at));
}

function beginsLikeHeader(message: string, from: number): boolean {
  const end = endOfType(message, from);
  if (end === from) return false;
  const sign = message[end];
  if (sign === "!") return true;
  if (sign === ":") return message[end + 1] === " " || message[end + 1] === "\t";
  if (sign !== "(") return false;
  // In prose it is a call, or a remark.
  const lineEnd = message.indexOf("\n", end);
  const colon = message.indexOf(":", end);
  return colon !== -1 && (lineEnd === -1 || colon < lineEnd);
}

/** Splits a message into its first line that is not blank and the lines after it. Never throws, linear. */
export function splitMessage(message: string): MessageLines {
  const cut = message.length > MESSAGE_LIMIT;
  const kept = cut ? shorten(message) : message;
  if (!kept.includes("\n")) return { header: kept.trim(), body: [], cut };
  const lines = kept.split("\n");
  const first = lines.findIndex((line) => line.trim() !== "");
  if (first === -1) return { header: "", body: [], cut };
  return { header: (lines[first] ?? "").trim(), body: lines.slice(first + 1).map(withoutEnd), cut };
}

function withoutEnd(line: string): string {
  return line.trimEnd();
}

function shorten(message: string): string {
  const head = message.slice(0, MESSAGE_LIMIT - TAIL);
  const tail = message.slice(-TAIL);
  // The line that the cut went through is dropped: half a line could read as something else.
  const lineStart = tail.indexOf("\n");
  return lineStart === -1 ? head : `${head}\n\n${tail.slice(lineStart + 1)}`;
}

const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$/;
const QUOTE = /^ {0,3}>/;

/** Says of every line whether it stands in the open. Linear in the length of the lines. */
export function visibleLines(lines: readonly string[]): boolean[] {
  const visible = lines.map(() => true);
  hideFences(lines, visible);
  // Without an end nothing is hidden, and most bodies have none.
  if (lines.some((line) => line.includes("</")))
    hideBlocks(lines, visible, /<details(?=[\s>])/gi, /<\/details\s*>/gi);
  if (lines.some((line) => line.includes("-->"))) hideBlocks(lines, visible, /<!--/g, /-->/g);
  for (const [at, line] of lines.entries()) if (line.includes(">") && QUOTE.test(line)) visible[at] = false;
  return visible;
}

interface Fence {
  readonly mark: string;
  readonly length: number;
  readonly closes: boolean;
}

function fenceOf(line: string): Fence | null {
  const match = FENCE.exec(line);
  const run = match?.[1];
  if (run === undefined) return null;
  return { mark: run.charAt(0), length: run.length, closes: (match?.[2] ?? "").trim() === "" };
}

function hideFences(lines: readonly string[], visible: boolean[]): void {
  if (!lines.some((line) => line.includes("```") || line.includes("~~~"))) return;
  const fences = lines.map(fenceOf);
  // The longest fence that could still close, from each line on: an opening one that nothing closes is no fence. Looking ahead for
  // each anew would be quadratic.
  const closable = new Map<string, number[]>([
    ["`", []],
    ["~", []],
  ]);
  for (const [mark, longest] of closable) {
    let most = 0;
    for (let at = lines.length - 1; at >= 0; at -= 1) {
      longest[at] = most;
      const fence = fences[at];
      if (fence?.mark === mark && fence.closes) most = Math.max(most, fence.length);
    }
  }
  let open: Fence | null = null;
  for (const [at, fence] of fences.entries()) {
    if (open !== null) {
      visible[at] = false;
      if (fence?.closes === true && fence.mark === open.mark && fence.length >= open.length) open = null;
    } else if (fence && (closable.get(fence.mark)?.[at] ?? 0) >= fence.length) {
      visible[at] = false;
      open = fence;
    }
  }
}

/**
 * A block opens at the beginning of a line only: `BREAKING CHANGE: the <details> element is gone` is said in the open. Within one, blocks
 * may open anywhere.
 */
function hideBlocks(lines: readonly string[], visible: boolean[], opening: RegExp, closing: RegExp): void {
  const lastClosing = lines.findLastIndex((line, at) => visible[at] === true && countOf(line, closing) > 0);
  let depth = 0;
  for (let at = 0; at <= lastClosing; at += 1) {
    if (visible[at] !== true) continue;
    const line = lines[at] ?? "";
    const start = line.search(opening);
    const opens = start !== -1 && start <= 3 && line.slice(0, start).trim() === "";
    if (depth === 0 && !opens) continue;
    visible[at] = false;
    depth = Math.max(0, depth + countOf(line, opening) - countOf(line, closing));
  }
}

function countOf(line: string, pattern: RegExp): number {
  return line.match(pattern)?.length ?? 0;
}
