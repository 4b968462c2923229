/**
 * Versions of components that have their own, beside the release's: a release is one commit of the repository, and each component that
 * changed with it moves by its own changes. https://semver.org
 */
import semver from "semver";
import { freeVersion } from "./hotfix-version.ts";
import { higherBump, nextVersion, type Bump, type NotesModel, type VersionPolicy } from "./notes/index.ts";

/** What is known of a component at the commit of a release. */
export interface ComponentStand {
  readonly name: string;
  /** Its highest version among the commit's ancestors, pre-releases aside; null where it has none yet. */
  readonly current: string | null;
  /** Every version that its tags name anywhere else. */
  readonly taken: readonly string[];
  /** The version that a tag on this very commit names, whoever made it: then that is its version. Null for none. */
  readonly here: string | null;
  /** Its changes since the release before. */
  readonly model: NotesModel;
}

/** The version of a component with a release. */
export interface ComponentVersion {
  readonly name: string;
  readonly current: string | null;
  /** Null where nothing in the release moves it: it stays what it is. */
  readonly next: string | null;
}

export interface ComponentRules {
  /** Components that have one version together, each in one group at most. */
  readonly linked?: readonly (readonly string[])[];
  readonly policy?: VersionPolicy;
  /** The series of a pre-release (`rc` of `1.5.0-rc.1`); null for a stable release. */
  readonly series: string | null;
}

/** The version of each component with the coming release, in the order given. What is linked moves together, by the highest of its changes. */
export function componentVersions(
  stands: readonly ComponentStand[],
  { linked = [], policy = {}, series }: ComponentRules,
): ComponentVersion[] {
  const groups = groupsOf(stands, linked);
  const next = new Map(
    groups.flatMap((group) => {
      const version = versionOf(group, policy, series);
      return group.map(({ name }) => [name, version] as const);
    }),
  );
  return stands.map(({ name, current, here }) => ({ name, current, next: here ?? next.get(name) ?? null }));
}

/** The series of a release's version; null for a stable one, and for a pre-release without a word in it (`1.5.0-1`), which has none to carry on. */
export function seriesOf(version: string): string | null {
  const word = semver.prerelease(version)?.find((part) => typeof part === "string");
  return word ?? null;
}

function groupsOf(
  stands: readonly ComponentStand[],
  linked: readonly (readonly string[])[],
): (readonly ComponentStand[])[] {
  const together = linked.map((names) => stands.filter(({ name }) => names.includes(name)));
  const alone = stands.filter(({ name }) => !linked.some((names) => names.includes(name)));
  return [...together.filter((group) => group.length > 0), ...alone.map((stand) => [stand])];
}

function versionOf(
  group: readonly ComponentStand[],
  policy: VersionPolicy,
  series: string | null,
): string | null {
  const bump = group.reduce<Bump | null>((most, { model }) => higherBump(most, model.bump), null);
  if (bump === null) return null;
  const current = group
    .flatMap(({ current: version }) => version ?? [])
    .toSorted(semver.rcompare)
    .at(0);
  const taken = group.flatMap((stand) => stand.taken);
  // `Release-As` speaks of the release.
  const wanted = nextVersion(current ?? null, { bump, releaseAs: null }, policy).version;
  const version = freeVersion(wanted, taken);
  return series === null ? version : `${version}-${series}.${numberIn(`${version}-${series}.`, taken)}`;
}

/** The first number of a series that is free, and higher than all that are taken. */
function numberIn(stem: string, taken: readonly string[]): number {
  const numbers = taken
    .filter((version) => version.startsWith(stem))
    .map((version) => Number(version.slice(stem.length)))
    .filter(Number.isSafeInteger);
  return Math.max(0, ...numbers) + 1;
}
