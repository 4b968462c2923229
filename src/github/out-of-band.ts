/**
 * Runs that Waybill did not start, and what they mean for which environments: those of a configured deployment workflow that somebody started by
 * hand or ran again, and any whose job makes a deployment in one of our environments.
 */
import type { EnvironmentEvent } from "../core/events.ts";
import type { PlanSnapshot } from "../core/promotion.ts";
import { environmentsNamed, versionNamed } from "../core/run-names.ts";
import type { RepositoryClient } from "./client.ts";
import { observationOf, type GitHubRun } from "./runs.ts";
import type { AddressedEvent, WebhookContext } from "./webhooks/webhook.ts";

type Lanes = Pick<WebhookContext, "lanes" | "installation" | "repository" | "now">;
type Seen = Extract<EnvironmentEvent, { type: "OutOfBandSeen" }>;

/** A deployment that a job of a run has made. */
export interface MadeDeployment {
  readonly environment: string;
  readonly ref: string;
}

/** Deployments that are looked at for one run, the newest. */
const DEPLOYMENTS = 30;
const LOOKED_AT = 10;

/** Whether some environment's components are deployed by this workflow file. */
export function isConfigured(plans: readonly PlanSnapshot[], workflow: string): boolean {
  return plans.some((plan) => deploys(plan, workflow));
}

function deploys({ environment }: PlanSnapshot, workflow: string): boolean {
  return Object.values(environment.components).some((component) => component.workflow === workflow);
}

/**
 * What a run means for the environments, if Waybill did not start it.
 *
 * @param run as GitHub shows it now
 * @param made the deployment by which it was noticed, where it was
 */
export async function outOfBandEvents(
  context: Lanes,
  client: RepositoryClient,
  run: GitHubRun,
  made: MadeDeployment | null,
): Promise<AddressedEvent[]> {
  const seen = observationOf(run, client.botLogin);
  if (seen === null || (seen.byWaybill && seen.attempt === 1)) return [];
  const plans = (await context.lanes.repository(context.installation, context.repository))?.plans ?? [];
  const places = await placesOf(context, client, run, plans, made);
  return plans.flatMap((plan): AddressedEvent[] => {
    const { name: environment } = plan.environment;
    const certain = places.get(environment);
    if (certain === undefined) return [];
    const event: Seen = {
      type: "OutOfBandSeen",
      at: context.now(),
      run: {
        id: run.id,
        attempt: seen.attempt,
        environment,
        url: run.html_url,
        by: starterOf(run),
        version: versionNamed(seen.title, [made?.ref, run.head_branch], plan.tagPattern),
        sha: seen.headSha,
        certain,
      },
      end: endOf(run, client, context.now()),
    };
    return [{ environment, event }];
  });
}

/** The environments that a run is, or may be, for; and whether that is certain. */
async function placesOf(
  context: Lanes,
  client: RepositoryClient,
  run: GitHubRun,
  plans: readonly PlanSnapshot[],
  made: MadeDeployment | null,
): Promise<ReadonlyMap<string, boolean>> {
  const all = plans.map((plan) => plan.environment.name);
  const deployed = made === null ? [] : [made.environment];
  const places = new Map(all.filter((name) => deployed.includes(name)).map((name) => [name, true]));
  // Where it is known to be at work, its end is of interest as well.
  for (const [name, certain] of await placesAtWork(context, run, all))
    if (!places.has(name)) places.set(name, certain);
  const seen = observationOf(run, client.botLogin);
  if (seen?.dispatched !== true) return places;
  const possible = plans.filter((plan) => deploys(plan, seen.workflow)).map((plan) => plan.environment.name);
  const named = [
    ...environmentsNamed(seen.title, possible),
    ...(await placesOfOwn(context, seen.title, possible)),
  ];
  const [only, ...others] = new Set(named.length === 0 ? possible : named);
  if (only === undefined) return places;
  if (others.length === 0) return places.set(only, true);
  // Its end may be heard of before its deployments are, which are nothing new from then on: they are looked for now.
  const isUnknown = ![...places.values()].includes(true) && run.conclusion === "success";
  const shown = isUnknown ? await environmentsDeployedBy(client, run) : [];
  for (const name of possible) places.set(name, places.get(name) === true || shown.includes(name));
  return places;
}

/** Where it is known to be at work, and whether it is certain that it is for that place. */
async function placesAtWork(
  { lanes, installation, repository }: Lanes,
  { id }: GitHubRun,
  environments: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const found = new Map<string, boolean>();
  for (const name of environments) {
    const lane = await lanes.environment(installation, repository, name);
    const known = lane?.outOfBand?.underWay.find((run) => run.id === id);
    if (known !== undefined) found.set(name, known.certain);
  }
  return found;
}

/** Of a run of Waybill's that was run again: where the promotion was that its name holds. */
async function placesOfOwn(
  { lanes, installation, repository }: Lanes,
  title: string,
  environments: readonly string[],
): Promise<string[]> {
  const words = title.split(/[^A-Za-z0-9._-]+/).map((word) => word.replace(/^again-/, ""));
  const found: string[] = [];
  for (const name of environments) {
    const known = (await lanes.environment(installation, repository, name))?.known ?? [];
    if (known.some((id) => words.some((word) => word.startsWith(`${id}-`)))) found.push(name);
  }
  return found;
}

/** The environments in which the jobs of a run have made deployments. */
export async function environmentsDeployedBy(client: RepositoryClient, run: GitHubRun): Promise<string[]> {
  const { octokit, owner, repo, botLogin } = client;
  const { data } = await octokit.rest.repos.listDeployments({
    owner,
    repo,
    sha: run.head_sha,
    per_page: DEPLOYMENTS,
  });
  const found: string[] = [];
  for (const one of data.filter(({ creator }) => creator?.login !== botLogin).slice(0, LOOKED_AT))
    if ((await runOfDeployment(client, one.id)) === run.id) found.push(one.environment);
  return found;
}

/** The run whose job made a deployment, by the log that its statuses link to; null where none does. */
export async function runOfDeployment(
  { octokit, owner, repo }: RepositoryClient,
  deployment: number,
): Promise<number | null> {
  const { data } = await octokit.rest.repos.listDeploymentStatuses({
    owner,
    repo,
    deployment_id: deployment,
    per_page: DEPLOYMENTS,
  });
  return runOfLog(data.map((status) => status.log_url ?? null));
}

/** The run that one of these addresses of logs is in; null where none is. */
export function runOfLog(addresses: readonly (string | null)[]): number | null {
  for (const address of addresses) {
    const id = /\/actions\/runs\/(\d{1,16})(?:\/|$)/.exec(address ?? "")?.[1];
    if (id !== undefined) return Number(id);
  }
  return null;
}

/** How a run has ended, and when by our clock: what GitHub's answer says about its own. Null while it goes on. */
export function endOf(
  { status, conclusion, updated_at: updated }: GitHubRun,
  client: Pick<RepositoryClient, "gitHubTime">,
  now: number,
): Seen["end"] {
  if (status !== "completed") return null;
  const ago = (client.gitHubTime() ?? 0) - Date.parse(updated ?? "");
  return { conclusion, at: now - (ago > 0 ? ago : 0) };
}

/** Who started this attempt. */
function starterOf({ actor, triggering_actor: again, run_attempt: attempt = 1 }: GitHubRun): string | null {
  return (attempt > 1 ? again?.login : undefined) ?? actor?.login ?? null;
}
