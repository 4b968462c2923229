import { emitPull, mergePull, openPull } from "../domain/pulls.ts";
import { commitsBetween, mergeBase } from "../git/graph.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { authorOf, idParameter, repositoryRoute } from "../http/context.ts";
import { ApiError, notFound, validationFailed } from "../http/errors.ts";
import { Fields } from "../http/fields.ts";
import { listReply } from "../http/paging.ts";
import type { Repository } from "../state.ts";
import { commitView } from "../views/commits.ts";
import type { PullIssue } from "../views/pulls.ts";
import { isPull, pullSimple, pullView } from "../views/pulls.ts";

/** Pull requests. */
export function pullRoutes(): Route[] {
  const base = "/repos/{owner}/{repo}/pulls";
  return [
    repositoryRoute("GET", `${base}/{pull_number}/commits`, "pull_requests:read", (context, repository) => {
      const { pull } = pullOf(context, repository);
      const common = mergeBase(repository.store, pull.baseSha, pull.headSha);
      const commits = commitsBetween(repository.store, common, pull.headSha).toReversed();
      return listReply(context, commits, (commit) => commitView(context.world, repository, commit));
    }),
    repositoryRoute("PUT", `${base}/{pull_number}/merge`, "contents:write", merge),
    repositoryRoute(
      "GET",
      `${base}/{pull_number}`,
      ["pull_requests:read", "contents:read"],
      (context, repository) => {
        return { status: 200, body: pullView(context.world, repository, pullOf(context, repository)) };
      },
    ),
    repositoryRoute("PATCH", `${base}/{pull_number}`, "pull_requests:write", update),
    repositoryRoute("GET", base, "pull_requests:read", list),
    repositoryRoute("POST", base, "pull_requests:write", create),
  ];
}

function pullOf(context: Context, repository: Repository): PullIssue {
  const issue = repository.issues.get(idParameter(context, "pull_number"));
  if (!issue || !isPull(issue)) throw notFound();
  return issue;
}

function list(context: Context, repository: Repository): Reply {
  const { query } = context;
  const state = query.get("state") ?? "open";
  const head = query.get("head");
  const base = query.get("base");
  const key = query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const found = [...repository.issues.values()]
    .filter(isPull)
    .filter(
      (issue) =>
        (state === "all" || issue.state === state) &&
        (base === null || issue.pull.baseRef === base) &&
        (head === null || `${repository.owner.login}:${issue.pull.headRef}` === head),
    );
  found.sort((a, b) => b[key] - a[key] || b.number - a.number);
  const ordered = query.get("direction") === "asc" ? found.toReversed() : found;
  return listReply(context, ordered, (issue) => pullSimple(context.world, repository, issue));
}

function create(context: Context, repository: Repository): Reply {
  const fields = new Fields(context.body, "PullRequest");
  const title = fields.required("title");
  const head = fields.required("head").replace(`${repository.owner.login}:`, "");
  const base = fields.required("base");
  for (const [field, branch] of Object.entries({ head, base })) {
    if (!repository.refs.has(`refs/heads/${branch}`)) {
      throw validationFailed({ resource: "PullRequest", field, code: "invalid" });
    }
  }
  const objection = objectionTo(repository, head, base);
  if (objection !== null)
    throw validationFailed({ resource: "PullRequest", field: "", code: "custom", message: objection });
  const body = fields.text("body", null);
  const issue = openPull(context.world, repository, { title, body, head, base, author: authorOf(context) });
  return { status: 201, body: pullView(context.world, repository, issue, false) };
}

/** One open pull request for two branches, and none where there is nothing to merge. */
function objectionTo(repository: Repository, head: string, base: string): string | null {
  const isOpen = [...repository.issues.values()].some(
    (issue) =>
      isPull(issue) && issue.state === "open" && issue.pull.headRef === head && issue.pull.baseRef === base,
  );
  if (isOpen) return `A pull request already exists for ${repository.owner.login}:${head}.`;
  const [from, to] = [base, head].map((branch) => repository.refs.get(`refs/heads/${branch}`));
  const isEmpty =
    from !== undefined && to !== undefined && commitsBetween(repository.store, from, to).length === 0;
  return isEmpty ? `No commits between ${base} and ${head}` : null;
}

function update(context: Context, repository: Repository): Reply {
  const { world } = context;
  const issue = pullOf(context, repository);
  const fields = new Fields(context.body, "PullRequest");
  const by = authorOf(context).account;
  const before = { title: issue.title, body: issue.body };
  issue.title = fields.text("title", issue.title);
  issue.body = fields.text("body", issue.body);
  issue.updatedAt = world.clock.now();
  const changes: Record<string, { from: string }> = {};
  if (before.title !== issue.title) changes.title = { from: before.title };
  if (before.body !== issue.body) changes.body = { from: before.body ?? "" };
  if (Object.keys(changes).length > 0) emitPull(world, repository, issue, "edited", by, changes);
  const state = fields.choice("state", ["open", "closed"], issue.state);
  if (state !== issue.state && issue.pull.mergedAt === null) {
    const closed = state === "closed";
    Object.assign(issue, {
      state,
      closedAt: closed ? world.clock.now() : null,
      closedBy: closed ? by : null,
    });
    emitPull(world, repository, issue, closed ? "closed" : "reopened", by);
  }
  return { status: 200, body: pullView(world, repository, issue) };
}

/** Source: https://docs.github.com/rest/pulls/pulls#merge-a-pull-request */
function merge(context: Context, repository: Repository): Reply {
  const issue = pullOf(context, repository);
  const fields = new Fields(context.body, "PullRequest");
  if (issue.state !== "open") throw new ApiError(405, "Pull Request is not mergeable");
  const expected = fields.text("sha", issue.pull.headSha);
  if (expected !== issue.pull.headSha) {
    throw new ApiError(409, "Head branch was modified. Review and try the merge again.");
  }
  const title = fields.text("commit_title", null);
  const message = fields.text("commit_message", null);
  const sha = mergePull(context.world, repository, issue, {
    method: fields.choice("merge_method", ["merge", "squash", "rebase"], "merge"),
    by: authorOf(context).account,
    ...(title === null ? {} : { title }),
    ...(message === null ? {} : { message }),
  });
  if (sha === null) throw new ApiError(405, "Pull Request is not mergeable");
  return { status: 200, body: { sha, merged: true, message: "Pull Request successfully merged" } };
}
