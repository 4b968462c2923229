/**
 * Answering GitHub as a custom deployment protection rule.
 * https://docs.github.com/en/rest/actions/workflow-runs#review-custom-deployment-protection-rules-for-a-workflow-run
 */
import { isBelieved, place, type Performer } from "./effect.ts";

export const answerProtectionRule: Performer<"answerProtectionRule"> = async (context, effect) => {
  const { client, text, attempt } = context;
  const { runId, environment, state, words } = effect;
  if (attempt > 1) {
    const { data } = await client.octokit.rest.actions.getWorkflowRun({ ...place(client), run_id: runId });
    // Answered by an earlier attempt, or nobody asks any more.
    if (data.status === "completed") return [];
  }
  try {
    await client.octokit.rest.actions.reviewCustomGatesForRun({
      ...place(client),
      run_id: runId,
      environment_name: environment,
      state,
      comment: text.protection(words),
    });
  } catch (error) {
    // Nothing waits for an answer there: it was given already, or the environment has no such rule.
    if (!isBelieved(context, error)) throw error;
  }
  return [];
};
