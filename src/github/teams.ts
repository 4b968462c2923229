/**
 * Who is a member of which team, by the id that never changes hands. Takes `members: read`, which nobody grants who does not need it: asked for by
 * a token of its own. https://docs.github.com/en/rest/teams/members#list-team-members
 */
import type { Config } from "../core/config/index.ts";
import type { RepositoryClient } from "./client.ts";
import { failureOf } from "./failure.ts";

const PAGE = 100;
/** Teams of more than 1,000 are read so far. */
const PAGES = 10;

/** The ids of a team's members, those of the teams below it included. @throws what GitHub refused, as where it was not granted or there is no such team */
export async function memberIdsOf(client: RepositoryClient, team: string): Promise<ReadonlySet<number>> {
  const octokit = await client.asOrganization();
  const found = new Set<number>();
  for (let page = 1; page <= PAGES; page += 1) {
    const { data } = await octokit.rest.teams.listMembersInOrg({
      org: client.owner,
      team_slug: team,
      per_page: PAGE,
      page,
    });
    for (const { id } of data) found.add(id);
    if (data.length < PAGE) break;
  }
  return found;
}

/**
 * Of the teams whose approvals count anywhere in a config, those that a person is a member of.
 *
 * @returns null where GitHub refuses to tell
 */
export async function teamsOf(
  client: RepositoryClient,
  { environments }: Config,
  person: number,
): Promise<readonly string[] | null> {
  const named = new Set(environments.flatMap(({ gates }) => gates?.approvals?.teams ?? []));
  const found: string[] = [];
  for (const team of named) {
    try {
      if ((await memberIdsOf(client, team)).has(person)) found.push(team);
    } catch (error) {
      if (failureOf(error, client.clock.now()).kind !== "refused") throw error;
      return null;
    }
  }
  return found;
}
