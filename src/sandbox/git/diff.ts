import { EMPTY_TREE } from "./objects.ts";
import type { TreeEntry } from "./objects.ts";
import type { ObjectStore } from "./store.ts";

/** A file that differs between two trees. Status as in GitHub's API. */
export interface FileChange {
  path: string;
  status: "added" | "removed" | "modified" | "renamed";
  previousPath: string | null;
  before: TreeEntry | null;
  after: TreeEntry | null;
}

export interface LineCounts {
  additions: number;
  deletions: number;
}

interface Pair {
  path: string;
  before: TreeEntry | null;
  after: TreeEntry | null;
}

/** Files that differ between two trees, in order of their paths; a file moved unchanged is a rename. */
export function diffTrees(store: ObjectStore, before: string | null, after: string): FileChange[] {
  const root = (sha: string): TreeEntry => ({ mode: "40000", name: "", sha });
  const files: Pair[] = [];
  let level: Pair[] = [{ path: "", before: root(before ?? EMPTY_TREE), after: root(after) }];
  while (level.length > 0) {
    // One question to the clone a level of directories, not one a directory.
    store.prefetch(
      level.flatMap((pair) => [pair.before, pair.after].flatMap((entry) => treeOf(entry) ?? [])),
    );
    const next: Pair[] = [];
    for (const pair of level) {
      for (const child of differingChildren(store, pair)) {
        if (treeOf(child.before) || treeOf(child.after)) next.push(child);
        const file = { ...child, before: fileOf(child.before), after: fileOf(child.after) };
        if (file.before || file.after) files.push(file);
      }
    }
    level = next;
  }
  return withRenames(files).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Lines added and removed between two texts (exact up to a size, an upper bound above it). */
export function countLines(before: Buffer | null, after: Buffer | null): LineCounts {
  if (isBinary(before) || isBinary(after)) return { additions: 0, deletions: 0 };
  const old = linesOf(before);
  const now = linesOf(after);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  const room = Math.min(old.length, now.length) - start;
  while (end < room && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const left = old.slice(start, old.length - end);
  const right = now.slice(start, now.length - end);
  // A table of lines times lines: above this it costs more than a count is worth.
  const common = left.length * right.length > 4_000_000 ? 0 : commonLength(left, right);
  return { additions: right.length - common, deletions: left.length - common };
}

function commonLength(left: readonly string[], right: readonly string[]): number {
  let row = new Uint32Array(right.length + 1);
  for (const line of left) {
    const next = new Uint32Array(right.length + 1);
    for (let at = 1; at <= right.length; at += 1) {
      next[at] = right[at - 1] === line ? (row[at - 1] ?? 0) + 1 : Math.max(row[at] ?? 0, next[at - 1] ?? 0);
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

function linesOf(data: Buffer | null): string[] {
  if (!data || data.length === 0) return [];
  const lines = data.toString("utf8").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function isBinary(data: Buffer | null): boolean {
  // Git's own rule: a zero byte among the first 8,000.
  return data !== null && data.subarray(0, 8000).includes(0);
}

function treeOf(entry: TreeEntry | null): string | null {
  return entry?.mode === "40000" ? entry.sha : null;
}

function fileOf(entry: TreeEntry | null): TreeEntry | null {
  return entry && entry.mode !== "40000" ? entry : null;
}

function differingChildren(store: ObjectStore, pair: Pair): Pair[] {
  const list = (entry: TreeEntry | null): Map<string, TreeEntry> => {
    const sha = treeOf(entry);
    return new Map((sha ? (store.tree(sha) ?? []) : []).map((child) => [child.name, child]));
  };
  const before = list(pair.before);
  const after = list(pair.after);
  const names = new Set([...before.keys(), ...after.keys()]);
  const prefix = pair.path === "" ? "" : `${pair.path}/`;
  return [...names].flatMap((name) => {
    const old = before.get(name) ?? null;
    const now = after.get(name) ?? null;
    if (old?.sha === now?.sha && old?.mode === now?.mode) return [];
    return [{ path: prefix + name, before: old, after: now }];
  });
}

function withRenames(pairs: readonly Pair[]): FileChange[] {
  const removed = new Map(
    pairs.flatMap((pair) => (pair.before && !pair.after ? [[pair.before.sha, pair] as const] : [])),
  );
  const moved = new Set<Pair>();
  const changes: FileChange[] = [];
  for (const pair of pairs) {
    if (!pair.after) continue;
    const source = pair.before ? undefined : removed.get(pair.after.sha);
    if (source && !moved.has(source)) {
      moved.add(source);
      changes.push({ ...pair, before: source.before, status: "renamed", previousPath: source.path });
    } else changes.push({ ...pair, status: pair.before ? "modified" : "added", previousPath: null });
  }
  for (const pair of pairs) {
    if (!pair.after && !moved.has(pair)) changes.push({ ...pair, status: "removed", previousPath: null });
  }
  return changes;
}
