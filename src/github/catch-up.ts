/** What happened in a repository while webhooks about it were lost or nobody could act on them. */
import semver from "semver";
import type { RepositoryEvent } from "../core/events.ts";
import { NO_HOTFIX_TAGS, type HotfixTags } from "../core/hotfix-model.ts";
import type { KnownRelease } from "../core/release.ts";
import type { RepositoryClient } from "./client.ts";
import { brokenConfig, readConfig } from "./config.ts";
import { branchFacts, tagFacts } from "./facts.ts";
import { releaseTags, relationOf, type ReleaseTag } from "./history.ts";

/** More tags than these in one absence are not releases that anybody waits for. */
const MOST_MISSED = 10;
/** And so many are looked at, the highest versions first: an archive of old ones may be among them. */
const MOST_COMPARED = 100;
/** GitHub tells of so many tags that are pushed at once; of more it tells nothing. */
const TOLD_AT_ONCE = 3;

/**
 * The release tags that were missed: of higher versions than all that is known, and on commits that no known release holds. What lies at
 * one of those or before it is older than it, whatever its version says (calendar versions of former years are higher than all); by
 * the commit graph, since dates are whatever people write.
 *
 * @param tags the highest version first, as `releaseTags` gives them
 * @param firstHead the branch as it was before Waybill. Where many tags appear at once, somebody may have pushed an archive: then what was
 *   there at that time is left alone
 * @returns at most ten, the highest version first
 */
export async function missedTags<Tag extends ReleaseTag>(
  client: RepositoryClient,
  tags: readonly Tag[],
  known: readonly KnownRelease[],
  firstHead: string | null = null,
): Promise<Tag[]> {
  const higher = tags.filter(({ version }) => known.every((one) => semver.gt(version, one.version)));
  const old = firstHead !== null && higher.length > TOLD_AT_ONCE ? [firstHead] : [];
  const missed: Tag[] = [];
  for (const tag of higher.slice(0, MOST_COMPARED)) {
    if (missed.length === MOST_MISSED) break;
    if (!(await isOfThePast(client, tag, known, old))) missed.push(tag);
  }
  return missed;
}

async function isOfThePast(
  client: RepositoryClient,
  { tag, version }: ReleaseTag,
  known: readonly KnownRelease[],
  old: readonly string[],
): Promise<boolean> {
  const commits = new Set([...known.map(({ sha }) => sha), ...old]);
  for (const commit of commits) {
    const stands = await relationOf(client, tag, commit);
    // Where GitHub cannot tell, a person can: by pushing the tag again, or by a command.
    if (stands === null || stands.relation === "ahead") return true;
    const isOnward = known.some((one) => one.sha === commit && isStableOf(version, one.version));
    if (stands.relation === "identical" && !isOnward) return true;
  }
  return false;
}

/** Whether this is the stable release that a pre-release becomes, which may be on the very same commit. */
function isStableOf(version: string, before: string): boolean {
  return semver.prerelease(before) !== null && version === before.replace(/[-+].*$/, "");
}

/**
 * The branch as it is now, after the releases that were tagged meanwhile, the highest first, so that it alone goes where releases go by
 * themselves. None where nothing is known, since every tag would be new then.
 */
export async function missedEvents(
  client: RepositoryClient,
  known: readonly KnownRelease[],
  unreleased: readonly string[] = [],
  hotfixes: HotfixTags = NO_HOTFIX_TAGS,
): Promise<RepositoryEvent[]> {
  const config = await readConfig(client, client.defaultBranch);
  if (config.kind === "none") return [];
  if (config.kind === "broken") return [brokenConfig(config, client.clock.now())];
  const events: (RepositoryEvent | null)[] = [];
  if (known.length > 0) {
    const tags = await releaseTags(client, config.config.release.tag);
    const missed = await missedTags(client, tags, known);
    for (const { tag } of missed) events.push(await tagFacts(client, config, tag, unreleased, hotfixes));
  }
  events.push(await branchFacts(client, config, unreleased, hotfixes.versions));
  return events.filter((event) => event !== null);
}
