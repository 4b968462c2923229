/** Which files tell what a project depends on, and what changed in them. Pure; the files are read elsewhere, and their texts are strangers'. */
import { changesBetween, type FileChanges } from "./compare.ts";
import type { Ecosystem, Inventory } from "./ecosystem.ts";
import { go } from "./go.ts";
import { npm } from "./npm.ts";

export type { DependencyChange, FileChanges } from "./compare.ts";

const ECOSYSTEMS: readonly Ecosystem[] = [npm, go];

/** The names of all files that can be read. */
export const DEPENDENCY_FILES: readonly string[] = ECOSYSTEMS.flatMap(({ files }) => files);

/** Bytes. Larger ones are not read. */
export const LARGEST_DEPENDENCY_FILE = 5 * 1024 * 1024;

/** Folders of a repository that are looked into. */
const FOLDERS_WATCHED = 10;

/** A file of a commit: git's name of its content, and how many bytes that has. */
export interface StoredFile {
  readonly oid: string;
  readonly size: number;
}

/** By path. */
export type StoredFiles = ReadonlyMap<string, StoredFile>;

/** Why a file that changed was not compared. */
export type Unread = "too-large" | "malformed";

/** What changed in a project's dependencies between two commits. */
export interface DependenciesBetween {
  readonly files: readonly ({ readonly path: string } & FileChanges)[];
  /** Files that changed and could not be compared. */
  readonly unread: readonly { readonly path: string; readonly why: Unread }[];
}

/**
 * The files that are looked at: those that are named, or else all that can be read in the repository's root and in the folders of its components.
 *
 * @param named paths from the config; null where it names none
 */
export function watchedFiles(
  named: readonly string[] | null,
  components: readonly { readonly paths: readonly string[] }[],
): readonly string[] {
  if (named !== null) return named;
  const folders = new Set([""]);
  for (const glob of components.flatMap(({ paths }) => paths))
    for (const folder of foldersOf(glob)) folders.add(folder);
  return [...folders]
    .slice(0, FOLDERS_WATCHED)
    .flatMap((folder) => DEPENDENCY_FILES.map((file) => `${folder}${file}`));
}

/** The folder that a glob names before its first sign, and those around it, the outermost first: `api/src/**` is of `api/` and `api/src/`. */
function foldersOf(glob: string): string[] {
  const plain = /^[^*?]*\//.exec(glob)?.[0] ?? "";
  const parts = plain.split("/").slice(0, -1);
  return parts.map((_part, at) => `${parts.slice(0, at + 1).join("/")}/`);
}

/** Two versions of one file that are to be compared; null: it was not there. */
export interface FilePair {
  readonly path: string;
  readonly before: StoredFile | null;
  readonly now: StoredFile | null;
}

/**
 * The pairs that may tell what changed, for each folder and ecosystem where anything did: the best first. A file that is there both times tells more than one that came or went; where the
 * best did not change, nothing did.
 */
export function pairsOf(paths: readonly string[], before: StoredFiles, now: StoredFiles): FilePair[][] {
  const groups = new Map<string, FilePair[]>();
  for (const path of paths) {
    const pair = { path, before: before.get(path) ?? null, now: now.get(path) ?? null };
    if (pair.before === null && pair.now === null) continue;
    const key = `${folderOf(path)} ${ECOSYSTEMS.findIndex(({ files }) => files.includes(fileOf(path)))}`;
    groups.set(key, [...(groups.get(key) ?? []), pair]);
  }
  return [...groups.values()]
    .map((pairs) => {
      const both = pairs.filter((pair) => pair.before !== null && pair.now !== null).toSorted(byRank);
      return both.length > 0 ? both : pairs.toSorted(byRank).slice(0, 1);
    })
    .filter(([best]) => best !== undefined && best.before?.oid !== best.now?.oid);
}

function byRank(one: FilePair, other: FilePair): number {
  return DEPENDENCY_FILES.indexOf(fileOf(one.path)) - DEPENDENCY_FILES.indexOf(fileOf(other.path));
}

function fileOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** Whether a pair can be read at all. */
export function isTooLarge({ before, now }: FilePair): boolean {
  return [before, now].some((file) => file !== null && file.size > LARGEST_DEPENDENCY_FILE);
}

const NOTHING: Inventory = { direct: new Map(), installed: new Map() };

/** What changed from one text of a file to another; null: there is no such file. `malformed` where one of them is not what its name says. */
export function compareTexts(
  path: string,
  before: string | null,
  now: string | null,
): FileChanges | "malformed" {
  const one = before === null ? NOTHING : inventoryOf(path, before);
  const other = now === null ? NOTHING : inventoryOf(path, now);
  return one === null || other === null ? "malformed" : changesBetween(one, other);
}

function inventoryOf(path: string, text: string): Inventory | null {
  const file = fileOf(path);
  const ecosystem = ECOSYSTEMS.find(({ files }) => files.includes(file));
  try {
    return ecosystem?.read(file, text) ?? null;
  } catch {
    return null;
  }
}

/** All that was found, put together; null where nothing changed. */
export function dependenciesOf(
  found: readonly { readonly path: string; readonly outcome: FileChanges | Unread }[],
): DependenciesBetween | null {
  const files = found.flatMap(({ path, outcome }) =>
    typeof outcome === "string" ? [] : [{ path, ...outcome }],
  );
  const told = files.filter(({ changes, indirect }) => changes.length + indirect > 0);
  const unread = found.flatMap(({ path, outcome }) =>
    typeof outcome === "string" ? [{ path, why: outcome }] : [],
  );
  return told.length + unread.length === 0 ? null : { files: told, unread };
}
