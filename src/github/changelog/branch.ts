/**
 * The branch of the changelog's pull request. It is only ever moved forward, by a commit that has all that stood there among its ancestors: GitHub refuses
 * anything else, so no commit of anybody's is lost, whoever was quicker.
 */
import { CHANGELOG_BRANCH } from "../../core/changelog/keeping.ts";
import type { CommitSha } from "../../core/ids.ts";
import type { RepositoryClient } from "../client.ts";
import { comparisonOf } from "../history.ts";
import { commitFile, type FileCommit } from "./file.ts";

export interface Written extends Pick<FileCommit, "path" | "text" | "mode" | "message"> {
  /** The release branch's head, on which the text is built. */
  readonly base: CommitSha;
  /** The branch's head; null where it is still to be made. */
  readonly tip: CommitSha | null;
  /** Whether a pull request of it is open: then whatever else people have put there stays. */
  readonly isOpen: boolean;
}

/** Writes the file to the branch. Brings the release branch along, so that it never conflicts, unless people have changed other files there. */
export async function writeBranch(client: RepositoryClient, written: Written): Promise<void> {
  const { octokit, owner, repo } = client;
  const { tip } = written;
  const place = await placeOf(client, written);
  const sha = await commitFile(client, { ...written, ...place });
  const branch = { owner, repo, sha };
  if (tip === null) await octokit.rest.git.createRef({ ...branch, ref: `refs/heads/${CHANGELOG_BRANCH}` });
  else await octokit.rest.git.updateRef({ ...branch, ref: `heads/${CHANGELOG_BRANCH}`, force: false });
}

async function placeOf(
  client: RepositoryClient,
  { base, tip, path, isOpen }: Written,
): Promise<Pick<FileCommit, "onto" | "parents">> {
  if (tip === null) return { onto: base, parents: [base] };
  const compared = await comparisonOf(client, base, tip);
  // All of it is on the release branch already.
  if (compared?.status === "behind" || compared?.status === "identical")
    return { onto: base, parents: [base] };
  const others = compared === null || (compared.files ?? []).some(({ filename }) => filename !== path);
  if (isOpen && (others || compared?.status === "ahead")) return { onto: tip, parents: [tip] };
  // What stood there stays among the ancestors.
  return { onto: base, parents: compared?.status === "ahead" ? [tip] : [tip, base] };
}

/** Whether a refusal says that somebody was quicker: then all is looked at anew. */
export function isOvertaken(message: string): boolean {
  return /fast.?forward|already exists|is at [0-9a-f]+ but expected/i.test(message);
}
