/**
 * Workflows that a deployment workflow calls (`jobs.<id>.uses`): a job there that names an environment makes GitHub's deployment as well.
 * https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
 */
import { readWorkflow, type WorkflowFacts } from "../core/workflow.ts";
import type { RepositoryClient } from "./client.ts";
import { readFileAt } from "./config.ts";

/** GitHub nests no deeper, and no deployment has so many. */
const MOST_FILES = 20;

/** The facts on a workflow with what the workflows of the same repository add that it calls at that ref. Those of other repositories are not read. */
export async function withCalled(
  client: RepositoryClient,
  workflow: WorkflowFacts,
  ref: string,
): Promise<WorkflowFacts> {
  if (workflow.environments === "named") return workflow;
  const paths = new Set(workflow.calls);
  for (const path of paths) {
    const text = await readFileAt(client, path, ref);
    const reading = text === null ? null : readWorkflow(text, path);
    // A broken one makes the run fail, which says what is wrong.
    if (reading?.ok !== true) continue;
    if (reading.workflow.environments === "named") return { ...workflow, environments: "named" };
    // A set that grows while it is walked is walked to its end.
    for (const further of reading.workflow.calls) if (paths.size < MOST_FILES) paths.add(further);
  }
  return workflow;
}
