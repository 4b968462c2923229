/** What a thread is about, where a command without a version means the release that people talk of there. */
import type { SpokenAt } from "../core/commands/command.ts";
import { commitSha } from "../core/ids.ts";
import type { RepositoryLane } from "../core/repository.ts";
import type { RepositoryClient } from "./client.ts";
import { isNotFound } from "./failure.ts";

export interface Thread {
  readonly issue: number;
  /** Whether it is a pull request that was merged, by what the webhook says of it. */
  readonly isMerged: boolean;
}

/**
 * The notice of a release, of which the lane knows; a merged pull request, whose commit GitHub is asked for; null for every other thread.
 * https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
 */
export async function spokenAt(
  client: RepositoryClient,
  { issue, isMerged }: Thread,
  lane: RepositoryLane | null,
): Promise<SpokenAt | null> {
  const release = lane?.releases.find(({ notice }) => notice?.issue === issue);
  if (release !== undefined) return { kind: "notice", version: release.version };
  if (!isMerged) return null;
  const { octokit, owner, repo } = client;
  try {
    const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: issue });
    const sha = commitSha(data.merge_commit_sha ?? "");
    return data.merged && sha !== null ? { kind: "pull", number: issue, sha } : null;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
