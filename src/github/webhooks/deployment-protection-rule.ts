/**
 * `deployment_protection_rule`: GitHub asks whether a job may deploy to an environment that has Waybill as a rule.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#deployment_protection_rule
 */
import { z } from "zod";
import type { EnvironmentEvent } from "../../core/events.ts";
import { observationOf } from "../runs.ts";
import { idSchema } from "./payload.ts";
import type { Webhook } from "./webhook.ts";

const schema = z.object({
  environment: z.string(),
  // The run is named nowhere else.
  deployment_callback_url: z.string().max(2_000),
  deployment: z.object({ id: idSchema }).nullish(),
});

export const deploymentProtectionRule: Webhook = async (payload, context) => {
  const { environment, deployment_callback_url: url, deployment } = schema.parse(payload);
  const run = /\/actions\/runs\/(\d{1,16})\/deployment_protection_rule$/.exec(url)?.[1];
  const { lanes, installation, repository } = context;
  const plans = (await lanes.repository(installation, repository))?.plans ?? [];
  // An environment that the config does not name is not Waybill's: nobody is told anything.
  if (run === undefined || plans.every((plan) => plan.environment.name !== environment)) return [];
  const { octokit, owner, repo, botLogin } = await context.connect();
  const { data } = await octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: Number(run) });
  const seen = observationOf(data, botLogin);
  if (seen === null) return [];
  const at = context.now();
  const asked: EnvironmentEvent = {
    type: "ProtectionAsked",
    at,
    environment,
    run: seen,
    deploymentId: deployment?.id ?? null,
  };
  // First it is looked whether it is a run that is being searched for: it bears the name of its step.
  const observed: EnvironmentEvent[] = seen.attempt === 1 ? [{ type: "RunObserved", at, run: seen }] : [];
  return [...observed, asked].map((event) => ({ environment, event }));
};
