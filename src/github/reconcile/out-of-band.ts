/**
 * Runs that Waybill did not start and of which no webhook told: among the newest dispatched runs, and by the newest deployments of others. Those
 * that are known to be at work are looked at by their own timers.
 */
import { isNotFound } from "../failure.ts";
import { isConfigured, outOfBandEvents, runOfDeployment } from "../out-of-band.ts";
import { workflowFile, type GitHubRun } from "../runs.ts";
import type { AddressedEvent } from "../webhooks/webhook.ts";
import { isAtWork, type Scene } from "./scene.ts";

/** What the last look saw; it is told already. */
export interface OthersSeen {
  /** The newest dispatched runs by their ids: which attempt. */
  readonly runs: Readonly<Record<string, number>>;
  /** The highest id of a deployment. */
  readonly deployment: number;
}

const RUNS = 50;
const DEPLOYMENTS = 30;
/** A deployment costs two calls more; as many as that are made by others between two looks only where something else is amiss. */
const MOST_DEPLOYMENTS = 10;
const NEW_MS = 60 * 60_000;

interface Looked<Seen> {
  readonly events: readonly AddressedEvent[];
  readonly seen: Seen;
}

/** At the first look only what is still under way counts: the rest is older than Waybill. */
export async function runsOfOthers(
  scene: Scene,
  seen: OthersSeen | null,
): Promise<Looked<OthersSeen | null>> {
  if (!isAtWork(scene.lane)) return { events: [], seen };
  const runs = await dispatchedRuns(scene, seen?.runs ?? null);
  const deployments = await madeDeployments(scene, seen?.deployment ?? null);
  return {
    events: [...runs.events, ...deployments.events],
    seen: { runs: runs.seen, deployment: deployments.seen },
  };
}

async function dispatchedRuns(
  { client, context, lane }: Scene,
  seen: OthersSeen["runs"] | null,
): Promise<Looked<OthersSeen["runs"]>> {
  const { octokit, owner, repo, botLogin } = client;
  const event = "workflow_dispatch";
  const { data } = await octokit.rest.actions.listWorkflowRunsForRepo({ owner, repo, event, per_page: RUNS });
  const found: AddressedEvent[] = [];
  for (const run of data.workflow_runs) {
    const attempt = run.run_attempt ?? 1;
    const isOurs = run.actor?.login === botLogin && attempt === 1;
    const isTold = seen === null ? run.status === "completed" : seen[run.id] === attempt;
    if (isOurs || isTold || !isConfigured(lane?.plans ?? [], workflowFile(run.path))) continue;
    found.push(...(await outOfBandEvents(context, client, run, null)));
  }
  const now = data.workflow_runs.map(({ id, run_attempt: attempt = 1 }) => [id, attempt]);
  return { events: found, seen: Object.fromEntries(now) as OthersSeen["runs"] };
}

async function madeDeployments(
  { client, context, lane }: Scene,
  seen: number | null,
): Promise<Looked<number>> {
  const { octokit, owner, repo, botLogin } = client;
  const { data } = await octokit.rest.repos.listDeployments({ owner, repo, per_page: DEPLOYMENTS });
  const highest = Math.max(seen ?? 0, ...data.map(({ id }) => id));
  const ours = new Set(lane?.plans.map((plan) => plan.environment.name));
  const fresh = data.filter(
    ({ id, creator, environment }) =>
      seen !== null && id > seen && creator?.login !== botLogin && ours.has(environment),
  );
  const found: AddressedEvent[] = [];
  const unread: number[] = [];
  for (const made of fresh.slice(0, MOST_DEPLOYMENTS)) {
    const runId = await runOfDeployment(client, made.id);
    const run = runId === null ? null : await runNow(client, runId);
    if (run !== null) found.push(...(await outOfBandEvents(context, client, run, made)));
    else if (runId !== null && isNew(made.created_at, client, context.now())) unread.push(made.id - 1);
  }
  return { events: found, seen: Math.min(highest, ...unread) };
}

/** Whether what is not found may only not be shown yet: by the next look it will be, or is gone. */
function isNew(created: string, { gitHubTime }: Scene["client"], now: number): boolean {
  return (gitHubTime() ?? now) - Date.parse(created) < NEW_MS;
}

async function runNow({ octokit, owner, repo }: Scene["client"], runId: number): Promise<GitHubRun | null> {
  try {
    return (await octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: runId })).data;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
