/** How the pull request stands that brings a hotfix to the release branch. */
import type { ForwardPortState } from "../core/hotfix-events.ts";
import type { RepositoryEvent } from "../core/events.ts";
import { commitSha, type CommitSha } from "../core/ids.ts";
import type { RepositoryClient } from "./client.ts";
import { isNotFound } from "./failure.ts";
import { comparisonOf } from "./history.ts";

/** As many files as a comment can name and anybody will read. */
const MOST_FILES = 20;

type Pull = Awaited<ReturnType<RepositoryClient["octokit"]["rest"]["pulls"]["get"]>>["data"];

/** The news of a forward-port, as the repository's lane hears of it. */
export async function forwardPortSeen(
  client: RepositoryClient,
  branch: string,
  number: number,
): Promise<RepositoryEvent> {
  const port = await forwardPortState(client, number);
  return { type: "ForwardPortSeen", at: client.clock.now(), branch, port };
}

/**
 * How a pull request stands. Whether it conflicts GitHub works out only after it was asked for, so that may be unknown. One that is not there any
 * more counts as closed. https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
 */
export async function forwardPortState(client: RepositoryClient, number: number): Promise<ForwardPortState> {
  const { octokit, owner, repo } = client;
  try {
    const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
    return await stateOf(client, data);
  } catch (error) {
    if (isNotFound(error)) return { state: "closed", number };
    throw error;
  }
}

async function stateOf(client: RepositoryClient, pull: Pull): Promise<ForwardPortState> {
  const { number } = pull;
  const [head, commit] = [commitSha(pull.head.sha), commitSha(pull.merge_commit_sha ?? "")];
  if (pull.merged && head !== null && commit !== null) return { state: "merged", number, head, commit };
  if (pull.state === "closed") return { state: "closed", number };
  const conflicts = pull.mergeable === null ? null : !pull.mergeable;
  const files = conflicts === true ? await changedOnBothSides(client, pull.base.ref, pull.head.ref) : [];
  return { state: "open", number, conflicts, files };
}

/**
 * GitHub does not tell which files conflict; those that both sides have changed since they parted are the ones to look at.
 */
async function changedOnBothSides(client: RepositoryClient, one: string, other: string): Promise<string[]> {
  const ours = await changedSince(client, other, one);
  const theirs = new Set(await changedSince(client, one, other));
  return ours.filter((file) => theirs.has(file)).slice(0, MOST_FILES);
}

/** The files that the second has changed since the two parted: of many, the first 300. */
async function changedSince(client: RepositoryClient, other: string, one: string): Promise<string[]> {
  const compared = await comparisonOf(client, other, one);
  return (compared?.files ?? []).map(({ filename }) => filename);
}

/** The commit by which a merged pull request came to its base; null as long as it is not merged, or where there is none. */
export async function mergeCommitOf(client: RepositoryClient, number: number): Promise<CommitSha | null> {
  const state = await forwardPortState(client, number);
  return state.state === "merged" ? state.commit : null;
}
