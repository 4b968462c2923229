/**
 * The ends of several threads in one query: what stands there already, before something is said.
 * https://docs.github.com/en/graphql/reference/objects#issuecommentconnection
 */
import type { RepositoryClient } from "./client.ts";
import { repositoryBeside } from "./failure.ts";
import type { Outcomes } from "./gathering.ts";

/** Longer threads are read the usual way. */
const COMMENTS_READ = 50;

/** An issue or pull request, as far as somebody wants to say something there. */
export interface Thread {
  /** GraphQL's name of it. */
  readonly id: string;
  /** What the App itself has said there, oldest first. */
  readonly own: readonly string[];
}

interface ThreadNode {
  readonly id: string;
  readonly comments: {
    readonly totalCount: number;
    readonly nodes: readonly {
      readonly body: string;
      readonly author: { readonly login: string; readonly __typename: string } | null;
    }[];
  };
}

type RepositoryNode = { readonly databaseId: number } & Readonly<Record<string, ThreadNode | number | null>>;

const FIELDS = `id comments(last: ${COMMENTS_READ}) { totalCount nodes { body author { login __typename } } }`;

/**
 * Reads the threads of these numbers.
 *
 * @returns for each its thread; null where it is to be read the usual way: it is a long one, or GitHub did not answer it
 * @throws what says that GitHub wants to be left alone for a while, or does not know a field
 */
export async function readThreads(
  client: RepositoryClient,
  wanted: readonly { readonly issue: number }[],
): Promise<Outcomes<Thread | null>> {
  const fields = wanted.map(
    ({ issue }, index) =>
      `t${index}: issueOrPullRequest(number: ${issue}) { ... on Issue { ${FIELDS} } ... on PullRequest { ${FIELDS} } }`,
  );
  const query = `query ($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) { databaseId ${fields.join(" ")} } }`;
  const repository = await ask(client, query);
  return wanted.map((_, index) => {
    // By its name GitHub may meanwhile answer another repository.
    const isIt = repository?.databaseId === client.repository;
    const node = isIt ? (repository[`t${index}`] as ThreadNode | null) : null;
    return { status: "fulfilled", value: node === null ? null : threadOf(client, node) };
  });
}

async function ask(client: RepositoryClient, query: string): Promise<RepositoryNode | null> {
  const { octokit, owner, repo, clock } = client;
  try {
    return (await octokit.graphql<{ repository: RepositoryNode }>(query, { owner, repo })).repository;
  } catch (error) {
    const beside = repositoryBeside(error, clock.now());
    if (beside === undefined) throw error;
    return beside as RepositoryNode | null;
  }
}

function threadOf({ botLogin }: RepositoryClient, { id, comments }: ThreadNode): Thread | null {
  const { totalCount, nodes } = comments;
  if (totalCount > nodes.length) return null;
  // Here the login of a bot is without the `[bot]` that REST puts behind it.
  const isOurs = ({ author }: (typeof nodes)[number]): boolean =>
    author?.__typename === "Bot" && `${author.login}[bot]` === botLogin;
  return { id, own: nodes.filter(isOurs).map(({ body }) => body) };
}
