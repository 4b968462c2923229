/** What a release would be made of now: what the notice shows, and where the branch is by now. */
import type { ComingRelease, TaggedVersion } from "../core/commands/command.ts";
import type { RepositoryEvent } from "../core/events.ts";
import { hotfixTags } from "../core/hotfix-model.ts";
import type { CommitSha } from "../core/ids.ts";
import type { NotesSnapshot } from "../core/release.ts";
import type { RepositoryLane } from "../core/repository.ts";
import type { RepositoryClient } from "./client.ts";
import type { ConfigFacts } from "./config.ts";
import { branchFacts } from "./facts.ts";
import { headOf, isWithin } from "./history.ts";

export interface ComingFacts {
  readonly coming: ComingRelease;
  /** A new look at the branch, for the lane: there was none yet, or the shown one was out of date. */
  readonly moved: RepositoryEvent | null;
}

/**
 * What is shown is what is released (promise P5), so the lane's picture counts, not what the branch is by now. Only where there is none
 * is the branch looked at; and where the shown version is tagged already, so that the notice is redrawn. Then what is shown still says
 * which commit is meant, but the release that nobody had heard of says what can follow.
 */
export async function comingFacts(
  client: RepositoryClient,
  found: Extract<ConfigFacts, { kind: "found" }>,
  lane: RepositoryLane | null,
  tags: readonly TaggedVersion[],
): Promise<ComingFacts> {
  const { branch } = found;
  const upcoming = lane?.upcoming ?? null;
  const isOutdated = upcoming === null || tags.some(({ version }) => version === upcoming.version);
  const moved = isOutdated
    ? await branchFacts(client, found, lane?.unreleased, hotfixTags(lane).versions)
    : null;
  const looked = moved?.type === "BranchMoved" ? moved : null;
  const tip = looked?.head ?? (await headOf(client, branch));
  const base = (looked ?? upcoming)?.notes.base ?? null;
  const isAllReleased = looked?.notes.commitCount === 0;
  const shown = isAllReleased ? null : shownOf(upcoming ?? looked);
  const isHeld =
    shown !== null && looked !== null && base !== null && (await isWithin(client, shown.head, base.sha));
  const heldBy = isHeld ? base.tag : null;
  return { coming: { branch, tip, base: base?.version ?? null, shown, heldBy }, moved };
}

function shownOf(
  picture: { readonly version: string; readonly head: CommitSha; readonly notes: NotesSnapshot } | null,
): ComingRelease["shown"] {
  if (picture === null || picture.notes.commitCount === 0) return null;
  const { version, head, notes } = picture;
  return { version, head, bump: notes.model.bump };
}
