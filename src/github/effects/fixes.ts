/**
 * Which fixes of hotfixes a release has: it descends from the hotfix's commit, or from the commit by which the fix came to the release branch. Where
 * nobody has told of that merge yet, its pull request is asked for.
 */
import type { FixesFound, FixToFind } from "../../core/hotfix-guard.ts";
import type { CommitSha } from "../../core/ids.ts";
import type { RepositoryClient } from "../client.ts";
import { isWithin } from "../facts.ts";
import { mergeCommitOf } from "../forward-port.ts";

/** Looks for each of the fixes in a commit: at most two comparisons and one look at a pull request each. Empty where none is asked for. */
export async function fixesIn(
  client: RepositoryClient,
  sha: CommitSha,
  fixes: readonly FixToFind[] | undefined,
): Promise<{ readonly fixes?: FixesFound }> {
  if (fixes === undefined) return {};
  const has: CommitSha[] = [];
  const lacks: CommitSha[] = [];
  for (const fix of fixes) ((await holds(client, sha, fix)) ? has : lacks).push(fix.sha);
  return { fixes: { has, lacks } };
}

async function holds(client: RepositoryClient, sha: CommitSha, fix: FixToFind): Promise<boolean> {
  if (await isWithin(client, fix.sha, sha)) return true;
  const port = fix.port ?? (fix.pull === null ? null : await mergeCommitOf(client, fix.pull));
  return port !== null && isWithin(client, port, sha);
}
