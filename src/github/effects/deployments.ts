/** GitHub's deployment records. https://docs.github.com/en/rest/deployments */
import { failureOf } from "../failure.ts";
import type { RepositoryClient } from "../client.ts";
import { runOfDeployment } from "../out-of-band.ts";
import { isBelieved, place, type Performer } from "./effect.ts";

const PAGE = 30;

/** Deployments of one component are told apart by their task, since GitHub knows no components. */
function taskOf(component: string): string {
  return `deploy:${component}`;
}

export const recordDeployment: Performer<"recordDeployment"> = async (context, effect) => {
  const { client, clock, attempt } = context;
  const { correlationId, component, environment, cargo } = effect;
  const task = taskOf(component);
  const observed = (deploymentId: number) =>
    [{ type: "DeploymentRecorded", at: clock.now(), correlationId, deploymentId }] as const;
  if (attempt > 1) {
    const { data } = await client.octokit.rest.repos.listDeployments({
      ...place(client),
      sha: cargo.sha,
      environment,
      task,
      per_page: PAGE,
    });
    const made = data.find((one) => correlationOf(one.payload) === correlationId);
    if (made !== undefined) return observed(made.id);
  }
  try {
    const { data } = await client.octokit.rest.repos.createDeployment({
      ...place(client),
      ref: cargo.sha,
      task,
      environment,
      // The defaults would merge the default branch and wait for every status (GITHUB.md, deployments).
      auto_merge: false,
      required_contexts: [],
      production_environment: effect.production,
      payload: { correlation_id: correlationId, component, version: cargo.version },
      description: `${cargo.version} of ${component}`.slice(0, 140),
    });
    if ("id" in data) return observed(data.id);
    throw new Error("GitHub accepted a deployment without making one");
  } catch (error) {
    const failure = failureOf(error, clock.now());
    if (failure.kind !== "refused" || !isBelieved(failure, context)) throw error;
    const problem = {
      code: "github-refused",
      detail: { status: failure.status, message: failure.message, component },
    } as const;
    return [{ type: "DispatchRefused", at: clock.now(), correlationId, problem }];
  }
};

/** The correlation id in the payload of a deployment, if it has one. */
export function correlationOf(payload: unknown): unknown {
  if (typeof payload === "object" && payload !== null && "correlation_id" in payload)
    return payload.correlation_id;
  return null;
}

export const setDeploymentStatus: Performer<"setDeploymentStatus"> = async (context, effect) => {
  const { client, clock, text, attempt } = context;
  if (attempt > 1 && (await latestState(client, effect.deploymentId)) === effect.state) return [];
  try {
    await client.octokit.rest.repos.createDeploymentStatus({
      ...place(client),
      deployment_id: effect.deploymentId,
      state: effect.state,
      description: text.deploymentStatus(effect.words),
      // GitHub would make the other components' deployments in this environment inactive; we retire by component.
      auto_inactive: false,
      ...(effect.logUrl === null ? {} : { log_url: effect.logUrl }),
      ...(effect.environmentUrl === null ? {} : { environment_url: effect.environmentUrl }),
    });
  } catch (error) {
    // A deployment deleted by hand takes no status; the rollout itself does not depend on it.
    if (!isBelieved(failureOf(error, clock.now()), context)) throw error;
  }
  return [];
};

async function latestState(client: RepositoryClient, deployment: number): Promise<string | null> {
  const { data } = await client.octokit.rest.repos.listDeploymentStatuses({
    ...place(client),
    deployment_id: deployment,
    per_page: 1,
  });
  return data[0]?.state ?? null;
}

export const retireDeployments: Performer<"retireDeployments"> = async ({ client }, effect) => {
  const { environment, component, keep } = effect;
  const { data } = await client.octokit.rest.repos.listDeployments({
    ...place(client),
    environment,
    task: taskOf(component),
    per_page: PAGE,
  });
  for (const { id } of data.filter((one) => one.id < keep)) {
    if ((await latestState(client, id)) !== "success") continue;
    await client.octokit.rest.repos.createDeploymentStatus({
      ...place(client),
      deployment_id: id,
      state: "inactive",
      auto_inactive: false,
    });
  }
  return [];
};

/**
 * Finds the deployment that the run's own job made: its status links to the run. Of several jobs that name the environment it is the newest,
 * as on GitHub's page.
 */
export const adoptDeployment: Performer<"adoptDeployment"> = async ({ client, clock }, effect) => {
  const { environment, sha, runId, correlationId } = effect;
  const { data } = await client.octokit.rest.repos.listDeployments({
    ...place(client),
    environment,
    sha,
    per_page: PAGE,
  });
  for (const { id, creator } of data) {
    if (creator?.login === client.botLogin) continue;
    if ((await runOfDeployment(client, id)) === runId)
      return [{ type: "DeploymentRecorded", at: clock.now(), correlationId, deploymentId: id }];
  }
  return [];
};
