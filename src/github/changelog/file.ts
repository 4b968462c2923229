/**
 * A file of the repository, byte for byte, and how it comes onto a branch: by Git's own objects, which know no megabyte as the contents endpoint does.
 * https://docs.github.com/en/rest/git
 */
import type { CommitSha } from "../../core/ids.ts";
import type { RepositoryClient } from "../client.ts";

/** Megabytes. Larger ones take longer to send than anybody waits for a changelog. */
export const LARGEST_MEGABYTES = 20;

export type StandingFile =
  /** `text`: its bytes, one character each. `mode` is Git's. */
  | { readonly kind: "file"; readonly text: string; readonly mode: "100644" | "100755" }
  | { readonly kind: "none" }
  | { readonly kind: "unfit"; readonly why: "not-a-file" | "too-large" | "not-text" };

/** The file at a path of a commit. That it is not there is only believed of a folder that was read. */
export async function fileAtCommit(
  client: RepositoryClient,
  commit: CommitSha,
  path: string,
): Promise<StandingFile> {
  const parts = path.split("/");
  // A commit stands for its tree.
  let tree: string = commit;
  for (const [at, name] of parts.entries()) {
    const isLast = at === parts.length - 1;
    const entry = await entryIn(client, tree, name);
    if (entry === null) return { kind: "none" };
    if (!isLast && entry.type === "tree") tree = entry.sha;
    else if (!isLast || entry.type !== "blob" || !isPlain(entry.mode))
      return { kind: "unfit", why: "not-a-file" };
    else return blobAt(client, { ...entry, mode: entry.mode });
  }
  return { kind: "none" };
}

interface Entry {
  readonly type: string;
  readonly mode: string;
  readonly sha: string;
  readonly size: number;
}

function isPlain(mode: string): mode is "100644" | "100755" {
  return mode === "100644" || mode === "100755";
}

async function entryIn(
  { octokit, owner, repo }: RepositoryClient,
  tree: string,
  name: string,
): Promise<Entry | null> {
  const { data } = await octokit.rest.git.getTree({ owner, repo, tree_sha: tree });
  const found = data.tree.find((entry) => entry.path === name);
  if (found === undefined && data.truncated)
    throw new Error("GitHub does not list the whole folder of the changelog");
  return found === undefined
    ? null
    : { type: found.type, mode: found.mode, sha: found.sha, size: found.size ?? 0 };
}

async function blobAt(
  { octokit, owner, repo }: RepositoryClient,
  { sha, size, mode }: Entry & { readonly mode: "100644" | "100755" },
): Promise<StandingFile> {
  if (size > LARGEST_MEGABYTES * 1024 * 1024) return { kind: "unfit", why: "too-large" };
  const { data } = await octokit.rest.git.getBlob({ owner, repo, file_sha: sha });
  const text = Buffer.from(data.content, "base64").toString("latin1");
  return text.includes("\u0000") ? { kind: "unfit", why: "not-text" } : { kind: "file", text, mode };
}

/** A commit that is to be made of one file. */
export interface FileCommit {
  readonly path: string;
  /** Bytes, one character each. */
  readonly text: string;
  readonly mode: "100644" | "100755";
  readonly message: string;
  /** The commit whose other files it takes over. */
  readonly onto: CommitSha;
  readonly parents: readonly CommitSha[];
}

/** Makes the commit, which nothing names yet. Without an author of its own it is the App's, and GitHub signs it. Answers its SHA. */
export async function commitFile(
  { octokit, owner, repo }: RepositoryClient,
  { path, text, mode, message, onto, parents }: FileCommit,
): Promise<string> {
  const place = { owner, repo };
  const content = Buffer.from(text, "latin1").toString("base64");
  const blob = await octokit.rest.git.createBlob({ ...place, content, encoding: "base64" });
  const before = await octokit.rest.git.getCommit({ ...place, commit_sha: onto });
  const tree = await octokit.rest.git.createTree({
    ...place,
    base_tree: before.data.tree.sha,
    tree: [{ path, mode, type: "blob", sha: blob.data.sha }],
  });
  const { data } = await octokit.rest.git.createCommit({
    ...place,
    message,
    tree: tree.data.sha,
    parents: [...parents],
  });
  return data.sha;
}
