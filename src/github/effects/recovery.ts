/**
 * The recovery point that a backup's run tells: an annotation of one of its jobs, as the workflow command `::notice title=recovery-point::…` makes it.
 * Each job of a run is a check run, and shows its annotations as one.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-a-notice-message
 */
import { crossOutTokens } from "../../core/secrets.ts";
import type { RepositoryClient } from "../client.ts";
import { isNotFound } from "../failure.ts";
import { place, type Performer } from "./effect.ts";

const TITLE = "recovery-point";
const PAGE = 100;
const LONGEST_SHOWN = 60;
/** A day and a time with their zone: without one nobody knows which moment is meant. RFC 3339. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

export const readRecoveryPoint: Performer<"readRecoveryPoint"> = async ({ client, clock }, effect) => {
  const { correlationId, runId } = effect;
  const told = runId === null ? [] : await toldBy(client, runId);
  const points = told.map((text) => (MOMENT.test(text) ? Date.parse(text) : NaN));
  const unread = told.find((_text, index) => Number.isNaN(points[index]));
  // Of several databases: the moment to which all of them can be put back.
  const point = told.length === 0 || unread !== undefined ? null : Math.min(...points);
  return [
    {
      type: "RecoveryPointSeen",
      at: clock.now(),
      correlationId,
      point,
      seenAt: client.gitHubTime() ?? clock.now(),
      written: unread === undefined ? null : crossOutTokens(unread).slice(0, LONGEST_SHOWN),
    },
  ];
};

/** The messages under that title, of all jobs of the run's first attempt; a run that is gone tells nothing. */
async function toldBy(client: RepositoryClient, runId: number): Promise<readonly string[]> {
  const told: string[] = [];
  try {
    const { data } = await client.octokit.rest.actions.listJobsForWorkflowRun({
      ...place(client),
      run_id: runId,
      filter: "all",
      per_page: PAGE,
    });
    for (const { check_run_url: address, run_attempt: attempt } of data.jobs) {
      const check = /\/check-runs\/(\d+)$/.exec(address)?.[1];
      if (check === undefined || (attempt ?? 1) > 1) continue;
      const { data: annotations } = await client.octokit.rest.checks.listAnnotations({
        ...place(client),
        check_run_id: Number(check),
        per_page: PAGE,
      });
      for (const { title, message } of annotations) if (title === TITLE) told.push((message ?? "").trim());
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return told;
}
