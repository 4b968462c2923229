/**
 * Which files each commit touched, as far as notes of single components need it. Of what came by a pull request those of the pull request count for each of
 * its commits; only what was pushed past them is asked commit by commit.
 * https://docs.github.com/en/graphql/reference/objects#pullrequestchangedfile
 */
import type { Commit } from "../core/notes/index.ts";
import type { RepositoryClient } from "./client.ts";
import { isNotFound } from "./failure.ts";
import { rememberPaths } from "./memory.ts";

const FILES_PAGE = 100;
/** Pull requests in one query. */
const PULLS_BATCH = 20;
/** GitHub names no more files of a pull request, and on its first page of a commit. Of what has more it is not known which components it touches. */
const PULL_FILES_NAMED = 3_000;
const COMMIT_FILES_NAMED = 300;
/** Commits that were pushed past pull requests and are asked one by one; those beyond count for every component. */
const COMMITS_ASKED = 50;

interface FilesNode {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly ({ readonly path: string } | null)[] | null;
}
type Answer = Record<string, { readonly files: FilesNode | null } | null>;

/** The commits, each with its paths; without them where GitHub does not tell. What was once read of one repository is remembered. */
export async function withPaths(client: RepositoryClient, commits: readonly Commit[]): Promise<Commit[]> {
  const pulls = new Set(commits.flatMap(({ pull }) => pull?.number ?? []));
  const found = new Map<string, readonly string[]>();
  const unknown: number[] = [];
  for (const number of pulls) {
    const known = client.memory.paths.get(`#${number}`);
    if (known === undefined) unknown.push(number);
    else found.set(`#${number}`, known);
  }
  for (let from = 0; from < unknown.length; from += PULLS_BATCH)
    await readPulls(client, unknown.slice(from, from + PULLS_BATCH), found);
  const pushed = commits.filter(({ pull, parents = [] }) => (pull ?? null) === null && parents.length < 2);
  for (const { sha } of pushed.slice(0, COMMITS_ASKED)) {
    const paths = client.memory.paths.get(sha) ?? (await pathsOfCommit(client, sha));
    if (paths === null) continue;
    rememberPaths(client.memory, sha, paths);
    found.set(sha, paths);
  }
  return commits.map((commit) => {
    const name = commit.pull ? `#${commit.pull.number}` : commit.sha;
    // A merge has no files of its own: its commits' count.
    const isBareMerge = !commit.pull && (commit.parents ?? []).length > 1;
    const paths = isBareMerge ? [] : found.get(name);
    return paths === undefined ? commit : { ...commit, paths };
  });
}

async function readPulls(
  client: RepositoryClient,
  numbers: readonly number[],
  found: Map<string, readonly string[]>,
): Promise<void> {
  let open = numbers.map((number) => ({ number, after: null as string | null, paths: [] as string[] }));
  for (let page = 0; open.length > 0 && page * FILES_PAGE < PULL_FILES_NAMED; page += 1) {
    const answer = await ask(client, open);
    const more: typeof open = [];
    for (const one of open) {
      const files = answer[`p${one.number}`]?.files ?? null;
      if (files === null) continue;
      one.paths.push(...(files.nodes ?? []).flatMap((node) => node?.path ?? []));
      one.after = files.pageInfo.endCursor;
      if (files.pageInfo.hasNextPage) more.push(one);
      else {
        found.set(`#${one.number}`, one.paths);
        rememberPaths(client.memory, `#${one.number}`, one.paths);
      }
    }
    open = more;
  }
}

async function ask(
  { octokit, owner, repo }: RepositoryClient,
  pulls: readonly { readonly number: number; readonly after: string | null }[],
): Promise<Answer> {
  const fields = pulls.map(
    ({ number, after }) =>
      `p${number}: pullRequest(number: ${number}) { files(first: ${FILES_PAGE}, after: ${JSON.stringify(after)}) { pageInfo { hasNextPage endCursor } nodes { path } } }`,
  );
  const query = `query ($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) { ${fields.join(" ")} } }`;
  return (await octokit.graphql<{ repository: Answer }>(query, { owner, repo })).repository;
}

/** Null where the commit has more files than are named, or is gone. https://docs.github.com/en/rest/commits/commits#get-a-commit */
async function pathsOfCommit(
  { octokit, owner, repo }: RepositoryClient,
  sha: string,
): Promise<readonly string[] | null> {
  try {
    const { data } = await octokit.rest.repos.getCommit({ owner, repo, ref: sha });
    const files = data.files ?? [];
    if (files.length >= COMMIT_FILES_NAMED) return null;
    return files.flatMap(({ filename, previous_filename: before }) =>
      before === undefined ? [filename] : [before, filename],
    );
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
