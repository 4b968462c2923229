/** Commits on their way to their places in the notes, with the pull requests that they came by and what merges brought in. */
import { broughtInBy } from "./merges.ts";
import type { DeclaredChange, ParsedMessage } from "./message.ts";
import type { Revertible } from "./reverts.ts";
import type { Commit } from "./types.ts";

export type Fate = "listed" | "hidden" | "reverted" | "unclassified";

/** A commit on its way to its place. */
export interface Item {
  readonly commit: Commit;
  readonly message: ParsedMessage;
  pull: number | null;
  readonly isMerge: boolean;
  /** The commits that it brought in, by index, if it is a merge. */
  readonly members: number[];
  fate: Fate;
  /** An override speaks for the whole pull request, and another commit carries it. */
  standsAside: boolean;
  /** The changes of it that are listed, in their order. */
  changes: DeclaredChange[];
  reason: string;
}

/** The items of commits, newest first, each with what its message says. Nothing is judged yet. */
export function itemsOf(commits: readonly Commit[], messages: readonly ParsedMessage[]): Item[] {
  const items: Item[] = [];
  for (const [at, message] of messages.entries()) {
    const commit = commits[at];
    if (commit !== undefined) items.push(itemOf(commit, message));
  }
  // Most histories of squash merges have none, and then nobody brought anything in.
  if (!items.some(({ isMerge }) => isMerge)) return items;
  const graph = items.map(({ commit: { sha, parents }, pull, isMerge }) => ({
    sha,
    parents,
    pull,
    isMerge,
    mergeOf: isMerge ? pull : null,
  }));
  const owners = broughtInBy(graph);
  for (const [at, item] of items.entries()) {
    item.pull ??= pullOfOwner(at, owners, graph);
    const owner = owners[at] ?? null;
    if (owner !== null) items[owner]?.members.push(at);
  }
  return items;
}

function itemOf(commit: Commit, message: ParsedMessage): Item {
  return {
    commit,
    message,
    pull: commit.pull?.number ?? message.pull,
    isMerge: commit.parents === undefined ? message.merge : commit.parents.length > 1,
    members: [],
    fate: "hidden",
    standsAside: false,
    changes: [],
    reason: "",
  };
}

/** The pull request whose merge brought a commit in, however many plain merges stand between. */
function pullOfOwner(
  at: number,
  owners: readonly (number | null)[],
  graph: readonly { readonly mergeOf: number | null }[],
): number | null {
  // A chain of merges longer than this is nobody's way of working, and following it for each commit would be quadratic.
  let owner = owners[at] ?? null;
  for (let steps = 0; owner !== null && steps < 20; steps += 1) {
    const pull = graph[owner]?.mergeOf ?? null;
    if (pull !== null) return pull;
    owner = owners[owner] ?? null;
  }
  return null;
}

/** What the search for reverts needs of an item. */
export function revertible(item: Item): Revertible {
  const { header, revert, reason, overridden, changes } = item.message;
  // An override's header is not the one that the commit has.
  const isRead = revert === null && reason === null && !overridden;
  return {
    sha: item.commit.sha,
    header,
    revert,
    title: isRead ? (changes[0] ?? null) : null,
    pull: item.pull,
    members: item.members,
  };
}
