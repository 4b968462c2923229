import { currentWorkflows, dispatchWorkflow, findWorkflow } from "../actions/dispatch.ts";
import { cancelRun, rerun } from "../actions/runner.ts";
import { isoTime } from "../clock.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { authorOf, idParameter, repositoryRoute } from "../http/context.ts";
import { ApiError, notFound } from "../http/errors.ts";
import { Fields } from "../http/fields.ts";
import { countedReply } from "../http/paging.ts";
import { LATER_VERSION } from "../http/versions.ts";
import type { Repository, Run, Workflow } from "../state.ts";
import { repositoryApiUrl } from "../views/repository.ts";
import { jobView, runPage, runView, workflowView } from "../views/runs.ts";

/** Workflows, their runs and jobs. */
export function actionRoutes(): Route[] {
  const base = "/repos/{owner}/{repo}/actions";
  return [
    repositoryRoute("GET", `${base}/workflows`, "actions:read", (context, repository) =>
      countedReply(context, "workflows", currentWorkflows(context.world, repository), (workflow) =>
        workflowView(context.world, repository, workflow),
      ),
    ),
    repositoryRoute("POST", `${base}/workflows/{workflow_id}/dispatches`, "actions:write", dispatch),
    repositoryRoute("GET", `${base}/workflows/{workflow_id}/runs`, "actions:read", (context, repository) =>
      listRuns(
        context,
        repository,
        findWorkflow(context.world, repository, context.params.workflow_id ?? ""),
      ),
    ),
    repositoryRoute("GET", `${base}/workflows/{workflow_id}`, "actions:read", (context, repository) => {
      const workflow = findWorkflow(context.world, repository, context.params.workflow_id ?? "");
      return { status: 200, body: workflowView(context.world, repository, workflow) };
    }),
    repositoryRoute("GET", `${base}/runs`, "actions:read", (context, repository) =>
      listRuns(context, repository, null),
    ),
    repositoryRoute("POST", `${base}/runs/{run_id}/cancel`, "actions:write", (context, repository) => {
      if (cancelRun(context.world, repository, runOf(context, repository))) return { status: 202, body: {} };
      throw new ApiError(409, "Cannot cancel a workflow run that is completed.");
    }),
    repositoryRoute("POST", `${base}/runs/{run_id}/force-cancel`, "actions:write", (context, repository) => {
      if (cancelRun(context.world, repository, runOf(context, repository), true))
        return { status: 202, body: {} };
      throw new ApiError(409, "Cannot cancel a workflow run that is completed.");
    }),
    repositoryRoute("POST", `${base}/runs/{run_id}/rerun`, "actions:write", (context, repository) => {
      const run = runOf(context, repository);
      if (rerun(context.world, repository, run, authorOf(context).account)) return { status: 201, body: {} };
      throw new ApiError(403, "The workflow run is already running");
    }),
    repositoryRoute("GET", `${base}/runs/{run_id}/jobs`, "actions:read", listJobs),
    repositoryRoute(
      "GET",
      `${base}/runs/{run_id}/attempts/{attempt_number}`,
      "actions:read",
      (context, repository) => {
        return { status: 200, body: runView(context.world, repository, attemptOf(context, repository)) };
      },
    ),
    repositoryRoute("GET", `${base}/runs/{run_id}`, "actions:read", (context, repository) => {
      return { status: 200, body: runView(context.world, repository, runOf(context, repository)) };
    }),
  ];
}

/** The run of the path. @throws ApiError 404 */
export function runOf(context: Context, repository: Repository): Run {
  const run = repository.runs.get(idParameter(context, "run_id"));
  if (!run) throw notFound();
  return run;
}

/** A run as it was in one of its attempts. Source: https://docs.github.com/rest/actions/workflow-runs#get-a-workflow-run-attempt */
function attemptOf(context: Context, repository: Repository): Run {
  const run = runOf(context, repository);
  const attempt = idParameter(context, "attempt_number");
  const past = context.world.record.runs.find((one) => one.run_id === run.id && one.attempt === attempt);
  if (!past) throw notFound();
  return { ...run, attempt, status: past.status, conclusion: past.conclusion };
}

function dispatch(context: Context, repository: Repository): Reply {
  const { world, params } = context;
  const fields = new Fields(context.body, "WorkflowDispatch");
  // From the later version on, a dispatch always answers with the run, and cannot be asked to (GITHUB.md, "Dispatching workflows").
  const always = context.apiVersion === LATER_VERSION;
  const permitted = ["ref", "inputs", ...(world.legacyDispatch || always ? [] : ["return_run_details"])];
  const unknown = Object.keys(fields.values).find((name) => !permitted.includes(name));
  if (unknown !== undefined) {
    throw new ApiError(422, `Invalid request.\n\n"${unknown}" is not a permitted key.`);
  }
  const workflow = findWorkflow(world, repository, params.workflow_id ?? "");
  const inputs = fields.values.inputs ?? {};
  if (typeof inputs !== "object" || Array.isArray(inputs)) throw fields.invalid("inputs");
  const run = dispatchWorkflow(world, repository, workflow, {
    ref: fields.required("ref"),
    inputs: inputs as Record<string, unknown>,
    by: authorOf(context).account,
  });
  const details = always || fields.flag("return_run_details", false);
  if (!details) return { status: 204 };
  return {
    status: 200,
    body: {
      workflow_run_id: run.id,
      run_url: `${repositoryApiUrl(world, repository)}/actions/runs/${run.id}`,
      html_url: runPage(world, repository, run),
    },
  };
}

/** Newest first; a lagging list leaves out young runs (a fault on demand). */
function listRuns(context: Context, repository: Repository, workflow: Workflow | null): Reply {
  const { query, world } = context;
  const now = world.clock.now();
  const hidden = (run: Run): boolean => {
    if (run.hiddenRequests > 0) {
      run.hiddenRequests -= 1;
      return true;
    }
    return run.listedFrom > now;
  };
  const wanted: [string, (run: Run) => string][] = [
    ["event", (run) => run.event],
    ["branch", (run) => run.headBranch],
    ["actor", (run) => run.actor.login],
    ["head_sha", (run) => run.headSha],
  ];
  const status = query.get("status");
  const created = query.get("created");
  const found = [...repository.runs.values()].filter(
    (run) =>
      !hidden(run) &&
      (workflow === null || run.workflow.id === workflow.id) &&
      wanted.every(([name, of]) => query.get(name) === null || query.get(name) === of(run)) &&
      (status === null || [run.status, run.conclusion].includes(status as Run["status"])) &&
      (created === null || withinDates(isoTime(run.createdAt), created)),
  );
  return countedReply(context, "workflow_runs", found.toReversed(), (run) => runView(world, repository, run));
}

/** `>=DATE`, `<DATE`, `FROM..TO`, `DATE`. Source: https://docs.github.com/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax#query-for-dates */
function withinDates(at: string, range: string): boolean {
  const time = Date.parse(at);
  const end = (text: string): number =>
    text === "*" ? Infinity : Date.parse(text) + (text.length === 10 ? 86_399_999 : 0);
  const start = (text: string): number => (text === "*" ? -Infinity : Date.parse(text));
  const [from, to] = range.split("..");
  if (from !== undefined && to !== undefined) return time >= start(from) && time <= end(to);
  const match = /^(>=|<=|>|<)?(.*)$/.exec(range);
  const [, sign = "", date = ""] = match ?? [];
  if (sign === ">=") return time >= start(date);
  if (sign === "<=") return time <= end(date);
  if (sign === ">") return time > end(date);
  if (sign === "<") return time < start(date);
  return time >= start(date) && time <= end(date);
}

function listJobs(context: Context, repository: Repository): Reply {
  const run = runOf(context, repository);
  const all = context.query.get("filter") === "all";
  const jobs = run.jobs.filter((job) => all || job.attempt === run.attempt);
  return countedReply(context, "jobs", jobs, (job) => jobView(context.world, repository, run, job));
}
