import { isoTime } from "../clock.ts";
import { nodeId } from "../ids.ts";
import type { Environment, Repository } from "../state.ts";
import type { World } from "../world.ts";
import { simpleUser } from "./accounts.ts";
import { repositoryApiUrl, repositoryPage } from "./repository.ts";
import type { Schema } from "./schema.ts";

/** An environment as it is named elsewhere. */
export function environmentName(world: World, repository: Repository, environment: Environment) {
  const name = encodeURIComponent(environment.name);
  const page = `${repositoryPage(world, repository)}/deployments/activity_log?environments_filter=${name}`;
  return {
    id: environment.id,
    node_id: nodeId("Environment", environment.id),
    name: environment.name,
    url: `${repositoryApiUrl(world, repository)}/environments/${name}`,
    html_url: page,
  };
}

/** Who may approve, as every place lists them. */
export function reviewersView(world: World, environment: Environment) {
  return environment.reviewers.map((account) => {
    return { type: "User" as const, reviewer: simpleUser(world, account) };
  });
}

/** An environment with its protection rules. */
export function environmentView(
  world: World,
  repository: Repository,
  environment: Environment,
): Schema<"environment"> {
  const { id, waitMinutes, preventSelfReview, reviewers } = environment;
  const rule = (offset: number) => ({ id: id + offset, node_id: nodeId("Gate", id + offset) });
  return {
    ...environmentName(world, repository, environment),
    created_at: isoTime(environment.createdAt),
    updated_at: isoTime(environment.updatedAt),
    protection_rules: [
      ...(waitMinutes > 0 ? [{ ...rule(1), type: "wait_timer", wait_timer: waitMinutes }] : []),
      ...(reviewers.length > 0
        ? [
            {
              ...rule(2),
              type: "required_reviewers",
              prevent_self_review: preventSelfReview,
              reviewers: reviewersView(world, environment),
            },
          ]
        : []),
    ],
    deployment_branch_policy: null,
  };
}
