/**
 * Which commits belong to a hotfix. Only branches count that Waybill has made itself and that its lane knows of, whatever others are called
 * (PROMISES.md, threat 4).
 */
import type { HotfixFit } from "../core/hotfix-events.ts";
import type { HotfixLine, HotfixLook, HotfixTags } from "../core/hotfix-model.ts";
import { isPatchOf } from "../core/hotfix-version.ts";
import { commitSha, type CommitSha } from "../core/ids.ts";
import type { RepositoryClient } from "./client.ts";
import { isNotFound } from "./failure.ts";
import { headOf, relationOf } from "./history.ts";

/** Whether a commit holds nothing beyond the hotfix's release but what was added on its branch. */
export async function fitOf(
  client: RepositoryClient,
  { base, released }: HotfixLook,
  head: CommitSha,
  releaseBranch: string,
): Promise<HotfixFit> {
  if (!(await isAfter(client, base.sha, head))) return "strayed";
  const common = await commonCommit(client, releaseBranch, head);
  if (common === null) return "pure";
  for (const own of [base.sha, released])
    if (own !== null && (await isAfter(client, common, own))) return "pure";
  return "mixed";
}

/** Whether the second commit is the first, or descends from it. */
export async function isAfter(client: RepositoryClient, sha: string, head: string): Promise<boolean> {
  if (sha === head) return true;
  const stands = await relationOf(client, sha, head);
  return stands?.relation === "ahead" || stands?.relation === "identical";
}

/** The newest commit that two sides share; null where there is none, or one of them is gone. */
async function commonCommit(client: RepositoryClient, one: string, other: string): Promise<CommitSha | null> {
  const { octokit, owner, repo } = client;
  try {
    const basehead = `${one}...${other}`;
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
      owner,
      repo,
      basehead,
      per_page: 1,
    });
    return commitSha(data.merge_base_commit.sha);
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/**
 * The hotfix of which a tag that is not on the release branch is a release: one that Waybill made itself, or a later patch that somebody put on a
 * hotfix's branch, which holds nothing of the release branch beyond its base. Null for any other tag.
 */
export async function lineOf(
  client: RepositoryClient,
  { tag, version, sha }: { readonly tag: string; readonly version: string; readonly sha: CommitSha },
  { lines, made }: HotfixTags,
  releaseBranch: string,
): Promise<HotfixLine | null> {
  const own = made.find((one) => one.tag === tag && one.sha === sha)?.branch;
  for (const line of lines) {
    if (line.branch === own) return line;
    if (!isPatchOf(line.base.version, version) || sha === line.base.sha) continue;
    const head = await headOf(client, line.branch);
    if (head === null || !(await isAfter(client, sha, head))) continue;
    if ((await fitOf(client, { ...line, released: null }, sha, releaseBranch)) === "pure") return line;
  }
  return null;
}
