import { isoTime, isoTimeOrNull } from "../clock.ts";
import { nodeId } from "../ids.ts";
import type { Comment, Issue, Label, Reaction, ReactionContent, Repository } from "../state.ts";
import { REACTIONS } from "../state.ts";
import type { World } from "../world.ts";
import { embeddedApp, authorAssociation, simpleUser } from "./accounts.ts";
import { repositoryApiUrl, repositoryPage } from "./repository.ts";
import type { Schema } from "./schema.ts";

/** Where an issue or pull request is read by people. */
export function issuePage(world: World, repository: Repository, issue: Issue): string {
  return `${repositoryPage(world, repository)}/${issue.pull ? "pull" : "issues"}/${issue.number}`;
}

/** Counted reactions of a comment or issue. */
export function reactionRollup(
  repository: Repository,
  subject: Reaction["subject"],
  url: string,
): Schema<"reaction-rollup"> {
  const mine = repository.reactions.filter((reaction) => sameSubject(reaction.subject, subject));
  const counts = REACTIONS.map((content) => [
    content,
    mine.filter((reaction) => reaction.content === content).length,
  ]);
  return {
    url: `${url}/reactions`,
    total_count: mine.length,
    ...(Object.fromEntries(counts) as Record<ReactionContent, number>),
  };
}

/** Whether two reactions belong to the same comment or issue. */
export function sameSubject(one: Reaction["subject"], other: Reaction["subject"]): boolean {
  if (one.kind === "comment") return other.kind === "comment" && one.id === other.id;
  return other.kind === "issue" && one.number === other.number;
}

/** One reaction. */
export function reactionView(world: World, reaction: Reaction): Schema<"reaction"> {
  return {
    id: reaction.id,
    node_id: nodeId("Reaction", reaction.id),
    user: simpleUser(world, reaction.user),
    content: reaction.content,
    created_at: isoTime(reaction.createdAt),
  };
}

/** A label of the repository. */
export function labelView(world: World, repository: Repository, label: Label): Schema<"label"> {
  return {
    id: label.id,
    node_id: nodeId("Label", label.id),
    url: `${repositoryApiUrl(world, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

/** An issue, or a pull request as an issue. */
export function issueView(world: World, repository: Repository, issue: Issue) {
  const api = repositoryApiUrl(world, repository);
  const url = `${api}/issues/${issue.number}`;
  const page = issuePage(world, repository, issue);
  const comments = [...repository.comments.values()].filter(
    (comment) => comment.issueNumber === issue.number,
  );
  const pull = issue.pull && {
    url: `${api}/pulls/${issue.number}`,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    merged_at: isoTimeOrNull(issue.pull.mergedAt),
  };
  return {
    id: issue.pull?.id ?? issue.id,
    node_id: nodeId(issue.pull ? "PullRequest" : "Issue", issue.pull?.id ?? issue.id),
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: page,
    number: issue.number,
    state: issue.state,
    state_reason: issue.stateReason,
    title: issue.title,
    body: issue.body,
    user: simpleUser(world, issue.user),
    labels: issueLabels(world, repository, issue),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: comments.length,
    closed_at: isoTimeOrNull(issue.closedAt),
    created_at: isoTime(issue.createdAt),
    updated_at: isoTime(issue.updatedAt),
    closed_by: issue.closedBy && simpleUser(world, issue.closedBy),
    author_association: authorAssociation(repository, issue.user),
    performed_via_github_app: issue.app && embeddedApp(world, issue.app),
    reactions: reactionRollup(repository, { kind: "issue", number: issue.number }, url),
    ...(pull ? { draft: false, pull_request: pull } : {}),
  } satisfies Schema<"issue">;
}

/** The labels of an issue, whole. */
export function issueLabels(world: World, repository: Repository, issue: Issue): Schema<"label">[] {
  return issue.labels.flatMap((name) => {
    const label = repository.labels.get(name.toLowerCase());
    return label ? [labelView(world, repository, label)] : [];
  });
}

/** A comment on an issue or pull request. */
export function commentView(world: World, repository: Repository, comment: Comment) {
  const api = repositoryApiUrl(world, repository);
  const url = `${api}/issues/comments/${comment.id}`;
  const issue = repository.issues.get(comment.issueNumber);
  const page = issue
    ? issuePage(world, repository, issue)
    : `${repositoryPage(world, repository)}/issues/${comment.issueNumber}`;
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    url,
    html_url: `${page}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${comment.issueNumber}`,
    user: simpleUser(world, comment.user),
    created_at: isoTime(comment.createdAt),
    updated_at: isoTime(comment.updatedAt),
    body: comment.body,
    author_association: authorAssociation(repository, comment.user),
    performed_via_github_app: comment.app && embeddedApp(world, comment.app),
    reactions: reactionRollup(repository, { kind: "comment", id: comment.id }, url),
  } satisfies Schema<"issue-comment">;
}
