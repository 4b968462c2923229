/** Commits, tags and pull requests of a repository, as facts for notices, notes and receipts. */
import { commitSha, type CommitSha } from "../core/ids.ts";
import type { Commit, PullRequest } from "../core/notes/index.ts";
import { nearestBase, versionOfTag } from "../core/notes/index.ts";
import { crossOutTokens } from "../core/secrets.ts";
import semver from "semver";
import { isNotFound, isUnknownField, repositoryBeside } from "./failure.ts";
import type { RepositoryClient } from "./client.ts";
import { templatesField, type TemplatesAsked } from "./templates.ts";

/** More commits than these in one release are listed up to here; the notes say that there are more. */
export const COMMITS_READ = 5_000;
const PAGE = 100;
/** How many tags are compared with the branch to find the nearest: the newest versions are the likely ones. */
const BASES_COMPARED = 5;
/** And how many tags are tried at all: a branch of an old line may lack all the newest ones. */
const TAGS_COMPARED = 200;
/** Commits in one GraphQL query: GitHub answers larger ones too slowly. */
const PULLS_BATCH = 50;

export interface ReleaseTag {
  readonly tag: string;
  readonly version: string;
}

export interface Base extends ReleaseTag {
  readonly sha: CommitSha;
}

/** How two commits stand to one another. `behind`: the head is an ancestor of the base. */
export type Relation = "ahead" | "behind" | "identical" | "diverged";

export interface Range {
  readonly relation: Relation;
  readonly total: number;
  /** Newest first, at most 5,000; of more, those nearest the base, as GitHub pages them. */
  readonly commits: readonly Commit[];
}

/** The commit at the tip of a branch, or null if there is no such branch. */
export async function headOf(client: RepositoryClient, branch: string): Promise<CommitSha | null> {
  return resolveRef(client, `heads/${branch}`);
}

/** The commit that a tag stands for, annotated tags peeled (at most twice); null if there is none or it is no commit. */
export async function commitOfTag(client: RepositoryClient, tag: string): Promise<CommitSha | null> {
  return resolveRef(client, `tags/${tag}`);
}

async function resolveRef(client: RepositoryClient, ref: string): Promise<CommitSha | null> {
  return commitBehind(client, await objectOf(client, ref));
}

/** What a ref names. */
interface RefObject {
  readonly type: string;
  readonly sha: string;
}

/** The commit behind what a ref names, tags of tags peeled (at most twice); null if it is none. */
export async function commitBehind(
  { octokit, owner, repo }: RepositoryClient,
  named: RefObject | null,
): Promise<CommitSha | null> {
  let object = named;
  // A tag object that a ref names is there: not to find it is no answer, and is thrown.
  for (let depth = 0; object?.type === "tag" && depth < 2; depth += 1) {
    object = (await octokit.rest.git.getTag({ owner, repo, tag_sha: object.sha })).data.object;
  }
  return object?.type === "commit" ? commitSha(object.sha) : null;
}

async function objectOf({ octokit, owner, repo }: RepositoryClient, ref: string): Promise<RefObject | null> {
  try {
    return (await octokit.rest.git.getRef({ owner, repo, ref })).data.object;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** A release tag with the object that its ref names: the tag object of an annotated one. */
export interface ReleaseTagRef extends ReleaseTag {
  readonly oid: string;
  /** `commit`, or `tag` for an annotated one. */
  readonly type: string;
}

/** All release tags by the pattern, the highest version first. */
export async function releaseTags(client: RepositoryClient, pattern: string): Promise<ReleaseTag[]> {
  return (await releaseTagRefs(client, pattern)).map(({ tag, version }) => ({ tag, version }));
}

/** The same with what each ref names. */
export async function releaseTagRefs(client: RepositoryClient, pattern: string): Promise<ReleaseTagRef[]> {
  const { octokit, owner, repo } = client;
  const [before = ""] = pattern.split("{version}");
  const { data } = await octokit.rest.git.listMatchingRefs({ owner, repo, ref: `tags/${before}` });
  return data
    .flatMap(({ ref, object }) => {
      const tag = ref.replace(/^refs\/tags\//, "");
      const version = versionOfTag(pattern, tag);
      return version === null ? [] : [{ tag, version, oid: object.sha, type: object.type }];
    })
    .sort((one, other) => semver.rcompare(one.version, other.version));
}

/** How `head` stands to `base`; both are SHAs or tag names. Null if GitHub knows one of them no more. */
export async function relationOf(
  client: RepositoryClient,
  base: string,
  head: string,
): Promise<{ relation: Relation; ahead: number } | null> {
  const compared = await comparisonOf(client, base, head);
  return compared === null ? null : { relation: compared.status, ahead: compared.ahead_by };
}

/** Whether a commit is another one, or among its ancestors. */
export async function isWithin(client: RepositoryClient, sha: CommitSha, head: CommitSha): Promise<boolean> {
  const found = await relationOf(client, sha, head);
  return found !== null && (found.relation === "ahead" || found.relation === "identical");
}

/**
 * GitHub's comparison of two commits (SHAs, tags or branches), from their common ancestor on: of its commits so many, of its files the first 300.
 * Null where GitHub knows one of them no more, or they have no common ancestor.
 * https://docs.github.com/en/rest/commits/commits#compare-two-commits
 */
export async function comparisonOf(
  { octokit, owner, repo }: RepositoryClient,
  base: string,
  head: string,
  commits = 1,
) {
  try {
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
      owner,
      repo,
      basehead: `${base}...${head}`,
      per_page: commits,
    });
    return data;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** The release that the head's changes are counted from: the nearest in the commit graph. Null where there is none. */
export async function findBase(
  client: RepositoryClient,
  tags: readonly ReleaseTag[],
  head: CommitSha,
  except?: string,
): Promise<Base | null> {
  const others = tags.filter((tag) => tag.tag !== except);
  const candidates = await candidatesFor(client, others, head);
  const first = nearestBase(candidates, true);
  if (first === null) return null;
  const nearest = await withoutSideLine(client, first, candidates);
  const sha = await commitOfTag(client, nearest.tag);
  return sha === null ? null : { tag: nearest.tag, version: nearest.version, sha };
}

/**
 * What may be the base. Where the branch carries a pre-release, the stable release before it is the base if the branch carries that
 * too: people want to read what is new since then. Where stable releases are cut on branches of their own, it is the pre-release.
 */
async function candidatesFor(
  client: RepositoryClient,
  tags: readonly ReleaseTag[],
  head: CommitSha,
): Promise<Candidate[]> {
  const isStable = (tag: ReleaseTag): boolean => semver.prerelease(tag.version) === null;
  const [first] = await ancestorsAmong(client, tags, head, 1);
  if (first === undefined) return [];
  const lower = tags.filter((tag) => semver.lte(tag.version, first.version));
  if (isStable(first)) return ancestorsAmong(client, lower.filter(isStable), head, BASES_COMPARED);
  const before = await ancestorsAmong(client, lower.filter(isStable).slice(0, 1), head, 1);
  return before.length > 0 ? before : ancestorsAmong(client, lower, head, BASES_COMPARED);
}

/**
 * Two releases may stand on lines of their own that have come together since: a hotfix of an old release, brought to a branch that had released more
 * by then. Neither is the other's past, and however few commits it has, the lower version is not what came last: the highest of such lines is.
 */
async function withoutSideLine(
  client: RepositoryClient,
  nearest: Candidate,
  candidates: readonly Candidate[],
): Promise<Candidate> {
  let base = nearest;
  for (const other of candidates.toSorted((one, two) => one.distance - two.distance)) {
    if (!semver.gt(other.version, base.version)) continue;
    const stands = await relationOf(client, other.tag, base.tag);
    if (stands?.relation === "diverged") base = other;
  }
  return base;
}

type Candidate = ReleaseTag & { readonly sha: string; readonly distance: number };

/** The first few of the tags that the head descends from, with their distance. */
async function ancestorsAmong(
  client: RepositoryClient,
  tags: readonly ReleaseTag[],
  head: CommitSha,
  most: number,
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const tag of tags.slice(0, TAGS_COMPARED)) {
    const stands = await relationOf(client, tag.tag, head);
    const isAncestor = stands !== null && (stands.relation === "ahead" || stands.relation === "identical");
    if (isAncestor) found.push({ ...tag, sha: tag.tag, distance: stands.ahead });
    // Nothing can be nearer than the head itself.
    if (found.length >= most || found.at(-1)?.distance === 0) break;
  }
  return found;
}

/** The first page of a range, which says as well how the two commits stand to one another. */
export interface FirstPage {
  readonly data: NonNullable<Awaited<ReturnType<typeof comparisonOf>>>;
}

/** Reads it for `commitsBetween`. Null where GitHub knows one of the two no more, or they have no common ancestor. */
export async function firstPageOf(
  client: RepositoryClient,
  base: string,
  head: CommitSha,
): Promise<FirstPage | null> {
  const data = await comparisonOf(client, base, head, PAGE);
  return data === null ? null : { data };
}

/** The commits of `head` that `base` lacks; at most about `most` of them are read, `first` being the first page where it was read. */
export async function commitsBetween(
  client: RepositoryClient,
  base: string,
  head: CommitSha,
  { most = COMMITS_READ, first = null }: { readonly most?: number; readonly first?: FirstPage | null } = {},
): Promise<Range> {
  const { octokit, owner, repo } = client;
  const commits: Commit[] = [];
  for (let page = 1; ; page += 1) {
    const { data } =
      page === 1 && first !== null
        ? first
        : await octokit.rest.repos.compareCommitsWithBasehead({
            owner,
            repo,
            basehead: `${base}...${head}`,
            per_page: PAGE,
            page,
          });
    commits.push(
      ...data.commits.map((one) => ({
        sha: one.sha,
        message: one.commit.message,
        author: {
          name: one.commit.author?.name ?? "",
          email: one.commit.author?.email ?? "",
          ...accountOf(one.author),
        },
        parents: one.parents.map((parent) => parent.sha),
      })),
    );
    const all = commits.length >= Math.min(data.total_commits, most) || data.commits.length === 0;
    if (all) return { relation: data.status, total: data.total_commits, commits: commits.toReversed() };
  }
}

/** The account that GitHub ascribes a commit to. Bots have none in GraphQL, and so have none here. */
function accountOf(author: { login?: string; node_id?: string; type?: string } | null) {
  const { login = null, node_id: id, type } = author ?? {};
  return { login, ...(id === undefined || type === "Bot" ? {} : { id }) };
}

/** How many commits a branch has, by the number of the last page of one commit each. */
export async function commitCountOf(client: RepositoryClient, head: CommitSha): Promise<number> {
  const { octokit, owner, repo } = client;
  const { headers, data } = await octokit.rest.repos.listCommits({ owner, repo, sha: head, per_page: 1 });
  const last = /[?&]page=(\d+)[^>]*>; rel="last"/.exec(headers.link ?? "");
  return last === null ? data.length : Number(last[1]);
}

/** A pull request as GraphQL answers `PULL_FIELDS`. */
export interface PullNode {
  readonly number: number;
  readonly title: string;
  readonly url: string;
  readonly body: string;
  readonly merged: boolean;
  readonly baseRepository: { readonly databaseId: number } | null;
  readonly author: {
    readonly login: string;
    readonly __typename: string;
    readonly databaseId?: number | null;
  } | null;
}

/** What is asked of a commit's pull requests. */
export const PULL_FIELDS = `associatedPullRequests(first: 3) { nodes { number title url body merged baseRepository { databaseId } author { login __typename ... on User { databaseId } ... on Bot { databaseId } } } }`;

/** The commits with the merged pull requests that brought them, asked for in batches by GraphQL. */
export async function withPulls(
  client: RepositoryClient,
  commits: readonly Commit[],
  asked?: TemplatesAsked,
): Promise<Commit[]> {
  const found = new Map<string, PullRequest>();
  for (let from = 0; from < commits.length; from += PULLS_BATCH) {
    const along = from === 0 ? asked : undefined;
    for (const [sha, pull] of await pullsOf(client, commits.slice(from, from + PULLS_BATCH), along))
      found.set(sha, pull);
  }
  return commits.map((commit) => ({ ...commit, pull: found.get(commit.sha) ?? null }));
}

async function pullsOf(
  client: RepositoryClient,
  commits: readonly Commit[],
  asked?: TemplatesAsked,
): Promise<[string, PullRequest][]> {
  const fields = commits.map(
    ({ sha }, index) => `c${index}: object(oid: "${sha}") { ... on Commit { ${PULL_FIELDS} } }`,
  );
  const found = await askWith(client, fields, asked);
  return commits.flatMap(({ sha }, index): [string, PullRequest][] => {
    const merged = mergedPull(client, found[`c${index}`]?.associatedPullRequests?.nodes ?? []);
    return merged === null ? [] : [[sha, merged]];
  });
}

async function askWith(
  client: RepositoryClient,
  fields: readonly string[],
  asked: TemplatesAsked | undefined,
): Promise<PullAnswer> {
  const along = asked === undefined ? null : templatesField(asked);
  const ask = (all: readonly string[]): Promise<PullAnswer> =>
    askGraphql(
      client,
      `query ($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) { ${all.join(" ")} } }`,
    );
  if (along === null) return ask(fields);
  try {
    const answer = await ask([...fields, along.field]);
    along.hear(answer);
    return answer;
  } catch (error) {
    // A GitHub that does not know a field of theirs has nobody's own templates, and the notes all the same.
    if (!isUnknownField(error)) throw error;
    return ask(fields);
  }
}

/** The merged pull request among those of a commit. In forks and mirrors GitHub also names those of where the commit came from. */
export function mergedPull(client: RepositoryClient, nodes: readonly PullNode[]): PullRequest | null {
  const isOurs = (node: PullNode): boolean =>
    node.merged && node.baseRepository?.databaseId === client.repository;
  const merged = nodes.find(isOurs);
  return merged === undefined ? null : asPull(merged);
}

type PullAnswer = Record<string, { associatedPullRequests?: { nodes: PullNode[] } } | null>;

async function askGraphql(client: RepositoryClient, query: string): Promise<PullAnswer> {
  const { owner, repo } = client;
  try {
    return (await client.octokit.graphql<{ repository: PullAnswer }>(query, { owner, repo })).repository;
  } catch (error) {
    const beside = repositoryBeside(error, client.clock.now());
    if (beside === undefined || beside === null) throw error;
    return beside as PullAnswer;
  }
}

function asPull(node: PullNode): PullRequest {
  const bot = node.author === null || node.author.__typename === "Bot";
  return {
    number: node.number,
    title: crossOutTokens(node.title),
    url: node.url,
    body: node.body,
    author: { login: node.author?.login ?? "ghost", id: node.author?.databaseId ?? 0, bot },
  };
}
