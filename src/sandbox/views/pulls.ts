import { isoTime, isoTimeOrNull } from "../clock.ts";
import { countLines, diffTrees } from "../git/diff.ts";
import { commitsBetween, mergeBase } from "../git/graph.ts";
import { nodeId } from "../ids.ts";
import type { Account, Issue, Pull, Repository } from "../state.ts";
import { mergeTrees } from "../git/merge.ts";
import type { World } from "../world.ts";
import { authorAssociation, simpleUser } from "./accounts.ts";
import { issueLabels, issuePage } from "./issues.ts";
import { repositoryApiUrl, repositoryView } from "./repository.ts";
import type { Schema } from "./schema.ts";

/** An issue that is a pull request. */
export type PullIssue = Issue & { pull: Pull };

/** Tells pull requests from other issues. */
export function isPull(issue: Issue): issue is PullIssue {
  return issue.pull !== null;
}

function side(world: World, repository: Repository, ref: string, sha: string, fork: Account | null = null) {
  const owner = fork ?? repository.owner;
  const repo = repositoryView(world, { ...repository, owner });
  return {
    label: `${owner.login}:${ref}`,
    ref,
    sha,
    user: simpleUser(world, owner),
    // Of the fork nothing else is told here than that it is another repository.
    repo: fork === null ? repo : { ...repo, id: repository.id + FORK, fork: true },
  };
}

const FORK = 1_000_000;

/** A pull request in a list. */
export function pullSimple(world: World, repository: Repository, issue: PullIssue) {
  const api = repositoryApiUrl(world, repository);
  const url = `${api}/pulls/${issue.number}`;
  const page = issuePage(world, repository, issue);
  const { pull } = issue;
  const links = {
    self: url,
    html: page,
    issue: `${api}/issues/${issue.number}`,
    comments: `${api}/issues/${issue.number}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/statuses/${pull.headSha}`,
  };
  const linked = Object.entries(links).map(([name, href]) => [name, { href }]);
  return {
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: links.issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    number: issue.number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: simpleUser(world, issue.user),
    body: issue.body,
    labels: issueLabels(world, repository, issue).map((label) => ({
      ...label,
      description: label.description ?? "",
    })),
    milestone: null,
    active_lock_reason: null,
    created_at: isoTime(issue.createdAt),
    updated_at: isoTime(issue.updatedAt),
    closed_at: isoTimeOrNull(issue.closedAt),
    merged_at: isoTimeOrNull(pull.mergedAt),
    merge_commit_sha: pull.mergeCommitSha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: side(world, repository, pull.headRef, pull.headSha, pull.headOwner),
    base: side(world, repository, pull.baseRef, pull.baseSha),
    _links: Object.fromEntries(linked) as Record<keyof typeof links, { href: string }>,
    author_association: authorAssociation(repository, issue.user),
    auto_merge: null,
    draft: false,
  } satisfies Schema<"pull-request-simple">;
}

/**
 * Whether it can be merged as its base is now. GitHub works this out after it was asked for: the answer to the opening says null.
 * Source: https://docs.github.com/rest/pulls/pulls#get-a-pull-request
 */
function mergeability(repository: Repository, issue: PullIssue, isKnown: boolean) {
  const { pull } = issue;
  if (issue.state === "closed" || !isKnown)
    return { mergeable: null, rebaseable: null, mergeable_state: "unknown" };
  const base = repository.refs.get(`refs/heads/${pull.baseRef}`) ?? pull.baseSha;
  const mergeable = mergeTrees(repository.store, base, pull.headSha) !== null;
  return { mergeable, rebaseable: mergeable, mergeable_state: mergeable ? "clean" : "dirty" };
}

/** A whole pull request. */
export function pullView(
  world: World,
  repository: Repository,
  issue: PullIssue,
  isKnown = true,
): Schema<"pull-request"> {
  const { store } = repository;
  const { pull } = issue;
  const base = mergeBase(store, pull.baseSha, pull.headSha);
  const commits = commitsBetween(store, base, pull.headSha);
  const headTree = store.commit(pull.headSha)?.tree;
  const files = headTree ? diffTrees(store, base ? (store.commit(base)?.tree ?? null) : null, headTree) : [];
  const counts = files.map((file) =>
    countLines(
      file.before ? store.blob(file.before.sha) : null,
      file.after ? store.blob(file.after.sha) : null,
    ),
  );
  const merged = pull.mergedAt !== null;
  return {
    ...pullSimple(world, repository, issue),
    merged,
    ...mergeability(repository, issue, isKnown),
    merged_by: pull.mergedBy && simpleUser(world, pull.mergedBy),
    comments: [...repository.comments.values()].filter((comment) => comment.issueNumber === issue.number)
      .length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: commits.length,
    additions: counts.reduce((sum, count) => sum + count.additions, 0),
    deletions: counts.reduce((sum, count) => sum + count.deletions, 0),
    changed_files: files.length,
  };
}
