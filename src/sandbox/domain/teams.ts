import type { Account, Repository, Role, Team } from "../state.ts";
import type { World } from "../world.ts";
import { accountOf } from "../world.ts";

/** Absent: as it was. */
export interface TeamOptions {
  name?: string;
  members?: readonly string[];
  maintainers?: readonly string[];
  /** Roles on repositories of the organization. */
  repositories?: ReadonlyMap<Repository, Role>;
}

/** A team of an organization, or null. Slugs are compared without case. */
export function findTeam(world: World, organization: Account, slug: string): Team | null {
  return world.teams.get(keyOf(organization, slug)) ?? null;
}

/** The teams of an organization, oldest first. */
export function teamsOf(world: World, organization: Account): Team[] {
  return [...world.teams.values()].filter((team) => team.organization.id === organization.id);
}

/** Makes a team, or changes it. */
export function putTeam(world: World, organization: Account, slug: string, options: TeamOptions): Team {
  const now = world.clock.now();
  const team: Team = findTeam(world, organization, slug) ?? {
    id: world.ids.next("team"),
    organization,
    slug,
    name: slug,
    members: new Map(),
    createdAt: now,
    updatedAt: now,
  };
  world.teams.set(keyOf(organization, slug), team);
  team.name = options.name ?? team.name;
  team.updatedAt = now;
  if (options.members || options.maintainers) {
    team.members.clear();
    for (const login of options.members ?? []) team.members.set(accountOf(world, login).id, "member");
    for (const login of options.maintainers ?? []) team.members.set(accountOf(world, login).id, "maintainer");
  }
  for (const [repository, role] of options.repositories ?? []) repository.teams.set(team, role);
  return team;
}

function keyOf(organization: Account, slug: string): string {
  return `${organization.id}/${slug.toLowerCase()}`;
}
