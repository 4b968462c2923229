/** How far what runs in each environment is behind a version: how many of its changes it does not carry, by the commit graph. */
import semver from "semver";
import { carriedBy } from "./notes/graph.ts";
import type { NotesSnapshot } from "./release.ts";
import type { RepositoryLane } from "./repository.ts";

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
