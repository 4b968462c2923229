/** What a release tag comes to, whoever made it: the release, and the branch counted from its new base. */
import type { RepositoryEvent } from "../core/events.ts";
import { NO_HOTFIX_TAGS, type HotfixTags } from "../core/hotfix-model.ts";
import type { CommitSha } from "../core/ids.ts";
import type { RepositoryClient } from "./client.ts";
import { readConfig } from "./config.ts";
import { branchFacts, tagFacts } from "./facts.ts";

/** What the repository's lane knows of tags. */
export interface KnownTags {
  /** The commit on which this tag is one of Waybill's own making; null where it is none. */
  readonly own: CommitSha | null;
  /** Tags that were pushed by hand where only `/release` makes releases. */
  readonly unreleased: readonly string[];
  /** Absent where nothing is known of any. */
  readonly hotfixes?: HotfixTags;
}

/** The events of a tag as it stands at GitHub now; none for a tag that is nobody's business. `tag` is its name without `refs/tags/`. */
export async function eventsOfTag(
  client: RepositoryClient,
  defaultBranch: string,
  tag: string,
  { own, unreleased, hotfixes = NO_HOTFIX_TAGS }: KnownTags,
): Promise<RepositoryEvent[]> {
  const config = await readConfig(client, defaultBranch);
  if (config.kind === "none") return [];
  if (config.kind === "broken") return tagUnderBrokenConfig(tag, client.clock.now());
  const tagged = await tagFacts(client, config, tag, unreleased, hotfixes);
  const release = tagged?.type === "ReleaseTagged" ? tagged.release : null;
  // The lane refuses it, so nothing is counted from it.
  const isByHand = config.config.release.on === "command" && release?.sha !== own;
  // A new release is a new base: what is merged beyond it gets a notice of its own.
  const taken = [...hotfixes.versions, ...(release?.hotfix === undefined ? [] : [release.version])];
  const moved = release === null || isByHand ? null : await branchFacts(client, config, unreleased, taken);
  return [tagged, moved].filter((event) => event !== null);
}

/** Nobody can tell what tags of releases look like: what looks like a version is said to have been left alone. */
function tagUnderBrokenConfig(tag: string, at: number): RepositoryEvent[] {
  const looksLikeVersion = /\d+\.\d+\.\d+/.test(tag);
  if (!looksLikeVersion) return [];
  return [{ type: "TagRefused", at, tag, sha: null, reason: { code: "config-broken" } }];
}
