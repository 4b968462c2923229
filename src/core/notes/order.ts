/** The order of commits in their graph. */
import type { HistoryCommit } from "./releases.ts";

/**
 * The places of commits in the order of `git log --topo-order`: children before their parents, and each line as a whole. Null where they stand in it already, as
 * those of a branch without merges do. Linear. (`sort_in_topological_order` in git's commit.c.)
 */
export function topologicalOrder(commits: readonly HistoryCommit[]): readonly number[] | null {
  if (isOneLine(commits)) return null;
  const places = new Map(commits.map(({ sha }, at) => [sha, at]));
  const parentsOf = (at: number): number[] =>
    (commits[at]?.parents ?? []).flatMap((parent) => places.get(parent) ?? []);
  const children = new Uint32Array(commits.length);
  for (const at of commits.keys()) for (const parent of parentsOf(at)) bump(children, parent, 1);
  // The last one put here is the next: first those that have no children, so that the first of them comes first.
  const open = [...commits.keys()].filter((at) => children[at] === 0).toReversed();
  const order: number[] = [];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    order.push(at);
    for (const parent of parentsOf(at)) if (bump(children, parent, -1) === 0) open.push(parent);
  }
  return order;
}

/** The things in an order of their places; as they are where it is null. */
export function inOrder<Thing>(things: Thing[], order: readonly number[] | null): Thing[] {
  return order === null ? things : order.flatMap((at) => things[at] ?? []);
}

function isOneLine(commits: readonly HistoryCommit[]): boolean {
  return commits.every(
    ({ parents }, at) =>
      parents.length <= 1 && (at === commits.length - 1 || parents[0] === commits[at + 1]?.sha),
  );
}

function bump(counts: Uint32Array, at: number, by: number): number {
  const count = (counts[at] ?? 0) + by;
  counts[at] = count;
  return count;
}
