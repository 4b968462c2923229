/** The files that a pull request itself changes: the default branch may have gone on since it left it. */
import type { RepositoryClient } from "./client.ts";

/** GitHub names no more files of a pull request than 3,000. https://docs.github.com/en/graphql/reference/objects#pullrequestchangedfile */
const FILES_PAGES = 30;
const FILES = `query ($owner: String!, $repo: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $repo) { pullRequest(number: $number) { files(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { path } } } }
}`;

interface FilesNode {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly ({ readonly path: string } | null)[] | null;
}

interface FilesAnswer {
  readonly repository: { readonly pullRequest: { readonly files: FilesNode | null } };
}

/** Paths from the repository's root. */
export type PullFiles = () => Promise<ReadonlySet<string>>;

/** Asks for them once, and only when somebody wants to know. */
export function pullFiles(client: RepositoryClient, number: number): PullFiles {
  let asked: Promise<ReadonlySet<string>> | undefined;
  return () => (asked ??= readFiles(client, number));
}

async function readFiles(
  { owner, repo, octokit }: RepositoryClient,
  number: number,
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  let after: string | null = null;
  for (let page = 1; page <= FILES_PAGES; page += 1) {
    const answer: FilesAnswer = await octokit.graphql<FilesAnswer>(FILES, { owner, repo, number, after });
    const { files: found } = answer.repository.pullRequest;
    for (const node of found?.nodes ?? []) if (node !== null) changed.add(node.path);
    if (found?.pageInfo.hasNextPage !== true) break;
    after = found.pageInfo.endCursor;
  }
  return changed;
}
