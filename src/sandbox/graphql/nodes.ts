import { GraphQLError } from "graphql";
import { isoTime, isoTimeOrNull } from "../clock.ts";
import { resolveCommit } from "../domain/commits.ts";
import { pullsOfCommit } from "../domain/pulls.ts";
import { diffTrees } from "../git/diff.ts";
import { commitsBetween, mergeBase } from "../git/graph.ts";
import type { Commit, Signature } from "../git/objects.ts";
import { nodeId } from "../ids.ts";
import type { Issue, Repository } from "../state.ts";
import { fullName } from "../state.ts";
import { accountByEmail } from "../views/commits.ts";
import { issuePage } from "../views/issues.ts";
import type { PullIssue } from "../views/pulls.ts";
import { isPull } from "../views/pulls.ts";
import { repositoryPage } from "../views/repository.ts";
import type { World } from "../world.ts";
import type { Node, PageArguments } from "./basics.ts";
import { accountNode, connection } from "./basics.ts";
import { commentsOf } from "./comments.ts";
import { deploymentsOf } from "./deployments.ts";

/** A repository. */
export function repositoryNode(world: World, repository: Repository): Node {
  const { store } = repository;
  const object = ({ oid, expression }: { oid?: string; expression?: string }): Node | null => {
    const sha = resolveCommit(repository, oid ?? expression ?? "");
    const commit = sha === null ? null : store.commit(sha);
    return commit ? commitNode(world, repository, commit) : null;
  };
  const issue = (number: number, pulls: boolean | null): Node | null => {
    const found = repository.issues.get(number);
    if (found && isPull(found) && pulls !== false) return pullNode(world, repository, found);
    if (found && !found.pull && pulls !== true) return issueNode(world, repository, found);
    const kind = pulls === true ? "a PullRequest" : pulls === false ? "an Issue" : "an issue or pull request";
    throw new GraphQLError(`Could not resolve to ${kind} with the number of ${number}.`, {
      extensions: { type: "NOT_FOUND" },
    });
  };
  return {
    __typename: "Repository",
    id: nodeId("Repository", repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: fullName(repository),
    owner: accountNode(world, repository.owner),
    url: repositoryPage(world, repository),
    isArchived: repository.archived,
    isPrivate: repository.private,
    defaultBranchRef: () => refNode(world, repository, `refs/heads/${repository.defaultBranch}`),
    ref: ({ qualifiedName }: { qualifiedName: string }) =>
      ["", "refs/heads/", "refs/tags/"]
        .map((prefix) => refNode(world, repository, prefix + qualifiedName))
        .find((node) => node !== null) ?? null,
    refs: (page: RefArguments) => refsConnection(world, repository, page),
    object,
    deployments: deploymentsOf(world, repository),
    pullRequest: ({ number }: { number: number }) => issue(number, true),
    issue: ({ number }: { number: number }) => issue(number, false),
    issueOrPullRequest: ({ number }: { number: number }) => issue(number, null),
  };
}

interface RefArguments extends PageArguments {
  refPrefix: string;
  query?: string | null;
  orderBy?: { field: "ALPHABETICAL" | "TAG_COMMIT_DATE"; direction: "ASC" | "DESC" } | null;
}

/** Refs below a prefix that ends in a slash; by name unless asked otherwise. */
function refsConnection(world: World, repository: Repository, page: RefArguments): Node {
  const { store } = repository;
  const prefix = page.refPrefix.replace(/\/?$/, "/");
  const found = [...repository.refs.keys()]
    .filter((ref) => ref.startsWith(prefix) && ref.slice(prefix.length).includes(page.query ?? ""))
    .toSorted();
  if (page.orderBy?.field === "TAG_COMMIT_DATE") {
    const timeOf = (ref: string): number =>
      store.commit(store.peel(repository.refs.get(ref) ?? "") ?? "")?.committer.seconds ?? 0;
    found.sort((one, other) => timeOf(one) - timeOf(other));
  }
  if (page.orderBy?.direction === "DESC") found.reverse();
  return connection(found, (ref) => refNode(world, repository, ref) ?? {}, page, "refs");
}

/** The other ref against this one as the base; the commits oldest first, as REST has them. Null where there is nothing to compare. */
function comparisonNode(world: World, repository: Repository, ref: string, headRef: string): Node | null {
  const { store } = repository;
  const base = store.commit(store.peel(repository.refs.get(ref) ?? "") ?? "");
  const head = store.commit(resolveCommit(repository, headRef) ?? "");
  if (base === null || head === null || mergeBase(store, base.sha, head.sha) === null) return null;
  const ahead = commitsBetween(store, base.sha, head.sha).toReversed();
  const behindBy = commitsBetween(store, head.sha, base.sha).length;
  const apart = behindBy > 0 ? (ahead.length > 0 ? "DIVERGED" : "BEHIND") : "AHEAD";
  return {
    __typename: "Comparison",
    id: nodeId("Comparison", `${base.sha}...${head.sha}`),
    status: ahead.length === 0 && behindBy === 0 ? "IDENTICAL" : apart,
    aheadBy: ahead.length,
    behindBy,
    baseTarget: () => commitNode(world, repository, base),
    headTarget: () => commitNode(world, repository, head),
    commits: (page: PageArguments) =>
      connection(ahead, (commit) => commitNode(world, repository, commit), page, "commits"),
  };
}

function refNode(world: World, repository: Repository, ref: string): Node | null {
  const sha = repository.refs.get(ref);
  if (sha === undefined) return null;
  const tag = repository.store.tag(sha);
  const commit = repository.store.commit(sha);
  return {
    __typename: "Ref",
    id: nodeId("Ref", `${repository.id}:${ref}`),
    name: ref.replace(/^refs\/(heads|tags)\//, ""),
    prefix: ref.slice(0, ref.indexOf("/", 5) + 1),
    target: () => (commit ? commitNode(world, repository, commit) : tag && tagNode(world, repository, sha)),
    compare: ({ headRef }: { headRef: string }) => comparisonNode(world, repository, ref, headRef),
  };
}

function tagNode(world: World, repository: Repository, sha: string): Node | null {
  const tag = repository.store.tag(sha);
  if (!tag) return null;
  const commit = repository.store.commit(tag.object);
  return {
    __typename: "Tag",
    id: nodeId("Tag", sha),
    oid: sha,
    name: tag.tag,
    message: tag.message,
    target: () => (commit ? commitNode(world, repository, commit) : tagNode(world, repository, tag.object)),
  };
}

/** A commit with the pull requests that it belongs to. */
export function commitNode(world: World, repository: Repository, commit: Commit): Node {
  const [headline = "", ...rest] = commit.message.split("\n");
  const url = `${repositoryPage(world, repository)}/commit/${commit.sha}`;
  return {
    __typename: "Commit",
    id: nodeId("Commit", commit.sha),
    oid: commit.sha,
    abbreviatedOid: commit.sha.slice(0, 7),
    message: commit.message,
    messageHeadline: headline,
    messageBody: rest.join("\n").trim(),
    committedDate: isoTime(commit.committer.seconds * 1000),
    authoredDate: isoTime(commit.author.seconds * 1000),
    url,
    commitUrl: url,
    author: gitActor(world, commit.author),
    committer: gitActor(world, commit.committer),
    file: ({ path }: { path: string }) => fileNode(repository, commit, path),
    parents: (page: PageArguments) => {
      const parents = commit.parents.flatMap((sha) => repository.store.commit(sha) ?? []);
      return connection(parents, (parent) => commitNode(world, repository, parent), page, "parents");
    },
    history: ({ author, ...page }: PageArguments & { author?: CommitAuthorInput | null }) => {
      const all = commitsBetween(repository.store, null, commit.sha);
      const commits = author ? all.filter((one) => isBy(world, one.author, author)) : all;
      return connection(commits, (older) => commitNode(world, repository, older), page, "history");
    },
    associatedPullRequests: (page: PageArguments) =>
      connection(
        pullsOfCommit(repository, commit.sha),
        (pull) => pullNode(world, repository, pull),
        page,
        "associatedPullRequests",
      ),
  };
}

interface CommitAuthorInput {
  id?: string | null;
  emails?: readonly string[] | null;
}

/** By addresses where some are given, else by the account. Source: the reference of `CommitAuthor`. */
function isBy(world: World, { email }: Signature, { id, emails }: CommitAuthorInput): boolean {
  if (emails && emails.length > 0) return emails.some((one) => one.toLowerCase() === email.toLowerCase());
  const account = accountByEmail(world, email);
  return account !== null && nodeId(account.type, account.id) === id;
}

function fileNode(repository: Repository, commit: Commit, path: string): Node | null {
  const entry = path === "" ? null : repository.store.entryAt(commit.tree, path);
  return entry && treeEntryNode(repository, entry);
}

interface Entry {
  readonly mode: string;
  readonly name: string;
  readonly sha: string;
  readonly path: string;
}

function treeEntryNode(repository: Repository, { mode, name, sha, path }: Entry): Node {
  const { store } = repository;
  const type = store.read(sha)?.type ?? "commit";
  return {
    __typename: "TreeEntry",
    name,
    path,
    oid: sha,
    mode: Number.parseInt(mode, 8),
    type,
    size: store.blob(sha)?.length ?? 0,
    object: () => treeNode(repository, sha, path),
  };
}

/** What an entry names, where that is a folder: of a file nobody asks more than its entry says. */
function treeNode(repository: Repository, sha: string, path: string): Node | null {
  const entries = repository.store.tree(sha);
  if (entries === null) return null;
  const below = (entry: Omit<Entry, "path">): Node =>
    treeEntryNode(repository, { ...entry, path: `${path}/${entry.name}` });
  return { __typename: "Tree", id: nodeId("Tree", sha), oid: sha, entries: () => entries.map(below) };
}

function gitActor(world: World, { name, email, seconds }: Signature): Node {
  const account = accountByEmail(world, email);
  // Bots are no users here, though REST links their commits to them.
  const user = account?.type === "User" ? accountNode(world, account) : null;
  return { name, email, date: isoTime(seconds * 1000), user };
}

function labelsOf(repository: Repository, issue: Issue): (page: PageArguments) => Node {
  return (page) => {
    const labels = issue.labels.flatMap((name) => repository.labels.get(name.toLowerCase()) ?? []);
    const view = ({ id, name, color }: (typeof labels)[number]): Node => {
      return { __typename: "Label", id: nodeId("Label", id), name, color };
    };
    return connection(labels, view, page, "labels");
  };
}

function shared(world: World, repository: Repository, issue: Issue): Node {
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body ?? "",
    url: issuePage(world, repository, issue),
    author: accountNode(world, issue.user),
    createdAt: isoTime(issue.createdAt),
    updatedAt: isoTime(issue.updatedAt),
    closedAt: isoTimeOrNull(issue.closedAt),
    closed: issue.state === "closed",
    labels: labelsOf(repository, issue),
    comments: commentsOf(world, repository, issue),
    repository: () => repositoryNode(world, repository),
  };
}

function issueNode(world: World, repository: Repository, issue: Issue): Node {
  return {
    ...shared(world, repository, issue),
    __typename: "Issue",
    id: nodeId("Issue", issue.id),
    databaseId: issue.id,
    state: issue.state.toUpperCase(),
  };
}

/** A pull request. */
export function pullNode(world: World, repository: Repository, issue: PullIssue): Node {
  const { pull } = issue;
  const commit = (sha: string | null): Node | null => {
    const found = sha === null ? null : repository.store.commit(sha);
    return found && commitNode(world, repository, found);
  };
  return {
    ...shared(world, repository, issue),
    __typename: "PullRequest",
    id: nodeId("PullRequest", pull.id),
    databaseId: pull.id,
    fullDatabaseId: String(pull.id),
    state: pull.mergedAt === null ? issue.state.toUpperCase() : "MERGED",
    merged: pull.mergedAt !== null,
    mergedAt: isoTimeOrNull(pull.mergedAt),
    mergedBy: pull.mergedBy && accountNode(world, pull.mergedBy),
    mergeCommit: () => commit(pull.mergeCommitSha),
    baseRepository: () => repositoryNode(world, repository),
    baseRefName: pull.baseRef,
    headRefName: pull.headRef,
    baseRefOid: pull.baseSha,
    headRefOid: pull.headSha,
    isDraft: false,
    files: (page: PageArguments) => connection(filesOf(repository, pull), (file) => file, page, "files"),
    closingIssuesReferences: (page: PageArguments) =>
      connection(
        closedBy(repository, issue),
        (closed) => issueNode(world, repository, closed),
        page,
        "closingIssuesReferences",
      ),
  };
}

/** The issues that a pull request's text says it closes. https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue */
function closedBy(repository: Repository, { body }: PullIssue): Issue[] {
  const found = [...(body ?? "").matchAll(/\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? #(\d+)\b/gi)];
  const issues = found.flatMap(([, number]) => repository.issues.get(Number(number)) ?? []);
  return [...new Set(issues)].filter(({ pull }) => pull === null);
}

/** What a pull request changes, from where its branch left the other; of a renamed file the new name. */
function filesOf({ store }: Repository, { baseSha, headSha }: PullIssue["pull"]): Node[] {
  const base = store.commit(mergeBase(store, baseSha, headSha) ?? "");
  const head = store.commit(headSha);
  if (head === null) return [];
  return diffTrees(store, base?.tree ?? null, head.tree).map(({ path }) => ({
    __typename: "PullRequestChangedFile",
    path,
  }));
}
