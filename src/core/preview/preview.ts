/**
 * What merging a pull request does to the coming version, and what the notes will carry of it. Worked out by the same functions as the notes
 * themselves: the commits as GitHub would write them are put in front of what is merged already.
 */
import semver from "semver";
import { freeVersion } from "../hotfix-version.ts";
import {
  nextVersion,
  summarise,
  type Bump,
  type Commit,
  type NotesEntry,
  type NotesModel,
  type NotesOptions,
  type NotesSection,
  type TypeRule,
  type VersionPolicy,
} from "../notes/index.ts";
import { splitSuffix } from "../notes/pulls.ts";
import { closest } from "../suggest.ts";
import {
  commitsOfMerge,
  MERGE_METHODS,
  type MergeMethod,
  type MergeSettings,
  type OpenPull,
} from "./merging.ts";

/** The name under which GitHub shows the check. */
export const PREVIEW_CHECK = "Release preview";

/** GitHub's words for how a check has ended. */
type Conclusion = "success" | "neutral" | "failure";

/** What nobody can sort: the line, why, and the type that was probably meant. */
interface Unsorted {
  readonly header: string;
  readonly reason: string;
  readonly near: string | null;
}

/** What comes of merging in one way. */
export interface PreviewOutcome {
  /** Every way of merging with which it comes to this. */
  readonly methods: readonly MergeMethod[];
  /** What comes next afterwards. */
  readonly version: string;
  /** Whether there is something to be released then. */
  readonly releases: boolean;
  /** How far the pull request alone moves the version: by what it is worth below 1.0.0 too; null for not at all. */
  readonly bump: Bump | null;
  /** A `Release-As` footer of it asks for this version. */
  readonly forced: boolean;
  readonly sections: readonly NotesSection[];
  readonly breaking: readonly { readonly text: string; readonly scope: string | null }[];
  readonly unsorted: readonly Unsorted[];
  /** What was merged, is not released, and vanishes from the notes, because this takes it back. */
  readonly undone: readonly NotesEntry[];
}

/** What the check says; plain data. */
export interface PreviewView {
  /** Null for one that is only thought of. */
  readonly number: number | null;
  readonly branch: string;
  /** The branch's tip that it was worked out against. */
  readonly head: string;
  readonly base: { readonly tag: string; readonly version: string } | null;
  /** What comes next without it, and whether there is something to be released without it. */
  readonly before: { readonly version: string; readonly releases: boolean };
  /** Commits of it, and of what is merged already, that were not read because there are too many. */
  readonly unreadCount: number;
  readonly strict: boolean;
  /** The types that are listed here. */
  readonly types: readonly string[];
  /** The only commit gives the title, the pull request's own does not count: GitHub's default. */
  readonly titleOfCommit: boolean;
  /** One for each way of merging that comes to something of its own; at least one. */
  readonly outcomes: readonly PreviewOutcome[];
  readonly conclusion: Conclusion;
}

/** The release branch as it is now. */
export interface PreviewGround {
  readonly branch: string;
  readonly head: string;
  readonly base: { readonly tag: string; readonly version: string } | null;
  /** What is merged since the base, newest first, with the pull requests; empty where there is no base. */
  readonly commits: readonly Commit[];
  readonly unreadCount: number;
  readonly notes: Pick<NotesOptions, "components" | "repository"> & { readonly types: readonly TypeRule[] };
  readonly policy: VersionPolicy;
  /** Versions that others have. */
  readonly taken: readonly string[];
  readonly strict: boolean;
}

/** What the check of a pull request says. */
export function previewOf(open: OpenPull, settings: MergeSettings, ground: PreviewGround): PreviewView {
  const { branch, head, base, strict, notes } = ground;
  const without = summarise(ground.commits, notes);
  const before = versionAfter(without, ground);
  const outcomes = joined(
    MERGE_METHODS.filter((method) => settings.methods.includes(method)).map((method) =>
      outcomeOf(method, commitsOfMerge(method, open, settings, head), without, ground, open.pull.number),
    ),
  );
  const unread = open.commits.length === 0 ? 0 : open.commitCount - open.commits.length;
  return {
    number: open.pull.number === 0 ? null : open.pull.number,
    branch,
    head,
    base: base === null ? null : { tag: base.tag, version: base.version },
    before: { version: before.version, releases: before.releases },
    unreadCount: ground.unreadCount + Math.max(0, unread),
    strict,
    types: notes.types.filter(({ hidden }) => !hidden).map(({ type }) => type),
    titleOfCommit: isTitleOfCommit(open, settings),
    outcomes,
    conclusion: conclusionOf(outcomes, strict),
  };
}

function isTitleOfCommit({ commitCount }: OpenPull, settings: MergeSettings): boolean {
  const { methods, squashTitle, written } = settings;
  return (
    methods.includes("squash") &&
    squashTitle === "COMMIT_OR_PR_TITLE" &&
    commitCount === 1 &&
    typeof written?.title !== "string"
  );
}

/**
 * A way that leaves nothing unsorted is a good one. Where only some are, whoever merges has the choice: that fails nothing, and is said. `failure` only where a team
 * asks for it and there is no good way at all.
 */
function conclusionOf(outcomes: readonly PreviewOutcome[], strict: boolean): Conclusion {
  const good = outcomes.filter(({ unsorted }) => unsorted.length === 0);
  if (good.length === outcomes.length) return "success";
  return good.length === 0 && strict ? "failure" : "neutral";
}

function versionAfter(model: NotesModel, { base, policy, taken }: PreviewGround) {
  const { version, bump, forced } = nextVersion(base?.version ?? null, model, policy);
  return { version: freeVersion(version, taken), releases: bump !== null || forced, forced };
}

function outcomeOf(
  method: MergeMethod,
  commits: readonly Commit[],
  without: NotesModel,
  ground: PreviewGround,
  number: number,
): PreviewOutcome {
  const { notes, base, policy } = ground;
  const model = summarise([...commits, ...ground.commits], notes);
  const alone = summarise(commits, notes);
  const shas = new Set(commits.map(({ sha }) => sha));
  const after = versionAfter(model, ground);
  const sections = model.sections
    .map(({ title, entries }) => ({
      title,
      entries: entries.filter(({ sha }) => shas.has(sha)).map(numbered),
    }))
    .filter(({ entries }) => entries.length > 0);
  const breaking = model.breaking.filter(({ sha }) => shas.has(sha));
  const scopes = new Map(sections.flatMap(({ entries }) => entries).map(({ sha, scope }) => [sha, scope]));
  const types = notes.types.map(({ type }) => type);
  const reverted = new Set(model.reverted);
  /** The line as people wrote it: GitHub puts the number behind it. */
  const own = (header: string): string => {
    const { text, pull } = splitSuffix(header);
    return pull === number ? text : header;
  };
  return {
    methods: [method],
    version: after.version,
    releases: after.releases,
    bump: sections.length + breaking.length === 0 ? null : movedBy(alone.bump, base?.version ?? null, policy),
    forced: after.forced && alone.releaseAs !== null,
    sections,
    breaking: breaking.map(({ sha, text }) => ({ text, scope: scopes.get(sha) ?? null })),
    unsorted: model.unclassified
      .filter(({ sha }) => shas.has(sha))
      .map(({ header, reason }) => ({ header: own(header), reason, near: nearType(header, types) })),
    undone: without.sections.flatMap(({ entries }) => entries.filter(({ sha }) => reverted.has(sha))),
  };
}

/** The part of the version that moves: below 1.0.0 a policy may let what breaks move the minor. */
function movedBy(bump: Bump | null, base: string | null, policy: VersionPolicy): Bump | null {
  if (bump === null || base === null) return bump;
  const { version } = nextVersion(base, { bump, releaseAs: null }, policy);
  const moved = semver.diff(base, version);
  return moved === "major" || moved === "minor" || moved === "patch" ? moved : bump;
}

/** A made-up pull request has the number 0. */
function numbered(entry: NotesEntry): NotesEntry {
  return entry.pull === 0 ? { ...entry, pull: null } : entry;
}

/** The type that was probably meant, where a header has the form and the word is nearly one of them. */
function nearType(header: string, types: readonly string[]): string | null {
  const word = /^([A-Za-z][\w-]{0,49})(?:\(.*?\))?!?:/.exec(header)?.[1]?.toLowerCase();
  return word === undefined || types.includes(word) ? null : closest(word, types);
}

/** Ways of merging that come to the same are one outcome. */
function joined(outcomes: readonly PreviewOutcome[]): readonly PreviewOutcome[] {
  const found = new Map<string, PreviewOutcome>();
  for (const outcome of outcomes) {
    const key = JSON.stringify({ ...outcome, methods: [], sections: outcome.sections.map(bare) });
    const same = found.get(key);
    found.set(
      key,
      same === undefined ? outcome : { ...same, methods: [...same.methods, ...outcome.methods] },
    );
  }
  return [...found.values()];
}

/** Without what differs by the way of merging and is not shown: the SHAs of commits that are not there yet. */
function bare({ title, entries }: NotesSection): object {
  return { title, entries: entries.map(({ sha: _sha, ...entry }) => entry) };
}
