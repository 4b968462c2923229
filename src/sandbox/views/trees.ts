import type { Repository } from "../state.ts";
import type { World } from "../world.ts";
import { repositoryApiUrl } from "./repository.ts";
import type { Schema } from "./schema.ts";

/** Source: https://docs.github.com/rest/git/trees#get-a-tree (limit of the `tree` array) */
const ENTRIES_MAXIMUM = 100_000;

/** A tree, with everything below it if asked for. */
export function gitTreeView(
  world: World,
  repository: Repository,
  sha: string,
  recursive: boolean,
): Schema<"git-tree"> {
  const api = repositoryApiUrl(world, repository);
  const { store } = repository;
  const entries: Schema<"git-tree">["tree"] = [];
  let level = [{ prefix: "", sha }];
  while (level.length > 0 && entries.length < ENTRIES_MAXIMUM) {
    store.prefetch(level.map((directory) => directory.sha));
    const next: typeof level = [];
    for (const directory of level) {
      for (const entry of store.tree(directory.sha) ?? []) {
        const type = entry.mode === "40000" ? "tree" : entry.mode === "160000" ? "commit" : "blob";
        const path = directory.prefix + entry.name;
        const url = `${api}/git/${type}s/${entry.sha}`;
        entries.push({ path, mode: entry.mode.padStart(6, "0"), type, sha: entry.sha, url });
        if (recursive && type === "tree") next.push({ prefix: `${path}/`, sha: entry.sha });
      }
    }
    level = next;
  }
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    sha,
    url: `${api}/git/trees/${sha}`,
    tree: entries.slice(0, ENTRIES_MAXIMUM),
    truncated: entries.length > ENTRIES_MAXIMUM,
  };
}
