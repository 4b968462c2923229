/**
 * Looking for what Waybill itself has under way in an environment, by whatever installation. Runs and deployments count only where the App
 * made them, which nobody else can: what they are called, and what they bring along, anybody may write.
 * https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
 */
import type { RunObservation } from "../../core/events.ts";
import { namesCorrelation } from "../../core/promotion.ts";
import type { RepositoryClient } from "../client.ts";
import { observationOf } from "../runs.ts";
import { correlationOf } from "./deployments.ts";
import { place, type EffectContext, type Performer } from "./effect.ts";

const PAGE = 100;
/** GitHub lists at most 1,000 runs by their status. */
const PAGES = 10;
/** Every status of a run that has not ended. */
const UNENDED = ["in_progress", "queued", "waiting", "pending", "requested"] as const;
/** The states after which nothing of a deployment goes on. */
const FINAL: ReadonlySet<string> = new Set(["success", "failure", "error", "inactive"]);

/** A deployment that Waybill recorded. */
interface Recorded {
  readonly id: number;
  readonly environment: string;
  readonly createdAt: number;
  readonly correlationId: string;
}

export const lookAtEnvironment: Performer<"lookAtEnvironment"> = async (context, { environment }) => {
  const { client, clock } = context;
  // Runs first: a run that begins in between has its deployment, which is read after it.
  const listed = await runsOfWaybill(client);
  const recorded = await recordedDeployments(client);
  const runs = listed
    .filter(({ status }) => status !== "completed")
    .map(({ id, url, title }) => ({ id, url, title, environment: environmentOf(title, recorded) }));
  const here = recorded.filter((one) => one.environment === environment);
  const recent = await isRunExpected(context, here, listed);
  return [{ type: "EnvironmentSeen", at: clock.now(), environment, runs, recent }];
};

/** The newest of Waybill's dispatched runs, and all that have not ended. */
async function runsOfWaybill(client: RepositoryClient): Promise<RunObservation[]> {
  const newest = await listRuns(client, 1);
  const found = new Map(newest.runs.map((run) => [run.id, run]));
  if (newest.isLast) return [...found.values()];
  for (const status of UNENDED) {
    for (let page = 1, isLast = false; !isLast && page <= PAGES; page += 1) {
      const listed = await listRuns(client, page, status);
      for (const run of listed.runs) found.set(run.id, run);
      ({ isLast } = listed);
    }
  }
  return [...found.values()];
}

async function listRuns(client: RepositoryClient, page: number, status?: (typeof UNENDED)[number]) {
  const { data } = await client.octokit.rest.actions.listWorkflowRunsForRepo({
    ...place(client),
    event: "workflow_dispatch",
    per_page: PAGE,
    page,
    ...(status === undefined ? {} : { status }),
  });
  const runs = data.workflow_runs.flatMap((run) => observationOf(run, client.botLogin) ?? []);
  return { runs: runs.filter((run) => run.byWaybill), isLast: data.workflow_runs.length < PAGE };
}

/** The newest of the repository. One that is older leaves its run without an environment, and so it is waited for. */
async function recordedDeployments(client: RepositoryClient): Promise<Recorded[]> {
  const { data } = await client.octokit.rest.repos.listDeployments({ ...place(client), per_page: PAGE });
  return data.flatMap(({ id, environment, created_at: created, creator, payload }) => {
    const correlationId = correlationOf(payload);
    if (creator?.login !== client.botLogin || typeof correlationId !== "string") return [];
    return [{ id, environment, createdAt: Date.parse(created), correlationId }];
  });
}

/** By the deployment whose correlation id the run bears; null where there is none, as where the workflow makes its own. */
function environmentOf(title: string, recorded: readonly Recorded[]): string | null {
  return recorded.find(({ correlationId }) => namesCorrelation(title, correlationId))?.environment ?? null;
}

/** Whether a run that is not listed may still come: its deployment was recorded a moment ago, and nothing has become of it yet. */
async function isRunExpected(
  { client, clock, lostAnswerWaitMs }: EffectContext,
  here: readonly Recorded[],
  listed: readonly RunObservation[],
): Promise<boolean> {
  // Both by GitHub's clock.
  const since = (client.gitHubTime() ?? clock.now()) - lostAnswerWaitMs;
  for (const { id, createdAt, correlationId } of here) {
    const isListed = listed.some(({ title }) => namesCorrelation(title, correlationId));
    if (createdAt < since || isListed) continue;
    const { data } = await client.octokit.rest.repos.listDeploymentStatuses({
      ...place(client),
      deployment_id: id,
      per_page: 1,
    });
    const [latest] = data;
    const address = `${latest?.log_url ?? ""}/`;
    const isOfListed = listed.some((run) => address.includes(`/runs/${run.id}/`));
    if (!isOfListed && !FINAL.has(latest?.state ?? "")) return true;
  }
  return false;
}
