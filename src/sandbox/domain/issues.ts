import type { Account, App, Comment, Issue, Label, Reaction, ReactionContent, Repository } from "../state.ts";
import { commentView, issueView, sameSubject } from "../views/issues.ts";
import { emit } from "../webhooks/emit.ts";
import type { World } from "../world.ts";

/** Who writes: the account that is shown, and the App behind it, if any. */
export interface Author {
  account: Account;
  app: App | null;
}

export interface NewIssue {
  title: string;
  body: string | null;
  labels?: readonly string[];
  author: Author;
}

/** An issue without its webhook; pull requests begin as one. */
export function addIssue(world: World, repository: Repository, issue: NewIssue): Issue {
  const now = world.clock.now();
  const number = repository.nextNumber;
  repository.nextNumber += 1;
  const added: Issue = {
    id: world.ids.next("issue"),
    number,
    title: issue.title,
    body: issue.body,
    state: "open",
    stateReason: null,
    user: issue.author.account,
    app: issue.author.app,
    labels: [],
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    pull: null,
  };
  repository.issues.set(number, added);
  setLabels(world, repository, added, issue.labels ?? []);
  return added;
}

/** Opens an issue. */
export function openIssue(world: World, repository: Repository, issue: NewIssue): Issue {
  const added = addIssue(world, repository, issue);
  emitIssue(world, repository, added, "opened", issue.author.account);
  return added;
}

/** Sends an `issues` webhook; pull requests have their own event. */
export function emitIssue(
  world: World,
  repository: Repository,
  issue: Issue,
  action: "opened" | "edited" | "closed" | "reopened",
  by: Account,
  changes?: Record<string, { from: string }>,
): void {
  if (issue.pull) return;
  const payload = { action, issue: issueView(world, repository, issue), ...(changes ? { changes } : {}) };
  emit(world, repository, "issues", payload, by);
}

/** Gives an issue exactly these labels; unknown ones are made, as GitHub does for who may push. */
export function setLabels(
  world: World,
  repository: Repository,
  issue: Issue,
  names: readonly string[],
): Label[] {
  const labels = [...new Set(names)].map((name) => {
    const known = repository.labels.get(name.toLowerCase());
    if (known) return known;
    const label = { id: world.ids.next("label"), name, color: "ededed", description: null };
    repository.labels.set(name.toLowerCase(), label);
    return label;
  });
  issue.labels = labels.map((label) => label.name);
  world.changed();
  return labels;
}

/** Closes or reopens an issue. */
export function setIssueState(
  world: World,
  repository: Repository,
  issue: Issue,
  state: "open" | "closed",
  by: Account,
  reason: Issue["stateReason"] = null,
): void {
  if (issue.state === state) return;
  const now = world.clock.now();
  issue.state = state;
  issue.stateReason = state === "open" ? "reopened" : (reason ?? "completed");
  issue.closedAt = state === "closed" ? now : null;
  issue.closedBy = state === "closed" ? by : null;
  issue.updatedAt = now;
  emitIssue(world, repository, issue, state === "closed" ? "closed" : "reopened", by);
}

/** Writes a comment. */
export function addComment(
  world: World,
  repository: Repository,
  issue: Issue,
  body: string,
  author: Author,
): Comment {
  const now = world.clock.now();
  const comment: Comment = {
    id: world.ids.next("comment"),
    issueNumber: issue.number,
    body,
    user: author.account,
    app: author.app,
    createdAt: now,
    updatedAt: now,
  };
  repository.comments.set(comment.id, comment);
  issue.updatedAt = now;
  emitComment(world, repository, comment, "created", author.account);
  return comment;
}

/** Changes a comment's text. */
export function editComment(
  world: World,
  repository: Repository,
  comment: Comment,
  body: string,
  by: Account,
): void {
  const from = comment.body;
  comment.body = body;
  comment.updatedAt = world.clock.now();
  emitComment(world, repository, comment, "edited", by, { body: { from } });
}

/** Removes a comment with its reactions. */
export function deleteComment(world: World, repository: Repository, comment: Comment, by: Account): void {
  emitComment(world, repository, comment, "deleted", by);
  repository.comments.delete(comment.id);
  repository.reactions = repository.reactions.filter(
    (reaction) => !sameSubject(reaction.subject, { kind: "comment", id: comment.id }),
  );
}

function emitComment(
  world: World,
  repository: Repository,
  comment: Comment,
  action: "created" | "edited" | "deleted",
  by: Account,
  changes?: Record<string, { from: string }>,
): void {
  const issue = repository.issues.get(comment.issueNumber);
  if (!issue) return;
  const payload = {
    action,
    issue: issueView(world, repository, issue),
    comment: commentView(world, repository, comment),
    ...(changes ? { changes } : {}),
  };
  emit(world, repository, "issue_comment", payload, by);
}

/**
 * Adds a reaction; the same one by the same account is there already and is returned. No webhook exists for reactions.
 * Source: https://docs.github.com/rest/reactions/reactions (200: "Reaction exists")
 */
export function react(
  world: World,
  repository: Repository,
  subject: Reaction["subject"],
  content: ReactionContent,
  user: Account,
): { reaction: Reaction; created: boolean } {
  const known = repository.reactions.find(
    (reaction) =>
      reaction.user.id === user.id && reaction.content === content && sameSubject(reaction.subject, subject),
  );
  if (known) return { reaction: known, created: false };
  const reaction: Reaction = {
    id: world.ids.next("reaction"),
    content,
    user,
    createdAt: world.clock.now(),
    subject,
  };
  repository.reactions.push(reaction);
  world.changed();
  return { reaction, created: true };
}
