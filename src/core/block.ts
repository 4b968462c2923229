/** Waybill's own block inside a text that people may edit: only what stands between its two lines is ever rewritten. */
import type { ManagedText } from "./wording.ts";

/** The text with its block redrawn. Where there is no whole block (somebody cut into it), it is put at the end. */
export function withBlock(existing: string, managed: ManagedText): string {
  const body = existing.replaceAll("\r\n", "\n");
  // A beginning that lost its end is somebody's text by now: the last one that still has its end is meant.
  let begin = -1;
  let end = -1;
  for (let at = lineOf(body, managed.begin, 0); at !== -1; at = lineOf(body, managed.begin, at + 1)) {
    const found = lineOf(body, managed.end, at);
    if (found === -1) break;
    begin = at;
    end = found;
  }
  if (end === -1) return body.trim() === "" ? managed.text : `${body.trimEnd()}\n\n${managed.text}`;
  return body.slice(0, begin) + managed.text + body.slice(end + managed.end.length);
}

/** Whether a text holds the beginning of this block, alone on a line. */
export function hasBlock(body: string, begin: string): boolean {
  return lineOf(body.replaceAll("\r\n", "\n"), begin, 0) !== -1;
}

/** Where `line` stands as a whole line of `body`, from `from` on; -1 if nowhere. */
function lineOf(body: string, line: string, from: number): number {
  for (let at = body.indexOf(line, from); at !== -1; at = body.indexOf(line, at + 1)) {
    const before = at === 0 || body[at - 1] === "\n";
    const after = body[at + line.length];
    if (before && (after === undefined || after === "\n")) return at;
  }
  return -1;
}
