/** Looking whether a run that Waybill did not start has ended. https://docs.github.com/en/rest/actions/workflow-runs */
import type { WaybillEvent } from "../../core/events.ts";
import { endOf, environmentsDeployedBy } from "../out-of-band.ts";
import type { GitHubRun } from "../runs.ts";
import { isBelieved, place, type EffectContext, type Performer } from "./effect.ts";

/** A run that was just created may be missing for a moment. */
const GONE = { statuses: [404, 410], forMs: 60_000 };

export const lookAtOutOfBand: Performer<"lookAtOutOfBand"> = async (context, { run }) => {
  const { client, clock } = context;
  try {
    const seen = await attemptOf(context, run);
    const end = endOf(seen, client, clock.now());
    const isUnknown = !run.certain && end?.conclusion === "success";
    const places = isUnknown ? await environmentsDeployedBy(client, seen) : [];
    const certain = run.certain || places.includes(run.environment);
    return [{ type: "OutOfBandSeen", at: clock.now(), run: { ...run, certain }, end }];
  } catch (error) {
    if (!isBelieved(context, error, GONE)) throw error;
    const at = clock.now();
    return [{ type: "OutOfBandSeen", at, run, end: { conclusion: null, at } } satisfies WaybillEvent];
  }
};

/** The very attempt: a run that was run again shows only the last one. */
async function attemptOf(
  { client }: EffectContext,
  { id, attempt }: { readonly id: number; readonly attempt: number },
): Promise<GitHubRun> {
  const { octokit } = client;
  const { data } = await octokit.rest.actions.getWorkflowRun({ ...place(client), run_id: id });
  if ((data.run_attempt ?? 1) <= attempt) return data;
  const again = { ...place(client), run_id: id, attempt_number: attempt };
  return (await octokit.rest.actions.getWorkflowRunAttempt(again)).data;
}
