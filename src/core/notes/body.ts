/**
 * The body of a commit message: which of its lines can mean something. Text in code fences, quotes, `<details>` and HTML comments is
 * shown to people, it is not addressed to us. What is opened and never closed hides nothing: a stray fence must not swallow the
 * footer that says what breaks.
 */

/** A message is read up to this many characters; of a longer one its beginning and its end, where the footers are. */
export const MESSAGE_LIMIT = 65_536;
const TAIL = 16_384;

export interface MessageLines {
  readonly header: string;
  readonly body: readonly string[];
  readonly cut: boolean;
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
  hideBlocks(lines, visible, /<details(?=[\s>])/gi, /<\/details\s*>/gi);
  hideBlocks(lines, visible, /<!--/g, /-->/g);
  for (const [at, line] of lines.entries()) if (QUOTE.test(line)) visible[at] = false;
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
