/** Which files differ between two commits. */
import type { CommitSha } from "../core/ids.ts";
import type { RepositoryClient } from "./client.ts";
import { isNotFound } from "./failure.ts";
import { comparisonOf } from "./history.ts";

/** GitHub names no more files of a comparison. https://docs.github.com/en/rest/commits/commits#compare-two-commits */
const FILES_NAMED = 300;

/**
 * The paths, from the repository's root, of all files that are not the same in both commits; of a renamed one, both names. Where one commit descends from
 * the other a comparison tells; else, and where too many changed, their trees are laid side by side.
 *
 * @returns null where GitHub cannot tell all of them
 */
export async function changedFiles(
  client: RepositoryClient,
  older: CommitSha,
  newer: CommitSha,
): Promise<readonly string[] | null> {
  if (older === newer) return [];
  return (
    (await filesOnTheWay(client, older, newer)) ??
    differenceOfTrees(await treeOf(client, older), await treeOf(client, newer))
  );
}

/** By GitHub's comparison; null where the newer commit does not descend from the older one, or there are more files than are named. */
async function filesOnTheWay(
  client: RepositoryClient,
  older: CommitSha,
  newer: CommitSha,
): Promise<readonly string[] | null> {
  const compared = await comparisonOf(client, older, newer);
  const files = compared?.files ?? [];
  // It begins at the common ancestor, and so tells the whole difference only where that is the older commit.
  if (compared?.status !== "ahead" || files.length >= FILES_NAMED) return null;
  return files.flatMap(({ filename, previous_filename: before }) =>
    before === undefined ? [filename] : [before, filename],
  );
}

type Tree = ReadonlyMap<string, string>;

/** The blobs of a commit by path; null where there are more than GitHub lists, or it is gone. https://docs.github.com/en/rest/git/trees#get-a-tree */
async function treeOf({ octokit, owner, repo }: RepositoryClient, sha: CommitSha): Promise<Tree | null> {
  try {
    const { data } = await octokit.rest.git.getTree({ owner, repo, tree_sha: sha, recursive: "1" });
    if (data.truncated) return null;
    return new Map(
      data.tree.flatMap(({ path, sha: blob, type, mode }) =>
        type === "tree" ? [] : [[path, `${mode} ${blob}`] as const],
      ),
    );
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

function differenceOfTrees(one: Tree | null, other: Tree | null): readonly string[] | null {
  if (one === null || other === null) return null;
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths].filter((path) => one.get(path) !== other.get(path));
}
