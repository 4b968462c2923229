/**
 * `deployment` and `deployment_status`: a job of some run deploys to an environment. That of our own runs is theirs; that of others is out of band.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#deployment
 */
import { z } from "zod";
import { outOfBandEvents } from "../out-of-band.ts";
import { idSchema, loginSchema } from "./payload.ts";
import type { AddressedEvent, Webhook, WebhookContext } from "./webhook.ts";

const schema = z.object({
  deployment: z.object({ id: idSchema, environment: z.string(), ref: z.string() }),
  deployment_status: z.object({ state: z.string() }).nullish(),
  // Only of those that a job has made: other tools' records of deployments are their own.
  workflow_run: z
    .object({
      id: idSchema,
      run_attempt: z.number().int().nullish(),
      actor: z.object({ login: loginSchema }).nullish(),
    })
    .nullish(),
});

export const deployment: Webhook = async (payload, context) => {
  const { deployment: made, deployment_status: status, workflow_run: run } = schema.parse(payload);
  if (run === null || run === undefined || status?.state === "inactive") return [];
  const { lanes, installation, repository } = context;
  const environment = made.environment;
  const active = (await lanes.environment(installation, repository, environment))?.active ?? null;
  const step = active?.steps.find(({ runId }) => runId === run.id);
  if (step !== undefined && (run.run_attempt ?? 1) === 1) {
    const { correlationId, deploymentId } = step;
    const at = context.now();
    const event = { type: "DeploymentMade", at, correlationId, deploymentId: made.id } as const;
    return deploymentId === made.id ? [] : [{ environment, event }];
  }
  const plans = (await lanes.repository(installation, repository))?.plans ?? [];
  if (plans.every((plan) => plan.environment.name !== environment)) return [];
  return byOthers(run, made, context);
};

type Payload = z.infer<typeof schema>;

async function byOthers(
  run: NonNullable<Payload["workflow_run"]>,
  made: Payload["deployment"],
  context: WebhookContext,
): Promise<readonly AddressedEvent[]> {
  const client = await context.connect();
  if (run.actor?.login === client.botLogin && (run.run_attempt ?? 1) === 1) return [];
  const { octokit, owner, repo } = client;
  const { data } = await octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: run.id });
  return outOfBandEvents(context, client, data, made);
}
