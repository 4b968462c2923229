/**
 * Versions and tags: which version comes next, which tag is a release, which release a range starts from. https://semver.org
 */
import type { SemVer } from "semver";
// One by one: all of it takes longer to load than the notes of a thousand commits to make.
import gt from "semver/functions/gt.js";
import inc from "semver/functions/inc.js";
import parse from "semver/functions/parse.js";
import rcompare from "semver/functions/rcompare.js";
import { rankOf } from "./bumps.ts";
import type { Bump, ReleaseNotesModel } from "./types.ts";

/** How changes move the version where semver leaves a choice. The default is semver's own way. */
export interface VersionPolicy {
  /** Of a version that nothing was released before. Default 0.1.0, as semver.org advises. */
  readonly initial?: string;
  /** Below 1.0.0 a breaking change moves the minor. */
  readonly bumpMinorPreMajor?: boolean;
  /** Below 1.0.0 a feature moves the patch. */
  readonly bumpPatchForMinorPreMajor?: boolean;
  /** The newest release that is no pre-release, where the base is one. */
  readonly lastStable?: string | null;
}

export interface NextVersion {
  readonly version: string;
  /** The highest change of the range; null where nothing in it is worth a release. */
  readonly bump: Bump | null;
  /** A `Release-As` footer asked for this version. */
  readonly forced: boolean;
}

const INITIAL = "0.1.0";

/**
 * The version that releasing now would get, without prefix. Where nothing is worth a release it is the next patch with `bump` null,
 * because environments that follow every merge need a coming version all the same. A `Release-As` counts once: not where the base
 * has reached it. Throws on a `base` that is no version, which is a mistake of the caller.
 */
export function nextVersion(
  base: string | null,
  model: Pick<ReleaseNotesModel, "bump" | "releaseAs">,
  policy: VersionPolicy = {},
): NextVersion {
  const { bump, releaseAs } = model;
  if (releaseAs !== null && (base === null || gt(releaseAs, base)))
    return { version: releaseAs, bump, forced: true };
  if (base === null) return { version: policy.initial ?? INITIAL, bump, forced: false };
  const from = parse(base);
  if (from === null) throw new Error(`not a version: ${base}`);
  const version =
    from.prerelease.length > 0 ? nextPrerelease(from, bump, policy) : bumped(from, bump, policy);
  return { version, bump, forced: false };
}

function bumped(from: SemVer, bump: Bump | null, policy: VersionPolicy): string {
  return inc(from.version, allowed(from, bump ?? "patch", policy)) ?? from.version;
}

function allowed(from: SemVer, bump: Bump, policy: VersionPolicy): Bump {
  if (from.major > 0) return bump;
  if (bump === "major" && policy.bumpMinorPreMajor === true) return "minor";
  if (bump === "minor" && policy.bumpPatchForMinorPreMajor === true) return "patch";
  return bump;
}

/** The higher of the next of the same series, and the last stable version moved by the change with a new series. */
function nextPrerelease(from: SemVer, bump: Bump | null, policy: VersionPolicy): string {
  const counted = inc(from.version, "prerelease") ?? from.version;
  const stable = parse(policy.lastStable ?? null);
  if (stable === null || rankOf(bump) === 0) return counted;
  const series = from.prerelease.find((part) => typeof part === "string") ?? "0";
  const moved = `${bumped(stable, bump, policy)}-${series}.1`;
  return gt(moved, counted) ? moved : counted;
}

/**
 * The version of a merge that has no tag: `<next>-dev.<commits since the base>`. Where the next one is itself a pre-release, its
 * identifiers are continued. `commitsSinceBase` is a whole number, 0 or more.
 */
export function developmentVersion(next: string, commitsSinceBase: number): string {
  return `${next}${next.includes("-") ? "." : "-"}dev.${commitsSinceBase}`;
}

const PLACE = "{version}";

/** A pattern of release tags in its two halves; null unless it holds `{version}` exactly once. */
export function tagPattern(pattern: string): { readonly before: string; readonly after: string } | null {
  const [before, after, more] = pattern.split(PLACE);
  return before === undefined || after === undefined || more !== undefined ? null : { before, after };
}

/** The version that a tag names by a pattern like `v{version}`; null for a tag that is no release. Exactly semver: no `v1.2`, no `v01.2.3`. */
export function versionOfTag(pattern: string, tag: string): string | null {
  const halves = tagPattern(pattern);
  if (halves === null || tag.length < halves.before.length + halves.after.length) return null;
  if (!tag.startsWith(halves.before) || !tag.endsWith(halves.after)) return null;
  return exactVersion(tag.slice(halves.before.length, tag.length - halves.after.length));
}

/** Exactly semver: the parser would also take spaces around it. */
function exactVersion(text: string): string | null {
  const version = text.length > 256 ? null : parse(text);
  if (version === null) return null;
  const build = version.build.length > 0 ? `+${version.build.join(".")}` : "";
  return `${version.version}${build}` === text ? text : null;
}

/** Whether a tag is a release by the pattern. */
export function isReleaseTag(pattern: string, tag: string): boolean {
  return versionOfTag(pattern, tag) !== null;
}

/** The tag of a version by the pattern. */
export function tagOfVersion(pattern: string, version: string): string {
  // A function, because in a plain replacement `$&` and the like have a meaning.
  return pattern.replace(PLACE, () => version);
}

/** The version at the end of any tag (`pkg-v1.2.3`, `pkg@1.2.3`): for ranges that somebody names by hand. Null for none. */
export function versionAtEnd(tag: string): string | null {
  const match = /(?:^|[^0-9.])(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?)$/.exec(tag.slice(-256));
  return exactVersion(match?.[1] ?? "");
}

const NEARLY =
  /^(?:version|release|rel|ver|v)?[-_./]?v?(\d{1,9}(?:\.\d{1,9}){0,2}(?:[-+][0-9A-Za-z.+-]{1,100})?)$/i;

/** The tag that was probably meant by one that is nearly a release (`1.5.0` or `v1.5` for `v1.5.0`); null for releases and for anything else. */
export function nearlyReleaseTag(
  pattern: string,
  tag: string,
): { readonly version: string; readonly tag: string } | null {
  if (tag.length > 256 || tagPattern(pattern) === null || isReleaseTag(pattern, tag)) return null;
  const found = NEARLY.exec(tag)?.[1] ?? withoutHalves(pattern, tag);
  if (found === null) return null;
  const [numbers = "", ...rest] = found.split(/(?=[-+])/);
  // A lone number is more often a date or a build than a version.
  const parts = numbers.split(".");
  if (parts.length < 2) return null;
  const version = exactVersion(
    [...parts, "0", "0"]
      .slice(0, 3)
      .map((part) => String(Number(part)))
      .join(".") + rest.join(""),
  );
  return version === null ? null : { version, tag: tagOfVersion(pattern, version) };
}

/** A tag that has the pattern's prefix in another case, or a version in it that is not quite one. */
function withoutHalves(pattern: string, tag: string): string | null {
  const { before, after } = tagPattern(pattern) ?? { before: "", after: "" };
  const fits =
    tag.toLowerCase().startsWith(before.toLowerCase()) && tag.toLowerCase().endsWith(after.toLowerCase());
  const middle = fits ? tag.slice(before.length, tag.length - after.length) : "";
  return /^\d{1,9}(?:\.\d{1,9}){1,2}(?:[-+][0-9A-Za-z.+-]{1,100})?$/.test(middle) ? middle : null;
}

/** A release tag that a branch contains; `distance` is the number of the branch's commits that the tag does not contain. */
export interface BaseCandidate {
  readonly tag: string;
  readonly version: string;
  readonly sha: string;
  readonly distance: number;
}

/**
 * The release that a range starts from: the nearest in the commit graph, never simply the newest; of several equally near ones
 * the highest. Pre-releases count only with `prereleases`, or where there is nothing else. Null for none: then say so, and do not list the
 * whole history unasked.
 */
export function nearestBase<Candidate extends BaseCandidate>(
  candidates: readonly Candidate[],
  prereleases = false,
): Candidate | null {
  const stable = candidates.filter((candidate) => (parse(candidate.version)?.prerelease.length ?? 0) === 0);
  const counted = prereleases || stable.length === 0 ? candidates : stable;
  return (
    counted.toSorted(
      (one, other) => one.distance - other.distance || rcompare(one.version, other.version),
    )[0] ?? null
  );
}
