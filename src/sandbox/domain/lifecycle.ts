import { cancelRun } from "../actions/runner.ts";
import type { Account, Repository } from "../state.ts";
import { fullName } from "../state.ts";
import { organizationView, simpleUser } from "../views/accounts.ts";
import { isPull } from "../views/pulls.ts";
import { emit, emitTargetRenamed } from "../webhooks/emit.ts";
import type { World } from "../world.ts";
import { findRepository, installationOf } from "../world.ts";
import { install, installationOfAccount, removeFromInstallation } from "./installations.ts";
import { emitPull } from "./pulls.ts";

/** Renames a repository; its old name leads here until another takes it. @throws if the new name is taken. */
export function renameRepository(world: World, repository: Repository, name: string, by: Account): void {
  const from = repository.name;
  moveTo(world, repository, repository.owner, name);
  const payload = { action: "renamed", changes: { repository: { name: { from } } } } as const;
  emit(world, repository, "repository", payload, by);
}

/**
 * Renames an account with all that it owns; the old names of its repositories lead to them. The App is told if it subscribes to
 * `installation_target`. @throws if the login is taken.
 */
export function renameAccount(world: World, account: Account, login: string): void {
  if (world.accounts.has(login.toLowerCase())) throw new Error(`There is an account ${login} already.`);
  const from = account.login;
  const owned = [...world.repositories.values()].filter(({ owner }) => owner === account);
  for (const repository of owned) world.redirects.set(fullName(repository).toLowerCase(), repository.id);
  world.accounts.delete(from.toLowerCase());
  account.login = login;
  world.accounts.set(login.toLowerCase(), account);
  for (const repository of owned) world.redirects.delete(fullName(repository).toLowerCase());
  const installation = installationOfAccount(world, account);
  if (installation?.events.includes("installation_target")) {
    emitTargetRenamed(world, installation, { login: { from } });
  }
}

/**
 * Gives a repository to another owner. The old owner's installation loses it; the new owner's gets it only if it is to.
 * The App hears of the transfer itself through the new owner's installation, if at all.
 */
export function transferRepository(
  world: World,
  repository: Repository,
  owner: Account,
  options: { install: boolean; by: Account },
): void {
  const before = installationOf(world, repository);
  const from = repository.owner;
  if (before) removeFromInstallation(world, before, repository);
  moveTo(world, repository, owner, repository.name);
  if (!options.install) return;
  install(world, repository);
  const previous =
    from.type === "Organization"
      ? { organization: organizationView(world, from) }
      : { user: simpleUser(world, from) };
  const payload = { action: "transferred", changes: { owner: { from: previous } } } as const;
  emit(world, repository, "repository", payload, options.by);
}

/** Source: https://docs.github.com/repositories/creating-and-managing-repositories/renaming-a-repository */
function moveTo(world: World, repository: Repository, owner: Account, name: string): void {
  const taken = findRepository(world, owner.login, name);
  if (taken && taken !== repository) throw new Error(`There is a repository ${fullName(taken)} already.`);
  world.redirects.set(fullName(repository).toLowerCase(), repository.id);
  Object.assign(repository, { owner, name });
  world.redirects.delete(fullName(repository).toLowerCase());
}

/** Archives or unarchives a repository; an archived one can only be read. */
export function setArchived(world: World, repository: Repository, archived: boolean, by: Account): void {
  if (repository.archived === archived) return;
  repository.archived = archived;
  emit(world, repository, "repository", { action: archived ? "archived" : "unarchived" }, by);
}

/** Deletes a repository with its runs. An App is told both that it is gone and that its installation lost it. */
export function deleteRepository(world: World, repository: Repository, by: Account): void {
  emit(world, repository, "repository", { action: "deleted" }, by);
  const installation = installationOf(world, repository);
  if (installation) removeFromInstallation(world, installation, repository);
  world.repositories.delete(repository.id);
  world.deleted.push(repository);
  for (const [token, held] of world.tokens) {
    if (held.kind === "job" && held.repository === repository) world.tokens.delete(token);
  }
  // Nobody is told of these any more: the App reaches the repository no longer.
  for (const run of repository.runs.values()) cancelRun(world, repository, run);
}

/** Makes another existing branch the default one. @throws if there is no such branch. */
export function setDefaultBranch(world: World, repository: Repository, branch: string, by: Account): void {
  if (!repository.refs.has(`refs/heads/${branch}`)) {
    throw new Error(`${fullName(repository)} has no branch ${branch}.`);
  }
  const from = repository.defaultBranch;
  if (from === branch) return;
  repository.defaultBranch = branch;
  const payload = { action: "edited", changes: { default_branch: { from } } } as const;
  emit(world, repository, "repository", payload, by);
}

/**
 * Renames the default branch: the ref moves, and open pull requests follow.
 * Source: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-branches-in-your-repository/renaming-a-branch
 * (Whether `create` and `delete` are sent for the two names is not said there; they are not sent here.)
 */
export function renameDefaultBranch(world: World, repository: Repository, branch: string, by: Account): void {
  const from = repository.defaultBranch;
  const sha = repository.refs.get(`refs/heads/${from}`);
  if (sha === undefined || repository.refs.has(`refs/heads/${branch}`)) {
    throw new Error(`${from} of ${fullName(repository)} cannot be renamed to ${branch}.`);
  }
  repository.refs.delete(`refs/heads/${from}`);
  repository.refs.set(`refs/heads/${branch}`, sha);
  setDefaultBranch(world, repository, branch, by);
  for (const issue of repository.issues.values()) {
    if (!isPull(issue) || issue.pull.baseRef !== from) continue;
    issue.pull.baseRef = branch;
    if (issue.state !== "open") continue;
    const changes = { base: { ref: { from }, sha: { from: issue.pull.baseSha } } };
    emitPull(world, repository, issue, "edited", by, changes);
  }
}
