/**
 * How one release's notes, predicted from its commits, differ from the section of the CHANGELOG that was written for it.
 */
import {
  nextVersion,
  parseCommit,
  summarise,
  versionAtEnd,
  type Commit,
  type ReleaseNotesModel,
} from "../../src/core/notes/index.ts";
import { prerelease } from "semver";
import { comparable, type TrueEntry, type TrueSection } from "./changelog.ts";
import type { Rules } from "./rules.ts";
import { BREAKING, keyOfTitle } from "./titles.ts";

/** In what a prediction and the CHANGELOG differ. `sha` is what either names, in full where the range has it. */
export interface Difference {
  /** `missing`: only the CHANGELOG has it. `extra`: only the prediction has it. `section`: both, under different titles. `unread`: a line that names no commit. */
  readonly kind: "missing" | "extra" | "section" | "unread";
  readonly sha: string;
  readonly theirs: string | null;
  readonly ours: string | null;
  /** The commit's header, or the CHANGELOG's line where there is no such commit. */
  readonly header: string;
  /** What can be said of the cause: where the commit is, or what the scanner made of it. */
  readonly why: string;
  /** Which of Waybill's own rules, that other tools do not have, makes the difference; null for none, which then is a mistake of one or the other. */
  readonly rule: Rule | null;
}

/**
 * `undone`: a commit and its revert in one range are not listed. `revert`: one of something released is. `merge`: a merged pull request is an entry. `list`: so are the
 * headers in a squash merge's list.
 */
export type Rule = "undone" | "revert" | "merge" | "list";

/** One section's score. Precision is `common / predicted`, recall `common / written`. */
export interface Score {
  readonly section: TrueSection;
  readonly commits: number;
  readonly written: number;
  readonly predicted: number;
  /** Entries that both have, under whatever title. */
  readonly common: number;
  readonly sectionRight: number;
  readonly textRight: number;
  /** Entries beyond those written of a commit that both have: what a squash merge's list declares besides its title. */
  readonly fromLists: number;
  /** Nothing differs. */
  readonly exact: boolean;
  /** Nothing differs but what one of Waybill's rules makes different. */
  readonly explained: boolean;
  /** Null where the tags name no versions, and where a person decides: a pre-release after a release, and a release after a pre-release. */
  readonly version: { readonly written: string; readonly predicted: string; readonly right: boolean } | null;
  readonly differences: readonly Difference[];
}

interface Entry {
  readonly sha: string;
  readonly key: string;
  readonly text: string;
  readonly header: string;
}

export interface ScoreOptions {
  readonly rules: Rules;
  /** Below 1.0.0, as release-please's `bump-minor-pre-major` and `bump-patch-for-minor-pre-major` have it. */
  readonly preMajor: boolean;
  /** The newest stable release before a pre-release. */
  readonly lastStable: string | null;
  /** The other section of the CHANGELOG that lists a commit; null for none. */
  readonly listedIn: (sha: string) => string | null;
}

/** Scores one section against the commits of its range, newest first. Pure. */
export function scoreSection(section: TrueSection, commits: readonly Commit[], options: ScoreOptions): Score {
  const model = summarise(commits, { types: options.rules.types });
  const messages = new Map(commits.map(({ sha, message }) => [sha, message]));
  const ours = model.sections.flatMap(({ entries }) =>
    entries.flatMap((entry): Entry[] => {
      const message = messages.get(entry.sha) ?? "";
      const key = options.rules.placeOf(entry.type, message);
      return key === null
        ? []
        : [{ sha: entry.sha, key, text: comparable(entry.text), header: headerOf(message) }];
    }),
  );
  const find = finderOf(commits);
  const theirs: Entry[] = [];
  const differences: Difference[] = [];
  for (const entry of section.entries) {
    if (keyOfTitle(entry.title) === BREAKING) continue;
    const sha = find(entry);
    if (sha === null) differences.push(unreadOf(entry));
    else
      theirs.push({
        sha,
        key: keyOfTitle(entry.title),
        text: entry.text,
        header: headerOf(messages.get(sha) ?? entry.text),
      });
  }
  const matched = match(ours, theirs);
  const named = new Set(theirs.map(({ sha }) => sha));
  const fromLists = matched.extra.filter(({ sha }) => named.has(sha)).length;
  differences.push(
    ...differencesOf({ ...matched, extra: matched.extra.filter(({ sha }) => !named.has(sha)) }, model, {
      ...options,
      ruleOf: ruleFinder(commits, options.rules),
    }),
  );
  return {
    section,
    commits: commits.length,
    written: theirs.length + differences.filter(({ kind }) => kind === "unread").length,
    predicted: ours.length - fromLists,
    common: matched.pairs.length,
    sectionRight: matched.pairs.filter(([one, other]) => one.key === other.key).length,
    textRight: matched.pairs.filter(([one, other]) => one.text === other.text).length,
    fromLists,
    exact: differences.length === 0,
    explained: differences.every(({ rule }) => rule !== null),
    version: versionScore(section, model, options),
    differences,
  };
}

function headerOf(message: string): string {
  return message.trimStart().split("\n", 1)[0] ?? "";
}

/** Finds the commit of a line: by its SHA, or else by the number that a commit of the range carries at its header's end. */
function finderOf(commits: readonly Commit[]): (entry: TrueEntry) => string | null {
  const bySha = new Map(commits.map(({ sha }) => [sha.slice(0, 7), sha]));
  const byNumber = new Map<number, string>();
  for (const { sha, message } of commits) {
    const number = /\(#(\d{1,9})\)$/.exec(headerOf(message))?.[1];
    if (number !== undefined) byNumber.set(Number(number), sha);
  }
  return ({ shas, numbers }) => {
    const [first] = shas;
    if (first !== undefined) return bySha.get(first.slice(0, 7)) ?? first;
    return numbers.map((number) => byNumber.get(number)).find((sha) => sha !== undefined) ?? null;
  };
}

function unreadOf(entry: TrueEntry): Difference {
  const why = `line ${entry.line} names no commit of the range`;
  return {
    kind: "unread",
    sha: "",
    theirs: keyOfTitle(entry.title),
    ours: null,
    header: entry.text,
    why,
    rule: null,
  };
}

interface Matched {
  readonly pairs: readonly (readonly [ours: Entry, theirs: Entry])[];
  readonly extra: readonly Entry[];
  readonly missing: readonly Entry[];
}

/** Pairs the entries of each commit: first those that are alike in title and text, then in text, then in title, then whatever is left. */
function match(ours: readonly Entry[], theirs: readonly Entry[]): Matched {
  const alike: readonly ((one: Entry, other: Entry) => boolean)[] = [
    (one, other) => one.key === other.key && one.text === other.text,
    (one, other) => one.text === other.text,
    (one, other) => one.key === other.key,
    () => true,
  ];
  const left = new Set(theirs);
  const open = new Set(ours);
  const pairs: [Entry, Entry][] = [];
  for (const isAlike of alike) {
    for (const one of open) {
      const other = [...left].find((entry) => entry.sha === one.sha && isAlike(one, entry));
      if (other === undefined) continue;
      pairs.push([one, other]);
      open.delete(one);
      left.delete(other);
    }
  }
  return { pairs, extra: [...open], missing: [...left] };
}

function differencesOf(
  matched: Matched,
  model: ReleaseNotesModel,
  { listedIn, ruleOf }: ScoreOptions & { readonly ruleOf: (entry: Entry) => Rule | null },
): Difference[] {
  const moved = matched.pairs.filter(([one, other]) => one.key !== other.key);
  return [
    ...matched.missing.map(({ sha, key, header }) => {
      const fate = fateOf(sha, model);
      const rule = fate === UNDONE ? ("undone" as const) : null;
      return { kind: "missing" as const, sha, theirs: key, ours: null, header, why: fate ?? OUTSIDE, rule };
    }),
    ...matched.extra.map((entry) => ({
      kind: "extra" as const,
      sha: entry.sha,
      theirs: null,
      ours: entry.key,
      header: entry.header,
      why: listedElsewhere(listedIn(entry.sha)),
      rule: ruleOf(entry),
    })),
    ...moved.map(([one, other]) => ({
      kind: "section" as const,
      sha: one.sha,
      theirs: other.key,
      ours: one.key,
      header: one.header,
      why: "",
      rule: null,
    })),
  ];
}

const UNDONE = "undone by a revert in the range";
const REVERT = "revert";

/** The cause of a `missing` one whose commit is not among those of the range: only the repository can tell more. */
export const OUTSIDE = "not among the commits of the range";

function listedElsewhere(section: string | null): string {
  return section === null ? "the CHANGELOG has it nowhere" : `the CHANGELOG has it under ${section}`;
}

/** Which rule makes an entry that only Waybill has. */
function ruleFinder(commits: readonly Commit[], { types }: Rules): (entry: Entry) => Rule | null {
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]));
  return ({ sha, key, text }) => {
    const commit = bySha.get(sha);
    if (commit === undefined) return null;
    if (key === REVERT) return "revert";
    if ((commit.parents?.length ?? 0) > 1) return "merge";
    const change = parseCommit(commit, types).changes.find((one) => comparable(one.text) === text);
    return change?.stands === "bullet" ? "list" : null;
  };
}

/** What the scanner made of a commit of the range; null for one that is not in it. */
function fateOf(sha: string, model: ReleaseNotesModel): string | null {
  const is = (other: string) => other.startsWith(sha);
  if (model.hidden.some(is)) return "hidden";
  if (model.reverted.some(is)) return UNDONE;
  const left = model.unclassified.find((commit) => is(commit.sha));
  if (left !== undefined) return `unclassified: ${left.reason}`;
  return model.sections.some(({ entries }) => entries.some((entry) => is(entry.sha)))
    ? "listed less often, or left out by the repository's own rules"
    : null;
}

function isPrerelease(version: string): boolean {
  return prerelease(version) !== null;
}

function versionScore(
  section: TrueSection,
  model: ReleaseNotesModel,
  options: ScoreOptions,
): Score["version"] {
  const base = versionAtEnd(section.from);
  const written = versionAtEnd(section.to);
  if (base === null || written === null || isPrerelease(base) !== isPrerelease(written)) return null;
  const { lastStable, preMajor } = options;
  const next = nextVersion(base, model, {
    lastStable,
    bumpMinorPreMajor: preMajor,
    bumpPatchForMinorPreMajor: preMajor,
  });
  const predicted = next.bump === null && !next.forced ? "nothing to release" : next.version;
  return { written, predicted, right: predicted === written };
}
