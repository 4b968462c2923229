import type {
  Account,
  App,
  Deployment,
  DeploymentState,
  DeploymentStatus,
  Repository,
  Run,
} from "../state.ts";
import { deploymentStatusView, deploymentView } from "../views/releases.ts";
import { runView, workflowView } from "../views/runs.ts";
import { emit } from "../webhooks/emit.ts";
import type { World } from "../world.ts";
import { environmentOf } from "./environments.ts";

export interface NewDeployment {
  sha: string;
  ref: string;
  task: string;
  environment: string;
  payload: Record<string, unknown> | string;
  description: string | null;
  transient: boolean;
  production: boolean;
  creator: Account;
  app: App | null;
  /** The run whose job made it. */
  run?: Run;
}

/** Creates a deployment. */
export function addDeployment(world: World, repository: Repository, fields: NewDeployment): Deployment {
  const now = world.clock.now();
  const { run, ...rest } = fields;
  const deployment: Deployment = {
    ...rest,
    id: world.ids.next("deployment"),
    createdAt: now,
    updatedAt: now,
    statuses: [],
  };
  repository.deployments.push(deployment);
  environmentOf(world, repository, deployment.environment);
  const payload = {
    action: "created" as const,
    deployment: deploymentView(world, repository, deployment),
    ...runParts(world, repository, run),
  };
  emit(world, repository, "deployment", payload, fields.creator);
  return deployment;
}

export interface NewStatus {
  state: DeploymentState;
  description?: string;
  environment?: string;
  logUrl?: string;
  environmentUrl?: string;
  autoInactive: boolean;
  creator: Account;
  app: App | null;
  run?: Run;
}

/** Adds a status; a success makes earlier ones inactive by GitHub's rule. */
export function addDeploymentStatus(
  world: World,
  repository: Repository,
  deployment: Deployment,
  fields: NewStatus,
): DeploymentStatus {
  const status = pushStatus(world, repository, deployment, fields);
  if (fields.state === "success" && fields.autoInactive) {
    for (const earlier of repository.deployments) {
      if (isReplaced(deployment, earlier)) {
        const { creator, app } = fields;
        pushStatus(world, repository, earlier, { state: "inactive", autoInactive: false, creator, app });
      }
    }
  }
  return status;
}

/**
 * Only earlier successful, non-transient, non-production deployments of the environment.
 * Source: https://docs.github.com/rest/deployments/statuses#inactive-deployments, GITHUB.md ("Deployments")
 */
function isReplaced(deployment: Deployment, earlier: Deployment): boolean {
  return (
    earlier.id < deployment.id &&
    earlier.environment === deployment.environment &&
    !earlier.transient &&
    !earlier.production &&
    earlier.statuses.at(-1)?.state === "success"
  );
}

function pushStatus(
  world: World,
  repository: Repository,
  deployment: Deployment,
  fields: NewStatus,
): DeploymentStatus {
  const now = world.clock.now();
  const status: DeploymentStatus = {
    id: world.ids.next("deploymentStatus"),
    state: fields.state,
    creator: fields.creator,
    app: fields.app,
    description: fields.description ?? "",
    environment: fields.environment ?? deployment.environment,
    targetUrl: fields.logUrl ?? "",
    logUrl: fields.logUrl ?? "",
    environmentUrl: fields.environmentUrl ?? "",
    createdAt: now,
  };
  deployment.statuses.push(status);
  deployment.updatedAt = now;
  const payload = {
    action: "created" as const,
    deployment_status: deploymentStatusView(world, repository, deployment, status),
    deployment: deploymentView(world, repository, deployment),
    ...runParts(world, repository, fields.run),
  };
  emit(world, repository, "deployment_status", payload, fields.creator);
  return status;
}

function runParts(world: World, repository: Repository, run: Run | undefined): Record<string, unknown> {
  return {
    workflow: run ? workflowView(world, repository, run.workflow) : null,
    workflow_run: run ? runView(world, repository, run) : null,
  };
}
