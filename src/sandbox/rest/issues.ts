import {
  addComment,
  deleteComment,
  editComment,
  emitIssue,
  openIssue,
  react,
  setIssueState,
  setLabels,
} from "../domain/issues.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { authorOf, idParameter, repositoryRoute } from "../http/context.ts";
import { notFound, validationFailed } from "../http/errors.ts";
import { Fields } from "../http/fields.ts";
import { listReply } from "../http/paging.ts";
import { isoTime } from "../clock.ts";
import type { Comment, Issue, Reaction, Repository } from "../state.ts";
import { REACTIONS } from "../state.ts";
import { commentView, issueView, labelView, reactionView, sameSubject } from "../views/issues.ts";

/** GITHUB.md, "Limits". */
const BODY_MAXIMUM = 65_536;
const TITLE_MAXIMUM = 256;

/** What pull requests share with issues asks for either permission; reading issues and reacting does not. */
const READ = ["issues:read", "pull_requests:read"];
const WRITE = ["issues:write", "pull_requests:write"];

/** Issues, their comments, reactions and labels; pull requests are issues here, too. */
export function issueRoutes(): Route[] {
  const base = "/repos/{owner}/{repo}/issues";
  return [
    repositoryRoute("GET", `${base}/comments/{comment_id}/reactions`, "issues:read", (context, repository) =>
      listReactions(context, repository, { kind: "comment", id: commentOf(context, repository).id }),
    ),
    repositoryRoute(
      "POST",
      `${base}/comments/{comment_id}/reactions`,
      "issues:write",
      (context, repository) =>
        createReaction(context, repository, { kind: "comment", id: commentOf(context, repository).id }),
      "read",
    ),
    repositoryRoute("GET", `${base}/comments/{comment_id}`, READ, (context, repository) => {
      const comment = commentOf(context, repository);
      return { status: 200, body: commentView(context.world, repository, comment) };
    }),
    repositoryRoute("PATCH", `${base}/comments/{comment_id}`, WRITE, updateComment),
    repositoryRoute("DELETE", `${base}/comments/{comment_id}`, WRITE, (context, repository) => {
      const comment = commentOf(context, repository);
      deleteComment(context.world, repository, comment, authorOf(context).account);
      return { status: 204 };
    }),
    repositoryRoute("GET", `${base}/comments`, READ, listAllComments),
    repositoryRoute("GET", `${base}/{issue_number}/comments`, READ, listComments),
    repositoryRoute("POST", `${base}/{issue_number}/comments`, WRITE, createComment, "read"),
    repositoryRoute("GET", `${base}/{issue_number}/reactions`, "issues:read", (context, repository) =>
      listReactions(context, repository, { kind: "issue", number: issueOf(context, repository).number }),
    ),
    repositoryRoute(
      "POST",
      `${base}/{issue_number}/reactions`,
      "issues:write",
      (context, repository) =>
        createReaction(context, repository, { kind: "issue", number: issueOf(context, repository).number }),
      "read",
    ),
    repositoryRoute("POST", `${base}/{issue_number}/labels`, WRITE, addLabels),
    repositoryRoute("GET", `${base}/{issue_number}`, "issues:read", (context, repository) => {
      const issue = issueOf(context, repository);
      return { status: 200, body: issueView(context.world, repository, issue) };
    }),
    repositoryRoute("PATCH", `${base}/{issue_number}`, WRITE, updateIssue),
    repositoryRoute("GET", base, "issues:read", listIssues),
    repositoryRoute("POST", base, "issues:write", createIssue, "read"),
  ];
}

function issueOf(context: Context, repository: Repository): Issue {
  const issue = repository.issues.get(idParameter(context, "issue_number"));
  if (!issue) throw notFound();
  return issue;
}

function commentOf(context: Context, repository: Repository): Comment {
  const comment = repository.comments.get(idParameter(context, "comment_id"));
  if (!comment) throw notFound();
  return comment;
}

function listComments(context: Context, repository: Repository): Reply {
  const issue = issueOf(context, repository);
  const since = context.query.get("since");
  // Ascending by id. Source: https://docs.github.com/rest/issues/comments#list-issue-comments
  const mine = [...repository.comments.values()].filter(
    (comment) =>
      comment.issueNumber === issue.number && (since === null || isoTime(comment.updatedAt) >= since),
  );
  return listReply(context, mine, (comment) => commentView(context.world, repository, comment));
}

function listAllComments(context: Context, repository: Repository): Reply {
  const since = context.query.get("since");
  const key = context.query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const found = [...repository.comments.values()].filter(
    (comment) => since === null || isoTime(comment.updatedAt) >= since,
  );
  found.sort((a, b) => a[key] - b[key] || a.id - b.id);
  const ordered = context.query.get("direction") === "desc" ? found.toReversed() : found;
  return listReply(context, ordered, (comment) => commentView(context.world, repository, comment));
}

function createComment(context: Context, repository: Repository): Reply {
  const issue = issueOf(context, repository);
  const fields = new Fields(context.body, "IssueComment");
  fields.required("body");
  const body = fields.limited("body", "", BODY_MAXIMUM);
  const comment = addComment(context.world, repository, issue, body, authorOf(context));
  return { status: 201, body: commentView(context.world, repository, comment) };
}

function updateComment(context: Context, repository: Repository): Reply {
  const comment = commentOf(context, repository);
  const fields = new Fields(context.body, "IssueComment");
  fields.required("body");
  const body = fields.limited("body", "", BODY_MAXIMUM);
  editComment(context.world, repository, comment, body, authorOf(context).account);
  return { status: 200, body: commentView(context.world, repository, comment) };
}

function listReactions(context: Context, repository: Repository, subject: Reaction["subject"]): Reply {
  const content = context.query.get("content");
  const found = repository.reactions.filter(
    (reaction) =>
      sameSubject(reaction.subject, subject) && (content === null || reaction.content === content),
  );
  return listReply(context, found, (reaction) => reactionView(context.world, reaction));
}

function createReaction(context: Context, repository: Repository, subject: Reaction["subject"]): Reply {
  const fields = new Fields(context.body, "Reaction");
  const content = REACTIONS.find((word) => word === fields.required("content"));
  if (!content) throw fields.invalid("content");
  const { account } = authorOf(context);
  const { reaction, created } = react(context.world, repository, subject, content, account);
  return { status: created ? 201 : 200, body: reactionView(context.world, reaction) };
}

/** Source: https://docs.github.com/en/rest/issues/labels#create-a-label */
const LONGEST_LABEL = 50;

function addLabels(context: Context, repository: Repository): Reply {
  const issue = issueOf(context, repository);
  const { body } = context;
  const names = Array.isArray(body)
    ? (body as unknown[]).filter((name) => typeof name === "string")
    : (new Fields(body, "Label").list("labels") ?? []);
  if (names.some((name) => name.length > LONGEST_LABEL))
    throw validationFailed({ resource: "Label", field: "name", code: "invalid" });
  const labels = setLabels(context.world, repository, issue, [...issue.labels, ...names]);
  return { status: 200, body: labels.map((label) => labelView(context.world, repository, label)) };
}

function createIssue(context: Context, repository: Repository): Reply {
  const fields = new Fields(context.body, "Issue");
  fields.required("title");
  const issue = openIssue(context.world, repository, {
    title: fields.limited("title", "", TITLE_MAXIMUM),
    body: fields.limited("body", null, BODY_MAXIMUM),
    labels: fields.list("labels") ?? [],
    author: authorOf(context),
  });
  return { status: 201, body: issueView(context.world, repository, issue) };
}

function updateIssue(context: Context, repository: Repository): Reply {
  const { world } = context;
  const issue = issueOf(context, repository);
  const fields = new Fields(context.body, "Issue");
  const by = authorOf(context).account;
  const before = { title: issue.title, body: issue.body };
  issue.title = fields.limited("title", issue.title, TITLE_MAXIMUM);
  issue.body = fields.limited("body", issue.body, BODY_MAXIMUM);
  issue.updatedAt = world.clock.now();
  const changes: Record<string, { from: string }> = {};
  if (before.title !== issue.title) changes.title = { from: before.title };
  if (before.body !== issue.body) changes.body = { from: before.body ?? "" };
  if (Object.keys(changes).length > 0) emitIssue(world, repository, issue, "edited", by, changes);
  const labels = fields.list("labels");
  if (labels) setLabels(world, repository, issue, labels);
  if (fields.has("state")) {
    const reasons = ["completed", "not_planned", "reopened", "duplicate"] as const;
    const reason = fields.choice("state_reason", reasons, "completed");
    const state = fields.choice("state", ["open", "closed"], "open");
    setIssueState(world, repository, issue, state, by, reason === "duplicate" ? "not_planned" : reason);
  }
  return { status: 200, body: issueView(world, repository, issue) };
}

function listIssues(context: Context, repository: Repository): Reply {
  const { query, world } = context;
  const state = query.get("state") ?? "open";
  const labels = (query.get("labels") ?? "").split(",").filter(Boolean);
  const creator = query.get("creator");
  const since = query.get("since");
  const key = query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const found = [...repository.issues.values()].filter(
    (issue) =>
      (state === "all" || issue.state === state) &&
      labels.every((label) => issue.labels.some((mine) => mine.toLowerCase() === label.toLowerCase())) &&
      (creator === null || issue.user.login === creator) &&
      (since === null || isoTime(issue.updatedAt) >= since),
  );
  found.sort((a, b) => b[key] - a[key] || b.number - a.number);
  const ordered = query.get("direction") === "asc" ? found.toReversed() : found;
  return listReply(context, ordered, (issue) => issueView(world, repository, issue));
}
