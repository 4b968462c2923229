import { commitsBetween, mergeBase } from "../git/graph.ts";
import type { Commit, Signature } from "../git/objects.ts";
import { mergeTrees } from "../git/merge.ts";
import type { Account, Pull, Repository } from "../state.ts";
import type { PullIssue } from "../views/pulls.ts";
import { pullView } from "../views/pulls.ts";
import { emit } from "../webhooks/emit.ts";
import type { World } from "../world.ts";
import { signatureOf } from "./commits.ts";
import type { Author } from "./issues.ts";
import { addIssue } from "./issues.ts";
import { pushRefs } from "./refs.ts";

export interface NewPull {
  title: string;
  body: string | null;
  head: string;
  base: string;
  author: Author;
  /** Where it comes from a fork: its owner, and the commit there. */
  fork?: { owner: Account; sha: string };
}

export type MergeMethod = "merge" | "squash" | "rebase";

/** What GitHub's web interface signs squashes and merges with. */
const WEB_COMMITTER = { name: "GitHub", email: "noreply@github.com" };

/** Opens a pull request between two existing branches, or from a fork. */
export function openPull(world: World, repository: Repository, pull: NewPull): PullIssue {
  const issue = addIssue(world, repository, pull);
  const opened: PullIssue = Object.assign(issue, {
    pull: {
      id: world.ids.next("pull"),
      baseRef: pull.base,
      headRef: pull.head,
      baseSha: repository.refs.get(`refs/heads/${pull.base}`) ?? "",
      headOwner: pull.fork?.owner ?? null,
      headSha: pull.fork?.sha ?? repository.refs.get(`refs/heads/${pull.head}`) ?? "",
      mergedAt: null,
      mergedBy: null,
      mergeCommitSha: null,
      fromHistory: false,
    },
  });
  emitPull(world, repository, opened, "opened", pull.author.account);
  return opened;
}

/** Sends a `pull_request` webhook. */
export function emitPull(
  world: World,
  repository: Repository,
  issue: PullIssue,
  action: "opened" | "closed" | "reopened" | "edited",
  by: Account,
  changes?: Record<string, unknown>,
): void {
  const payload = {
    action,
    number: issue.number,
    pull_request: pullView(world, repository, issue),
    ...(changes ? { changes } : {}),
  };
  emit(world, repository, "pull_request", payload, by);
}

export interface MergeRequest {
  method: MergeMethod;
  by: Account;
  title?: string;
  message?: string;
}

/** Merges a pull request. @returns the SHA that is now on the base branch, or null on a conflict. */
export function mergePull(
  world: World,
  repository: Repository,
  issue: PullIssue,
  request: MergeRequest,
): string | null {
  const { store } = repository;
  const { pull } = issue;
  const ref = `refs/heads/${pull.baseRef}`;
  const baseSha = repository.refs.get(ref) ?? pull.baseSha;
  const commits = commitsBetween(store, baseSha, pull.headSha).toReversed();
  const tree = mergeTrees(store, baseSha, pull.headSha);
  if (tree === null) return null;
  const sha =
    request.method === "rebase"
      ? rebase(world, repository, baseSha, commits, request.by)
      : store.writeCommit({
          tree,
          parents: request.method === "merge" ? [baseSha, pull.headSha] : [baseSha],
          author: signatureOf(world, request.method === "merge" ? request.by : issue.user),
          committer: { ...signatureOf(world, request.by), ...WEB_COMMITTER },
          message: mergeMessage(repository, issue, commits, request),
        });
  if (sha === null) return null;
  const now = world.clock.now();
  Object.assign(pull, { baseSha, mergedAt: now, mergedBy: request.by, mergeCommitSha: sha });
  Object.assign(issue, { state: "closed", closedAt: now, closedBy: request.by, updatedAt: now });
  pushRefs(world, repository, [{ ref, sha }], request.by);
  emitPull(world, repository, issue, "closed", request.by);
  return sha;
}

/**
 * The message that GitHub proposes.
 * Source: https://docs.github.com/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/about-pull-request-merges
 */
function mergeMessage(
  repository: Repository,
  issue: PullIssue,
  commits: readonly Commit[],
  request: MergeRequest,
): string {
  const { merging } = repository;
  const body = issue.body ?? "";
  if (request.method === "merge") {
    const usual =
      merging.merge_commit_title === "PR_TITLE"
        ? `${issue.title} (#${issue.number})`
        : `Merge pull request #${issue.number} from ${(issue.pull.headOwner ?? repository.owner).login}/${issue.pull.headRef}`;
    const texts = { PR_BODY: body, PR_TITLE: issue.title, BLANK: "" };
    return joinMessage(request.title ?? usual, request.message ?? texts[merging.merge_commit_message]);
  }
  const only = commits.length === 1 ? commits[0] : undefined;
  const [subject = "", ...rest] = only ? only.message.split("\n") : [];
  const ofCommit = only !== undefined && merging.squash_merge_commit_title === "COMMIT_OR_PR_TITLE";
  const title = request.title ?? `${ofCommit ? subject : issue.title} (#${issue.number})`;
  const listed = only ? rest.join("\n").trim() : commits.map((commit) => `* ${commit.message}`).join("\n\n");
  const texts = { PR_BODY: body, COMMIT_MESSAGES: listed, BLANK: "" };
  return joinMessage(title, request.message ?? texts[merging.squash_merge_commit_message]);
}

function joinMessage(title: string, body: string): string {
  return body === "" ? title : `${title}\n\n${body}`;
}

/** Puts each commit on top of the base anew; merge commits are left out, as git does. */
function rebase(
  world: World,
  repository: Repository,
  onto: string,
  commits: readonly Commit[],
  by: Account,
): string | null {
  const { store } = repository;
  const committer: Signature = signatureOf(world, by);
  let tip = onto;
  for (const commit of commits) {
    if (commit.parents.length > 1) continue;
    const base = commit.parents[0] === tip ? commit.tree : mergeTrees(store, tip, commit.sha);
    if (base === null) return null;
    tip = store.writeCommit({
      tree: base,
      parents: [tip],
      author: commit.author,
      committer,
      message: commit.message,
    });
  }
  return tip;
}

/**
 * Merged and open pull requests that a commit belongs to: its merge commit, or one of its commits.
 * Source: https://docs.github.com/rest/commits/commits#list-pull-requests-associated-with-a-commit
 */
export function pullsOfCommit(repository: Repository, sha: string): PullIssue[] {
  const past = repository.pastPulls.get(sha) ?? [];
  const found = past.flatMap((number) => repository.issues.get(number) as PullIssue);
  for (const issue of repository.issues.values()) {
    if (!issue.pull || issue.pull.fromHistory) continue;
    const { pull } = issue;
    if (pull.mergeCommitSha === sha || ownCommits(repository, pull).has(sha)) found.push(issue as PullIssue);
  }
  return found.sort((a, b) => a.number - b.number);
}

/** Commits of each pull request, by its base and head: a query asks for many commits, and a history may be long. */
const commitsOfPulls = new WeakMap<Pull, { range: string; shas: ReadonlySet<string> }>();

function ownCommits(repository: Repository, pull: Pull): ReadonlySet<string> {
  const range = `${pull.baseSha}...${pull.headSha}`;
  const known = commitsOfPulls.get(pull);
  if (known?.range === range) return known.shas;
  const base = mergeBase(repository.store, pull.baseSha, pull.headSha);
  const shas = new Set(commitsBetween(repository.store, base, pull.headSha).map((commit) => commit.sha));
  commitsOfPulls.set(pull, { range, shas });
  return shas;
}
