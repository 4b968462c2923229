import type { PendingDeployment } from "../actions/protection.ts";
import { answerRule, mayReview, pendingOf, review, reviewsOf } from "../actions/protection.ts";
import { isoTime } from "../clock.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { repositoryRoute } from "../http/context.ts";
import { ApiError, notFound } from "../http/errors.ts";
import { Fields } from "../http/fields.ts";
import { countedReply } from "../http/paging.ts";
import type { Repository, Run } from "../state.ts";
import { simpleUser } from "../views/accounts.ts";
import { environmentName, environmentView, reviewersView } from "../views/environments.ts";
import { deploymentView } from "../views/releases.ts";
import { runOf } from "./actions.ts";

/** Environments, and what waits before them. */
export function environmentRoutes(): Route[] {
  const base = "/repos/{owner}/{repo}/environments";
  const run = "/repos/{owner}/{repo}/actions/runs/{run_id}";
  return [
    repositoryRoute("GET", base, "actions:read", (context, repository) =>
      countedReply(context, "environments", [...repository.environments.values()], (environment) =>
        environmentView(context.world, repository, environment),
      ),
    ),
    repositoryRoute("GET", `${base}/{environment_name}`, "actions:read", ({ world, params }, repository) => {
      const environment = repository.environments.get(params.environment_name ?? "");
      if (!environment) throw notFound();
      return { status: 200, body: environmentView(world, repository, environment) };
    }),
    repositoryRoute("GET", `${run}/pending_deployments`, "actions:read", (context, repository) => {
      const found = runOf(context, repository);
      const body = pendingOf(found).map((pending) => pendingView(context, repository, found, pending));
      return { status: 200, body };
    }),
    repositoryRoute("POST", `${run}/pending_deployments`, "deployments:write", reviewPending, "read"),
    repositoryRoute("GET", `${run}/approvals`, "actions:read", listReviews),
    repositoryRoute("POST", `${run}/deployment_protection_rule`, "deployments:write", answer),
  ];
}

function pendingView(
  context: Context,
  repository: Repository,
  run: Run,
  pending: PendingDeployment,
): Record<string, unknown> {
  const { world, actor } = context;
  const { environment } = pending;
  const timed = environment.waitMinutes > 0;
  return {
    environment: environmentName(world, repository, environment),
    wait_timer: environment.waitMinutes,
    wait_timer_started_at: timed ? isoTime(pending.since) : null,
    current_user_can_approve: actor.kind === "user" && mayReview(run, pending, actor.user),
    reviewers: reviewersView(world, environment),
  };
}

/** People approve; an App is never a required reviewer (GITHUB.md, "Deployments"). */
function reviewPending(context: Context, repository: Repository): Reply {
  const { world, actor } = context;
  const run = runOf(context, repository);
  const fields = new Fields(context.body, "DeploymentReview");
  const state = (["approved", "rejected"] as const).find((word) => word === fields.required("state"));
  if (!state) throw fields.invalid("state");
  const ids = fields.values.environment_ids;
  if (!Array.isArray(ids)) throw fields.invalid("environment_ids");
  if (actor.kind !== "user") throw new ApiError(422, "An App is no required reviewer of this environment");
  const comment = fields.required("comment");
  const environmentIds = ids as number[];
  const deployments = review(world, repository, run, { state, comment, by: actor.user, environmentIds });
  const body = deployments.map((deployment) => deploymentView(world, repository, deployment));
  return { status: 200, body };
}

function listReviews(context: Context, repository: Repository): Reply {
  const { world } = context;
  const body = reviewsOf(runOf(context, repository)).map(({ state, comment, by, environments }) => {
    const named = environments.map((environment) => {
      const { createdAt, updatedAt } = environment;
      const times = { created_at: isoTime(createdAt), updated_at: isoTime(updatedAt) };
      return { ...environmentName(world, repository, environment), ...times };
    });
    return { environments: named, state, user: simpleUser(world, by), comment };
  });
  return { status: 200, body };
}

/** Source: https://docs.github.com/rest/actions/workflow-runs#review-custom-deployment-protection-rules-for-a-workflow-run */
function answer(context: Context, repository: Repository): Reply {
  const run = runOf(context, repository);
  const fields = new Fields(context.body, "DeploymentProtectionRule");
  const said = fields.text("state", null);
  const state = (["approved", "rejected"] as const).find((word) => word === said) ?? null;
  if (said !== null && state === null) throw fields.invalid("state");
  if (context.actor.kind !== "installation")
    throw new ApiError(403, "Resource not accessible by integration");
  if (!answerRule(run, fields.required("environment_name"), state)) throw notFound();
  return { status: 204 };
}
