/**
 * Claims: refs that only one can create. A run that follows docs/workflows.md claims its correlation id before it does anything; Waybill
 * takes the claim itself when it must be sure that no run can begin any more.
 * https://docs.github.com/en/rest/git/refs#create-a-reference
 */
import type { CommitSha } from "../core/ids.ts";
import type { RepositoryClient } from "./client.ts";
import { failureOf, isNotFound } from "./failure.ts";
import { HEARD_AT_ONCE } from "./guard.ts";

export type ClaimHolder = { readonly by: "run"; readonly runId: number } | { readonly by: "waybill" };

/** Who holds the claim of a correlation id; null for nobody. */
export async function readClaim(
  client: RepositoryClient,
  correlationId: string,
): Promise<ClaimHolder | null> {
  const { octokit, owner, repo } = client;
  try {
    const { data: ref } = await octokit.rest.git.getRef({
      owner,
      repo,
      ref: `waybill/claims/${correlationId}`,
      // Whoever hears that nobody holds it looks again, or takes it by a call that only one can win.
      ...HEARD_AT_ONCE,
    });
    const { data: tag } = await octokit.rest.git.getTag({ owner, repo, tag_sha: ref.object.sha });
    const runId = runIdIn(tag.message);
    return runId === null ? { by: "waybill" } : { by: "run", runId };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** The run that a claim's note names. A claim without one was taken by Waybill, or by hand: no run holds it. */
function runIdIn(message: string): number | null {
  try {
    const note: unknown = JSON.parse(message);
    if (typeof note !== "object" || note === null || !("run_id" in note)) return null;
    const runId = Number(note.run_id);
    return Number.isSafeInteger(runId) && runId > 0 ? runId : null;
  } catch {
    return null;
  }
}

/** Creates the claim in Waybill's name; where somebody was faster, says who. */
export async function takeClaimRef(
  client: RepositoryClient,
  correlationId: string,
  sha: CommitSha,
): Promise<ClaimHolder> {
  const { octokit, owner, repo } = client;
  const message = JSON.stringify({ waybill: true });
  const { data: tag } = await octokit.rest.git.createTag({
    owner,
    repo,
    tag: `waybill-${correlationId}`,
    message,
    object: sha,
    type: "commit",
  });
  try {
    await octokit.rest.git.createRef({
      owner,
      repo,
      ref: `refs/waybill/claims/${correlationId}`,
      sha: tag.sha,
    });
    return { by: "waybill" };
  } catch (error) {
    const failure = failureOf(error, client.clock.now());
    if (failure.kind !== "refused" || failure.status !== 422) throw error;
    const holder = await readClaim(client, correlationId);
    if (holder === null) throw error;
    return holder;
  }
}
