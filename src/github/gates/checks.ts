/**
 * Checks on a commit: check runs by name, commit statuses by context, and those that a branch demands.
 * https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference
 * https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference
 */
import type { ChecksConfig, NamedCheck } from "../../core/config/gates-model.ts";
import { checkStates, type SeenCheckRun, type SeenStatus } from "../../core/gates/check-states.ts";
import type { ChecksFacts } from "../../core/gates/checks.ts";
import { crossOutTokens } from "../../core/secrets.ts";
import type { RepositoryClient } from "../client.ts";
import { place } from "../effects/effect.ts";
import { isNotFound } from "../failure.ts";
import type { Looker } from "./index.ts";

const PAGE = 100;
/** GitHub lists the newest 1,000 check runs of a commit. */
const PAGES = 10;
/** GitHub's own name of "whoever made it", where it does not leave it out. */
const ANY_APP = -1;

export const seeChecks: Looker<ChecksFacts> = async ({ client }, { plan, cargo }) => {
  const asked = plan.environment.gates?.checks ?? { required: false, named: [] };
  const wanted = await wantedChecks(client, asked, plan.branch);
  if (wanted.length === 0) return { checks: [] };
  const runs = await checkRunsOf(client, cargo.sha);
  // A status is made by no App: where all are bound to one, there is nothing to find among them.
  const statuses = wanted.some(({ app }) => app === null) ? await statusesOf(client, cargo.sha) : [];
  return { checks: checkStates(wanted, runs, statuses) };
};

/** Those that the config names, and, where it says so, those that the branch demands. Each once. */
async function wantedChecks(
  client: RepositoryClient,
  { required, named }: ChecksConfig,
  branch: string,
): Promise<NamedCheck[]> {
  const demanded = required
    ? [...(await demandedByProtection(client, branch)), ...(await demandedByRulesets(client, branch))]
    : [];
  const wanted = new Map([...named, ...demanded].map((check) => [`${check.app ?? ""} ${check.name}`, check]));
  return [...wanted.values()];
}

/**
 * What the branch's own protection demands. It is shown with the branch itself, to whoever may read the contents.
 * https://docs.github.com/en/rest/branches/branches#get-a-branch
 */
async function demandedByProtection(client: RepositoryClient, branch: string): Promise<NamedCheck[]> {
  try {
    const { data } = await client.octokit.rest.repos.getBranch({ ...place(client), branch });
    const status = data.protection.required_status_checks;
    const checks = (status?.checks ?? []).map(({ context, app_id: app }) => demanded(context, app));
    const listed = new Set(checks.map(({ name }) => name));
    // An older server lists names alone.
    const others = (status?.contexts ?? []).filter((name) => !listed.has(name));
    return [...checks, ...others.map((name) => demanded(name, null))];
  } catch (error) {
    // A branch that is gone demands nothing; what comes of it is judged elsewhere.
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** What rulesets demand. https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch */
async function demandedByRulesets(client: RepositoryClient, branch: string): Promise<NamedCheck[]> {
  const { data } = await client.octokit.rest.repos.getBranchRules({
    ...place(client),
    branch,
    per_page: PAGE,
  });
  return data.flatMap((rule) =>
    rule.type === "required_status_checks"
      ? (rule.parameters?.required_status_checks ?? []).map(({ context, integration_id: app = null }) =>
          demanded(context, app),
        )
      : [],
  );
}

function demanded(name: string, app: number | null): NamedCheck {
  return { name, app: app === ANY_APP ? null : app };
}

async function checkRunsOf(client: RepositoryClient, ref: string): Promise<SeenCheckRun[]> {
  const found: SeenCheckRun[] = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const { data } = await client.octokit.rest.checks.listForRef({
      ...place(client),
      ref,
      filter: "latest",
      per_page: PAGE,
      page,
    });
    found.push(
      ...data.check_runs.map(({ id, name, app, status, conclusion, html_url: url }) => ({
        id,
        name,
        app: app === null ? null : { id: app.id, slug: app.slug ?? "" },
        status,
        conclusion,
        url,
      })),
    );
    if (data.check_runs.length < PAGE) break;
  }
  return found;
}

async function statusesOf(client: RepositoryClient, ref: string): Promise<SeenStatus[]> {
  const found: SeenStatus[] = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const { data } = await client.octokit.rest.repos.getCombinedStatusForRef({
      ...place(client),
      ref,
      per_page: PAGE,
      page,
    });
    found.push(
      // The address is whatever somebody wrote there.
      ...data.statuses.map(({ context, state, target_url: url }) => ({
        context,
        state,
        url: url === null ? null : crossOutTokens(url),
      })),
    );
    if (data.statuses.length < PAGE) break;
  }
  return found;
}
