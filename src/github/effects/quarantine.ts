/** Whether a release descends from one that was rolled back, and is not mended: by the commit graph and what its commits say. */
import type { Problem } from "../../core/promotion.ts";
import type { Bad, Pin } from "../../core/rollback/pin.ts";
import { isMended } from "../../core/rollback/quarantine.ts";
import { quarantined } from "../../core/rollback/rollback.ts";
import type { RepositoryClient } from "../client.ts";
import { commitsBetween, relationOf, withPulls } from "../history.ts";
import type { LookContext, Performer } from "./effect.ts";

type Prepare = Parameters<Performer<"prepareRollout">>[1];

/** So many commits are read on either side of the bad release; a fix that lies farther away is not seen. */
const COMMITS_LOOKED_AT = 500;

/** Why a release is in quarantine where it is to be brought; null where it is not. */
export async function objectionOfQuarantine(
  { client }: LookContext,
  { pin, cargo, plan, mends = [] }: Prepare,
): Promise<Problem | null> {
  for (const bad of pin?.bad ?? []) {
    const stands = await relationOf(client, bad.sha, cargo.sha);
    const descends = stands?.relation === "ahead" || stands?.relation === "identical";
    if (pin === undefined || !descends || (await isMendedIn(client, pin, bad, cargo, mends))) continue;
    const { code, detail } = quarantined(plan.environment.name, cargo, pin);
    return { code, detail: { ...detail, bad: bad.version } };
  }
  return null;
}

async function isMendedIn(
  client: RepositoryClient,
  good: Pin,
  bad: Bad,
  { sha }: Prepare["cargo"],
  fixes: NonNullable<Prepare["mends"]>,
): Promise<boolean> {
  const made = await commitsBetween(client, good.sha, bad.sha, { most: COMMITS_LOOKED_AT });
  // It is in the past of what counts as good: everything descends from it.
  if (made.relation === "behind") return true;
  const since = await commitsBetween(client, bad.sha, sha, { most: COMMITS_LOOKED_AT });
  const descent = {
    bad,
    made: made.commits,
    since: since.commits,
    fixes,
    repository: `${client.owner}/${client.repo}`,
  };
  // Most fixes say so in a commit; only else are the pull requests asked for.
  return isMended(descent) || isMended({ ...descent, since: await withPulls(client, since.commits) });
}
