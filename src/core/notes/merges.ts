/**
 * Which merge brought which commits in, from the commit graph. Needed so that a pull request is not listed twice, once by its
 * commits and once by its merge.
 */

/** What the search needs of each commit, newest first. `parents` undefined: unknown. */
export interface GraphCommit {
  readonly sha: string;
  readonly parents: readonly string[] | undefined;
  /** The number of the pull request of which this is the merge commit; null for any other commit. */
  readonly mergeOf: number | null;
  /** The number of the pull request that it is known to belong to. */
  readonly pull: number | null;
  readonly isMerge: boolean;
}

/**
 * For each commit the index of the merge that brought it in, or null where it stands on the main line itself. The main line is
 * the first commit's chain of first parents; merges are taken from the oldest on, so that a commit belongs to the merge that brought it
 * first. Without parents it goes by the numbers of the pull requests. Every commit is visited once: linear, without recursion.
 */
export function broughtInBy(commits: readonly GraphCommit[]): (number | null)[] {
  const owners: (number | null)[] = commits.map(() => null);
  // Most histories of squash merges have none, and then nobody brought anything in.
  if (commits.every((commit) => !commit.isMerge && (commit.parents?.length ?? 0) < 2)) return owners;
  const seen = new Set<number>();
  const index = new Map(commits.map((commit, at) => [commit.sha, at]));
  // Several tips: a range of a list that is not one branch's. Each not yet reached one begins a line of its own.
  for (const tip of commits.keys()) walk({ start: tip, owner: null }, commits, index, owners, seen);
  byNumber(commits, owners);
  return owners;
}

interface Branch {
  readonly start: number;
  readonly owner: number | null;
}

function walk(
  first: Branch,
  commits: readonly GraphCommit[],
  index: ReadonlyMap<string, number>,
  owners: (number | null)[],
  seen: Set<number>,
): void {
  const open: Branch[] = [first];
  for (let branch = open.pop(); branch !== undefined; branch = open.pop()) {
    let at: number | undefined = branch.start;
    // The whole line first, so that a merge of the main branch into a feature branch does not claim the main line's commits.
    while (at !== undefined && !seen.has(at)) {
      seen.add(at);
      owners[at] = branch.owner;
      const parents: readonly string[] = commits[at]?.parents ?? [];
      for (const parent of parents.slice(1)) {
        const side = index.get(parent);
        // Pushed newest first: the oldest merge of this line is taken off the stack first.
        if (side !== undefined) open.push({ start: side, owner: at });
      }
      at = index.get(parents[0] ?? "");
    }
  }
}

function byNumber(commits: readonly GraphCommit[], owners: (number | null)[]): void {
  const merges = new Map<number, number>();
  for (const [at, commit] of commits.entries()) if (commit.mergeOf !== null) merges.set(commit.mergeOf, at);
  for (const [at, commit] of commits.entries()) {
    const merge = commit.pull === null ? undefined : merges.get(commit.pull);
    if (owners[at] === null && merge !== undefined && merge !== at && commit.mergeOf === null)
      owners[at] = merge;
  }
}
