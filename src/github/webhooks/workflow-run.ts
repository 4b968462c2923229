/** `workflow_run`: a run began or ended. https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run */
import { z } from "zod";
import { commitSha } from "../../core/ids.ts";
import { isWaitedFor } from "../../core/left.ts";
import { namesCorrelation, type Step } from "../../core/promotion.ts";
import type { RepositoryClient } from "../client.ts";
import { isNotFound } from "../failure.ts";
import { isConfigured, outOfBandEvents } from "../out-of-band.ts";
import { firstAttempt, observationOf, workflowFile, type GitHubRun } from "../runs.ts";
import { idSchema } from "./payload.ts";
import type { AddressedEvent, Webhook, WebhookContext } from "./webhook.ts";

const schema = z.object({
  workflow_run: z.object({
    id: idSchema,
    run_attempt: z.number().int(),
    status: z.string().nullable(),
    conclusion: z.string().nullable(),
    head_sha: z.string(),
    html_url: z.string(),
    display_title: z.string().default(""),
    event: z.string(),
    path: z.string().default(""),
    actor: z.object({ login: z.string() }).nullish(),
  }),
});

export const workflowRun: Webhook = async (payload, context) => {
  const { workflow_run: run } = schema.parse(payload);
  const looks = await assetLooks(run, context);
  // Only dispatched runs can be ours; all others are told apart without asking anybody.
  if (run.event !== "workflow_dispatch" || commitSha(run.head_sha) === null) return looks;
  const { installation, repository, lanes } = context;
  let isFollowed = false;
  const found: AddressedEvent[] = [...looks];
  // All that there are lanes for, whatever the config says by now: a rollout goes on by the config that it began with.
  for (const environment of await lanes.environments({ installation, repository })) {
    const lane = await lanes.environment(installation, repository, environment);
    const at = context.now();
    if (run.status === "completed" && lane !== null && isWaitedFor(lane, run.id))
      found.push({ environment, event: { type: "EnvironmentLookDue", at } });
    const active = lane?.active ?? null;
    if (active === null || active.steps.length === 0) continue;
    isFollowed ||= active.steps.some(({ runId }) => runId === run.id);
    const client = await context.connect();
    const counted = active.steps.some((step) => isOpenFor(step, run)) ? await countedOf(client, run) : run;
    const seen = observationOf(counted, client.botLogin);
    if (seen !== null)
      found.push({
        environment,
        event: { type: "RunObserved", at, run: seen },
      });
  }
  // What the step makes of it comes first: where it takes the run for its own, it is nobody else's.
  return isFollowed && run.run_attempt === 1 ? found : [...found, ...(await byOthers(run, context))];
};

/** Any run may be the one that uploads the files which a release waits for. */
async function assetLooks(
  { status }: GitHubRun,
  { installation, repository, lanes, now }: WebhookContext,
): Promise<readonly AddressedEvent[]> {
  if (status !== "completed") return [];
  const awaited = (await lanes.repository(installation, repository))?.awaited ?? [];
  return awaited.length === 0
    ? []
    : [{ environment: "", event: { type: "AssetsDue", at: now(), tag: null } }];
}

/** What it means if Waybill did not start it: by what GitHub shows of it now, as webhooks come late and in any order. */
async function byOthers(run: GitHubRun, context: WebhookContext): Promise<readonly AddressedEvent[]> {
  const { installation, repository, lanes } = context;
  const plans = (await lanes.repository(installation, repository))?.plans ?? [];
  if (!isConfigured(plans, workflowFile(run.path))) return [];
  const client = await context.connect();
  const { octokit, owner, repo, botLogin } = client;
  if (run.actor?.login === botLogin && run.run_attempt === 1) return [];
  const { data } = await octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: run.id });
  return outOfBandEvents(context, client, data, null);
}

/** Whether the step still waits for the end of this very run, which it follows already or is named in. */
function isOpenFor({ runId, correlationId, finishedAt }: Step, run: GitHubRun): boolean {
  const isItsOwn = runId === null ? namesCorrelation(run.display_title, correlationId) : runId === run.id;
  return isItsOwn && finishedAt === null;
}

/**
 * What of a run counts. Where the end of the second attempt is all that is heard, the first one has ended too, and that is the end that counts:
 * its webhook may be late or lost, and what it brought is there all the same. An attempt that GitHub does not know any more is not waited for.
 */
async function countedOf(client: RepositoryClient, run: GitHubRun): Promise<GitHubRun> {
  if ((run.run_attempt ?? 1) === 1 || run.status !== "completed") return run;
  try {
    return await firstAttempt(client, run.id);
  } catch (error) {
    if (isNotFound(error)) return run;
    throw error;
  }
}
