/**
 * Which fixes of hotfixes a release has: it descends from the hotfix's commit, or from the commit by which the fix came to the release branch. Where
 * nobody has told of that merge yet, its pull request is asked for.
 */
import type { AskedFix, FixesFound } from "../../core/hotfix-guard.ts";
import type { CommitSha } from "../../core/ids.ts";
import type { RepositoryClient } from "../client.ts";
import { isWithin } from "../history.ts";
import { mergeCommitOf } from "../forward-port.ts";

/** A release, and the commit of what runs in its place, which has all fixes that were delivered there; null where that is not known. */
interface Subject {
  readonly sha: CommitSha;
  readonly running: CommitSha | null;
}

/**
 * Looks for each of the fixes in a release. Almost always it descends from what runs, which takes one comparison for all that were delivered; else it
 * takes at most two comparisons and one look at a pull request each. Empty where none is asked for.
 */
export async function fixesIn(
  client: RepositoryClient,
  { sha, running }: Subject,
  fixes: readonly AskedFix[] | undefined,
): Promise<{ readonly fixes?: FixesFound }> {
  if (fixes === undefined) return {};
  const asksForDelivered = fixes.some(({ delivered }) => delivered);
  const goesOn = asksForDelivered && running !== null && (await isWithin(client, running, sha));
  const has: CommitSha[] = [];
  const lacks: CommitSha[] = [];
  for (const fix of fixes) {
    const isThere = (goesOn && fix.delivered) || (await holds(client, sha, fix));
    (isThere ? has : lacks).push(fix.sha);
  }
  return { fixes: { has, lacks } };
}

async function holds(client: RepositoryClient, sha: CommitSha, fix: AskedFix): Promise<boolean> {
  if (await isWithin(client, fix.sha, sha)) return true;
  const port = fix.port ?? (fix.pull === null ? null : await mergeCommitOf(client, fix.pull));
  return port !== null && isWithin(client, port, sha);
}
