import { findTeam, teamsOf } from "../domain/teams.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { organizationRoute, repositoryRoute } from "../http/context.ts";
import { ApiError, notFound } from "../http/errors.ts";
import { listReply } from "../http/paging.ts";
import type { Account, Repository, Team } from "../state.ts";
import { publicUser, simpleUser } from "../views/accounts.ts";
import { rightsOf, teamFullView, teamUrl, teamView } from "../views/teams.ts";
import type { World } from "../world.ts";
import { roleNameOf, roleOf } from "../world.ts";

/** Users, collaborators and teams. */
export function peopleRoutes(): Route[] {
  const collaborators = "/repos/{owner}/{repo}/collaborators";
  const teams = "/orgs/{org}/teams";
  return [
    {
      method: "GET",
      template: "/users/{username}",
      need: { kind: "token" },
      handle: ({ world, params }) => {
        const account = accountNamed(world, params.username);
        if (!account) throw notFound();
        return { status: 200, body: publicUser(world, account) };
      },
    },
    repositoryRoute("GET", `${collaborators}/{username}/permission`, "metadata:read", getPermission),
    repositoryRoute("GET", `${collaborators}/{username}`, "metadata:read", (context, repository) => {
      const account = accountNamed(context.world, context.params.username);
      if (!account || roleOf(repository, account) === "none") throw notFound();
      return { status: 204 };
    }),
    repositoryRoute("GET", collaborators, "metadata:read", listCollaborators, "write"),
    repositoryRoute("GET", "/repos/{owner}/{repo}/teams", "administration:read", (context, repository) =>
      listReply(context, [...repository.teams], ([team, role]) => teamView(context.world, team, role)),
    ),
    organizationRoute("GET", `${teams}/{team_slug}/memberships/{username}`, "members:read", getMembership),
    organizationRoute("GET", `${teams}/{team_slug}/members`, "members:read", listMembers),
    organizationRoute("GET", `${teams}/{team_slug}`, "members:read", (context, organization) => {
      return { status: 200, body: teamFullView(context.world, teamOf(context, organization)) };
    }),
    organizationRoute("GET", teams, "members:read", (context, organization) =>
      listReply(context, teamsOf(context.world, organization), (team) => teamView(context.world, team)),
    ),
  ];
}

function accountNamed(world: World, login: string | undefined): Account | undefined {
  return world.accounts.get((login ?? "").toLowerCase());
}

function accountWithId(world: World, id: number): Account | undefined {
  return [...world.accounts.values()].find((account) => account.id === id);
}

/** The four words hide triage, maintain and custom roles; `role_name` has them (GITHUB.md, "Permissions"). */
function getPermission({ world, params }: Context, repository: Repository): Reply {
  const account = accountNamed(world, params.username);
  if (!account) throw new ApiError(404, `${params.username ?? ""} is not a user`);
  const { permission, rights } = rightsOf(roleOf(repository, account));
  const role_name = roleNameOf(repository, account);
  const user = { ...simpleUser(world, account), permissions: rights, role_name };
  return { status: 200, body: { permission, role_name, user } };
}

function listCollaborators(context: Context, repository: Repository): Reply {
  const { world, query } = context;
  const wanted = query.get("permission");
  const people = [...world.accounts.values()].filter((account) => {
    const role = roleOf(repository, account);
    if (role === "none" || account.type !== "User") return false;
    const flag = wanted as keyof ReturnType<typeof rightsOf>["rights"] | null;
    return flag === null || rightsOf(role).rights[flag];
  });
  return listReply(context, people, (account) => {
    const { rights } = rightsOf(roleOf(repository, account));
    return { ...simpleUser(world, account), permissions: rights, role_name: roleNameOf(repository, account) };
  });
}

function teamOf({ world, params }: Context, organization: Account): Team {
  const team = findTeam(world, organization, params.team_slug ?? "");
  if (!team) throw notFound();
  return team;
}

function listMembers(context: Context, organization: Account): Reply {
  const { world, query } = context;
  const wanted = query.get("role") ?? "all";
  const members = [...teamOf(context, organization).members].flatMap(([id, role]) =>
    wanted === "all" || wanted === role ? (accountWithId(world, id) ?? []) : [],
  );
  return listReply(context, members, (account) => simpleUser(world, account));
}

/** Source: https://docs.github.com/rest/teams/members#get-team-membership-for-a-user (404: not a member) */
function getMembership(context: Context, organization: Account): Reply {
  const { world, params } = context;
  const team = teamOf(context, organization);
  const account = accountNamed(world, params.username);
  const role = account && team.members.get(account.id);
  if (!account || !role) throw notFound();
  const url = `${teamUrl(world, team)}/memberships/${account.login}`;
  return { status: 200, body: { url, role, state: "active" } };
}
