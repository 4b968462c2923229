/** Release tags that nobody told of: their webhook was lost, or there was none because more than three were pushed at once. */
import semver from "semver";
import { tagMarker } from "../../core/notices.ts";
import { versionOfTag } from "../../core/notes/index.ts";
import type { RepositoryLane } from "../../core/repository.ts";
import { commitOfTag, releaseTagRefs, relationOf, type ReleaseTagRef } from "../history.ts";
import { isAtWork, type Scene } from "./scene.ts";

/** GitHub tells of so many tags that are pushed at once; of more it tells nothing. */
const TOLD_AT_ONCE = 3;
/** More tags than these in one look are somebody's archive, not releases that anybody waits for. */
const MOST_LOST = 10;
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
 * New is what is higher than all that was there: a release that came after a later one is nobody's next release, and is left to be promoted by
 * hand. At the first look only the lane can tell what is older than Waybill's work here; where it cannot, everything is.
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
  const floor = known === null ? newestOfLane(scene.lane) : newestOf(known, pattern);
  const isNew = ({ tag, version }: ReleaseTagRef): boolean => {
    if (known !== null && Object.hasOwn(known.refs, tag)) return false;
    return floor === null ? known !== null : semver.gt(version, floor);
  };
  const fresh = refs.filter((ref) => isNew(ref) && !isTold(ref, scene.lane));
  const lost = await recent(scene, fresh.slice(0, MOST_LOST), seen.firstHead);
  const moved: ReleaseTagRef[] = [];
  for (const ref of refs) if (await isMoved(scene, ref, known)) moved.push(ref);
  return { lost: [...lost, ...moved].map(({ tag }) => tag), seen };
}

/** The highest version at the last look. */
function newestOf({ refs }: TagsSeen, pattern: string): string | null {
  return highest(Object.keys(refs).flatMap((tag) => versionOfTag(pattern, tag) ?? []));
}

function newestOfLane(lane: RepositoryLane | null): string | null {
  if (!isAtWork(lane)) return null;
  const base = lane.upcoming?.notes.base?.version;
  return highest([...lane.releases.map(({ version }) => version), ...(base === undefined ? [] : [base])]);
}

function highest(versions: readonly string[]): string | null {
  return versions.toSorted(semver.rcompare)[0] ?? null;
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

/**
 * Where many tags appear at once, somebody may have pushed an archive: then those on commits that were there before Waybill are left alone.
 * Not by dates, which anybody can write.
 */
async function recent(
  { client }: Scene,
  tags: readonly ReleaseTagRef[],
  firstHead: string | null,
): Promise<readonly ReleaseTagRef[]> {
  if (tags.length <= TOLD_AT_ONCE || firstHead === null) return tags;
  const found: ReleaseTagRef[] = [];
  for (const ref of tags) {
    const stands = await relationOf(client, ref.tag, firstHead);
    const wasThere = stands?.relation === "ahead" || stands?.relation === "identical";
    if (!wasThere) found.push(ref);
  }
  return found;
}
