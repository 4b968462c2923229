/** One section as a golden case: the facts alone (SHA, headers, titles), none of the prose of those who wrote them. */
import { DEFAULT_TYPES, parseCommit, type Commit } from "../../src/core/notes/index.ts";
import type { TrueEntry } from "./changelog.ts";
import type { Rules } from "./rules.ts";
import type { Difference, Score } from "./score.ts";

/** A commit with its message reduced to what decides about the notes. */
type ExtractedCommit = Pick<Commit, "sha" | "message"> & { readonly parents?: readonly string[] };

/** One file of test/truth/extracts. */
export interface Extract {
  /** Which CHANGELOG it was taken from, at which commit. */
  readonly repository: string;
  readonly at: string;
  readonly from: string;
  readonly to: string;
  /** The types that the repository lists. */
  readonly types: readonly string[];
  readonly commits: readonly ExtractedCommit[];
  /** What the CHANGELOG lists: a commit and the title above it. */
  readonly written: readonly { readonly sha: string; readonly title: string }[];
  /** In what the notes differ, and by which rule. */
  readonly differences: readonly Pick<Difference, "kind" | "sha" | "theirs" | "ours" | "rule">[];
}

/** Makes one. `commits` are those of the section's range. */
export function extractOf(
  repository: string,
  at: string,
  {
    score,
    commits,
    rules,
  }: { readonly score: Score; readonly commits: readonly Commit[]; readonly rules: Rules },
): Extract {
  const { section, differences } = score;
  return {
    repository,
    at,
    from: section.from,
    to: section.to,
    types: rules.types.filter(({ hidden }) => !hidden).map(({ type }) => type),
    commits: commits
      .filter((commit) => !isLeftOut(commit, rules))
      .map((commit) => reduced(commit, commits.some(isMerge))),
    written: section.entries.map((entry) => ({ sha: shaOf(entry, commits), title: entry.title })),
    differences: differences.map(({ kind, sha, theirs, ours, rule }) => ({ kind, sha, theirs, ours, rule })),
  };
}

/** The repository's own rules take it off the list, which the extract does not carry. */
function isLeftOut(commit: Commit, rules: Rules): boolean {
  const { changes } = parseCommit(commit, rules.types);
  return changes.length > 0 && changes.every(({ type }) => rules.placeOf(type, commit.message) === null);
}

function shaOf({ shas, numbers }: TrueEntry, commits: readonly Commit[]): string {
  const [sha = ""] = shas;
  const known = commits.find((commit) =>
    sha === "" ? numbers.includes(parseCommit(commit).pull ?? 0) : commit.sha.startsWith(sha),
  );
  return known?.sha ?? sha;
}

function isMerge({ parents }: Commit): boolean {
  return (parents?.length ?? 0) > 1;
}

const DECIDES =
  /^(?:[*-] +)?[a-z][\w-]*(?:\([^)]*\))?!?: |^(?:[*-] +)?Revert "|^This reverts|^Reverts |^(?:BEGIN|END)_NESTED_COMMIT|^BREAKING[ -]CHANGE:|^-{9,}$|^$/;
const NOTE = /^(BREAKING[ -]CHANGE:) .*/;

/** The header and the lines that a scanner might read something in; of the others only that they are there. */
function reduced({ sha, message, parents }: Commit, withParents: boolean): ExtractedCommit {
  return {
    sha,
    message: reducedMessage(message.trim()),
    ...(parents !== undefined && withParents ? { parents } : {}),
  };
}

/** The same of a message alone. */
export function reducedMessage(message: string): string {
  const [header = "", ...body] = message.split(/\r?\n/);
  const lines = body.map((line) => (DECIDES.test(line) ? line.replace(NOTE, "$1 …") : "…"));
  const kept = lines.some((line) => line !== "" && line !== "…") ? [header, ...lines] : [header];
  return kept
    .join("\n")
    .replace(/(?:\n…)+/g, "\n…")
    .trimEnd();
}

/** The rules that an extract was made by. */
export function rulesOfExtract({ types }: Extract): Rules {
  const listed = new Set(types);
  const known = new Set([...types, ...DEFAULT_TYPES.map(({ type }) => type)]);
  return {
    types: [...known].map((type) => ({
      type,
      section: type,
      bump: listed.has(type) ? (type === "feat" ? "minor" : "patch") : null,
      hidden: !listed.has(type),
    })),
    placeOf: (type) => type,
  };
}
