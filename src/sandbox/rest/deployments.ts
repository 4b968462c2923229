import { resolveCommit, signatureOf } from "../domain/commits.ts";
import { addDeployment, addDeploymentStatus } from "../domain/deployments.ts";
import { pushRefs } from "../domain/refs.ts";
import { latestStatuses } from "../domain/statuses.ts";
import { isAncestor } from "../git/graph.ts";
import { mergeTrees } from "../git/merge.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { authorOf, idParameter, repositoryRoute } from "../http/context.ts";
import { ApiError, notFound, validationFailed } from "../http/errors.ts";
import { characters, Fields } from "../http/fields.ts";
import { listReply } from "../http/paging.ts";
import type { Deployment, DeploymentState, Repository } from "../state.ts";
import { deploymentStatusView, deploymentView } from "../views/releases.ts";

const STATES: readonly DeploymentState[] = [
  "error",
  "failure",
  "inactive",
  "in_progress",
  "queued",
  "pending",
  "success",
];
/** GITHUB.md, "Deployments". */
const DESCRIPTION_MAXIMUM = 140;

/** Deployments and their statuses. */
export function deploymentRoutes(): Route[] {
  const base = "/repos/{owner}/{repo}/deployments";
  return [
    repositoryRoute("GET", `${base}/{deployment_id}/statuses`, "deployments:read", (context, repository) => {
      const deployment = deploymentOf(context, repository);
      return listReply(context, [...deployment.statuses].toReversed(), (status) =>
        deploymentStatusView(context.world, repository, deployment, status),
      );
    }),
    repositoryRoute("POST", `${base}/{deployment_id}/statuses`, "deployments:write", createStatus),
    repositoryRoute("GET", `${base}/{deployment_id}`, "deployments:read", (context, repository) => {
      const deployment = deploymentOf(context, repository);
      return { status: 200, body: deploymentView(context.world, repository, deployment) };
    }),
    repositoryRoute("GET", base, "deployments:read", list),
    repositoryRoute("POST", base, "deployments:write", create),
  ];
}

function deploymentOf(context: Context, repository: Repository): Deployment {
  const id = idParameter(context, "deployment_id");
  const deployment = repository.deployments.find((candidate) => candidate.id === id);
  if (!deployment) throw notFound();
  return deployment;
}

function list(context: Context, repository: Repository): Reply {
  const filters = ["sha", "ref", "task", "environment"] as const;
  const found = repository.deployments.filter((deployment) =>
    filters.every((name) => {
      const wanted = context.query.get(name);
      return wanted === null || wanted === "none" || deployment[name] === wanted;
    }),
  );
  return listReply(context, found.toReversed(), (deployment) =>
    deploymentView(context.world, repository, deployment),
  );
}

/** Source: https://docs.github.com/rest/deployments/deployments#create-a-deployment */
function create(context: Context, repository: Repository): Reply {
  const { world } = context;
  const fields = new Fields(context.body, "Deployment");
  const ref = fields.required("ref");
  const sha = resolveCommit(repository, ref);
  if (sha === null) throw new ApiError(422, `No ref found for: ${ref}`);
  const merged = fields.flag("auto_merge", true) ? autoMerge(context, repository, ref, sha) : null;
  if (merged) return merged;
  requireChecks(repository, sha, ref, fields.list("required_contexts"));
  const environment = fields.text("environment", "production");
  const payload = fields.values.payload;
  const { account, app } = authorOf(context);
  const deployment = addDeployment(world, repository, {
    sha,
    ref,
    task: fields.text("task", "deploy"),
    environment,
    payload: typeof payload === "string" ? payload : ((payload ?? {}) as Record<string, unknown>),
    description: limitedDescription(fields, "Deployment") || null,
    transient: fields.flag("transient_environment", false),
    production: fields.flag("production_environment", environment === "production"),
    creator: account,
    app,
  });
  return { status: 201, body: deploymentView(world, repository, deployment) };
}

/** By default the default branch is first merged into a branch that lacks it, and nothing is deployed (GITHUB.md). */
function autoMerge(context: Context, repository: Repository, ref: string, sha: string): Reply | null {
  const { world } = context;
  const { store, defaultBranch } = repository;
  const branch = `refs/heads/${ref}`;
  const main = repository.refs.get(`refs/heads/${defaultBranch}`);
  if (!repository.refs.has(branch) || main === undefined || isAncestor(store, main, sha)) return null;
  const tree = mergeTrees(store, sha, main);
  if (tree === null) throw new ApiError(409, `Conflict merging ${defaultBranch} into ${ref}.`);
  const by = authorOf(context).account;
  const signature = signatureOf(world, by);
  const merge = store.writeCommit({
    tree,
    parents: [sha, main],
    author: signature,
    committer: signature,
    message: `Merge branch '${defaultBranch}' into ${ref}`,
  });
  pushRefs(world, repository, [{ ref: branch, sha: merge }], by);
  return { status: 202, body: { message: `Auto-merged ${defaultBranch} into ${ref} on deployment.` } };
}

/** Omitted contexts mean all that the commit has; an empty list means none. */
function requireChecks(
  repository: Repository,
  sha: string,
  ref: string,
  contexts: readonly string[] | undefined,
): void {
  const checks = [...repository.checkRuns.values()].filter((check) => check.headSha === sha);
  const statuses = latestStatuses(repository, sha);
  const good = new Set([
    ...checks.filter((check) => check.conclusion === "success").map((check) => check.name),
    ...statuses.filter(({ state }) => state === "success").map(({ context }) => context),
  ]);
  const wanted = contexts ?? [
    ...checks.map((check) => check.name),
    ...statuses.map(({ context }) => context),
  ];
  const unmet = wanted.some((name) => !good.has(name));
  if (unmet) throw new ApiError(409, `Conflict: Commit status checks failed for ${ref}.`);
}

function limitedDescription(fields: Fields, resource: string): string {
  const description = fields.text("description", "");
  if (characters(description) > DESCRIPTION_MAXIMUM) {
    const message = `description is too long (maximum is ${DESCRIPTION_MAXIMUM} characters)`;
    throw validationFailed({ resource, field: "description", code: "custom", message });
  }
  return description;
}

function createStatus(context: Context, repository: Repository): Reply {
  const deployment = deploymentOf(context, repository);
  const fields = new Fields(context.body, "DeploymentStatus");
  const state = STATES.find((candidate) => candidate === fields.required("state"));
  if (!state) throw fields.invalid("state");
  const logUrl = fields.text("log_url", fields.text("target_url", ""));
  const environmentUrl = fields.text("environment_url", "");
  for (const [name, value] of Object.entries({ log_url: logUrl, environment_url: environmentUrl })) {
    if (value !== "" && !/^https?:\/\//.test(value)) throw fields.invalid(name);
  }
  const { account, app } = authorOf(context);
  const status = addDeploymentStatus(context.world, repository, deployment, {
    state,
    description: limitedDescription(fields, "DeploymentStatus"),
    environment: fields.text("environment", deployment.environment),
    logUrl,
    environmentUrl,
    autoInactive: fields.flag("auto_inactive", true),
    creator: account,
    app,
  });
  return { status: 201, body: deploymentStatusView(context.world, repository, deployment, status) };
}
