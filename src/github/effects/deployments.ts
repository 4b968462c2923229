/** GitHub's deployment records. https://docs.github.com/en/rest/deployments */
import type { DeploymentState } from "../../core/effects.ts";
import type { RepositoryClient } from "../client.ts";
import { rememberDeployment } from "../memory.ts";
import { runOfDeployment } from "../out-of-band.ts";
import { isBelieved, place, type Performer } from "./effect.ts";

const PAGE = 30;

/** Deployments of one component are told apart by their task, since GitHub knows no components. */
function taskOf(component: string): string {
  return `deploy:${component}`;
}

export const recordDeployment: Performer<"recordDeployment"> = async (context, effect) => {
  const { client, clock, attempt, refusals } = context;
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
    if ("id" in data) {
      rememberDeployment(client.memory, data.id, data.node_id);
      return observed(data.id);
    }
    throw new Error("GitHub accepted a deployment without making one");
  } catch (error) {
    const refusal = refusals.heard(error);
    if (refusal?.isBelieved !== true) throw error;
    const problem = {
      code: "github-refused",
      detail: { status: refusal.status, message: refusal.message, component },
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
  const { client, text, attempt } = context;
  const description = text.deploymentStatus(effect.words);
  if (attempt === 1 && (await setTogether(client, effect, description))) return [];
  if (attempt > 1 && (await latestState(client, effect.deploymentId)) === effect.state) return [];
  try {
    await client.octokit.rest.repos.createDeploymentStatus({
      ...place(client),
      deployment_id: effect.deploymentId,
      state: effect.state,
      description,
      // GitHub would make the other components' deployments in this environment inactive; we retire by component.
      auto_inactive: false,
      ...(effect.logUrl === null ? {} : { log_url: effect.logUrl }),
      ...(effect.environmentUrl === null ? {} : { environment_url: effect.environmentUrl }),
    });
  } catch (error) {
    // A deployment deleted by hand takes no status; the rollout itself does not depend on it.
    if (!isBelieved(context, error)) throw error;
  }
  return [];
};

/** Sets it with what is set at the same moment. False where it is to be set alone: then it was not. */
async function setTogether(
  client: RepositoryClient,
  { deploymentId: id, state, logUrl, environmentUrl }: Parameters<typeof setDeploymentStatus>[1],
  description: string,
): Promise<boolean> {
  const { deployments, together } = client.memory;
  const deploymentId = deployments.get(id);
  if (deploymentId === undefined) return false;
  const done = await together.statuses.join({
    client,
    deploymentId,
    state: inCapitals(state),
    description,
    autoInactive: false,
    ...(logUrl === null ? {} : { logUrl }),
    ...(environmentUrl === null ? {} : { environmentUrl }),
  });
  return done !== null;
}

function inCapitals(state: DeploymentState): Uppercase<DeploymentState> {
  return state.toUpperCase() as Uppercase<DeploymentState>;
}

async function latestState(client: RepositoryClient, deployment: number): Promise<string | null> {
  const { data } = await client.octokit.rest.repos.listDeploymentStatuses({
    ...place(client),
    deployment_id: deployment,
    per_page: 1,
  });
  return data[0]?.state ?? null;
}

export const retireDeployments: Performer<"retireDeployments"> = async (
  { client, text, attempt },
  effect,
) => {
  const { environment, component, keep, by } = effect;
  const description =
    by === undefined ? undefined : text.deploymentStatus({ version: by.version, outcome: "replaced" });
  if (attempt === 1 && (await retiredTogether(client, effect, description))) return [];
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
      ...(description === undefined ? {} : { description }),
      ...(by?.runUrl ? { log_url: by.runUrl } : {}),
    });
  }
  return [];
};

/** With what other components replace at the same moment. False where it is to be done alone: then not all of it was. */
async function retiredTogether(
  client: RepositoryClient,
  { environment, component, keep, by }: Parameters<typeof retireDeployments>[1],
  description: string | undefined,
): Promise<boolean> {
  const { deployments, together } = client.memory;
  const kept = deployments.get(keep);
  if (kept === undefined) return false;
  const replaced = await together.replaced.join({ client, environment, task: taskOf(component), by: kept });
  if (replaced === null) return false;
  const words = {
    ...(description === undefined ? {} : { description }),
    ...(by?.runUrl ? { logUrl: by.runUrl } : {}),
  };
  const retire = (deploymentId: string) =>
    together.retirements.join({ client, deploymentId, state: "INACTIVE", autoInactive: false, ...words });
  const retired = await Promise.all(replaced.map(retire));
  return !retired.includes(null);
}

/**
 * Finds the deployment that the run's own job made: its status links to the run. Of several jobs that name the environment it is the newest,
 * as on GitHub's page.
 */
export const adoptDeployment: Performer<"adoptDeployment"> = async ({ client, clock, attempt }, effect) => {
  const { environment, sha, runId, correlationId } = effect;
  const { together } = client.memory;
  const deploymentId =
    attempt === 1 ? await together.adopted.join({ client, environment, sha, runId }) : null;
  if (deploymentId !== null)
    return [{ type: "DeploymentRecorded", at: clock.now(), correlationId, deploymentId }];
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
