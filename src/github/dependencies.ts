/** What changed in the files that list dependencies, read by their contents' names: each pair of contents once. */
import {
  compareTexts,
  isTooLarge,
  pairsOf,
  type FileChanges,
  type FilePair,
  type StoredFile,
  type StoredFiles,
  type Unread,
} from "../core/dependencies/index.ts";
import type { RepositoryClient } from "./client.ts";
import { rememberComparison } from "./memory.ts";

/** Compares the files of two commits. */
export async function compareFiles(
  client: RepositoryClient,
  paths: readonly string[],
  before: StoredFiles,
  now: StoredFiles,
): Promise<readonly { readonly path: string; readonly outcome: FileChanges | Unread }[]> {
  const found: { readonly path: string; readonly outcome: FileChanges | Unread }[] = [];
  for (const pairs of pairsOf(paths, before, now))
    for (const pair of pairs) {
      const outcome = await outcomeOf(client, pair);
      found.push({ path: pair.path, outcome });
      // Where one cannot be read, the next best tells at least something.
      if (typeof outcome !== "string") break;
    }
  return found;
}

async function outcomeOf(client: RepositoryClient, pair: FilePair): Promise<FileChanges | Unread> {
  if (isTooLarge(pair)) return "too-large";
  const { path, before, now } = pair;
  if (before?.oid === now?.oid) return { changes: [], more: 0, indirect: 0 };
  const key = [path, before?.oid, now?.oid].join(" ");
  const known = client.memory.comparisons.get(key);
  if (known !== undefined) return known;
  const outcome = compareTexts(path, await textOf(client, before), await textOf(client, now));
  rememberComparison(client.memory, key, outcome);
  return outcome;
}

/** https://docs.github.com/en/rest/git/blobs#get-a-blob */
async function textOf(
  { octokit, owner, repo }: RepositoryClient,
  file: StoredFile | null,
): Promise<string | null> {
  if (file === null) return null;
  const { data } = await octokit.rest.git.getBlob({ owner, repo, file_sha: file.oid });
  return Buffer.from(data.content, "base64").toString("utf8");
}
