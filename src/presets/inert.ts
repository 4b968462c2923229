/**
 * People's text in a file of the repository: as they wrote it, with nothing in it that could hide or change what stands around it. GitHub notifies nobody by
 * what a file says, and closes nothing, so names and numbers stay as they are: the presets link them.
 */
import { crossOutTokens } from "../core/secrets.ts";

/** Longer ones are cut, with a sign: each entry links to its commit, which has the whole. */
const LONGEST = 2_000;
// All but the joiner and the selector that emoji are made with, and white space.
const INVISIBLE = /[[\p{Default_Ignorable_Code_Point}\p{Cc}\uFFF9-\uFFFB]--[\uFE0F\t-\r\u0085\u200D]]/gv;
const BREAKS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;

/** The text for the inside of a list's item, over one line or several. Code that its author wrote as code stays code. */
export function inFile(text: string): string {
  const whole = crossOutTokens(text.toWellFormed().replace(INVISIBLE, "")).replaceAll(BREAKS, "\n").trim();
  const cut = whole.length > LONGEST ? `${whole.slice(0, LONGEST).replace(/[\uD800-\uDBFF]$/, "")}…` : whole;
  return cut.split("\n").map(inertLine).join("\n");
}

function inertLine(line: string): string {
  const pieces = line.split(/(?<!`)(`[^`]+`)(?!`)/);
  return pieces.map((piece, at) => (at % 2 === 1 ? piece : piece.replace(/[\\`[\]<]/g, "\\$&"))).join("");
}
