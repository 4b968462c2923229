/** What `waybill notes` shows besides the changes, where it is asked for. */
import {
  contributorsOf,
  shownContributors,
  type Commit,
  type Contributors,
  type ReleaseNotesModel,
} from "../core/notes/index.ts";
import {
  compareTexts,
  dependenciesOf,
  isTooLarge,
  LARGEST_DEPENDENCY_FILE,
  pairsOf,
  watchedFiles,
  type DependenciesBetween,
  type StoredFile,
} from "../core/dependencies/index.ts";
import { authorsAmong, storedFiles } from "./git.ts";
import { git } from "./git-process.ts";
import type { Asked } from "./notes-arguments.ts";
import type { NotesConfig } from "./repository-config.ts";

export interface NotesExtras {
  readonly contributors?: Contributors;
  readonly dependencies?: DependenciesBetween;
}

/** A range: from one commit (null: the beginning) to another, with its commits, newest first, where they are wanted. */
interface Range {
  readonly from: string | null;
  readonly to: string;
  readonly commits: readonly Commit[];
  readonly model: ReleaseNotesModel;
}

/** Of a range, what is asked for. New is who has no commit in what it starts from, by the mail address. */
export async function extrasOfRange(asked: Asked, config: NotesConfig, range: Range): Promise<NotesExtras> {
  const contributors = asked.contributors ? await contributorsIn(asked.repo, range) : null;
  const dependencies = asked.dependencies ? await dependenciesIn(asked.repo, config, range) : null;
  return {
    ...(contributors === null ? {} : { contributors }),
    ...(dependencies === null ? {} : { dependencies }),
  };
}

async function contributorsIn(repo: string, { from, commits, model }: Range): Promise<Contributors | null> {
  const all = contributorsOf(toldOf(commits, model), []);
  const keys = new Set(all.flatMap(({ key }) => key ?? []));
  const earlier = from === null ? new Set<string>() : await authorsAmong(repo, from, keys);
  return shownContributors(all, (key) => !earlier.has(key));
}

async function dependenciesIn(
  repo: string,
  config: NotesConfig,
  { from, to }: Range,
): Promise<DependenciesBetween | null> {
  const paths = watchedFiles(config.dependencies, config.components);
  const before = from === null ? new Map() : await storedFiles(repo, from, paths);
  const now = await storedFiles(repo, to, paths);
  const textOf = (file: StoredFile | null) =>
    file === null ? null : git(repo, ["cat-file", "blob", file.oid], LARGEST_DEPENDENCY_FILE);
  const found: Parameters<typeof dependenciesOf>[0][number][] = [];
  for (const pairs of pairsOf(paths, before, now))
    for (const pair of pairs) {
      const { path } = pair;
      const outcome = isTooLarge(pair)
        ? "too-large"
        : compareTexts(path, await textOf(pair.before), await textOf(pair.now));
      found.push({ path, outcome });
      // Where one cannot be read, the next best tells at least something.
      if (typeof outcome !== "string") break;
    }
  return dependenciesOf(found);
}

/** Of each release of a history, by its tag (null: unreleased). `parts` are the newest first. */
export function extrasOfHistory(
  parts: readonly {
    readonly tag: { readonly name: string } | null;
    readonly own: readonly Commit[];
    readonly model: ReleaseNotesModel;
  }[],
): ReadonlyMap<string | null, NotesExtras> {
  const seen = new Set<string>();
  return new Map(
    parts.toReversed().map(({ tag, own, model }) => {
      const all = contributorsOf(toldOf(own, model), []);
      const shown = shownContributors(all, (key) => !seen.has(key));
      for (const { author } of own) if (author?.email) seen.add(author.email.toLowerCase());
      return [tag?.name ?? null, extrasOf(shown)];
    }),
  );
}

/** The commits that the model tells of: of a component its own, and none that were taken back. */
function toldOf(commits: readonly Commit[], model: ReleaseNotesModel): Commit[] {
  const listed = model.sections.flatMap(({ entries }) => entries.map(({ sha }) => sha));
  const told = new Set([...listed, ...model.hidden, ...model.unclassified.map(({ sha }) => sha)]);
  return commits.filter(({ sha }) => told.has(sha));
}

function extrasOf(contributors: Contributors | null): NotesExtras {
  return contributors === null ? {} : { contributors };
}
