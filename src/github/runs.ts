/** Workflow runs as Waybill sees them. https://docs.github.com/en/rest/actions/workflow-runs */
import type { RunObservation } from "../core/events.ts";
import { commitSha } from "../core/ids.ts";
import { crossOutTokens } from "../core/secrets.ts";
import type { RepositoryClient } from "./client.ts";

/** The fields that GitHub's webhooks and REST answers have in common. */
export interface GitHubRun {
  readonly id: number;
  readonly run_attempt?: number | undefined;
  readonly status: string | null;
  readonly conclusion: string | null;
  readonly head_sha: string;
  readonly html_url: string;
  readonly display_title: string;
  readonly event: string;
  readonly path: string;
  readonly actor?: { readonly login: string } | null | undefined;
  /** Who started the newest attempt. */
  readonly triggering_actor?: { readonly login: string } | null | undefined;
  /** The branch or the tag that it runs on. */
  readonly head_branch?: string | null | undefined;
  readonly updated_at?: string | undefined;
}

/** What a run shows; null where its SHA is none. `botLogin` is the App's own login. */
export function observationOf(run: GitHubRun, botLogin: string): RunObservation | null {
  const headSha = commitSha(run.head_sha);
  if (headSha === null) return null;
  return {
    id: run.id,
    attempt: run.run_attempt ?? 1,
    status: statusOf(run.status),
    conclusion: run.conclusion,
    headSha,
    url: run.html_url,
    title: crossOutTokens(run.display_title),
    workflow: workflowFile(run.path),
    dispatched: run.event === "workflow_dispatch",
    byWaybill: run.actor?.login === botLogin,
  };
}

/**
 * A run's first attempt: of a run that was run again, what counts is how that one ended.
 * https://docs.github.com/en/rest/actions/workflow-runs#get-a-workflow-run-attempt
 */
export async function firstAttempt(
  { octokit, owner, repo }: RepositoryClient,
  runId: number,
): Promise<GitHubRun> {
  const { data } = await octokit.rest.actions.getWorkflowRunAttempt({
    owner,
    repo,
    run_id: runId,
    attempt_number: 1,
  });
  return data;
}

/** The file's name: `deploy.yml` of `.github/workflows/deploy.yml@refs/tags/v1`. */
export function workflowFile(path: string): string {
  const [file = ""] = path.split("@");
  return file.slice(file.lastIndexOf("/") + 1);
}

const STATUSES = ["queued", "in_progress", "waiting", "completed"] as const;

function statusOf(status: string | null): RunObservation["status"] {
  return STATUSES.find((one) => one === status) ?? "other";
}
