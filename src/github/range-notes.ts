/** The changes between a release and a commit, as they are summed up for notices and notes. */
import { audienceNotes, partOf } from "../core/audiences.ts";
import type { Config } from "../core/config/index.ts";
import { declaresMigrations, migrationsIn } from "../core/migrations.ts";
import { beginNotes, type ComponentPaths, type NotesModel } from "../core/notes/index.ts";
import type { ComponentRelease, NotesSnapshot } from "../core/release.ts";
import { typesFor } from "../presets/index.ts";
import { compareUrl } from "./addresses.ts";
import type { Changes } from "./branch-changes.ts";
import { changedFiles } from "./changed-files.ts";
import type { RepositoryClient } from "./client.ts";
import { withContent } from "./content.ts";
import { componentFacts, ownVersioned } from "./component-versions.ts";
import { withPaths } from "./paths.ts";

/** What a release of these changes is, or would be. */
export interface RangeNotes {
  readonly version: string;
  readonly notes: NotesSnapshot;
  /** The versions of components that come with it. */
  readonly parts: readonly ComponentRelease[];
}

/**
 * The changes summed up.
 *
 * @param versionOf the version that they come to
 * @param until the tag that is itself being released; absent for what is still to come
 */
export async function notesOfRange(
  client: RepositoryClient,
  config: Config,
  changes: Changes,
  versionOf: (model: NotesModel) => string,
  until?: string,
): Promise<RangeNotes> {
  const own = ownVersioned(config);
  const { audiences = [] } = config.release;
  const parts = [...own, ...audiences.flatMap((audience) => partOf(audience, config.components) ?? [])];
  const commits = parts.length === 0 ? changes.commits : await withPaths(client, changes.commits);
  const { whole, parts: models } = summed(client, config, { ...changes, commits }, parts);
  const version = versionOf(whole);
  const bare = await withMigrations(client, config, snapshotOf(client, config, whole, changes, until));
  const full = await withContent(client, config, changes, bare);
  const plain = audiences.length === 0 ? full : { ...full, audiences: audienceNotes(audiences, models) };
  if (own.length === 0) return { version, notes: plain, parts: [] };
  const facts = await componentFacts(client, config, { snapshot: bare, models, commits, version });
  return { version, notes: { ...plain, components: facts.components }, parts: facts.parts };
}

function summed(
  client: RepositoryClient,
  config: Config,
  { commits }: Pick<Changes, "commits">,
  own: readonly ComponentPaths[],
) {
  const reading = beginNotes(summaryOptions(client, config));
  for (const commit of commits) reading.add(commit);
  return reading.endWith(own);
}

/** With the migrations among the changes: which files those are is asked only where a component declares any. */
async function withMigrations(
  client: RepositoryClient,
  { components }: Config,
  notes: NotesSnapshot,
): Promise<NotesSnapshot> {
  if (notes.base === null || !declaresMigrations(components)) return notes;
  const files = await changedFiles(client, notes.base.sha, notes.head);
  return { ...notes, migrations: migrationsIn(components, files) };
}

function snapshotOf(
  client: RepositoryClient,
  { release: { groupBy } }: Config,
  model: NotesModel,
  { base, head, commits, total, templates }: Changes,
  until?: string,
): NotesSnapshot {
  return {
    base,
    head,
    model,
    commitCount: total,
    // Without a release to count from, the whole history is nobody's notice (NOTES.md, versions).
    unreadCount: base === null ? 0 : total - commits.length,
    compareUrl: base === null ? null : compareUrl(client, base.tag, until ?? head.slice(0, 12)),
    ...(templates === null ? {} : { templates }),
    ...(groupBy === undefined ? {} : { groupBy }),
  };
}

/** By what the notes of a repository are sorted. */
export function summaryOptions({ owner, repo }: RepositoryClient, { components, release }: Config) {
  return { components, types: typesFor(release), repository: `${owner}/${repo}` };
}
