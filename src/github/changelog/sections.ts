/** The sections that a changelog lacks, from what GitHub shows of the releases now. */
import type { NewSection } from "../../core/changelog/file.ts";
import type { UnwrittenRelease } from "../../core/changelog/keeping.ts";
import type { HotfixTags } from "../../core/hotfix-model.ts";
import type { TextRenderer } from "../../core/wording.ts";
import { changelogSection } from "../../presets/changelog.ts";
import type { RepositoryClient } from "../client.ts";
import type { FoundConfig } from "../config.ts";
import { webUrl } from "../addresses.ts";
import { tagFacts } from "../facts.ts";

export interface SectionSource {
  readonly client: RepositoryClient;
  readonly config: FoundConfig;
  readonly text: TextRenderer;
  readonly unreleased: readonly string[];
  readonly hotfixes: HotfixTags;
}

/** The section of a release; null where its tag is gone, or means another commit by now. */
export async function sectionOfRelease(
  { client, config, text, unreleased, hotfixes }: SectionSource,
  { version, tag, sha, at }: UnwrittenRelease,
): Promise<NewSection | null> {
  const tagged = await tagFacts(client, config, tag, unreleased, hotfixes);
  if (tagged?.type !== "ReleaseTagged" || tagged.release.sha !== sha) return null;
  const { base, model, unreadCount } = tagged.notes;
  const preamble = unreadCount === 0 ? {} : { preamble: text.changelogUnread(unreadCount) };
  const release = { version, tag, before: base?.tag ?? null, at, model, ...preamble };
  const { preset = "conventionalcommits" } = config.config.release;
  const section = await changelogSection(release, preset, webUrl(client));
  return { version, text: Buffer.from(section, "utf8").toString("latin1") };
}
