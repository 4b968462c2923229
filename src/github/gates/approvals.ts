/** Who of those that have approved a release has the right to, and whose own changes it brings. */
import type { ApprovalsConfig } from "../../core/config/gates-model.ts";
import { mayApprove, type ApprovalsFacts, type ApproverFacts } from "../../core/gates/approvals.ts";
import type { GateQuestion } from "../../core/gates/findings.ts";
import type { Person } from "../../core/promotion.ts";
import type { RepositoryClient } from "../client.ts";
import { roleOf } from "../facts.ts";
import { findBase, releaseTags } from "../history.ts";
import { memberIdsOf } from "../teams.ts";
import { authorIds } from "./authors.ts";
import type { Looker } from "./index.ts";

export const seeApprovals: Looker<ApprovalsFacts> = async ({ client }, question) => {
  const { plan, approvers = [] } = question;
  const config = plan.environment.gates?.approvals;
  if (config === undefined || approvers.length === 0) return { people: [] };
  const teams = await membersOf(client, config, approvers);
  const authors = config.excludeAuthors ? await authorsOf(client, question) : new Set<number>();
  const people: ApproverFacts[] = [];
  for (const person of approvers) {
    const role = config.role === null ? null : await roleOf(client, person);
    const memberOf = config.teams.filter((team) => teams.get(team)?.has(person.id) === true);
    people.push({
      id: person.id,
      entitled: mayApprove(config, person, role, memberOf),
      author: authors.has(person.id),
    });
  }
  return { people };
};

/** Asked only where somebody has approved who is not listed by id. */
async function membersOf(
  client: RepositoryClient,
  { users, teams }: ApprovalsConfig,
  approvers: readonly Person[],
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const found = new Map<string, ReadonlySet<number>>();
  if (approvers.every(({ id }) => users.includes(id))) return found;
  for (const team of teams) found.set(team, await memberIdsOf(client, team));
  return found;
}

/** The authors of what it brings that the environment lacks; on the first release there, of what the release itself brings. */
async function authorsOf(
  client: RepositoryClient,
  { cargo, plan, replaces }: GateQuestion,
): Promise<ReadonlySet<number>> {
  const base =
    replaces?.sha ??
    (await findBase(client, await releaseTags(client, plan.tagPattern), cargo.sha, cargo.tag ?? undefined))
      ?.sha ??
    null;
  return base === null ? new Set() : authorIds(client, base, cargo.sha);
}
