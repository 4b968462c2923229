/** Asking GitHub how a repository stands: the App's own word about its installation, and the installation's about the repository. */
import type { ParkReason, Standing } from "../core/standing.ts";
import type { RepositoryKey } from "../core/ports.ts";
import type { Octokit } from "./client.ts";
import { isNotFound } from "./failure.ts";
import { outOfReach } from "./reach.ts";
import { readRepository } from "./repositories.ts";

export interface StandingSources {
  /** As the App itself, by its JWT. */
  readonly app: () => Promise<Octokit>;
  /** As the installation, by a fresh token that is good for this repository alone. */
  readonly repository: () => Promise<Octokit>;
  readonly now: number;
}

/**
 * How a repository stands now. GitHub does not tell a deleted repository from one that was taken out of the installation: there
 * the webhook's word (`hint`) is believed.
 *
 * @throws what GitHub failed with, where it cannot be told
 */
export async function readStanding(
  sources: StandingSources,
  key: RepositoryKey,
  hint: ParkReason | null,
): Promise<Standing> {
  const installation = await readInstallation(await sources.app(), key);
  if (installation.kind === "parked") return installation;
  const found = await saidTwice(
    async () => readRepository(await sources.repository(), key.repository),
    (error) => outOfReach(error, key, sources.now) !== null,
  );
  if (found !== null) return found.archived ? parked("archived") : { kind: "active" };
  // Between the two questions it may have been suspended or uninstalled: then the first one has another answer now.
  const again = await readInstallation(await sources.app(), key);
  return again.kind === "parked" ? again : parked(hint === "deleted" ? "deleted" : "removed");
}

/** https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app */
async function readInstallation(app: Octokit, { installation }: RepositoryKey): Promise<Standing> {
  const read = () => app.rest.apps.getInstallation({ installation_id: installation });
  const found = await saidTwice(read, isNotFound);
  if (found === null) return parked("uninstalled");
  const since = Date.parse(found.data.suspended_at ?? "");
  return Number.isNaN(since) ? { kind: "active" } : { kind: "parked", reason: "suspended", since };
}

/** What `read` answers, or null where it says twice that there is nothing: once may be a lapse. */
export async function saidTwice<Found>(
  read: () => Promise<Found | null>,
  saysNothing: (error: unknown) => boolean,
): Promise<Found | null> {
  const once = async (): Promise<Found | null> => {
    try {
      return await read();
    } catch (error) {
      if (saysNothing(error)) return null;
      throw error;
    }
  };
  return (await once()) ?? (await once());
}

function parked(reason: ParkReason): Standing {
  return { kind: "parked", reason, since: null };
}
