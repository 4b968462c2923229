/**
 * Runs that a person is asked for because nobody could tell whether they began: if they show themselves after all, the webhook that would
 * say so may be lost too. Runs that are known are looked at by their own timers.
 */
import { ZodError } from "zod";
import { namesCorrelation } from "../../core/promotion.ts";
import { workflowRun } from "../webhooks/workflow-run.ts";
import type { AddressedEvent } from "../webhooks/webhook.ts";
import type { Scene } from "./scene.ts";

const PAGE = 100;

/** Runs that bear the name of a step which waits for a person, as their webhooks would have told them. */
export async function strayRuns(scene: Scene): Promise<AddressedEvent[]> {
  const { client, context, lane } = scene;
  const { lanes, installation, repository } = context;
  const events: AddressedEvent[] = [];
  for (const { environment } of lane?.plans ?? []) {
    const active = (await lanes.environment(installation, repository, environment.name))?.active ?? null;
    const waiting = active?.steps.filter((step) => step.stage === "needs-human" && step.runId === null) ?? [];
    for (const { workflow, correlationId } of waiting) {
      const { owner, repo } = client;
      const { data } = await client.octokit.rest.actions.listWorkflowRuns({
        owner,
        repo,
        workflow_id: workflow,
        event: "workflow_dispatch",
        per_page: PAGE,
      });
      const run = data.workflow_runs.find((one) => namesCorrelation(one.display_title ?? "", correlationId));
      if (run !== undefined) events.push(...(await translated(scene, run)));
    }
  }
  return events;
}

async function translated({ context }: Scene, run: object): Promise<readonly AddressedEvent[]> {
  try {
    return await workflowRun({ workflow_run: run }, context);
  } catch (error) {
    // One run of an unknown shape must not hide the others, nor all that the look has found.
    if (error instanceof ZodError) return [];
    throw error;
  }
}
