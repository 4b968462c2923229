/** How far what runs in each environment is behind a version: how many of its changes it does not carry, by the commit graph. */
import semver from "semver";
import { carriedBy } from "./notes/graph.ts";
import type { CommitSha } from "./ids.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { Brought, Promotion } from "./promotion.ts";
import type { NotesSnapshot, Release } from "./release.ts";
import type { PromotionHead } from "./views.ts";
import type { ReleaseOnItsWay, RepositoryLane } from "./repository.ts";

/** An environment that runs something else than the version. */
export interface PlaceBehind {
  readonly environment: string;
  readonly version: string;
  /** How many of the version's changes do not run there: at least one. */
  readonly changes: number;
  /** Null where there is nothing to compare with. */
  readonly compareUrl: string | null;
}

/**
 * The environments that lack changes, in the order of the pipeline. Of what nobody can place in the graph nothing is said: what was put there by hand, or a build of long ago.
 *
 * @param version the version that the notes are of; releases that were tagged before it, and are lower, carry none of its changes but those that the graph shows
 */
export function placesBehind(
  { plans, running, releases }: Pick<RepositoryLane, "plans" | "running" | "releases">,
  version: string,
  notes: NotesSnapshot,
): PlaceBehind[] {
  const { graph, base, model } = notes;
  if (graph === undefined || base === null) return [];
  const entries = model.sections.flatMap((section) => section.entries);
  const own = releases.findIndex((release) => release.version === version);
  const before = own === -1 ? releases : releases.slice(0, own);
  return plans.flatMap(({ environment: { name } }) => {
    const there = running[name];
    if (there === undefined) return [];
    const isBefore = before.some(({ sha, version: other }) => sha === there.sha && semver.lt(other, version));
    const carried = carriedBy(graph, there.sha) ?? (there.sha === base.sha || isBefore ? NONE : null);
    const changes = carried === null ? 0 : entries.filter(({ sha }) => !carried.has(sha)).length;
    if (changes === 0) return [];
    return [{ environment: name, version: there.version, changes, compareUrl: compareUrl(notes, there.sha) }];
  });
}

/** A release with how many commits it has since the release before it; without them where its notes are not kept any more, or were counted from nothing. */
export interface CountedRelease extends Pick<Release, "version" | "sha"> {
  readonly counted?: { readonly since: CommitSha; readonly commits: number };
}

/** The same of a release as its lane keeps it. */
export function countedRelease({ version, sha, notes }: ReleaseOnItsWay): CountedRelease {
  const base = notes?.base ?? null;
  return notes === null || base === null
    ? { version, sha }
    : { version, sha, counted: { since: base.sha, commits: notes.commitCount } };
}

/** How many commits a release has since another release, by the notes between; null where those do not lead there. */
export function commitsSince(
  releases: readonly CountedRelease[],
  since: CommitSha,
  { version, sha }: Pick<Release, "version" | "sha">,
): number | null {
  let commits = 0;
  let release = releases.find((one) => one.version === version && one.sha === sha);
  // No more steps than there are releases, whatever the notes say.
  for (const _step of releases) {
    const counted = release?.counted;
    if (counted === undefined) return null;
    commits += counted.commits;
    if (counted.since === since) return commits;
    release = releases.find((one) => one.sha === counted.since);
  }
  return null;
}

/** What a promotion to where `running` is brings, for its first comment: absent where the notes do not tell. */
export function broughtBy(
  releases: readonly CountedRelease[],
  running: Pick<Release, "sha"> | null | undefined,
  release: Pick<Release, "version" | "sha">,
): { readonly brings?: Brought } {
  const commits = running ? commitsSince(releases, running.sha, release) : null;
  return running && commits !== null ? { brings: { since: running.sha, commits } } : {};
}

/** What a promotion takes the place of and how much that brings, as far as it can be said before it is prepared. */
export function foreseenIn(
  { replaces, changeCount, brings, rollback, stage }: Promotion,
  { waiting, active, delivered, disturbed }: EnvironmentLane,
): Partial<Pick<PromotionHead, "from" | "changeCount">> {
  if (changeCount !== null || rollback !== undefined) return {};
  // What goes before it decides what it will replace; and so does whoever deploys by hand.
  const isNext = stage === "waiting" && active === null && waiting.length === 1 && !disturbed;
  const place = replaces ?? (isNext ? delivered.at(-1) : undefined);
  if (place === undefined) return {};
  return {
    from: place.version,
    ...(brings?.since === place.sha ? { changeCount: brings.commits } : {}),
  };
}

const NONE: ReadonlySet<string> = new Set();

/** The address by which the notes are compared, from another commit on. */
function compareUrl({ base, head, compareUrl: whole }: NotesSnapshot, from: string): string | null {
  const end = base === null || whole === null ? -1 : whole.lastIndexOf(`/compare/${base.tag}...`);
  return end === -1 || whole === null
    ? null
    : `${whole.slice(0, end)}/compare/${from.slice(0, 12)}...${head.slice(0, 12)}`;
}

/** The notes without what only this asks of them: views are drawn from the rest. */
export function withoutGraph({ graph: _graph, ...notes }: NotesSnapshot): NotesSnapshot {
  return notes;
}
