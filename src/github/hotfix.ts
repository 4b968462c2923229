/** What a hotfix's branch holds at GitHub by now. */
import type { RepositoryEvent } from "../core/events.ts";
import { hotfixTags, lookOf, type Hotfix, type HotfixLook, type HotfixTags } from "../core/hotfix-model.ts";
import { isPatchOf, nextPatch } from "../core/hotfix-version.ts";
import type { CommitSha } from "../core/ids.ts";
import type { RepositoryLane } from "../core/repository.ts";
import type { RepositoryClient } from "./client.ts";
import { readConfig, type ConfigFacts } from "./config.ts";
import { fitOf } from "./hotfix-lines.ts";
import { commitOfTag, headOf, releaseTagRefs, type ReleaseTagRef } from "./history.ts";
import { eventsOfTag } from "./tagged.ts";

type FoundConfig = Extract<ConfigFacts, { kind: "found" }>;

/**
 * What a hotfix's branch comes to by now. A release of its head that nobody has told of comes first: then that is the news. `unreleased` are tags
 * that count for nothing, because they were pushed by hand where only `/release` makes releases.
 */
export async function hotfixEvents(
  client: RepositoryClient,
  found: FoundConfig,
  look: HotfixLook,
  known: { readonly unreleased: readonly string[]; readonly hotfixes: HotfixTags },
): Promise<RepositoryEvent[]> {
  const { branch, base } = look;
  const head = await headOf(client, branch);
  const refs = await releaseTagRefs(client, found.config.release.tag);
  const version = nextPatch(
    base.version,
    refs.map((ref) => ref.version),
  );
  const moved = { type: "HotfixMoved", at: client.clock.now(), branch, version, plans: found.plans } as const;
  if (head === null) return [{ ...moved, head, fit: "strayed" }];
  if (head === base.sha) return [{ ...moved, head, fit: "pure" }];
  const made = known.hotfixes.made.some((one) => one.branch === branch && one.sha === head);
  const tag = made ? null : await tagAt(client, head, base.version, refs, known.unreleased);
  if (tag !== null) return eventsOfTag(client, client.defaultBranch, tag, { own: null, ...known });
  return [{ ...moved, head, fit: await fitOf(client, look, head, found.branch) }];
}

/** The tag by which somebody has released the head of a hotfix's branch already; null for none. */
async function tagAt(
  client: RepositoryClient,
  head: CommitSha,
  base: string,
  refs: readonly ReleaseTagRef[],
  unreleased: readonly string[],
): Promise<string | null> {
  const later = refs.filter(({ tag, version }) => isPatchOf(base, version) && !unreleased.includes(tag));
  for (const { tag, oid } of later) if (oid === head || (await commitOfTag(client, tag)) === head) return tag;
  return null;
}

/** The same for a hotfix of a repository's lane; nothing while the config cannot be used. */
export async function eventsOfHotfix(
  client: RepositoryClient,
  lane: RepositoryLane,
  hotfix: Hotfix,
): Promise<RepositoryEvent[]> {
  const config = await readConfig(client, client.defaultBranch);
  if (config.kind !== "found") return [];
  const known = { unreleased: lane.unreleased, hotfixes: hotfixTags(lane) };
  return hotfixEvents(client, config, lookOf(hotfix), known);
}
