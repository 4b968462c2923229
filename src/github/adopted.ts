/**
 * The deployments that the jobs of several runs have made, in two calls: REST knows their numbers, which are too large for GraphQL, and GraphQL
 * the statuses of all of them, which link to the runs.
 * https://docs.github.com/en/graphql/reference/objects#deploymentstatus
 */
import type { CommitSha } from "../core/ids.ts";
import type { RepositoryClient } from "./client.ts";
import type { Outcomes } from "./gathering.ts";
import { runOfLog } from "./out-of-band.ts";

/** The newest of an environment. */
const DEPLOYMENTS_READ = 100;
const STATUSES_READ = 20;

export interface WantedAdopted {
  readonly environment: string;
  readonly sha: CommitSha;
  readonly runId: number;
}

interface DeploymentNode {
  readonly id: string;
  readonly statuses: { readonly nodes: readonly { readonly logUrl: string | null }[] };
}

interface RepositoryNode {
  readonly databaseId: number;
  readonly deployments: { readonly nodes: readonly DeploymentNode[] };
}

/** The number of each run's newest deployment; null where none is seen, so that it is to be looked for the usual way. */
export async function readAdopted(
  client: RepositoryClient,
  wanted: readonly WantedAdopted[],
): Promise<Outcomes<number | null>> {
  const found = new Map<string, ReadonlyMap<number, number>>();
  for (const { environment, sha } of wanted) {
    const key = keyOf(environment, sha);
    if (!found.has(key)) found.set(key, await deploymentsByRun(client, environment, sha));
  }
  return wanted.map(({ environment, sha, runId }) => {
    const value = found.get(keyOf(environment, sha))?.get(runId) ?? null;
    return { status: "fulfilled", value };
  });
}

function keyOf(environment: string, sha: CommitSha): string {
  return `${sha} ${environment}`;
}

async function deploymentsByRun(
  client: RepositoryClient,
  environment: string,
  sha: CommitSha,
): Promise<ReadonlyMap<number, number>> {
  const { octokit, owner, repo, botLogin } = client;
  const { data } = await octokit.rest.repos.listDeployments({
    owner,
    repo,
    environment,
    sha,
    per_page: DEPLOYMENTS_READ,
  });
  const { repository } = await octokit.graphql<{ repository: RepositoryNode }>(QUERY, {
    owner,
    repo,
    environments: [environment],
  });
  // By its name GitHub may meanwhile answer another repository.
  const nodes = repository.databaseId === client.repository ? repository.deployments.nodes : [];
  const logs = new Map(nodes.map(({ id, statuses }) => [id, statuses.nodes.map(({ logUrl }) => logUrl)]));
  const byRun = new Map<number, number>();
  // Newest first: the first of a run is the one that counts.
  for (const { id, node_id: node, creator } of data) {
    const run = creator?.login === botLogin ? null : runOfLog(logs.get(node) ?? []);
    if (run !== null && !byRun.has(run)) byRun.set(run, id);
  }
  return byRun;
}

const QUERY = `query ($owner: String!, $repo: String!, $environments: [String!]) { repository(owner: $owner, name: $repo) {
  databaseId
  deployments(environments: $environments, first: ${DEPLOYMENTS_READ}, orderBy: { field: CREATED_AT, direction: DESC }) { nodes { id statuses(first: ${STATUSES_READ}) { nodes { logUrl } } } }
} }`;
