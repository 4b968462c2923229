/** Which version a hotfix of a release becomes. https://semver.org */
import semver from "semver";

/** The first version after `version` that nothing is released under: the next patch, or of a pre-release the next of its series. */
export function nextPatch(version: string, taken: readonly string[]): string {
  const step = semver.prerelease(version) === null ? "patch" : "prerelease";
  let next = semver.inc(version, step) ?? version;
  while (taken.some((one) => semver.eq(one, next))) next = semver.inc(next, step) ?? next;
  return next;
}

/** The version itself, or the next patch of it that is free. */
export function freeVersion(version: string, taken: readonly string[]): string {
  return taken.some((one) => semver.eq(one, version)) ? nextPatch(version, taken) : version;
}

/** Whether a version is a later patch of a release, and thus may be a hotfix of it. */
export function isPatchOf(base: string, version: string): boolean {
  const isStable = semver.prerelease(base) === null;
  const ofOneKind = isStable === (semver.prerelease(version) === null);
  const range = isStable ? `~${base}` : base.replace(/[-+].*$/, "");
  const inLine = isStable ? semver.satisfies(version, range) : version.startsWith(`${range}-`);
  return ofOneKind && inLine && semver.gt(version, base);
}
