import type { Signature } from "../git/objects.ts";
import { EMPTY_TREE } from "../git/objects.ts";
import type { FileContent } from "../git/store.ts";
import type { Account, Repository } from "../state.ts";
import type { World } from "../world.ts";
import { pushRefs } from "./refs.ts";

export interface NewCommit {
  /** Default: the default branch. Made from `from` (default: the default branch) if there is none. */
  branch?: string;
  from?: string;
  message: string;
  files?: Readonly<Record<string, FileContent>>;
  author: Account;
}

/** Author or committer of something that happens now. */
export function signatureOf(world: World, account: Account): Signature {
  return {
    name: account.name ?? account.login,
    email: account.email ?? `${account.id}+${account.login}@users.noreply.sandbox.example`,
    seconds: Math.floor(world.clock.now() / 1000),
    zone: "+0000",
  };
}

/** Writes a commit on top of a branch and pushes it. @returns its SHA. */
export function commitFiles(world: World, repository: Repository, change: NewCommit): string {
  const ref = `refs/heads/${change.branch ?? repository.defaultBranch}`;
  const parent = repository.refs.get(ref) ?? startOf(repository, change.from);
  const sha = writeCommit(world, repository, parent, change);
  pushRefs(world, repository, [{ ref, sha }], change.author);
  return sha;
}

/** Writes a commit without moving any ref. @returns its SHA. */
export function writeCommit(
  world: World,
  repository: Repository,
  parent: string | null,
  change: NewCommit,
): string {
  const { store } = repository;
  const before = parent === null ? EMPTY_TREE : (store.commit(parent)?.tree ?? EMPTY_TREE);
  return store.writeCommit({
    tree: store.updateTree(before, new Map(Object.entries(change.files ?? {}))),
    parents: parent === null ? [] : [parent],
    author: signatureOf(world, change.author),
    committer: signatureOf(world, change.author),
    message: change.message,
  });
}

/** The commit that a branch name, tag name or SHA stands for, or null. */
export function resolveCommit(repository: Repository, name: string): string | null {
  const { refs, store } = repository;
  for (const ref of [`refs/heads/${name}`, `refs/tags/${name}`, name, `refs/${name}`]) {
    const sha = refs.get(ref);
    if (sha !== undefined) return store.peel(sha);
  }
  if (name === "HEAD") return refs.get(`refs/heads/${repository.defaultBranch}`) ?? null;
  return /^[0-9a-f]{40}$/.test(name) ? store.peel(name) : null;
}

function startOf(repository: Repository, from: string | undefined): string | null {
  return resolveCommit(repository, from ?? repository.defaultBranch);
}
