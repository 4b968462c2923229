/**
 * The parts of a message's body: what follows its header, and what other headers within the body begin. Those are of two kinds. The bullets
 * of a squash merge's list (`* feat: …`) are the working commits of a pull request, written down by GitHub. Headers that stand as paragraphs
 * of their own are written by hand, to say that the commit makes several changes.
 * https://github.com/googleapis/release-please#what-if-my-pr-contains-multiple-fixes-or-features
 */
import { scanHeader, type Header } from "./header.ts";
import { splitSuffix } from "./pulls.ts";
import { REVERT_TYPE } from "./sections.ts";

export type PartKind = "bullet" | "paragraph";

type PartHeader = Header & {
  readonly kind: "conventional";
  readonly stands: PartKind;
  /** It is git's revert in a list, see `QUOTED_REVERT`. */
  readonly undoes: boolean;
};

/** A stretch of a body: what follows the message's header (`header` null), or what another one in the body begins. */
export interface Part {
  readonly header: PartHeader | null;
  readonly lines: string[];
  /** Another part follows, so its footers are its own; those of a list's last bullet may be the whole message's. */
  closed: boolean;
}

export interface PartOptions {
  /** Whether a type has a rule; only such headers within a body begin a part. */
  readonly isKnownType: (type: string) => boolean;
  /** Every line that is a header begins a part, as in a commit override. */
  readonly manyHeaders?: boolean;
}

// What GitHub puts between a squash merge's list and its trailers, and what release-please has after a change that is written out in full.
const SEPARATOR = /^(?:-{9,}|END_NESTED_COMMIT)$/;
const NESTED = "BEGIN_NESTED_COMMIT";

/** Splits the lines of a body that stand in the open. Never throws, linear. */
export function splitParts(body: readonly string[], options: PartOptions): Part[] {
  let current: Part = { header: null, lines: [], closed: false };
  const parts = [current];
  // Whether a header may stand here: at a paragraph's beginning, and below such a one. Within prose a line may only look like one.
  let mayBegin = true;
  for (const line of body) {
    const header = bulletHeader(line, options) ?? (mayBegin ? paragraphHeader(line, options) : null);
    if (header !== null || SEPARATOR.test(line)) {
      current.closed = true;
      current = { header, lines: [], closed: false };
      parts.push(current);
    } else {
      current.lines.push(line);
      mayBegin = line === "" || line === NESTED || (mayBegin && current.header?.stands === "paragraph");
    }
  }
  return parts;
}

const BULLET = /^[*-] +(?=\S)/;
// Git's own words for a revert: no conventional header, so in a list it is no entry; it only takes its target off the list.
const QUOTED_REVERT = /^Revert "(.+)"$/;

function bulletHeader(line: string, options: PartOptions): PartHeader | null {
  const bullet = BULLET.exec(line)?.[0];
  if (bullet === undefined && options.manyHeaders !== true) return null;
  const text = splitSuffix(bullet === undefined ? line : line.slice(bullet.length)).text;
  const stands = bullet === undefined ? "paragraph" : "bullet";
  const undone = QUOTED_REVERT.exec(text)?.[1];
  if (undone !== undefined)
    return {
      kind: "conventional",
      type: REVERT_TYPE,
      scope: null,
      breaking: false,
      text: undone,
      stands,
      undoes: true,
    };
  return knownHeader(text, stands, options);
}

// In prose a word with a colon begins with a capital ("Fix: see below"); as a header it is written as the title would be.
const LOWER_CASE = /^[a-z][a-z0-9_-]*[(:!]/;
// `fix: #12` is a trailer that names an issue, and says nothing of its own.
const REFERENCE = /^(?:#\d+|https?:\/\/.+|[\w.-]+\/[\w.-]+#\d+|)$/;

function paragraphHeader(line: string, options: PartOptions): PartHeader | null {
  if (!LOWER_CASE.test(line)) return null;
  const header = knownHeader(splitSuffix(line).text, "paragraph", options);
  return header === null || header.text.split(/[\s,;&]/).every((word) => REFERENCE.test(word))
    ? null
    : header;
}

function knownHeader(text: string, stands: PartKind, { isKnownType }: PartOptions): PartHeader | null {
  const header = scanHeader(text);
  return header.kind === "conventional" && isKnownType(header.type)
    ? { ...header, stands, undoes: false }
    : null;
}
