/**
 * One commit message: the changes it declares, what breaks, what it reverts, which version it asks for.
 * The header comes first: nothing in a body can take a commit's header away.
 */
import parseVersion from "semver/functions/parse.js";
import { crossOutTokens } from "../secrets.ts";
import { firstLine, mayMean, MESSAGE_LIMIT, splitMessage, visibleLines } from "./body.ts";
import { breakingNotes } from "./footers.ts";
import { scanHeader, type Header } from "./header.ts";
import { mergeOf, splitSuffix } from "./pulls.ts";
import { splitParts, type Part, type PartKind, type PartOptions } from "./parts.ts";
import { mayRevert, revertOf, type Revert } from "./reverts.ts";
import { REVERT_TYPE } from "./sections.ts";

/** One conventional header within a message, with the breaking notes that belong to it. */
export interface DeclaredChange {
  readonly type: string;
  readonly scope: string | null;
  readonly breaking: boolean;
  readonly text: string;
  /** What its `BREAKING CHANGE` footers say; empty where only `!` says that it breaks. */
  readonly notes: readonly string[];
  /** Where its header stands: as the message's own, or in its body. */
  readonly stands: "title" | PartKind;
}

export interface ParsedMessage {
  /** The first line; of a merged pull request its title. */
  readonly header: string;
  /** Why the header declares no change; null where it does. */
  readonly reason: string | null;
  /** First the header's, then those that the body declares, none of them twice. */
  readonly changes: readonly DeclaredChange[];
  /** Breaking notes of a message that declares no change to which they could belong. */
  readonly notes: readonly string[];
  readonly revert: Revert | null;
  readonly releaseAs: string | null;
  readonly pull: number | null;
  /** Whether the message itself says that it is a merge. */
  readonly merge: boolean;
  readonly cut: boolean;
  /** It is a commit override, which says what changed in the message's place. */
  readonly overridden: boolean;
}

export interface ParseOptions extends PartOptions {
  /** The body is a machine's text and means nothing. */
  readonly ignoreBody?: boolean;
  /** The title to use for a merge whose message has none. */
  readonly title?: string | null;
}

/**
 * Reads a commit message. Takes any text, never throws, linear in its length. Notes are published, stored and sent on: what looks like a token, committed
 * by mistake, is crossed out of all that comes of it.
 */
export function parseMessage(message: string, options: ParseOptions): ParsedMessage {
  return plainMessage(message, options) ?? wholeMessage(message, options);
}

/**
 * What the most messages are: a header, and a body in which nothing can mean anything. Null for all others. It makes the scanner five times as fast on
 * real histories, and says what `wholeMessage` would (test/core/notes/properties.test.ts).
 */
function plainMessage(message: string, options: ParseOptions): ParsedMessage | null {
  if (message.length > MESSAGE_LIMIT || options.manyHeaders === true) return null;
  const { header: written, end } = firstLine(message);
  if (end !== -1 && options.ignoreBody !== true && mayMean(message, end)) return null;
  const line = crossOutTokens(written);
  const { text: bare, pull } = splitSuffix(line);
  const header = scanHeader(bare);
  if (mayRevert(bare) || mergeOf(line) !== null) return null;
  const changes = header.kind === "other" ? NONE : [titleOf(header)];
  return {
    header: line,
    reason: header.kind === "other" ? header.reason : null,
    changes,
    notes: NONE,
    revert: null,
    releaseAs: null,
    pull,
    merge: false,
    cut: false,
    overridden: false,
  };
}

const NONE: readonly never[] = [];

function titleOf({ type, scope, breaking, text }: Header & { kind: "conventional" }): DeclaredChange {
  return { type, scope, breaking, text, notes: NONE, stands: "title" };
}

/** The message with everything that a body can hold. Exported for the test that holds it against the short way. */
export function wholeMessage(message: string, options: ParseOptions): ParsedMessage {
  const split = splitMessage(crossOutTokens(message));
  const merge = mergeOf(split.header);
  const visible = split.body.length === 0 ? [] : visibleLines(split.body);
  const open = split.body.filter((_line, at) => visible[at] === true);
  const titled =
    merge === null
      ? { header: split.header, body: open }
      : titleOfMerge(split.header, merge.pull, open, options);
  const body = options.ignoreBody === true ? [] : titled.body;
  const { text: bare, pull: suffix } = splitSuffix(titled.header);
  const header = scanHeader(bare);
  const revert = revertOf(bare, header, body);
  const parts = splitParts(body, options);
  const declared = declare(header, revert, bare, parts);
  return {
    header: titled.header,
    reason: header.kind === "other" && revert?.explicit !== true ? header.reason : null,
    changes: declared.changes,
    notes: declared.notes,
    revert,
    releaseAs: releaseAsOf(body),
    pull: merge?.pull ?? suffix,
    merge: merge !== null,
    cut: split.cut || declared.cut,
    overridden: options.manyHeaders === true,
  };
}

/** A merge's own first line only says that it is one; its title is the pull request's, the first line of its body. */
function titleOfMerge(
  header: string,
  pull: number | null,
  body: readonly string[],
  options: ParseOptions,
): { header: string; body: readonly string[] } {
  const first = body.findIndex((line) => line.trim() !== "");
  const { title = null } = options;
  const line = first !== -1 ? (body[first] ?? "").trim() : title === null ? null : crossOutTokens(title);
  const isTitle = line !== null && (pull !== null || scanHeader(line).kind === "conventional");
  return isTitle ? { header: line, body: first === -1 ? [] : body.slice(first + 1) } : { header, body };
}

interface Declared {
  readonly changes: readonly DeclaredChange[];
  readonly notes: readonly string[];
  readonly cut: boolean;
}

/** A change that is being put together. `undoes`: it is git's revert in a list. */
type Draft = Omit<DeclaredChange, "notes"> & { readonly notes: string[]; readonly undoes: boolean };

function declare(header: Header, revert: Revert | null, bare: string, parts: readonly Part[]): Declared {
  const title = titleChange(header, revert, bare);
  const listed: Draft[] = [];
  const own: string[] = title?.notes ?? [];
  // Where a list ends, nobody can tell whether a footer belongs to its last bullet or to the message: it is the message's.
  let rest = own;
  let cut = false;
  for (const part of parts) {
    const found = breakingNotes(part.lines);
    cut ||= found.cut;
    let owner = rest;
    if (part.header !== null) {
      const { stands, undoes } = part.header;
      const draft: Draft = { ...fieldsOf(part.header), notes: [], stands, undoes };
      listed.push(draft);
      if (!undoes && title === null) rest = draft.notes;
      // Below a paragraph's header stand its own footers.
      owner = part.closed || stands === "paragraph" ? (undoes ? rest : draft.notes) : rest;
    }
    owner.push(...found.texts);
  }
  if (title !== null && listed.length === 0)
    return { changes: [{ ...fieldsOf(title), notes: own, stands: "title" }], notes: NONE, cut };
  const standing = withoutUndone(listed);
  if (title === null) standing[0]?.notes.unshift(...own);
  const changes = withoutTwins(title === null ? standing : [title, ...standing]);
  return { changes, notes: changes.length === 0 ? own : [], cut };
}

function titleChange(header: Header, revert: Revert | null, bare: string): Draft | null {
  if (header.kind === "conventional")
    return { ...fieldsOf(header), notes: [], stands: "title", undoes: false };
  if (revert?.explicit !== true) return null;
  return {
    type: REVERT_TYPE,
    scope: null,
    breaking: false,
    text: revert.title ?? bare,
    notes: [],
    stands: "title",
    undoes: false,
  };
}

function fieldsOf(
  header: Omit<DeclaredChange, "notes" | "stands">,
): Omit<DeclaredChange, "notes" | "stands"> {
  return {
    type: header.type,
    scope: header.scope,
    breaking: header.breaking,
    text: header.text,
  };
}

/**
 * Says whether two changes are the same one: a squash merge repeats its title in its list, often with another type or scope. The
 * first of them, the title that was reviewed, says which it is.
 */
export function keyOfChange(change: Pick<DeclaredChange, "text">): string {
  return change.text.toLowerCase();
}

function withoutTwins(changes: readonly Draft[]): DeclaredChange[] {
  const kept = new Map<string, DeclaredChange>();
  for (const { type, scope, breaking, text, notes, stands } of changes) {
    const key = text.toLowerCase();
    const twin = kept.get(key);
    if (twin === undefined) kept.set(key, { type, scope, breaking, text, notes, stands });
    else kept.set(key, { ...twin, breaking: twin.breaking || breaking, notes: [...twin.notes, ...notes] });
  }
  return [...kept.values()];
}

/**
 * Done and undone within one squash merge: neither happened. Only what stands in the list can be undone there, not the title; a
 * `revert:` of something that is not in the list is for the whole range to judge.
 */
function withoutUndone(listed: readonly Draft[]): readonly Draft[] {
  if (listed.every((change) => change.type !== REVERT_TYPE)) return listed;
  const keys = new Set(listed.map(keyOfChange));
  const undone = new Set<string>();
  for (const change of listed) {
    if (change.type !== REVERT_TYPE) continue;
    const target = scanHeader(splitSuffix(change.text).text);
    const key = target.kind === "conventional" ? keyOfChange(fieldsOf(target)) : null;
    if (key === null || !keys.has(key)) continue;
    undone.add(key);
    undone.add(keyOfChange(change));
  }
  return listed.filter((change) => !change.undoes && !undone.has(keyOfChange(change)));
}

const RELEASE_AS = /^release-as:\s*(\S{1,256})$/i;

function releaseAsOf(body: readonly string[]): string | null {
  for (const line of body) {
    const asked = RELEASE_AS.exec(line)?.[1];
    const version = asked === undefined ? null : parseVersion(asked.replace(/^v/, ""));
    if (version !== null) return version.version;
  }
  return null;
}
