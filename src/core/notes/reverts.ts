/**
 * Reverts: which commits undo which. Where both are in the range, neither is listed nor counted.
 */
import { scanHeader, type Header } from "./header.ts";
import { splitSuffix } from "./pulls.ts";
import { REVERT_TYPE } from "./sections.ts";

/** What a message says it undoes. */
export interface Revert {
  /** Whether the header itself says that it is a revert, rather than a line of the body alone. */
  readonly explicit: boolean;
  /** The header of what is undone, where the message quotes it. */
  readonly title: string | null;
  /** SHAs or their beginnings, at least seven digits. */
  readonly shas: readonly string[];
  readonly pulls: readonly { readonly number: number; readonly repository: string | null }[];
}

const QUOTED = /^(Revert|Reapply) "/i;
const GIT_LINE = /^This reverts commits? [0-9a-f]{7}/;
const GITHUB_LINE = /^Reverts (?:([\w.-]{1,100}\/[\w.-]{1,100}))?#(\d{1,10})\.?$/;
const REFS_LINE = /^Refs?: /i;
const SHA = /\b[0-9a-f]{7,64}\b/g;
/** One message undoes at most this many commits by name. */
const TARGET_LIMIT = 200;

/** Whether a header can be one of a revert: true too often, never too seldom. */
export function mayRevert(title: string): boolean {
  const first = title.charCodeAt(0) | 0x20;
  return first === LOWER_R && REVERTS.test(title);
}

const LOWER_R = 114;
const REVERTS = /^(?:revert|reapply ")/i;

/** What a message undoes; null for a message that undoes nothing. `header` is what `title` was read as. */
export function revertOf(title: string, header: Header, body: readonly string[]): Revert | null {
  const typed = header.kind === "conventional" && header.type === REVERT_TYPE;
  const quoted = quotedTitle(title);
  const shas: string[] = [];
  const pulls: { number: number; repository: string | null }[] = [];
  for (const line of body) {
    if (shas.length + pulls.length >= TARGET_LIMIT) break;
    // "reversing changes made to …" names the parent that stays.
    if (line.startsWith("This reverts") && GIT_LINE.test(line))
      shas.push(...(line.split(", reversing")[0]?.match(SHA) ?? []));
    else if (typed && REFS_LINE.test(line)) shas.push(...(line.match(SHA) ?? []));
    const pull = line.startsWith("Reverts ") ? GITHUB_LINE.exec(line) : null;
    if (pull) pulls.push({ number: Number(pull[2]), repository: pull[1] ?? null });
  }
  const explicit = typed || quoted !== null;
  if (!explicit && shas.length === 0 && pulls.length === 0) return null;
  return {
    explicit,
    title: quoted ?? (typed ? unquoted(header.text) : null),
    shas: shas.slice(0, TARGET_LIMIT),
    pulls,
  };
}

function quotedTitle(title: string): string | null {
  const verb = QUOTED.exec(title)?.[1]?.toLowerCase();
  const start = title.indexOf('"') + 1;
  const end = title.lastIndexOf('"');
  if (verb === undefined || end <= start) return null;
  // Git's name for the revert of a revert: what it undoes is not the change that it quotes.
  return verb === "reapply" ? `Revert "${title.slice(start, end)}"` : title.slice(start, end);
}

function unquoted(text: string): string {
  return text.length > 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** What the search for reverted commits needs to know of each commit, newest first. */
export interface Revertible {
  readonly sha: string;
  readonly header: string;
  readonly revert: Revert | null;
  /** What the header was read as, where it is a change and no revert: it is not read again for its words. */
  readonly title: { readonly type: string; readonly scope: string | null; readonly text: string } | null;
  readonly pull: number | null;
  /** The indices of the commits that this one brought in, if it is a merge. */
  readonly members: readonly number[];
}

/**
 * The indices of all commits that cancel one another: a revert in the range and what it undoes there. The newest revert goes first,
 * so that a revert that was itself reverted undoes nothing. Linear but for the commits that a name stands for.
 */
export function cancelledBy(commits: readonly Revertible[], repository: string | null): ReadonlySet<number> {
  const cancelled = new Set<number>();
  if (commits.every((commit) => commit.revert === null)) return cancelled;
  const index = indexOf(commits);
  for (const [at, { revert }] of commits.entries()) {
    if (revert === null || cancelled.has(at)) continue;
    const targets = targetsOf(revert, index, repository, (target) => target > at && !cancelled.has(target));
    if (targets.length === 0) continue;
    cancelled.add(at);
    for (const target of targets) cancelWithMembers(target, commits, cancelled);
  }
  return cancelled;
}

function cancelWithMembers(start: number, commits: readonly Revertible[], cancelled: Set<number>): void {
  const open = [start];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at !== start && cancelled.has(at)) continue;
    cancelled.add(at);
    for (const member of commits[at]?.members ?? []) open.push(member);
  }
}

/** Where the commits stand that a name means. Each list is made when the first revert asks for it: most ask for a SHA. */
interface CommitIndex {
  readonly commits: readonly Revertible[];
  readonly bySha: (sha: string) => readonly number[];
  /** By the first seven digits. */
  readonly byShort: (digits: string) => readonly number[];
  readonly byPull: (pull: number) => readonly number[];
  readonly byHeader: (key: string) => readonly number[];
}

function indexOf(commits: readonly Revertible[]): CommitIndex {
  return {
    commits,
    bySha: finder(commits, ({ sha }) => sha),
    byShort: finder(commits, ({ sha }) => sha.slice(0, SHORT)),
    byPull: finder(commits, ({ pull }) => pull),
    byHeader: finder(commits, keyOfWanted(commits)),
  };
}

const SHORT = 7;

function commitsNamed(sha: string, { commits, bySha, byShort }: CommitIndex): readonly number[] {
  const exactly = bySha(sha);
  if (exactly.length > 0 || sha.length >= FULL) return exactly;
  return byShort(sha.slice(0, SHORT)).filter((at) => commits[at]?.sha.startsWith(sha) === true);
}

const FULL = 40;

function finder<Key>(
  commits: readonly Revertible[],
  keyOf: (commit: Revertible) => Key | null,
): (key: Key) => readonly number[] {
  let index: Map<Key, number[]> | null = null;
  return (key) => {
    if (index === null) {
      index = new Map();
      for (const [at, commit] of commits.entries()) {
        const own = keyOf(commit);
        if (own !== null) append(index, own, at);
      }
    }
    return index.get(key) ?? [];
  };
}

function append<Key>(map: Map<Key, number[]>, key: Key, at: number): void {
  const list = map.get(key);
  if (list) list.push(at);
  else map.set(key, [at]);
}

/** What a title is looked up by, and the words by which most titles are passed over. */
interface TitleKey {
  readonly key: string;
  readonly words: string;
}

function titleKey(header: string): TitleKey {
  const bare = splitSuffix(header.trim()).text;
  const read = scanHeader(bare);
  return read.kind === "conventional" ? keyOf(read) : { key: bare, words: bare };
}

function keyOf({ type, scope, text }: NonNullable<Revertible["title"]>): TitleKey {
  return { key: `${type}(${scope ?? ""}):${text}`, words: text };
}

/** The keys of those commits that some revert may name by their title. */
function keyOfWanted(commits: readonly Revertible[]): (commit: Revertible) => string | null {
  const wanted = new Set<string>();
  for (const { revert } of commits)
    if (revert !== null && revert.title !== null) wanted.add(titleKey(revert.title).words);
  return ({ header, title }) => {
    if (title !== null && !wanted.has(title.text)) return null;
    return (title === null ? titleKey(header) : keyOf(title)).key;
  };
}

function targetsOf(
  revert: Revert,
  index: CommitIndex,
  repository: string | null,
  isOpen: (at: number) => boolean,
): number[] {
  const targets = revert.shas.flatMap((sha) => commitsNamed(sha, index).filter(isOpen));
  for (const pull of revert.pulls) {
    const foreign =
      pull.repository !== null &&
      repository !== null &&
      pull.repository.toLowerCase() !== repository.toLowerCase();
    if (!foreign) targets.push(...index.byPull(pull.number).filter(isOpen));
  }
  if (targets.length > 0 || revert.title === null) return targets;
  const named = index.byHeader(titleKey(revert.title).key);
  const newest = named.find(isOpen);
  if (newest === undefined) return [];
  // A rebase gives commits new SHAs, so one that is not found may still be here; but then its header must be the only such one.
  if (revert.shas.length + revert.pulls.length > 0 && named.findLast(isOpen) !== newest) return [];
  return [newest];
}
