/** Which release brought which commit, over a whole history. */

/** What is needed of each commit, children before their parents, as `git log --topo-order` gives them. */
export interface HistoryCommit {
  readonly sha: string;
  readonly parents: readonly string[];
}

/** A release's tag on a commit of the history. */
export interface HistoryTag {
  readonly name: string;
  readonly sha: string;
}

/** The commits that one release brought, by their places in the history; `tag` null: those that no release contains yet. */
export interface HistoryPart<Tag extends HistoryTag> {
  readonly tag: Tag | null;
  readonly places: readonly number[];
  /** The releases that it is built on, on each way back the first. */
  readonly before: readonly Tag[];
}

/**
 * Each commit in the release that contained it first, in the graph: a hotfix's in the hotfix, whatever was merged later. Newest first, what is unreleased before
 * all, also where it is nothing; of several tags on one commit the first given counts. Every commit is in exactly one part. Linear.
 */
export function byRelease<Tag extends HistoryTag>(
  commits: readonly HistoryCommit[],
  tags: readonly Tag[],
): HistoryPart<Tag>[] {
  const places = new Map(commits.map(({ sha }, at) => [sha, at]));
  const tagAt = new Map<number, Tag>();
  for (const tag of tags) {
    const at = places.get(tag.sha);
    if (at !== undefined && !tagAt.has(at)) tagAt.set(at, tag);
  }
  const tips = [...tagAt.keys()].toSorted((one, other) => one - other);
  const owners: (number | undefined)[] = Array.from({ length: commits.length });
  // From the oldest on: whatever a release contains of an earlier one is taken already.
  for (const tip of tips.toReversed()) claim(tip, commits, places, owners);
  const parts = new Map<number | undefined, { places: number[]; before: Set<number> }>();
  for (const tip of [undefined, ...tips]) parts.set(tip, { places: [], before: new Set() });
  for (const [at, owner] of owners.entries()) {
    const part = parts.get(owner);
    part?.places.push(at);
    for (const parent of commits[at]?.parents ?? []) {
      const other = owners[places.get(parent) ?? -1];
      if (other !== undefined && other !== owner) part?.before.add(other);
    }
  }
  return [...parts].map(([tip, part]) => ({
    tag: tip === undefined ? null : (tagAt.get(tip) ?? null),
    places: part.places,
    before: [...part.before].flatMap((at) => tagAt.get(at) ?? []),
  }));
}

function claim(
  tip: number,
  commits: readonly HistoryCommit[],
  places: ReadonlyMap<string, number>,
  owners: (number | undefined)[],
): void {
  const open = [tip];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (owners[at] !== undefined) continue;
    owners[at] = tip;
    for (const parent of commits[at]?.parents ?? []) {
      const place = places.get(parent);
      if (place !== undefined && owners[place] === undefined) open.push(place);
    }
  }
}
