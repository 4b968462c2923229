import { isoTime } from "../clock.ts";
import { nodeId } from "../ids.ts";
import type { Repository, Role, Team } from "../state.ts";
import type { World } from "../world.ts";
import { apiUrl, organizationView } from "./accounts.ts";
import type { Schema } from "./schema.ts";

/** Where a team lies in the API. */
export function teamUrl(world: World, team: Team): string {
  return `${apiUrl(world)}/orgs/${team.organization.login}/teams/${team.slug}`;
}

/** The four words and five flags by which GitHub spells a role; triage is reported as read, maintain as write. */
export function rightsOf(role: Role) {
  const permission =
    role === "none"
      ? "none"
      : role === "admin"
        ? "admin"
        : ["maintain", "write"].includes(role)
          ? "write"
          : "read";
  const rights = {
    admin: role === "admin",
    maintain: ["admin", "maintain"].includes(role),
    push: ["admin", "write"].includes(permission),
    triage: !["none", "read"].includes(role),
    pull: role !== "none",
  };
  return { permission, rights };
}

/** A team in a list; in a repository's list with its role there. */
export function teamView(world: World, team: Team, role: Role = "read") {
  const url = teamUrl(world, team);
  const page = `${world.url}/orgs/${team.organization.login}/teams/${team.slug}`;
  const { rights } = rightsOf(role);
  const words: Partial<Record<Role, string>> = { read: "pull", write: "push" };
  return {
    id: team.id,
    node_id: nodeId("Team", team.id),
    name: team.name,
    slug: team.slug,
    description: null,
    privacy: "closed" as const,
    notification_setting: "notifications_enabled" as const,
    permission: words[role] ?? role,
    permissions: rights,
    url,
    html_url: page,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: "organization" as const,
    organization_id: team.organization.id,
    parent: null,
  } satisfies Schema<"team">;
}

/** A team's own page. */
export function teamFullView(world: World, team: Team): Schema<"team-full"> {
  const { permissions: _rights, ...view } = teamView(world, team);
  const { organization } = team;
  const created = isoTime(organization.createdAt);
  const repositories = [...world.repositories.values()].filter((one: Repository) => one.teams.has(team));
  return {
    ...view,
    members_count: team.members.size,
    repos_count: repositories.length,
    created_at: isoTime(team.createdAt),
    updated_at: isoTime(team.updatedAt),
    organization: {
      ...organizationView(world, organization),
      html_url: `${world.url}/${organization.login}`,
      has_organization_projects: false,
      has_repository_projects: false,
      public_repos: 0,
      public_gists: 0,
      followers: 0,
      following: 0,
      created_at: created,
      updated_at: created,
      archived_at: null,
      type: "Organization",
    },
  };
}
