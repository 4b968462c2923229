/**
 * The scanner beside conventional-commits-parser, as the preset of conventionalcommits.org sets it up: where they differ on a message, and why. The stock parser is no judge, but every
 * difference has to have a reason.
 */
import createPreset from "conventional-changelog-conventionalcommits";
import { CommitParser } from "conventional-commits-parser";
import { DEFAULT_TYPES, parseCommit } from "../../src/core/notes/index.ts";
import { splitSuffix } from "../../src/core/notes/pulls.ts";

/** What one of the two reads in a message; null for no conventional commit. `breaks`: how many things it says break. */
export interface Reading {
  readonly type: string;
  readonly scope: string | null;
  readonly text: string;
  readonly breaks: number;
}

export interface Disagreement {
  readonly ours: Reading | null;
  /** A text is the error that it threw. */
  readonly theirs: Reading | string | null;
  readonly why: Why;
}

/** Every reason there is. */
export type Why =
  | "theirs fails on the body"
  | "a type may have hyphens"
  | "a header says something"
  | "a scope ends where its parenthesis closes"
  | "a merge is its pull request's title"
  | "git's words are a revert"
  | "only upper case breaks, at a line's beginning, in the open"
  | "what breaks belongs to the change that says so"
  | "blank lines and spaces around the header do not count"
  | "unexplained";

const preset = createPreset() as { readonly parser: object };
const parser = new CommitParser(preset.parser);

/** In what the two differ on a message; null where they agree. */
export function disagreementOn(message: string): Disagreement | null {
  const ours = oursOf(message);
  const theirs = theirsOf(message);
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return null;
  return { ours, theirs, why: whyOf(message, ours, theirs) };
}

function oursOf(message: string): Reading | null {
  const { changes } = parseCommit({ sha: "0".repeat(40), message }, DEFAULT_TYPES);
  const [title] = changes.filter(({ stands }) => stands === "title");
  if (title === undefined) return null;
  const { type, scope, text, notes, breaking } = title;
  return { type, scope, text, breaks: Math.max(notes.length, Number(breaking)) };
}

function theirsOf(message: string): Reading | string | null {
  try {
    const { type, scope, subject, notes } = parser.parse(message);
    if (typeof type !== "string") return null;
    const { text } = splitSuffix((subject ?? "").trim());
    return {
      type: type.toLowerCase(),
      scope: scope?.trim() || null,
      text: text.trim(),
      breaks: notes.length,
    };
  } catch (error) {
    return (error as Error).message;
  }
}

function whyOf(message: string, ours: Reading | null, theirs: Reading | string | null): Why {
  const header = message.trim().split("\n", 1)[0] ?? "";
  if (typeof theirs === "string") return "theirs fails on the body";
  if (header.startsWith("Merge ")) return "a merge is its pull request's title";
  if (/^(?:revert|reapply)\b/i.test(header)) return "git's words are a revert";
  if (ours === null)
    return typeof theirs === "object" && theirs?.text === "" ? "a header says something" : "unexplained";
  if (message !== message.trimStart() || header !== (message.split("\n", 1)[0] ?? "").trimEnd())
    return "blank lines and spaces around the header do not count";
  if (/^[A-Za-z]\w*-/.test(header)) return "a type may have hyphens";
  if (theirs === null || theirs.scope !== ours.scope || theirs.text !== ours.text)
    return /^[^:]*[()].*\)/.test(header) ? "a scope ends where its parenthesis closes" : "unexplained";
  if (theirs.breaks === ours.breaks) return "unexplained";
  return /^\s*[*-] /m.test(message.slice(header.length))
    ? "what breaks belongs to the change that says so"
    : "only upper case breaks, at a line's beginning, in the open";
}
