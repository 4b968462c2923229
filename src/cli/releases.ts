/** Which release a range of a local clone starts from. */
import { nearestBase, versionOfTag } from "../core/notes/index.ts";
import { distanceBetween, nearestCommits, type Tag } from "./git.ts";

/** Where a range starts: the commit, its release tag, and the version to count from. */
export interface Start {
  readonly sha: string | null;
  readonly tag: string | null;
  readonly version: string | null;
  /** Other releases whose commits are not in the range either. */
  readonly without?: readonly string[];
}

/** The tag that a ref names; null for a ref that is none. */
export function nameOfTag(ref: string, tags: readonly Tag[]): string | null {
  const name = ref.replace(/^(?:refs\/)?tags\//, "");
  return tags.some((tag) => tag.name === name) ? name : null;
}

export interface ReleaseTag extends Tag {
  readonly version: string;
}

/** The tags that are releases by the pattern (`v{version}`). */
export function releaseTags(tags: readonly Tag[], pattern: string): ReleaseTag[] {
  return tags.flatMap((tag) => {
    const version = versionOfTag(pattern, tag.name);
    return version === null ? [] : [{ ...tag, version }];
  });
}

/**
 * The nearest release that `head` contains. A range that ends with a release's own tag starts from the one before it; for a
 * release that is no pre-release, pre-releases do not count, unless there is nothing else.
 *
 * @param pattern the tags' pattern, `v{version}`
 * @param endTag the release's tag that the range ends with; null for any other end
 */
export async function nearestRelease(
  repo: string,
  head: string,
  tags: readonly Tag[],
  pattern: string,
  endTag: string | null,
): Promise<Start | null> {
  const endVersion = endTag === null ? null : versionOfTag(pattern, endTag);
  const releases = releaseTags(tags, pattern).filter(({ sha }) => endVersion === null || sha !== head);
  const stable = releases.filter(({ version }) => !isPrerelease(version));
  const first = endVersion !== null && isPrerelease(endVersion) ? releases : stable;
  return (
    (await nearestOf(repo, head, first)) ?? (first === releases ? null : nearestOf(repo, head, releases))
  );
}

/**
 * The nearest release that `head` contains, a pre-release or not, and beside it the nearest on every other way back, so that nothing is left that any release
 * contains.
 */
export async function nearestReleases(
  repo: string,
  head: string,
  tags: readonly Tag[],
  pattern: string,
): Promise<Start | null> {
  const releases = releaseTags(tags, pattern);
  const nearest = await nearestOf(repo, head, releases);
  if (nearest === null) return null;
  const near = await nearestCommits(repo, head, new Set(releases.map(({ sha }) => sha)));
  return { ...nearest, without: near.filter((sha) => sha !== nearest.sha) };
}

function isPrerelease(version: string): boolean {
  return version.split("+")[0]?.includes("-") === true;
}

async function nearestOf(repo: string, head: string, releases: readonly ReleaseTag[]): Promise<Start | null> {
  if (releases.length === 0) return null;
  const near = new Set(await nearestCommits(repo, head, new Set(releases.map((release) => release.sha))));
  const distances = new Map<string, number>();
  for (const sha of near) distances.set(sha, near.size === 1 ? 0 : await distanceBetween(repo, sha, head));
  const candidates = releases
    .filter(({ sha }) => near.has(sha))
    .map(({ name, sha, version }) => ({ tag: name, sha, version, distance: distances.get(sha) ?? 0 }));
  return nearestBase(candidates, true);
}
