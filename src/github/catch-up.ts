/** What happened in a repository while webhooks about it were lost or nobody could act on them. */
import semver from "semver";
import type { RepositoryEvent } from "../core/events.ts";
import type { RepositoryClient } from "./client.ts";
import { brokenConfig, readConfig } from "./config.ts";
import { branchFacts, tagFacts } from "./facts.ts";
import { releaseTags } from "./history.ts";

/** More tags than these in one absence are not releases that anybody waits for. */
const TAGS_CAUGHT_UP = 10;

/**
 * The branch as it is now, after the releases that were tagged meanwhile: tags of higher versions than all of `known`, the highest first, so
 * that it alone goes where releases go by themselves. None where nothing is known, since every tag would be new then.
 */
export async function missedEvents(
  client: RepositoryClient,
  known: readonly string[],
  unreleased: readonly string[] = [],
): Promise<RepositoryEvent[]> {
  const config = await readConfig(client, client.defaultBranch);
  if (config.kind === "none") return [];
  if (config.kind === "broken") return [brokenConfig(config, client.clock.now())];
  const [newest] = known.toSorted(semver.rcompare);
  const events: (RepositoryEvent | null)[] = [];
  if (newest !== undefined) {
    const tags = await releaseTags(client, config.config.release.tag);
    const missed = tags.filter(({ version }) => semver.gt(version, newest)).slice(0, TAGS_CAUGHT_UP);
    for (const { tag } of missed) events.push(await tagFacts(client, config, tag, unreleased));
  }
  events.push(await branchFacts(client, config, unreleased));
  return events.filter((event) => event !== null);
}
