import { randomBytes } from "node:crypto";
import { ObjectStore } from "../git/store.ts";
import { nodeId } from "../ids.ts";
import type { Account, Installation, Repository, Token } from "../state.ts";
import { fullName } from "../state.ts";
import { emitInstallation } from "../webhooks/emit.ts";
import type { World } from "../world.ts";

/** A repository without any commit. */
export function addRepository(
  world: World,
  owner: Account,
  name: string,
  defaultBranch: string,
  store = new ObjectStore(),
): Repository {
  const now = world.clock.now();
  const repository: Repository = {
    id: world.ids.next("repository"),
    owner,
    name,
    description: null,
    private: true,
    archived: false,
    defaultBranch,
    store,
    refs: new Map(),
    collaborators: new Map(),
    issues: new Map(),
    comments: new Map(),
    reactions: [],
    labels: new Map(),
    releases: [],
    latestReleaseId: null,
    deployments: [],
    workflows: new Map(),
    runs: new Map(),
    checkRuns: new Map(),
    rules: [],
    targets: new Map(),
    nextNumber: 1,
    createdAt: now,
    pushedAt: now,
  };
  world.repositories.set(repository.id, repository);
  world.changed();
  return repository;
}

/** Installs the App on a repository: one installation an account. */
export function install(world: World, repository: Repository): Installation {
  const { owner } = repository;
  const listed = [
    {
      id: repository.id,
      node_id: nodeId("Repository", repository.id),
      name: repository.name,
      full_name: fullName(repository),
      private: repository.private,
    },
  ];
  const known = [...world.installations.values()].find((candidate) => candidate.account.id === owner.id);
  const now = world.clock.now();
  if (known) {
    if (known.repositories.has(repository.id)) return known;
    known.repositories.add(repository.id);
    known.updatedAt = now;
    const payload = {
      action: "added",
      repository_selection: "selected",
      repositories_added: listed,
      repositories_removed: [],
      requester: null,
    };
    emitInstallation(world, known, "installation_repositories", payload, owner);
    return known;
  }
  const installation: Installation = {
    id: world.ids.next("installation"),
    account: owner,
    permissions: { ...world.app.permissions },
    events: [...world.app.events],
    suspendedAt: null,
    repositories: new Set([repository.id]),
    createdAt: now,
    updatedAt: now,
  };
  world.installations.set(installation.id, installation);
  emitInstallation(
    world,
    installation,
    "installation",
    { action: "created", repositories: listed, requester: null },
    owner,
  );
  return installation;
}

/** Suspends or unsuspends an installation. */
export function setSuspended(world: World, installation: Installation, suspended: boolean): void {
  installation.suspendedAt = suspended ? world.clock.now() : null;
  const repositories = [...installation.repositories].flatMap((id) => {
    const repository = world.repositories.get(id);
    if (!repository) return [];
    const { name, private: secluded } = repository;
    return [
      { id, node_id: nodeId("Repository", id), name, full_name: fullName(repository), private: secluded },
    ];
  });
  const action = suspended ? "suspend" : "unsuspend";
  emitInstallation(world, installation, "installation", { action, repositories }, installation.account);
}

/** Makes a token. Prefixes: https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats */
export function makeToken(world: World, token: Token): string {
  const prefix = token.kind === "user" ? "ghp_" : "ghs_";
  const text = prefix + randomBytes(27).toString("base64url").replaceAll(/[-_]/g, "0").slice(0, 36);
  world.tokens.set(text, token);
  return text;
}
