/** Release tags that nobody told of: their webhook was lost, or there was none because more than three were pushed at once. */
import { tagMarker } from "../../core/notices.ts";
import type { KnownRelease } from "../../core/release.ts";
import type { RepositoryLane } from "../../core/repository.ts";
import { newestKnown } from "../../core/standing.ts";
import { missedTags } from "../catch-up.ts";
import type { RepositoryClient } from "../client.ts";
import { commitOfTag, releaseTagRefs, type ReleaseTagRef } from "../history.ts";
import { isAtWork, type Scene } from "./scene.ts";

const MOST_KEPT = 5_000;
const OID_KEPT = 12;

/** The tags of the last look with the beginning of the SHA that each names, and the branch as it was at the first look. */
export interface TagsSeen {
  readonly firstHead: string | null;
  readonly refs: Readonly<Record<string, string>>;
}

export interface TagsLook {
  /** Names of tags that were pushed or moved without a word, the highest version first. */
  readonly lost: readonly string[];
  readonly seen: TagsSeen;
}

/**
 * Compares the release tags with those of the last look; `known` is null at the first one, or when tags are named otherwise by now.
 *
 * New is what is higher than all that is released, and beyond it on the branch: a release that came after a later one is nobody's next release,
 * and is left to be promoted by hand. Where the lane knows of no release, what was there at the last look counts as released.
 */
export async function lookAtTags(
  scene: Scene,
  pattern: string,
  head: string | null,
  known: TagsSeen | null,
): Promise<TagsLook> {
  const refs = (await releaseTagRefs(scene.client, pattern)).slice(0, MOST_KEPT);
  const seen: TagsSeen = {
    firstHead: known?.firstHead ?? head,
    refs: Object.fromEntries(refs.map(({ tag, oid }) => [tag, oid.slice(0, OID_KEPT)])),
  };
  const lost = await lostTags(scene, refs, known, seen.firstHead);
  const moved: ReleaseTagRef[] = [];
  for (const ref of refs) if (await isMoved(scene, ref, known)) moved.push(ref);
  return { lost: [...lost, ...moved].map(({ tag }) => tag), seen };
}

async function lostTags(
  { client, lane }: Scene,
  refs: readonly ReleaseTagRef[],
  known: TagsSeen | null,
  firstHead: string | null,
): Promise<readonly ReleaseTagRef[]> {
  const wasSeen = ({ tag }: ReleaseTagRef): boolean => known !== null && Object.hasOwn(known.refs, tag);
  const fresh = refs.filter((ref) => !wasSeen(ref) && !isTold(ref, lane));
  if (fresh.length === 0) return [];
  // A merge may have shown a tag as its base that nobody has told of as a release: it is none before this look has found it.
  const isKnown = ({ tag }: KnownRelease): boolean =>
    known === null ||
    Object.hasOwn(known.refs, tag) ||
    lane?.releases.some((one) => one.tag === tag) === true;
  const released = isAtWork(lane) ? newestKnown(lane).filter(isKnown) : [];
  const before = released.length > 0 ? released : await asRelease(client, refs.find(wasSeen));
  // At the first look, where nothing is known to be released, everything is older than Waybill.
  if (known === null && before.length === 0) return [];
  return missedTags(client, fresh, before, firstHead);
}

async function asRelease(client: RepositoryClient, ref: ReleaseTagRef | undefined): Promise<KnownRelease[]> {
  const sha = ref === undefined ? null : await commitOfTag(client, ref.tag);
  return ref === undefined || sha === null ? [] : [{ version: ref.version, tag: ref.tag, sha }];
}

/** Whether a webhook has told of it, and it was released, or people were told why not. */
function isTold({ tag, version }: ReleaseTagRef, lane: RepositoryLane | null): boolean {
  if (lane === null) return false;
  const isRelease = lane.releases.some((release) => release.version === version);
  return isRelease || lane.unreleased.includes(tag) || lane.said.includes(tagMarker(tag, null));
}

/** A release whose tag names something else by now. */
async function isMoved(
  { client, lane }: Scene,
  { tag, oid }: ReleaseTagRef,
  known: TagsSeen | null,
): Promise<boolean> {
  const release = lane?.releases.find((one) => one.tag === tag);
  const isAsBefore =
    known !== null && Object.hasOwn(known.refs, tag) && oid.startsWith(known.refs[tag] ?? "-");
  // The ref of an annotated tag names the tag's own object: asked for once, when it is seen first.
  if (release === undefined || isAsBefore || oid === release.sha) return false;
  return (await commitOfTag(client, tag)) !== release.sha;
}
