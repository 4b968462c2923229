/** The releases of a clone as its changelog lists them: stable ones, each with what is new since the stable one before. */
import rcompare from "semver/functions/rcompare.js";
import lt from "semver/functions/lt.js";
import prerelease from "semver/functions/prerelease.js";
import { byRelease, type Commit } from "../core/notes/index.ts";
import { readTags } from "./git.ts";
import { readCommits, type LoggedCommit } from "./git-log.ts";
import { git } from "./git-process.ts";
import { releaseTags, type ReleaseTag } from "./releases.ts";

export interface ChangelogRelease {
  readonly version: string;
  readonly tag: string;
  readonly before: string | null;
  /** The tag's own time, or its commit's. Epoch milliseconds. */
  readonly at: number;
  readonly commits: readonly Commit[];
}

/** The stable releases that a commit contains, the highest version first. A pre-release's changes are in the stable one that came of it. */
export async function changelogReleases(
  repo: string,
  head: string,
  pattern: string,
): Promise<ChangelogRelease[]> {
  const [commits, tags, times] = await Promise.all([
    readCommits(repo, null, head, { withPaths: true }),
    readTags(repo),
    tagTimes(repo),
  ]);
  const stable = releaseTags(tags, pattern).filter(({ version }) => prerelease(version) === null);
  return byRelease(commits, stable)
    .flatMap(({ tag, places, before }) =>
      tag === null ? [] : [releaseFrom(tag, places, before, commits, times)],
    )
    .toSorted((one, other) => rcompare(one.version, other.version));
}

function releaseFrom(
  tag: ReleaseTag,
  places: readonly number[],
  before: readonly ReleaseTag[],
  commits: readonly LoggedCommit[],
  times: ReadonlyMap<string, number>,
): ChangelogRelease {
  const base = before
    .filter(({ version }) => lt(version, tag.version))
    .toSorted((one, other) => rcompare(one.version, other.version))[0];
  return {
    version: tag.version,
    tag: tag.name,
    before: base?.name ?? null,
    at: times.get(tag.name) ?? 0,
    commits: places.flatMap((at) => commits[at] ?? []),
  };
}

/** When each tag was made; of a lightweight one when its commit was. */
async function tagTimes(repo: string): Promise<Map<string, number>> {
  const format = "--format=%(refname:strip=2)%00%(creatordate:unix)";
  const lines = await git(repo, ["for-each-ref", format, "refs/tags"]);
  return new Map(
    lines.split("\n").flatMap((line): [string, number][] => {
      const [name, seconds] = line.split("\0");
      return name && seconds ? [[name, Number(seconds) * 1_000]] : [];
    }),
  );
}
