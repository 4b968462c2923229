import { makeToken } from "../domain/repositories.ts";
import type { Permissions, Repository, Run } from "../state.ts";
import { fullName } from "../state.ts";
import { apiUrl } from "../views/accounts.ts";
import type { World } from "../world.ts";

/** What a job's token may do where the workflow says nothing: the restricted default of new repositories. */
const DEFAULT_PERMISSIONS: Permissions = { contents: "read" };
const TOKEN_LIFETIME_MS = 24 * 3_600_000;

/** The token of a job: the workflow's `permissions`, or the job's own. */
export function jobToken(
  world: World,
  repository: Repository,
  run: Run,
  permissions: Permissions | null,
): string {
  return makeToken(world, {
    kind: "job",
    repository,
    run,
    permissions: permissions ?? DEFAULT_PERMISSIONS,
    expiresAt: world.clock.now() + TOKEN_LIFETIME_MS,
  });
}

/**
 * The claim of a run, as its first step makes it over the API: an annotated tag that holds the run's id, under a ref
 * named after the correlation id. Creating the ref is atomic, so only one run (or the bot) can win.
 * Source: GITHUB.md, "Dispatching workflows" (a).
 * @returns whether the claim was won.
 */
export async function takeClaim(
  world: World,
  repository: Repository,
  run: Run,
  correlation: string,
  token: string,
): Promise<boolean> {
  const call = async (path: string, body: unknown): Promise<Response> =>
    fetch(`${apiUrl(world)}/repos/${fullName(repository)}/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: world.closing,
    });
  try {
    const tag = await call("git/tags", {
      tag: `waybill-${correlation}`,
      message: JSON.stringify({ run_id: run.id, run_attempt: run.attempt }),
      object: run.headSha,
      type: "commit",
    });
    const made: unknown = await tag.json();
    if (tag.status !== 201 || typeof made !== "object" || made === null || !("sha" in made)) return false;
    const ref = await call("git/refs", { ref: `refs/waybill/claims/${correlation}`, sha: made.sha });
    return ref.status === 201;
  } catch {
    // The API could not be reached (a fault, or the stand-in is closing): the step fails, as it would on GitHub.
    return false;
  }
}
