import type { FileContent } from "./store.ts";
import type { ObjectStore } from "./store.ts";
import type { TreeEntry } from "./objects.ts";
import { diffTrees } from "./diff.ts";
import { mergeBase } from "./graph.ts";

/**
 * The tree of a merge of `theirs` into `ours`, by whole files: a file that only one side touched is taken from it.
 * @returns null where both sides changed a file differently (a conflict), which is stricter than git's merge by lines.
 */
export function mergeTrees(store: ObjectStore, ours: string, theirs: string): string | null {
  const base = mergeBase(store, ours, theirs);
  const treeOf = (sha: string | null): string | null => (sha ? (store.commit(sha)?.tree ?? null) : null);
  const ourTree = treeOf(ours);
  const theirTree = treeOf(theirs);
  if (!ourTree || !theirTree) return null;
  const baseTree = treeOf(base);
  const ourChanges = new Map<string, string | null>();
  for (const change of diffTrees(store, baseTree, ourTree)) {
    ourChanges.set(change.path, change.after?.sha ?? null);
    if (change.previousPath) ourChanges.set(change.previousPath, null);
  }
  const updates = new Map<string, FileContent | TreeEntry>();
  for (const change of diffTrees(store, baseTree, theirTree)) {
    const wanted: [string, TreeEntry | null][] = [[change.path, change.after]];
    if (change.previousPath) wanted.push([change.previousPath, null]);
    for (const [path, entry] of wanted) {
      if (ourChanges.has(path) && ourChanges.get(path) !== (entry?.sha ?? null)) return null;
      updates.set(path, entry);
    }
  }
  return store.updateTree(ourTree, updates);
}
