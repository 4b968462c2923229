import { randomBytes } from "node:crypto";
import { ObjectStore } from "../git/store.ts";
import type { Account, Repository, Token } from "../state.ts";
import { fullName, USUAL_MERGING } from "../state.ts";
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
    customRoles: new Map(),
    teams: new Map(),
    issues: new Map(),
    comments: new Map(),
    reactions: [],
    labels: new Map(),
    releases: [],
    latestReleaseId: null,
    immutableReleases: false,
    burnedTags: new Set(),
    deployments: [],
    environments: new Map(),
    workflows: new Map(),
    runs: new Map(),
    checkRuns: new Map(),
    requiredChecks: new Map(),
    merging: { ...USUAL_MERGING },
    statuses: [],
    rules: [],
    targets: new Map(),
    nextNumber: 1,
    pastPulls: new Map(),
    createdAt: now,
    pushedAt: now,
  };
  world.repositories.set(repository.id, repository);
  // A new repository takes the name from one that moved away.
  world.redirects.delete(fullName(repository).toLowerCase());
  world.changed();
  return repository;
}

/** Makes a token. Prefixes: https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats */
export function makeToken(world: World, token: Token): string {
  const prefix = token.kind === "user" ? "ghp_" : "ghs_";
  const text = prefix + randomBytes(27).toString("base64url").replaceAll(/[-_]/g, "0").slice(0, 36);
  world.tokens.set(text, token);
  return text;
}
