/**
 * The release branch at a glance: one GraphQL query answers what a merge needs (the config's blob, the base and the commits since, with
 * their pull requests, the tags, the notice), where the full road asks a dozen times. It is only trusted where nothing unusual
 * happened since the last full look; in all other cases it says nothing, and the full road is taken.
 * https://docs.github.com/en/graphql/reference/objects#comparison
 */
import type { Config } from "../core/config/index.ts";
import { commitSha, type CommitSha } from "../core/ids.ts";
import { versionOfTag, type Commit } from "../core/notes/index.ts";
import type { TeamTemplates } from "../core/team-templates.ts";
import type { StoredFiles } from "../core/dependencies/index.ts";
import type { RepositoryClient } from "./client.ts";
import { CONFIG_PATH, LARGEST_FILE } from "./config-file.ts";
import { fieldsOf, filesIn, valuesOf, variablesOf } from "./content.ts";
import { failureOf, isUnknownField } from "./failure.ts";
import { COMMITS_READ, mergedPull, PULL_FIELDS, type Base, type PullNode } from "./history.ts";
import type { KnownBase, SeenIssue } from "./memory.ts";
import { SIDE_FIELDS, sideOf, WORKFLOWS_FIELD, type SideNode, type Sides } from "./sides.ts";
import { peeled, TARGET_FIELDS, type TargetNode } from "./targets.ts";
import { FOLDER_FIELDS, templatesOfFolder, type FolderNode } from "./templates.ts";

const PAGE = 100;
/** From so many commits on, those beyond the first page are asked for from the end, in the same query. */
const SECOND_PAGE_FROM = 90;
/** Tags of one query, and of how many queries the glance reads all tags there are; more are left to the full road. */
const TAGS_READ = 100;
const TAG_PAGES = 10;
/** More parents than a commit is asked for: an octopus of these is left to the full road. */
const PARENTS_READ = 10;
/** A GitHub that lacks a field is not asked again for so long; it may be upgraded. */
const UNKNOWN_FIELD_PAUSE_MS = 60 * 60_000;
const PLAIN_FILE_MODES: ReadonlySet<number> = new Set([0o100644, 0o100755]);

/** What a glance is to see besides the branch. */
export interface Glancing {
  /** The notice, to be read along; null for none. */
  readonly issue: number | null;
  /** A pull request's head, of which it is to be told what of it is Waybill's business; absent for none. */
  readonly pull?: CommitSha | null;
  /** Tags that nothing is counted from. */
  readonly unreleased: readonly string[];
}

/** The branch as it is now, counted from the base that it had at the last full look. */
export interface Glance {
  /** The default branch's tip, and the blob of the config in it. */
  readonly configCommit: CommitSha;
  readonly configBlob: string;
  readonly head: CommitSha;
  readonly base: Base;
  /** Newest first, with their pull requests. */
  readonly commits: readonly Commit[];
  /** The team's own templates in the default branch's tip; null for none. */
  readonly templates: TeamTemplates | null;
  /** Those of the watched paths that are files of the head. */
  readonly files: { readonly paths: readonly string[]; readonly found: StoredFiles };
  /** The default branch's tip beside the commit that was asked about besides; null for none. */
  readonly sides: Sides | null;
}

/**
 * Looks at a branch whose base is known. What is seen of the issue, if one is named, is remembered for the redrawing of the notice; of a pull request's
 * head, if one is named, its config, templates and workflows are told.
 *
 * @returns null wherever the answer may differ from that of the full road: another base may have come nearer, the branch was forced back,
 *   there are more commits than are read, GitHub does not know the fields or could not answer
 * @throws what says that GitHub wants to be left alone for a while
 */
export async function glanceAt(
  client: RepositoryClient,
  known: KnownBase,
  defaultBranch: string,
  { issue, pull = null }: Pick<Glancing, "issue" | "pull">,
): Promise<Glance | null> {
  const { memory, clock } = client;
  const askedAt = clock.now();
  if (askedAt < memory.noGlanceUntil) return null;
  try {
    const watched = memory.behindBase?.base === known.base.sha ? memory.behindBase.files.paths : [];
    const answer = await ask(client, known, defaultBranch, { issue, watched, pull });
    if (issue !== null && answer.repository.issue)
      memory.seenIssue = seenIssue(answer.repository.issue, issue, askedAt);
    const glance = await judge(client, known, answer.repository, watched);
    return glance === null ? null : { ...glance, sides: sidesIn(answer.repository, glance, pull) };
  } catch (error) {
    if (failureOf(error, clock.now()).kind === "limited") throw error;
    if (isUnknownField(error)) memory.noGlanceUntil = askedAt + UNKNOWN_FIELD_PAUSE_MS;
    return null;
  }
}

/** Whether two readings of the config ask for the same branch and tags: else the known base is that of another question. */
export function isStillMeant(known: KnownBase, config: Config, branch: string): boolean {
  return known.branch === branch && known.tagPattern === config.release.tag;
}

interface CommitNode {
  readonly oid: string;
  readonly message: string;
  readonly author: {
    readonly name: string | null;
    readonly email: string | null;
    readonly user: { readonly login: string; readonly id: string } | null;
  } | null;
  readonly parents: { readonly totalCount: number; readonly nodes: readonly { readonly oid: string }[] };
  readonly associatedPullRequests: { readonly nodes: readonly PullNode[] } | null;
}

interface ComparisonNode {
  readonly status: string;
  readonly aheadBy: number;
  readonly headTarget: { readonly oid: string };
  readonly commits: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly nodes: readonly CommitNode[];
  };
  readonly newest?: { readonly nodes: readonly CommitNode[] };
}

interface IssueNode {
  readonly title: string;
  readonly body: string;
  readonly state: string;
}

interface TagNode {
  readonly name: string;
  readonly target: TargetNode | null;
}

interface TagsNode {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly TagNode[];
}

interface RepositoryNode {
  readonly databaseId: number;
  readonly default: {
    readonly target: {
      readonly oid: string;
      readonly file?: {
        readonly oid: string;
        readonly mode: number;
        readonly type: string;
        readonly size: number;
      } | null;
      readonly templates?: FolderNode | null;
      readonly workflows?: { readonly oid: string } | null;
    } | null;
  } | null;
  readonly tags: TagsNode | null;
  readonly base: { readonly target: TargetNode | null; readonly compare: ComparisonNode | null } | null;
  readonly issue?: IssueNode | null;
  readonly watched?: {
    readonly target: ({ readonly oid: string } & Readonly<Record<string, unknown>>) | null;
  } | null;
  readonly pull?: SideNode | null;
}

const COMMIT = `oid message author { name email user { login id } } parents(first: ${PARENTS_READ}) { totalCount nodes { oid } } ${PULL_FIELDS}`;
const COMPARISON = `status aheadBy headTarget { oid } commits(first: ${PAGE}, after: $after) { pageInfo { hasNextPage endCursor } nodes { ${COMMIT} } }`;
// By name, so that a tag that is made meanwhile moves none from one page to another.
const TAGS = `tags: refs(refPrefix: "refs/tags/", first: ${TAGS_READ}, after: $afterTag, orderBy: { field: ALPHABETICAL, direction: ASC }) { pageInfo { hasNextPage endCursor } nodes { name ${TARGET_FIELDS} } }`;
const MORE_TAGS = `query ($owner: String!, $repo: String!, $afterTag: String) { repository(owner: $owner, name: $repo) { ${TAGS} } }`;
const queryOf = (
  watched: readonly string[],
): string => `query (${watched.length === 0 ? "" : `$watched: String!, ${variablesOf(watched).join(", ")}, `}$owner: String!, $repo: String!, $default: String!, $config: String!, $branch: String!, $base: String!, $after: String, $afterTag: String, $issue: Int!, $withIssue: Boolean!, $pull: GitObjectID, $withPull: Boolean!, $withNewest: Boolean!) {
  repository(owner: $owner, name: $repo) {
    databaseId
    default: ref(qualifiedName: $default) { target { oid ... on Commit { file(path: $config) { oid mode type size } ${FOLDER_FIELDS} workflows: ${WORKFLOWS_FIELD} @include(if: $withPull) { oid } } } }
    ${TAGS}
    base: ref(qualifiedName: $base) { ${TARGET_FIELDS} compare(headRef: $branch) { ${COMPARISON} newest: commits(last: ${PAGE}) @include(if: $withNewest) { nodes { ${COMMIT} } } } }
    issue(number: $issue) @include(if: $withIssue) { title body state }
    ${watched.length === 0 ? "" : `watched: ref(qualifiedName: $watched) { target { oid ... on Commit { ${fieldsOf(watched).join(" ")} } } }`}
    pull: object(oid: $pull) @include(if: $withPull) { ... on Commit { ${SIDE_FIELDS} } }
  }
}`;
const MORE = `query ($owner: String!, $repo: String!, $branch: String!, $base: String!, $after: String) {
  repository(owner: $owner, name: $repo) { base: ref(qualifiedName: $base) { compare(headRef: $branch) { ${COMPARISON} } } }
}`;

function sidesIn(
  { default: tip, pull: found }: RepositoryNode,
  { templates, configBlob: config }: Pick<Glance, "templates" | "configBlob">,
  pull: CommitSha | null,
): Sides | null {
  if (pull === null) return null;
  const workflows = tip?.target?.workflows?.oid ?? null;
  return { base: { templates, config, workflows }, pull: sideOf(pull, found) };
}

function ask(
  client: RepositoryClient,
  known: KnownBase,
  defaultBranch: string,
  {
    issue,
    watched,
    pull,
  }: { readonly issue: number | null; readonly watched: readonly string[]; readonly pull: CommitSha | null },
) {
  return client.octokit.graphql<{ repository: RepositoryNode }>(queryOf(watched), {
    ...(watched.length === 0 ? {} : { watched: `refs/heads/${known.branch}`, ...valuesOf(watched) }),
    ...placeOf(client, known),
    default: `refs/heads/${defaultBranch}`,
    config: CONFIG_PATH,
    after: null,
    afterTag: null,
    issue: issue ?? 0,
    withIssue: issue !== null,
    pull,
    withPull: pull !== null,
    withNewest: known.commitCount >= SECOND_PAGE_FROM,
  });
}

function placeOf({ owner, repo }: RepositoryClient, { branch, base }: KnownBase) {
  return { owner, repo, branch, base: `refs/tags/${base.tag}` };
}

async function judge(
  client: RepositoryClient,
  known: KnownBase,
  answer: RepositoryNode,
  watched: readonly string[],
): Promise<Omit<Glance, "sides"> | null> {
  const { base, tags } = answer;
  const config = answer.default?.target?.file ?? null;
  const configCommit = commitSha(answer.default?.target?.oid ?? "");
  // By its name GitHub may meanwhile answer another repository.
  if (answer.databaseId !== client.repository || configCommit === null || config === null) return null;
  if (!PLAIN_FILE_MODES.has(config.mode) || config.size > LARGEST_FILE) return null;
  const comparison = base?.compare ?? null;
  const isAhead = comparison?.status === "AHEAD" || comparison?.status === "IDENTICAL";
  if (comparison === null || !isAhead || peeled(base?.target ?? null) !== known.base.sha) return null;
  const head = commitSha(comparison.headTarget.oid);
  const nodes = await allCommits(client, known, comparison);
  if (head === null || nodes === null || nodes.some(hasManyParents)) return null;
  const commits = newestFirst(nodes).map((node) => asCommit(client, node));
  const grown = grownBy(commits, known);
  const allTags = grown === null || tags === null ? null : await readAllTags(client, tags);
  if (grown === null || allTags === null || !isBaseUnchanged(known, grown, allTags)) return null;
  const templates = templatesOfFolder(configCommit, answer.default?.target?.templates);
  const seen = answer.watched?.target ?? null;
  // The branch may have moved on amid the question.
  if (watched.length > 0 && seen?.oid !== head) return null;
  const files = { paths: watched, found: filesIn(seen ?? {}, watched) };
  return { configCommit, configBlob: config.oid, head, base: known.base, commits, templates, files };
}

/** The tags of all pages; null where they are too many. */
async function readAllTags(client: RepositoryClient, first: TagsNode): Promise<readonly TagNode[] | null> {
  const { owner, repo } = client;
  const nodes = [...first.nodes];
  let { pageInfo } = first;
  for (let page = 1; pageInfo.hasNextPage; page += 1) {
    if (page === TAG_PAGES) return null;
    const variables = { owner, repo, afterTag: pageInfo.endCursor };
    const answer = await client.octokit.graphql<{ repository: Pick<RepositoryNode, "tags"> }>(
      MORE_TAGS,
      variables,
    );
    const next = answer.repository.tags;
    if (next === null) return null;
    nodes.push(...next.nodes);
    ({ pageInfo } = next);
  }
  return nodes;
}

/** The commits of all pages; null where they are too many, or the branch moved while they were read. */
async function allCommits(
  client: RepositoryClient,
  known: KnownBase,
  first: ComparisonNode,
): Promise<readonly CommitNode[] | null> {
  if (first.aheadBy > COMMITS_READ) return null;
  const nodes = withNewest(first);
  if (nodes.length === first.aheadBy) return nodes;
  for (let { pageInfo } = first.commits; pageInfo.hasNextPage && nodes.length < first.aheadBy;) {
    const variables = { ...placeOf(client, known), after: pageInfo.endCursor };
    const answer = await client.octokit.graphql<{ repository: Pick<RepositoryNode, "base"> }>(
      MORE,
      variables,
    );
    const next = answer.repository.base?.compare ?? null;
    if (next === null || next.headTarget.oid !== first.headTarget.oid || next.commits.nodes.length === 0)
      return null;
    nodes.push(...next.commits.nodes);
    ({ pageInfo } = next.commits);
  }
  return nodes.length === first.aheadBy ? nodes : null;
}

/** Both ends of the list, where they cover all of it; else the first page. */
function withNewest({ aheadBy, commits, newest }: ComparisonNode): CommitNode[] {
  const known = new Set(commits.nodes.map(({ oid }) => oid));
  const both = [...commits.nodes, ...(newest?.nodes ?? []).filter(({ oid }) => !known.has(oid))];
  return both.length === aheadBy ? both : [...commits.nodes];
}

function hasManyParents({ parents }: CommitNode): boolean {
  return parents.totalCount > parents.nodes.length;
}

/** Children before their parents: GitHub documents no order here, so it is read off the first commit whose parent is listed too. */
function newestFirst(nodes: readonly CommitNode[]): readonly CommitNode[] {
  const places = new Map(nodes.map(({ oid }, place) => [oid, place]));
  for (const [place, { parents }] of nodes.entries()) {
    const parent = parents.nodes.map(({ oid }) => places.get(oid)).find((found) => found !== undefined);
    if (parent !== undefined) return parent > place ? nodes : nodes.toReversed();
  }
  return nodes.toReversed();
}

function asCommit(client: RepositoryClient, node: CommitNode): Commit {
  return {
    sha: node.oid,
    message: node.message,
    author: {
      name: node.author?.name ?? "",
      email: node.author?.email ?? "",
      login: node.author?.user?.login ?? null,
      ...(node.author?.user ? { id: node.author.user.id } : {}),
    },
    parents: node.parents.nodes.map(({ oid }) => oid),
    pull: mergedPull(client, node.associatedPullRequests?.nodes ?? []),
  };
}

/**
 * Whether the full road would find the same base again. The known base was found for an earlier head. If the branch only grew from there,
 * if the release tags are the same, and if none of them lies on what it grew by, then the same tags are among its ancestors as before,
 * each farther away by the same number of commits: so the same one is the base.
 */
function isBaseUnchanged(known: KnownBase, grown: ReadonlySet<string>, tags: readonly TagNode[]): boolean {
  const releases = tags.filter(({ name }) => versionOfTag(known.tagPattern, name) !== null);
  return (
    releases.length === known.tags.size &&
    releases.every(({ name, target }) => {
      const commit = peeled(target);
      return known.tags.get(name) === target?.oid && (commit === null || !grown.has(commit));
    })
  );
}

/** The commits that the head has and the known head lacks; null where the known head is not among the head's ancestors. */
function grownBy(commits: readonly Commit[], { head, base }: KnownBase): ReadonlySet<string> | null {
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]));
  if (head !== base.sha && !bySha.has(head)) return null;
  const old = new Set<string>();
  const open: string[] = [head];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const commit = bySha.get(at);
    if (commit === undefined || old.has(at)) continue;
    old.add(at);
    open.push(...(commit.parents ?? []));
  }
  return new Set([...bySha.keys()].filter((sha) => !old.has(sha)));
}

function seenIssue({ title, body, state }: IssueNode, number: number, askedAt: number): SeenIssue {
  return { number, title, body, open: state === "OPEN", askedAt };
}
