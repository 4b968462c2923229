/** An open pull request, how the repository merges, and the branch that it is for, as they are now. */
import type { GitHubChannel } from "../core/config/github.ts";
import type { Commit } from "../core/notes/index.ts";
import {
  MERGE_METHODS,
  needsCommits,
  type MergeMethod,
  type MergeSettings,
  type OpenPull,
} from "../core/preview/merging.ts";
import type { PreviewGround } from "../core/preview/preview.ts";
import { crossOutTokens } from "../core/secrets.ts";
import { changesAtAGlance, changesOfBranch } from "./branch-changes.ts";
import { commitSha } from "../core/ids.ts";
import type { RepositoryClient } from "./client.ts";
import { readConfig } from "./config.ts";
import { isNotFound } from "./failure.ts";
import { bothSides, type Sides } from "./sides.ts";
import { summaryOptions } from "./range-notes.ts";

/** GitHub lists no more commits of a pull request. https://docs.github.com/en/rest/pulls/pulls#list-commits-on-a-pull-request */
const COMMITS_LISTED = 250;
const PAGE = 100;

export interface FoundPull {
  readonly pull: OpenPull;
  /** The branch that it is to. */
  readonly base: string;
  readonly settings: MergeSettings;
  /** Whether its head is of another repository, so that a stranger may have written it. */
  readonly isFork: boolean;
}

/** The pull request; null where it is not open any more. Its commits are read where they have a say in what is merged. */
export async function readOpenPull(client: RepositoryClient, number: number): Promise<FoundPull | null> {
  const { octokit, owner, repo } = client;
  const asked = { owner, repo, pull_number: number };
  const data = await octokit.rest.pulls.get(asked).then(
    (answer) => answer.data,
    (error: unknown) => {
      if (isNotFound(error)) return null;
      throw error;
    },
  );
  if (data === null || data.state !== "open") return null;
  const settings = settingsOf(data);
  const { user, head, base, commits: commitCount, html_url: url } = data;
  const commits = needsCommits(settings, commitCount) ? await commitsOf(client, number, commitCount) : [];
  return {
    pull: {
      pull: {
        number,
        title: crossOutTokens(data.title),
        url,
        body: data.body,
        author: { login: user.login, id: user.id, bot: user.type === "Bot" },
      },
      label: head.label,
      head: head.sha,
      commitCount,
      commits,
    },
    base: base.ref,
    settings,
    isFork: head.repo?.id !== base.repo.id,
  };
}

type PullData = Awaited<ReturnType<RepositoryClient["octokit"]["rest"]["pulls"]["get"]>>["data"];

/**
 * As the repository is set up. To whom GitHub does not show that (it takes `contents: write`), each way of merging is possible. Who has it merged by itself
 * has chosen already.
 */
function settingsOf({ base, auto_merge: chosen }: PullData): MergeSettings {
  const { repo } = base;
  const allowed: Readonly<Record<MergeMethod, boolean | undefined>> = {
    squash: repo.allow_squash_merge,
    merge: repo.allow_merge_commit,
    rebase: repo.allow_rebase_merge,
  };
  const open = MERGE_METHODS.filter((method) => allowed[method] !== false);
  return {
    methods: chosen === null ? (open.length === 0 ? MERGE_METHODS : open) : [chosen.merge_method],
    squashTitle: repo.squash_merge_commit_title ?? "COMMIT_OR_PR_TITLE",
    squashMessage: repo.squash_merge_commit_message ?? "COMMIT_MESSAGES",
    mergeTitle: repo.merge_commit_title ?? "MERGE_MESSAGE",
    mergeMessage: repo.merge_commit_message ?? "PR_TITLE",
    ...(chosen === null
      ? {}
      : { written: { title: chosen.commit_title || null, message: chosen.commit_message || null } }),
  };
}

/** Newest first. */
async function commitsOf(
  { octokit, owner, repo }: RepositoryClient,
  number: number,
  commitCount: number,
): Promise<readonly Commit[]> {
  const commits: Commit[] = [];
  const wanted = Math.min(commitCount, COMMITS_LISTED);
  for (let page = 1; commits.length < wanted; page += 1) {
    const asked = { owner, repo, pull_number: number, per_page: PAGE, page };
    const { data } = await octokit.rest.pulls.listCommits(asked);
    if (data.length === 0) break;
    commits.push(
      ...data.map(({ sha, commit, author, parents }) => ({
        sha,
        message: commit.message,
        author: {
          name: commit.author?.name ?? "",
          login: author !== null && "login" in author ? author.login : null,
        },
        parents: parents.map((parent) => parent.sha),
      })),
    );
  }
  return commits.toReversed();
}

/** The release branch as it is now, and what of a pull request's head is Waybill's business; null where no config can be used, or the branch is gone. */
export async function readGround(
  client: RepositoryClient,
  { unreleased, taken }: Pick<PreviewGround, "taken"> & { readonly unreleased: readonly string[] },
  pullHead: string,
): Promise<{
  readonly ground: PreviewGround;
  readonly sides: Sides;
  readonly silent: readonly GitHubChannel[];
} | null> {
  const pull = commitSha(pullHead);
  const glanced = await changesAtAGlance(client, client.defaultBranch, { issue: null, pull, unreleased });
  const config = glanced?.config ?? (await readConfig(client, client.defaultBranch));
  if (config.kind !== "found") return null;
  const changes = glanced?.changes ?? (await changesOfBranch(client, config, unreleased));
  if (changes === null) return null;
  const { base, head, commits, total } = changes;
  const { release } = config.config;
  const sides = glanced?.glance.sides ?? (await bothSides(client, config.sha, pull));
  const ground: PreviewGround = {
    branch: config.branch,
    head,
    base,
    commits,
    unreadCount: base === null ? 0 : total - commits.length,
    notes: summaryOptions(client, config.config),
    policy: release.policy ?? {},
    taken,
    strict: release.strict === true,
  };
  return { ground, sides, silent: config.config.silent ?? [] };
}
