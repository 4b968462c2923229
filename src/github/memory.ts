/**
 * What one process remembers of a repository between two calls. It only ever saves calls: all of it is held against what GitHub answers
 * now before it counts, so losing it, or another replica without it, changes nothing but the number of calls.
 */
import type { layOut } from "../core/config/calendars.ts";
import type { parseConfig } from "../core/config/index.ts";
import type { FileChanges, StoredFiles, Unread } from "../core/dependencies/index.ts";
import type { CommitSha, InstallationId, RepositoryId } from "../core/ids.ts";
import type { Base } from "./history.ts";
import { createTogether, type Together } from "./together.ts";

export type ConfigReading = ReturnType<typeof parseConfig>;
export type LaidOut = ReturnType<typeof layOut>;

/** The base of a branch as it was last worked out in full, with all that it hung on. */
export interface KnownBase {
  readonly branch: string;
  readonly tagPattern: string;
  readonly head: CommitSha;
  readonly base: Base;
  /** How many commits there were from the base to the head. */
  readonly commitCount: number;
  /** The tags that counted for nothing, because only `/release` makes releases. */
  readonly unreleased: readonly string[];
  /** Every release tag with the object that its ref named (the tag object of an annotated one). */
  readonly tags: ReadonlyMap<string, string>;
}

/** An issue as it was read; `askedAt` is the time before the question went out. */
export interface SeenIssue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly open: boolean;
  readonly askedAt: number;
}

/** What an effect was refused in a row, by its calls: times in epoch ms. */
export type RefusedCalls = Map<
  string,
  { readonly first: number; readonly last: number; readonly times: number }
>;

/** What is known of a base besides its changes. */
export interface BehindBase {
  readonly base: CommitSha;
  /** Whether an account has a commit there, by GraphQL's name of it. */
  readonly authors: Map<string, boolean>;
  /** Those of these paths that are files there. */
  files: { readonly paths: readonly string[]; readonly found: StoredFiles };
  /** How often in a row GitHub could not tell who has a commit there, and when last. */
  failures: { readonly count: number; readonly at: number };
}

export interface RepositoryMemory {
  /** Readings of the config by the SHAs of its blob and its owner's defaults', and the repository's name, which is in what goes without saying. */
  readonly configs: Map<string, ConfigReading>;
  /** What calendar files hold, by the repository's name, the commit, the day on which it was laid out, and the path. */
  readonly calendars: Map<string, LaidOut>;
  /** What is in templates, by their blobs. */
  readonly templates: Map<string, string>;
  knownBase: KnownBase | null;
  seenIssue: SeenIssue | null;
  /** When an issue was last written from here: what was read before is no longer what stands there. */
  readonly written: Map<number, number>;
  /** What lies behind the base that was last asked about. */
  behindBase: BehindBase | null;
  /** What changed between two contents of a file that lists dependencies, by its path and their names. */
  readonly comparisons: Map<string, FileChanges | Unread>;
  /** Until when no glance is tried: this GitHub does not know one of its fields. */
  noGlanceUntil: number;
  /** GraphQL's names of deployments that were recorded from here, by their numbers. */
  readonly deployments: Map<number, string>;
  /** Paths of commits by their SHAs, and of merged pull requests by `#` and their numbers: neither changes any more. */
  readonly paths: Map<string, readonly string[]>;
  /** Commits of components' tags that are known to be ancestors of a release: `<tag's commit> <release's commit>`, true or false for ever. */
  readonly ancestors: Map<string, boolean>;
  /** What effects that are still to be done were refused, by the effect: how often is what makes a refusal an answer (`refusals.ts`). */
  readonly refused: Map<string, RefusedCalls>;
  /** What several effects want at the same moment. */
  readonly together: Together;
}

const REPOSITORIES_KEPT = 500;
const CONFIGS_KEPT = 4;
const CALENDARS_KEPT = 10;
/** More than a team can have that are used: its notes, its notice, and ten audiences. */
const TEMPLATES_KEPT = 16;
const COMPARISONS_KEPT = 20;
const WRITTEN_KEPT = 8;
const DEPLOYMENTS_KEPT = 200;
const PATHS_KEPT = 200;
const LONGEST_PATHS = 100;
const ANCESTORS_KEPT = 500;
/** More than there can be under way at once: who is told of a release are hundreds. */
const REFUSED_KEPT = 1_000;
/** How old a reading of an issue may be to be drawn on: people's edits of these moments could be lost. */
const SEEN_FOR_MS = 2_000;

/** Gives each repository its memory; those that were used longest ago are let go beyond 500. */
export function createMemories(): (
  installation: InstallationId,
  repository: RepositoryId,
) => RepositoryMemory {
  const memories = new Map<string, RepositoryMemory>();
  return (installation, repository) => {
    const key = `${installation}/${repository}`;
    const memory = memories.get(key) ?? newMemory();
    keepNewest(memories, key, memory, REPOSITORIES_KEPT);
    return memory;
  };
}

/** A memory of nothing. */
export function newMemory(): RepositoryMemory {
  return {
    configs: new Map(),
    calendars: new Map(),
    templates: new Map(),
    knownBase: null,
    seenIssue: null,
    written: new Map(),
    behindBase: null,
    comparisons: new Map(),
    noGlanceUntil: 0,
    deployments: new Map(),
    paths: new Map(),
    ancestors: new Map(),
    refused: new Map(),
    together: createTogether(),
  };
}

/** Remembers how a config was read. */
export function rememberConfig(memory: RepositoryMemory, key: string, reading: ConfigReading): void {
  keepNewest(memory.configs, key, reading, CONFIGS_KEPT);
}

/** Remembers what a calendar file holds. */
export function rememberCalendar(memory: RepositoryMemory, key: string, laidOut: LaidOut): void {
  keepNewest(memory.calendars, key, laidOut, CALENDARS_KEPT);
}

/** Remembers what is in a template. */
export function rememberTemplate(memory: RepositoryMemory, blob: string, text: string): void {
  keepNewest(memory.templates, blob, text, TEMPLATES_KEPT);
}

/** Remembers what changed between two contents of a file. */
export function rememberComparison(
  memory: RepositoryMemory,
  key: string,
  outcome: FileChanges | Unread,
): void {
  keepNewest(memory.comparisons, key, outcome, COMPARISONS_KEPT);
}

/** Remembers what GraphQL calls a deployment: REST answers it, and takes only the number. */
export function rememberDeployment(memory: RepositoryMemory, id: number, node: string): void {
  keepNewest(memory.deployments, id, node, DEPLOYMENTS_KEPT);
}

/** Remembers which files a commit or a merged pull request touched, unless they are many. */
export function rememberPaths(memory: RepositoryMemory, name: string, paths: readonly string[]): void {
  if (paths.length <= LONGEST_PATHS) keepNewest(memory.paths, name, paths, PATHS_KEPT);
}

/** Remembers whether one commit is an ancestor of another. */
export function rememberAncestor(memory: RepositoryMemory, pair: string, is: boolean): void {
  keepNewest(memory.ancestors, pair, is, ANCESTORS_KEPT);
}

/** Remembers what an effect was refused. */
export function rememberRefused(memory: RepositoryMemory, effect: string, calls: RefusedCalls): void {
  keepNewest(memory.refused, effect, calls, REFUSED_KEPT);
}

/** The issue as it was seen within the last two seconds and not written since; null where it has to be read. */
export function freshIssue(memory: RepositoryMemory, number: number, now: number): SeenIssue | null {
  const { seenIssue, written } = memory;
  if (seenIssue === null || seenIssue.number !== number) return null;
  const age = now - seenIssue.askedAt;
  const isFresh = age >= 0 && age <= SEEN_FOR_MS && seenIssue.askedAt > (written.get(number) ?? 0);
  return isFresh ? seenIssue : null;
}

/** Notes that an issue is written now: what was read of it before is no longer so. */
export function noteWritten(memory: RepositoryMemory, number: number, now: number): void {
  keepNewest(memory.written, number, now, WRITTEN_KEPT);
}

function keepNewest<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
