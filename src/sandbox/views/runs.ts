import { isoTime, isoTimeOrNull } from "../clock.ts";
import { nodeId } from "../ids.ts";
import type { Annotation, CheckRun, Job, Repository, Run, Workflow } from "../state.ts";
import type { World } from "../world.ts";
import { appView, simpleUser } from "./accounts.ts";
import { simpleCommit } from "./commits.ts";
import { minimalRepository, repositoryApiUrl, repositoryPage } from "./repository.ts";
import type { Schema } from "./schema.ts";

/** A workflow, known by its file. */
export function workflowView(world: World, repository: Repository, workflow: Workflow): Schema<"workflow"> {
  const page = repositoryPage(world, repository);
  return {
    id: workflow.id,
    node_id: nodeId("Workflow", workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: "active",
    created_at: isoTime(workflow.createdAt),
    updated_at: isoTime(workflow.createdAt),
    url: `${repositoryApiUrl(world, repository)}/actions/workflows/${workflow.id}`,
    html_url: `${page}/blob/${repository.defaultBranch}/${workflow.path}`,
    badge_url: `${page}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  };
}

/** Where a run is watched. */
export function runPage(world: World, repository: Repository, run: Run): string {
  return `${repositoryPage(world, repository)}/actions/runs/${run.id}`;
}

/** A workflow run; it carries no inputs, as on GitHub. */
export function runView(world: World, repository: Repository, run: Run) {
  const api = repositoryApiUrl(world, repository);
  const url = `${api}/actions/runs/${run.id}`;
  const commit = repository.store.commit(run.headSha);
  const embedded = minimalRepository(world, repository);
  const { description, ...rest } = embedded;
  return {
    id: run.id,
    name: run.workflow.name,
    node_id: nodeId("WorkflowRun", run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.workflow.path,
    display_title: run.title,
    run_number: run.number,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflow.id,
    check_suite_id: run.id + 1,
    check_suite_node_id: nodeId("CheckSuite", run.id + 1),
    url,
    html_url: runPage(world, repository, run),
    pull_requests: [],
    created_at: isoTime(run.createdAt),
    updated_at: isoTime(run.updatedAt),
    actor: simpleUser(world, run.actor),
    run_attempt: run.attempt,
    referenced_workflows: [],
    run_started_at: isoTime(run.startedAt),
    triggering_actor: simpleUser(world, run.triggeringActor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${api}/check-suites/${run.id + 1}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${api}/actions/workflows/${run.workflow.id}`,
    head_commit: commit && simpleCommit(commit),
    repository: { ...rest, description },
    head_repository: embedded,
  } satisfies Schema<"workflow-run">;
}

/** A job of a run. */
export function jobView(world: World, repository: Repository, run: Run, job: Job): Schema<"job"> {
  const api = repositoryApiUrl(world, repository);
  return {
    id: job.id,
    node_id: nodeId("CheckRun", job.id),
    run_id: run.id,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: job.attempt,
    workflow_name: run.workflow.name,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${runPage(world, repository, run)}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion === "startup_failure" ? "failure" : job.conclusion,
    created_at: isoTime(job.createdAt),
    started_at: isoTime(job.startedAt),
    completed_at: isoTimeOrNull(job.completedAt),
    name: job.name,
    steps: job.steps.map((step) => {
      return {
        name: step.name,
        number: step.number,
        status: step.status,
        conclusion: step.conclusion,
        started_at: isoTimeOrNull(step.startedAt),
        completed_at: isoTimeOrNull(step.completedAt),
      };
    }),
    check_run_url: `${api}/check-runs/${job.id}`,
    labels: ["ubuntu-latest"],
    runner_id: null,
    runner_name: null,
    runner_group_id: null,
    runner_group_name: null,
  };
}

/** A check run. */
export function checkRunView(world: World, repository: Repository, check: CheckRun) {
  const api = repositoryApiUrl(world, repository);
  return {
    id: check.id,
    node_id: nodeId("CheckRun", check.id),
    name: check.name,
    head_sha: check.headSha,
    external_id: check.externalId,
    url: `${api}/check-runs/${check.id}`,
    html_url: `${repositoryPage(world, repository)}/runs/${check.id}`,
    details_url: check.detailsUrl,
    status: check.status,
    conclusion: check.conclusion as Schema<"check-run">["conclusion"],
    started_at: isoTimeOrNull(check.startedAt),
    completed_at: isoTimeOrNull(check.completedAt),
    output: {
      ...check.output,
      annotations_count: check.annotations.length,
      annotations_url: `${api}/check-runs/${check.id}/annotations`,
    },
    check_suite: { id: check.id + 1 },
    app: appView(world, check.app),
    pull_requests: [],
  } satisfies Schema<"check-run">;
}

/** An annotation of a check run. */
export function annotationView(
  world: World,
  repository: Repository,
  headSha: string,
  annotation: Annotation,
): Schema<"check-annotation"> {
  return {
    path: annotation.path,
    start_line: annotation.startLine,
    end_line: annotation.endLine,
    start_column: annotation.startColumn,
    end_column: annotation.endColumn,
    annotation_level: annotation.level,
    title: annotation.title,
    message: annotation.message,
    raw_details: annotation.rawDetails,
    blob_href: `${repositoryPage(world, repository)}/blob/${headSha}/${annotation.path}`,
  };
}
