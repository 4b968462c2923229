import type { Commit } from "./objects.ts";
import type { ObjectStore } from "./store.ts";

/** All commits that can be reached from one, itself included. Parents cut off by a shallow clone are not there. */
export function reachable(store: ObjectStore, sha: string): Set<string> {
  const seen = new Set<string>();
  const open = [sha];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    const commit = store.commit(at);
    if (!commit) continue;
    seen.add(at);
    open.push(...commit.parents);
  }
  return seen;
}

/** Whether the first commit is the second or one of its ancestors. */
export function isAncestor(store: ObjectStore, ancestor: string, descendant: string): boolean {
  return reachable(store, descendant).has(ancestor);
}

/** The best common ancestor of two commits, the newest of several; null for unrelated histories. */
export function mergeBase(store: ObjectStore, one: string, other: string): string | null {
  const left = reachable(store, one);
  if (left.has(other)) return other;
  const frontier = new Set<string>();
  const seen = new Set<string>();
  const open = [other];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    if (left.has(at)) frontier.add(at);
    else open.push(...(store.commit(at)?.parents ?? []));
  }
  const candidates = [...frontier];
  const best = candidates.filter(
    (candidate) => !candidates.some((rival) => rival !== candidate && isAncestor(store, candidate, rival)),
  );
  best.sort((a, b) => commitTime(store, b) - commitTime(store, a));
  return best[0] ?? null;
}

/** Commits reachable from `head` and not from `base`, newest first; `base` null excludes nothing. */
export function commitsBetween(store: ObjectStore, base: string | null, head: string): Commit[] {
  const excluded = base === null ? new Set<string>() : reachable(store, base);
  const members = [...reachable(store, head)].filter((sha) => !excluded.has(sha));
  return newestFirst(store, members);
}

/** Orders commits so that none comes before its children, and later dates come earlier otherwise. */
export function newestFirst(store: ObjectStore, shas: readonly string[]): Commit[] {
  const commits = new Map<string, Commit>();
  for (const sha of shas) {
    const commit = store.commit(sha);
    if (commit) commits.set(sha, commit);
  }
  const children = new Map<string, number>();
  for (const commit of commits.values()) {
    for (const parent of commit.parents) children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const ready = [...commits.values()].filter((commit) => !children.get(commit.sha));
  ready.sort((a, b) => a.committer.seconds - b.committer.seconds);
  const ordered: Commit[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    ordered.push(next);
    for (const sha of next.parents) {
      const left = (children.get(sha) ?? 0) - 1;
      children.set(sha, left);
      const parent = commits.get(sha);
      if (left === 0 && parent) insertByTime(ready, parent);
    }
  }
  return ordered;
}

function insertByTime(sorted: Commit[], commit: Commit): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.committer.seconds ?? 0) < commit.committer.seconds) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, commit);
}

function commitTime(store: ObjectStore, sha: string): number {
  return store.commit(sha)?.committer.seconds ?? 0;
}
