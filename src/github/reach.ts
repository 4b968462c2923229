/**
 * What GitHub says when nothing can be done in a repository at all: the installation is suspended or gone, the repository is archived or not
 * the installation's any more. Nothing was done then, and trying again is of no use before somebody changes that.
 */
import { OutOfReachError, type RepositoryKey } from "../core/ports.ts";

/** Between two tries, until somebody has looked how the repository stands. */
export const LEAST_PAUSE_MS = 60_000;

interface Refusal {
  readonly status: number;
  readonly url: string;
  readonly message: string;
}

/** The error as the engine knows it, if that is what it says; else null. */
export function outOfReach(error: unknown, repository: RepositoryKey, now: number): OutOfReachError | null {
  if (error instanceof OutOfReachError) return error;
  const refusal = refusalOf(error);
  if (refusal === null || !saysOutOfReach(refusal)) return null;
  return new OutOfReachError(refusal.message.slice(0, 300), now + LEAST_PAUSE_MS, repository);
}

function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return null;
  const { request } = error as { request?: { url?: string } };
  return { status: error.status, url: request?.url ?? "", message: error.message };
}

/**
 * GitHub's words of it. A token is refused with 404 for an installation that is gone, with 422 for a repository that is not its own.
 * https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
function saysOutOfReach({ status, url, message }: Refusal): boolean {
  if (status === 403) return /installation has been suspended|repository was archived/i.test(message);
  if (!url.endsWith("/access_tokens")) return false;
  return (
    status === 404 || (status === 422 && /repository that does not exist or is not accessible/i.test(message))
  );
}
