import { resolveCommit, commitFiles } from "./domain/commits.ts";
import { addPastPulls, highestNumber, pastPulls } from "./domain/history.ts";
import { install } from "./domain/installations.ts";
import { addRepository } from "./domain/repositories.ts";
import { readClone } from "./git/clone.ts";
import { SandboxRepository } from "./sandbox-repository.ts";
import type { Role } from "./state.ts";
import type { World } from "./world.ts";
import { accountOf, findRepository } from "./world.ts";

export interface RepositoryOptions {
  files?: Record<string, string>;
  defaultBranch?: string;
  collaborators?: Record<string, Role>;
  /** Whether the App is installed; default true. */
  install?: boolean;
}

export interface ImportOptions extends Omit<RepositoryOptions, "defaultBranch"> {
  /** Message of the commit that adds `files` on top of the imported history. */
  message?: string;
  author?: string;
}

/** Splits `owner/name`. @throws for anything else. */
export function ownerAndName(fullName: string): [string, string] {
  const match = /^([\w.-]+)\/([\w.-]+)$/.exec(fullName);
  if (!match) throw new Error(`${fullName} is no repository's name: it has to be OWNER/NAME.`);
  return [match[1] ?? "", match[2] ?? ""];
}

/** Makes a repository, or finds the one of this name and adds to it. */
export function makeRepository(
  world: World,
  fullName: string,
  options: RepositoryOptions,
): SandboxRepository {
  const [owner, name] = ownerAndName(fullName);
  const known = findRepository(world, owner, name);
  const account = accountOf(world, owner, { type: "Organization" });
  const repository = known ?? addRepository(world, account, name, options.defaultBranch ?? "main");
  const handle = new SandboxRepository(world, repository);
  handle.setCollaborators(options.collaborators ?? {});
  if (options.files || !known) {
    const [first] = Object.keys(options.collaborators ?? {});
    commitFiles(world, repository, {
      message: known ? "chore: update files" : "chore: first commit",
      files: options.files ?? { "README.md": `# ${name}\n` },
      author: accountOf(world, first ?? "octavia"),
    });
  }
  if (options.install !== false) install(world, repository);
  return handle;
}

/** Makes a repository of a local clone. @throws CloneUnreadable */
export async function importRepository(
  world: World,
  fullName: string,
  path: string,
  options: ImportOptions,
): Promise<SandboxRepository> {
  const [owner, name] = ownerAndName(fullName);
  if (findRepository(world, owner, name)) throw new Error(`There is a repository ${fullName} already.`);
  const clone = await readClone(path);
  const account = accountOf(world, owner, { type: "Organization" });
  const repository = addRepository(world, account, name, clone.branch, clone.store);
  for (const [ref, sha] of clone.refs) repository.refs.set(ref, sha);
  const pulls = pastPulls(clone.store, clone.head);
  addPastPulls(world, repository, pulls);
  repository.nextNumber = highestNumber(pulls) + 1;
  const handle = new SandboxRepository(world, repository);
  handle.setCollaborators(options.collaborators ?? {});
  if (options.files) {
    const [first] = Object.keys(options.collaborators ?? {});
    commitFiles(world, repository, {
      message: options.message ?? "ci: deploy by Waybill",
      files: options.files,
      author: accountOf(world, options.author ?? first ?? "octavia"),
    });
  }
  if (resolveCommit(repository, clone.branch) === null) throw new Error(`${path} has no commit.`);
  if (options.install !== false) install(world, repository);
  return handle;
}
