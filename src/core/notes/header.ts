/**
 * The header of a commit message: `type(scope)!: text`. https://www.conventionalcommits.org/en/v1.0.0/
 *
 * Scanned by hand, because the stock pattern takes no hyphen in a type, runs a scope on to the last closing parenthesis of the line,
 * and cannot say why a header does not fit. One pass, no backtracking.
 */

/** What a header says, or why it says nothing. The type is in lower case: types are case-insensitive. */
export type Header =
  | {
      readonly kind: "conventional";
      readonly type: string;
      readonly scope: string | null;
      readonly breaking: boolean;
      readonly text: string;
    }
  | { readonly kind: "other"; readonly reason: string };

const NO_HEADER = "the header is not of the form “type: description”";

/** Reads one line as a header. Takes any text, never throws, linear in its length. */
export function scanHeader(line: string): Header {
  const typeEnd = endOfType(line);
  if (typeEnd === 0)
    return { kind: "other", reason: line.trim() === "" ? "the message is empty" : NO_HEADER };
  let at = typeEnd;
  const scopeEnd = endOfScope(line, at);
  const scope = scopeEnd === null ? null : line.slice(at + 1, scopeEnd).trim() || null;
  if (scopeEnd !== null) at = scopeEnd + 1;
  const breaking = line[at] === "!";
  if (breaking) at += 1;
  if (line[at] !== ":") return { kind: "other", reason: hintFor(line, at) };
  const text = trimmed(line, at + 1);
  if (text === "") return { kind: "other", reason: "there is no description after the colon" };
  const space = line[at + 1];
  if (space !== " " && space !== "\t") return { kind: "other", reason: missingSpace(line, at) };
  return { kind: "conventional", type: line.slice(0, typeEnd).toLowerCase(), scope, breaking, text };
}

const HYPHEN = 45;
const UNDERSCORE = 95;

/** Where the word ends that a line begins with: a letter, then letters, digits, hyphens and underscores. 0 for none. */
export function endOfType(line: string, from = 0): number {
  if (!isLetter(line.charCodeAt(from))) return from;
  let at = from + 1;
  for (; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (!isLetter(code) && !(code >= 48 && code <= 57) && code !== HYPHEN && code !== UNDERSCORE) break;
  }
  return at;
}

function isLetter(code: number): boolean {
  // The bit that tells upper from lower case.
  const lower = code | 0x20;
  return lower >= 97 && lower <= 122;
}

/** The line from an index on without spaces around it. Most have one space before and none after, which costs one piece of text less to make. */
function trimmed(line: string, from: number): string {
  const text = line.charCodeAt(from) === SPACE ? line.slice(from + 1) : line.slice(from);
  return isPlain(text.charCodeAt(0)) && isPlain(text.charCodeAt(text.length - 1)) ? text : text.trim();
}

const SPACE = 32;

/** A visible character of ASCII. */
function isPlain(code: number): boolean {
  return code > SPACE && code < 127;
}

/** The index of the parenthesis that closes the scope opening at `from`; null where none opens or none closes it. */
function endOfScope(line: string, from: number): number | null {
  if (line[from] !== "(") return null;
  let depth = 0;
  for (let at = from; at < line.length; at += 1) {
    if (line[at] === "(") depth += 1;
    else if (line[at] === ")") {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return null;
}

function missingSpace(line: string, colon: number): string {
  const next = line[colon + 1];
  // `https://…` and `a::b` are no headers that somebody mistyped.
  if (next === "/" || next === ":") return NO_HEADER;
  return `there is no space after the colon: write “${line.slice(0, Math.min(colon, 40))}: …”`;
}

function hintFor(line: string, at: number): string {
  const rest = line.slice(at, at + 200);
  if (line[at - 1] === "!" && /^\([^()]*\)!?: /.test(rest))
    return "the “!” belongs after the scope: “type(scope)!: …”";
  if (/^\s+!?:\s/.test(rest)) return "there is a space before the colon: write “type: …”";
  return NO_HEADER;
}
