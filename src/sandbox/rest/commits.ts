import { isoTime } from "../clock.ts";
import { resolveCommit } from "../domain/commits.ts";
import { pullsOfCommit } from "../domain/pulls.ts";
import { diffTrees } from "../git/diff.ts";
import { commitsBetween, mergeBase } from "../git/graph.ts";
import type { Commit } from "../git/objects.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { repositoryRoute } from "../http/context.ts";
import { ApiError, notFound } from "../http/errors.ts";
import { linkHeader, listReply, pageOf, slicePage } from "../http/paging.ts";
import type { Repository } from "../state.ts";
import { commitView, commitWithFiles, filesView } from "../views/commits.ts";
import { pullSimple } from "../views/pulls.ts";
import { repositoryApiUrl, repositoryPage } from "../views/repository.ts";

/** Commits of a comparison that is not asked for in pages. Source: https://docs.github.com/rest/commits/commits#compare-two-commits */
const COMMITS_UNPAGED = 250;

/** Commits and comparisons. */
export function commitRoutes(): Route[] {
  return [
    repositoryRoute(
      "GET",
      "/repos/{owner}/{repo}/commits/{commit_sha}/pulls",
      "pull_requests:read",
      (context, repository) => {
        const sha = resolveCommit(repository, context.params.commit_sha ?? "");
        if (sha === null) throw noCommit(context.params.commit_sha ?? "");
        return listReply(context, pullsOfCommit(repository, sha), (pull) =>
          pullSimple(context.world, repository, pull),
        );
      },
    ),
    repositoryRoute("GET", "/repos/{owner}/{repo}/compare/{basehead}", "contents:read", compare),
    repositoryRoute("GET", "/repos/{owner}/{repo}/commits", "contents:read", listCommits),
  ];
}

/** `GET …/commits/{ref}` takes the rest of the path, so it comes after every longer route. */
export function singleCommitRoutes(): Route[] {
  return [repositoryRoute("GET", "/repos/{owner}/{repo}/commits/{ref}", "contents:read", getCommit)];
}

function noCommit(name: string): ApiError {
  return new ApiError(422, `No commit found for SHA: ${name}`);
}

function getCommit({ world, params, accept }: Context, repository: Repository): Reply {
  const name = params.ref ?? "";
  const sha = resolveCommit(repository, name) ?? resolveShort(repository, name);
  const commit = sha === null ? null : repository.store.commit(sha);
  if (!commit) throw noCommit(name);
  // Source: https://docs.github.com/rest/commits/commits#get-a-commit (media type `sha`)
  if (/application\/vnd\.github(\.v3)?\.sha/.test(accept)) {
    return {
      status: 200,
      raw: { type: "application/vnd.github.sha; charset=utf-8", data: Buffer.from(commit.sha) },
    };
  }
  return { status: 200, body: commitWithFiles(world, repository, commit) };
}

/** The one commit of the branches whose SHA begins so. */
function resolveShort(repository: Repository, prefix: string): string | null {
  if (!/^[0-9a-f]{7,39}$/.test(prefix)) return null;
  const found = new Set<string>();
  for (const [, sha] of repository.refs) {
    const tip = repository.store.peel(sha);
    if (tip === null) continue;
    for (const commit of commitsBetween(repository.store, null, tip)) {
      if (commit.sha.startsWith(prefix)) found.add(commit.sha);
    }
  }
  return found.size === 1 ? ([...found][0] ?? null) : null;
}

function listCommits(context: Context, repository: Repository): Reply {
  const { query, world } = context;
  const name = query.get("sha") ?? repository.defaultBranch;
  const head = resolveCommit(repository, name);
  if (head === null) {
    if (repository.refs.size === 0) throw new ApiError(409, "Git Repository is empty.");
    throw notFound();
  }
  const since = query.get("since");
  const until = query.get("until");
  const path = query.get("path");
  const author = query.get("author");
  const listed = commitsBetween(repository.store, null, head).filter((commit) => {
    const at = isoTime(commit.committer.seconds * 1000);
    if ((since !== null && at < since) || (until !== null && at > until)) return false;
    if (author !== null && ![commit.author.email, commit.author.name].includes(author)) return false;
    return path === null || touches(repository, commit, path);
  });
  return listReply(context, listed, (commit) => commitView(world, repository, commit));
}

function touches(repository: Repository, commit: Commit, path: string): boolean {
  const { store } = repository;
  const shaAt = (tree: string | undefined): string | null =>
    tree === undefined ? null : (store.entryAt(tree, path)?.sha ?? null);
  const now = shaAt(commit.tree);
  return commit.parents.length === 0
    ? now !== null
    : commit.parents.every((parent) => shaAt(store.commit(parent)?.tree) !== now);
}

/** Source: https://docs.github.com/rest/commits/commits#compare-two-commits */
function compare(context: Context, repository: Repository): Reply {
  const { world, query } = context;
  const [baseName = "", headName = "", ...rest] = (context.params.basehead ?? "").split("...");
  if (rest.length > 0 || headName === "") throw notFound();
  const { store } = repository;
  const base = resolveSide(repository, baseName);
  const head = resolveSide(repository, headName);
  const common = mergeBase(store, base.sha, head.sha);
  const commonCommit = common === null ? null : store.commit(common);
  if (!commonCommit) throw new ApiError(404, `No common ancestor between ${baseName} and ${headName}.`);
  const ahead = commitsBetween(store, base.sha, head.sha).toReversed();
  const behind = commitsBetween(store, head.sha, base.sha).length;
  const paged = query.has("page") || query.has("per_page");
  const page = paged ? pageOf(query, 30, 250) : { page: 1, perPage: COMMITS_UNPAGED };
  const shown = paged ? slicePage(ahead, page) : ahead.slice(-COMMITS_UNPAGED);
  const range = `${encodeURIComponent(baseName)}...${encodeURIComponent(headName)}`;
  const html = `${repositoryPage(world, repository)}/compare/${range}`;
  const changes = page.page === 1 ? diffTrees(store, commonCommit.tree, head.tree) : [];
  return {
    status: 200,
    headers: paged ? linkHeader(context, ahead.length, page) : {},
    body: {
      url: `${repositoryApiUrl(world, repository)}/compare/${range}`,
      html_url: html,
      permalink_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: commitView(world, repository, base),
      merge_base_commit: commitView(world, repository, commonCommit),
      status: compareStatus(ahead.length, behind),
      ahead_by: ahead.length,
      behind_by: behind,
      total_commits: ahead.length,
      commits: shown.map((commit) => commitView(world, repository, commit)),
      // Files are on the first page only.
      ...(page.page === 1 ? { files: filesView(world, repository, changes, head.sha) } : {}),
    },
  };
}

function compareStatus(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? "diverged" : "ahead";
  return behind > 0 ? "behind" : "identical";
}

/** A side may be written `owner:branch`. */
function resolveSide(repository: Repository, name: string): Commit {
  const short = name.startsWith(`${repository.owner.login}:`) ? name.slice(name.indexOf(":") + 1) : name;
  const sha = resolveCommit(repository, short) ?? resolveShort(repository, short);
  const commit = sha === null ? null : repository.store.commit(sha);
  if (!commit) throw notFound();
  return commit;
}
