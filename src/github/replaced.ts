/**
 * The deployments of several components that newer ones have replaced, in one query.
 * https://docs.github.com/en/graphql/reference/objects#deployment
 */
import type { RepositoryClient } from "./client.ts";
import type { Outcomes } from "./gathering.ts";

/** The newest of an environment. What is older was made inactive by what replaced it then. */
const DEPLOYMENTS_READ = 100;

export interface WantedReplaced {
  readonly environment: string;
  readonly task: string;
  /** GraphQL's name of the one that has replaced the others. */
  readonly by: string;
}

/** GraphQL's names of those that are still shown as what runs there. */
export type Replaced = readonly string[];

interface DeploymentNode {
  readonly id: string;
  readonly task: string | null;
  readonly latestStatus: { readonly state: string } | null;
}

interface RepositoryNode {
  readonly databaseId: number;
  readonly [environment: `e${number}`]: { readonly nodes: readonly DeploymentNode[] };
}

const FIELDS = "nodes { id task latestStatus { state } }";

/** Reads what each has replaced; null where the replacing one is not among the newest. GraphQL has no number of a deployment that is large enough, so that what is older is told by the order. */
export async function readReplaced(
  client: RepositoryClient,
  wanted: readonly WantedReplaced[],
): Promise<Outcomes<Replaced | null>> {
  const environments = [...new Set(wanted.map(({ environment }) => environment))];
  const variables = environments.map((_, index) => `, $n${index}: [String!]`).join("");
  const fields = environments.map(
    (_, index) =>
      `e${index}: deployments(environments: $n${index}, first: ${DEPLOYMENTS_READ}, orderBy: { field: CREATED_AT, direction: DESC }) { ${FIELDS} }`,
  );
  const { octokit, owner, repo } = client;
  const { repository } = await octokit.graphql<{ repository: RepositoryNode }>(
    `query ($owner: String!, $repo: String!${variables}) { repository(owner: $owner, name: $repo) { databaseId ${fields.join(" ")} } }`,
    { owner, repo, ...Object.fromEntries(environments.map((name, index) => [`n${index}`, [name]])) },
  );
  return wanted.map(({ environment, task, by }) => {
    // By its name GitHub may meanwhile answer another repository.
    const isIt = repository.databaseId === client.repository;
    const nodes = isIt ? (repository[`e${environments.indexOf(environment)}`]?.nodes ?? []) : [];
    const place = nodes.findIndex(({ id }) => id === by);
    const older = nodes.slice(place + 1).filter((one) => one.task === task);
    const value = older.filter(({ latestStatus }) => latestStatus?.state === "SUCCESS").map(({ id }) => id);
    return { status: "fulfilled", value: place === -1 ? null : value };
  });
}
