import { isoTime } from "../clock.ts";
import { countLines, diffTrees } from "../git/diff.ts";
import type { FileChange } from "../git/diff.ts";
import type { Commit, Signature, Tag } from "../git/objects.ts";
import { ZERO_SHA } from "../git/objects.ts";
import { nodeId } from "../ids.ts";
import type { Account, Repository } from "../state.ts";
import type { World } from "../world.ts";
import { simpleUser } from "./accounts.ts";
import { repositoryApiUrl, repositoryPage } from "./repository.ts";
import type { Schema } from "./schema.ts";

const UNVERIFIED = {
  verified: false,
  reason: "unsigned",
  signature: null,
  payload: null,
  verified_at: null,
};

/** GitHub lists at most 300 files of a commit or comparison. Source: the reference of "Compare two commits". */
const FILES_SHOWN = 300;

/** Name, address and time of a commit's author. */
export function personView(signature: Signature): { name: string; email: string; date: string } {
  return { name: signature.name, email: signature.email, date: isoTime(signature.seconds * 1000) };
}

/** The account that an address belongs to, as GitHub links commits to people. */
export function accountByEmail(world: World, email: string): Account | null {
  return world.emails.get(email.toLowerCase()) ?? null;
}

/** A commit of the REST API, without files. */
export function commitView(world: World, repository: Repository, commit: Commit): Schema<"commit"> {
  const url = repositoryApiUrl(world, repository);
  const page = repositoryPage(world, repository);
  const author = accountByEmail(world, commit.author.email);
  const committer = accountByEmail(world, commit.committer.email);
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: `${url}/commits/${commit.sha}`,
    html_url: `${page}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    commit: {
      url: `${url}/git/commits/${commit.sha}`,
      author: personView(commit.author),
      committer: personView(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      comment_count: 0,
      verification: { ...UNVERIFIED },
    },
    author: author && simpleUser(world, author),
    committer: committer && simpleUser(world, committer),
    parents: commit.parents.map((sha) => {
      return { sha, url: `${url}/commits/${sha}`, html_url: `${page}/commit/${sha}` };
    }),
  };
}

/** A commit with its files against its first parent. */
export function commitWithFiles(world: World, repository: Repository, commit: Commit): Schema<"commit"> {
  const parent = commit.parents[0];
  const before = parent === undefined ? null : (repository.store.commit(parent)?.tree ?? null);
  const files = filesView(world, repository, diffTrees(repository.store, before, commit.tree), commit.sha);
  const sum = (pick: (file: Schema<"diff-entry">) => number): number =>
    files.reduce((total, file) => total + pick(file), 0);
  const additions = sum((file) => file.additions);
  const deletions = sum((file) => file.deletions);
  return {
    ...commitView(world, repository, commit),
    stats: { additions, deletions, total: additions + deletions },
    files,
  };
}

/** Changed files with their numbers of lines. */
export function filesView(
  world: World,
  repository: Repository,
  changes: readonly FileChange[],
  head: string,
): Schema<"diff-entry">[] {
  const { store } = repository;
  const shown = changes.slice(0, FILES_SHOWN);
  const isFile = (mode: string | undefined): boolean => mode !== undefined && mode !== "160000";
  const shas = shown.flatMap(({ before, after }) =>
    [before, after].flatMap((entry) => (isFile(entry?.mode) ? [entry?.sha ?? ""] : [])),
  );
  store.prefetch(shas);
  const path = (file: string): string => file.split("/").map(encodeURIComponent).join("/");
  return shown.map((change) => {
    const lines =
      change.status === "renamed"
        ? { additions: 0, deletions: 0 }
        : countLines(
            isFile(change.before?.mode) ? store.blob(change.before?.sha ?? "") : null,
            isFile(change.after?.mode) ? store.blob(change.after?.sha ?? "") : null,
          );
    const page = repositoryPage(world, repository);
    return {
      sha: change.after?.sha ?? change.before?.sha ?? ZERO_SHA,
      filename: change.path,
      status: change.status,
      additions: lines.additions,
      deletions: lines.deletions,
      changes: lines.additions + lines.deletions,
      blob_url: `${page}/blob/${head}/${path(change.path)}`,
      raw_url: `${page}/raw/${head}/${path(change.path)}`,
      contents_url: `${repositoryApiUrl(world, repository)}/contents/${path(change.path)}?ref=${head}`,
      ...(change.previousPath === null ? {} : { previous_filename: change.previousPath }),
    };
  });
}

/** A commit of the Git database API. */
export function gitCommitView(world: World, repository: Repository, commit: Commit): Schema<"git-commit"> {
  const url = repositoryApiUrl(world, repository);
  const page = repositoryPage(world, repository);
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: `${url}/git/commits/${commit.sha}`,
    html_url: `${page}/commit/${commit.sha}`,
    author: personView(commit.author),
    committer: personView(commit.committer),
    tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => {
      return { sha, url: `${url}/git/commits/${sha}`, html_url: `${page}/commit/${sha}` };
    }),
    verification: { ...UNVERIFIED },
  };
}

/** An annotated tag of the Git database API. */
export function gitTagView(world: World, repository: Repository, tag: Tag): Schema<"git-tag"> {
  const url = repositoryApiUrl(world, repository);
  return {
    sha: tag.sha,
    node_id: nodeId("Tag", tag.sha),
    url: `${url}/git/tags/${tag.sha}`,
    tag: tag.tag,
    message: tag.message,
    tagger: personView(tag.tagger ?? { name: "", email: "", seconds: 0, zone: "+0000" }),
    object: { sha: tag.object, type: tag.type, url: `${url}/git/${tag.type}s/${tag.object}` },
    verification: { ...UNVERIFIED },
  };
}

/** A ref with the object that it names, which is the tag object for an annotated tag. */
export function refView(world: World, repository: Repository, ref: string, sha: string): Schema<"git-ref"> {
  const url = repositoryApiUrl(world, repository);
  const type = repository.store.read(sha)?.type ?? "commit";
  return {
    ref,
    node_id: nodeId("Ref", `${repository.id}:${ref}`),
    url: `${url}/git/${ref}`,
    object: { sha, type, url: `${url}/git/${type}s/${sha}` },
  };
}

/** The commit of a workflow run or check suite. */
export function simpleCommit(commit: Commit): Schema<"simple-commit"> {
  const person = ({ name, email }: Signature): { name: string; email: string } => ({ name, email });
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: isoTime(commit.committer.seconds * 1000),
    author: person(commit.author),
    committer: person(commit.committer),
  };
}
