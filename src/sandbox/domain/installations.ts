import { nodeId } from "../ids.ts";
import type { Account, Installation, Permissions, Repository } from "../state.ts";
import { fullName } from "../state.ts";
import { emitInstallation } from "../webhooks/emit.ts";
import type { World } from "../world.ts";
import { permissionAtLeast } from "../world.ts";

/** Repositories as webhooks of installations list them. */
function listed(repositories: readonly Repository[]): Record<string, unknown>[] {
  return repositories.map((repository) => {
    const { id, name, private: secluded } = repository;
    return {
      id,
      node_id: nodeId("Repository", id),
      name,
      full_name: fullName(repository),
      private: secluded,
    };
  });
}

function repositoriesOf(world: World, installation: Installation): Repository[] {
  return [...installation.repositories].flatMap((id) => world.repositories.get(id) ?? []);
}

/** The App's installation on an account, or null. */
export function installationOfAccount(world: World, account: Account): Installation | null {
  for (const installation of world.installations.values()) {
    if (installation.account.id === account.id) return installation;
  }
  return null;
}

/** Installs the App on a repository: one installation an account; a further repository is added to it. */
export function install(world: World, repository: Repository): Installation {
  const { owner } = repository;
  const known = installationOfAccount(world, owner);
  const now = world.clock.now();
  if (known) {
    if (known.repositories.has(repository.id)) return known;
    known.repositories.add(repository.id);
    known.updatedAt = now;
    emitSelection(world, known, { added: [repository] });
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
  const payload = { action: "created", repositories: listed([repository]), requester: null } as const;
  emitInstallation(world, installation, "installation", payload, owner);
  return installation;
}

/** Takes a repository out of its installation, which stays, even with none left. */
export function removeFromInstallation(
  world: World,
  installation: Installation,
  repository: Repository,
): void {
  if (!installation.repositories.delete(repository.id)) return;
  installation.updatedAt = world.clock.now();
  emitSelection(world, installation, { removed: [repository] });
}

function emitSelection(
  world: World,
  installation: Installation,
  { added = [], removed = [] }: { added?: readonly Repository[]; removed?: readonly Repository[] },
): void {
  const payload = {
    action: added.length > 0 ? "added" : "removed",
    repository_selection: "selected",
    repositories_added: listed(added),
    repositories_removed: listed(removed),
    requester: null,
  };
  emitInstallation(world, installation, "installation_repositories", payload, installation.account);
}

/** Uninstalls the App from an account; its tokens are worth nothing from then on. */
export function uninstall(world: World, installation: Installation): void {
  const repositories = listed(repositoriesOf(world, installation));
  emitInstallation(
    world,
    installation,
    "installation",
    { action: "deleted", repositories, requester: null },
    installation.account,
  );
  world.installations.delete(installation.id);
}

/** Suspends or unsuspends an installation. */
export function setSuspended(world: World, installation: Installation, suspended: boolean): void {
  installation.suspendedAt = suspended ? world.clock.now() : null;
  const repositories = listed(repositoriesOf(world, installation));
  const action = suspended ? "suspend" : "unsuspend";
  emitInstallation(world, installation, "installation", { action, repositories }, installation.account);
}

/** What an App or an installation may do, and what it is told. Absent: as it was. */
export interface Grants {
  permissions?: Permissions;
  events?: readonly string[];
}

/**
 * Changes the App's registration. Installations follow at once, unless the App asks for more than they granted: then they stay as they
 * are, permissions and events, until somebody accepts.
 * Source: https://docs.github.com/apps/maintaining-github-apps/modifying-a-github-app-registration#changing-the-permissions-of-a-github-app
 */
export function editApp(world: World, { permissions, events }: Grants): void {
  if (permissions) world.app.permissions = { ...permissions };
  if (events) world.app.events = [...events];
  for (const installation of world.installations.values()) {
    const asked = Object.entries(world.app.permissions);
    const granted = asked.every(([name, level]) => permissionAtLeast(installation.permissions[name], level));
    if (granted) editInstallation(world, installation, world.app);
  }
}

/** Sets what an installation granted, without a word to the App: how it comes to have older permissions than the App. */
export function editInstallation(
  world: World,
  installation: Installation,
  { permissions, events }: Grants,
): void {
  if (permissions) installation.permissions = { ...permissions };
  if (events) installation.events = [...events];
  installation.updatedAt = world.clock.now();
}

/** The account's owner accepts what the App asks for by now. */
export function acceptPermissions(world: World, installation: Installation): void {
  editInstallation(world, installation, world.app);
  const repositories = listed(repositoriesOf(world, installation));
  const payload = { action: "new_permissions_accepted", repositories, requester: null } as const;
  emitInstallation(world, installation, "installation", payload, installation.account);
}
