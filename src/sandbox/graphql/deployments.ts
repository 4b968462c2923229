import { isoTime } from "../clock.ts";
import { nodeId } from "../ids.ts";
import type { Deployment, DeploymentStatus, Repository } from "../state.ts";
import type { World } from "../world.ts";
import type { Node, PageArguments } from "./basics.ts";
import { accountNode, connection } from "./basics.ts";

interface DeploymentArguments extends PageArguments {
  environments?: readonly string[] | null;
  orderBy?: { field: "CREATED_AT"; direction: "ASC" | "DESC" } | null;
}

/** A repository's deployments, of some environments or all, oldest first unless asked otherwise. */
export function deploymentsOf(world: World, repository: Repository): (page: DeploymentArguments) => Node {
  return (page) => {
    const { environments, orderBy } = page;
    const found = repository.deployments.filter(
      ({ environment }) => environments?.includes(environment) ?? true,
    );
    const ordered = orderBy?.direction === "DESC" ? found.toReversed() : found;
    return connection(ordered, (deployment) => deploymentNode(world, deployment), page, "deployments");
  };
}

/** A deployment. Its number is beyond 32 bits, and GitHub has no other field for it here. */
export function deploymentNode(world: World, deployment: Deployment): Node {
  const { id, sha, task, environment, payload, statuses } = deployment;
  const latest = statuses.at(-1);
  return {
    __typename: "Deployment",
    id: nodeId("Deployment", id),
    databaseId: id,
    commitOid: sha,
    task,
    environment,
    latestEnvironment: latest?.environment ?? environment,
    originalEnvironment: environment,
    description: deployment.description,
    payload: typeof payload === "string" ? payload : JSON.stringify(payload),
    creator: accountNode(world, deployment.creator),
    createdAt: isoTime(deployment.createdAt),
    updatedAt: isoTime(deployment.updatedAt),
    latestStatus: latest ? statusNode(world, deployment, latest) : null,
    statuses: (page: PageArguments) =>
      connection(statuses.toReversed(), (status) => statusNode(world, deployment, status), page, "statuses"),
  };
}

/** A status of a deployment. */
export function statusNode(world: World, deployment: Deployment, status: DeploymentStatus): Node {
  return {
    __typename: "DeploymentStatus",
    id: nodeId("DeploymentStatus", status.id),
    state: status.state.toUpperCase(),
    description: status.description,
    environment: status.environment,
    logUrl: status.logUrl === "" ? null : status.logUrl,
    environmentUrl: status.environmentUrl === "" ? null : status.environmentUrl,
    creator: accountNode(world, status.creator),
    createdAt: isoTime(status.createdAt),
    updatedAt: isoTime(status.createdAt),
    deployment: () => deploymentNode(world, deployment),
  };
}
