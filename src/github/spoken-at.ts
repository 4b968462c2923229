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
  /** When the command was written there, as GitHub writes times; empty where nobody knows: now. */
  readonly writtenAt: string;
}

/**
 * The notice of a release, of which the lane knows; a pull request that had been merged into the release branch when the command was written, whose commit
 * GitHub is asked for; null for every other thread.
 * https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
 */
export async function spokenAt(
  client: RepositoryClient,
  { issue, isMerged, writtenAt }: Thread,
  lane: RepositoryLane | null,
  branch: string,
): Promise<SpokenAt | null> {
  const release = lane?.releases.find(({ notice }) => notice?.issue === issue);
  if (release !== undefined) return { kind: "notice", version: release.version };
  if (!isMerged) return null;
  const { octokit, owner, repo } = client;
  try {
    const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: issue });
    const sha = commitSha(data.merge_commit_sha ?? "");
    const mergedAt = Date.parse(data.merged_at ?? "");
    const writtenAfter = !(Date.parse(writtenAt) < mergedAt);
    const isMeant = data.merged && data.base.ref === branch && writtenAfter;
    return isMeant && sha !== null ? { kind: "pull", number: issue, sha } : null;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
