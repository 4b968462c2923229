/** What `waybill notes` answers, of what git was asked already. */
import {
  beginNotes,
  inOrder,
  byRelease,
  nextVersion,
  summarise,
  versionAtEnd,
  versionOfTag,
} from "../core/notes/index.ts";
import rcompare from "semver/functions/rcompare.js";
import type {
  Commit,
  HistoryPart,
  NotesOptions,
  ReleaseNotesModel,
  VersionPolicy,
} from "../core/notes/index.ts";
import { partOf } from "../core/audiences.ts";
import type { Tag } from "./git.ts";
import { eachCommit, startLog, type LoggedCommit, type ReadOptions } from "./git-log.ts";
import type { Asked } from "./notes-arguments.ts";
import type { Begun } from "./notes-begin.ts";
import type { NotesExtras } from "./notes-extras.ts";
import { plain, Refusal } from "./notes-refusal.ts";
import { wordingOf, type Wording } from "./notes-template.ts";
import { readConfig, USUAL_CONFIG, type NotesConfig } from "./repository-config.ts";
import {
  nameOfTag,
  nearestRelease,
  nearestReleases,
  releaseTags,
  type ReleaseTag,
  type Start,
} from "./releases.ts";

interface Io {
  readonly stderr: (text: string) => void;
}

interface Sources {
  readonly asked: Asked;
  readonly begun: Begun;
  readonly head: string;
  readonly config: NotesConfig;
  /** Of the tags that are counted from: the component's own, where it has any. */
  readonly pattern: string;
  readonly options: NotesOptions;
  readonly withPaths: boolean;
  readonly io: Io;
}

/** The notes that are asked for. Warns on standard error. Throws `Refusal` and `GitError`. */
export async function answer(asked: Asked, begun: Begun, io: Io): Promise<string> {
  try {
    return await answerOf(asked, begun, io);
  } finally {
    begun.log?.git.stop();
  }
}

async function answerOf(asked: Asked, begun: Begun, io: Io): Promise<string> {
  const { head } = begun;
  if (head === null)
    throw new Refusal(
      1,
      asked.to === "HEAD" ? "the repository has no commits yet." : `there is no commit “${plain(asked.to)}”.`,
    );
  const say = (words: string) => io.stderr(`waybill notes: ${words}\n`);
  const config = begun.hasConfig ? await readConfig(asked.repo, head, say) : USUAL_CONFIG;
  const { components } = config;
  const component = namedIn(asked.component, components, "component");
  const options = { components, types: config.rules.types, ...(component === null ? {} : { component }) };
  const withPaths = components.length > 0;
  const pattern = component?.tag ?? config.tag;
  const sources: Sources = { asked, begun, head, config, pattern, options, withPaths, io };
  return asked.what === "all" ? wholeHistory(sources) : oneRange(sources);
}

/** What the config has under a name; null where none is asked for. `what` is the word for it. */
function namedIn<Thing extends { readonly name: string }>(
  wanted: string | null,
  things: readonly Thing[],
  what: "component" | "audience",
): Thing | null {
  if (wanted === null) return null;
  const found = things.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const names = things.map(({ name }) => plain(name)).join(", ");
  throw new Refusal(
    1,
    `the config has no ${what} “${plain(wanted)}”; it has ${names === "" ? "none" : `these: ${names}`}.`,
  );
}

async function oneRange(sources: Sources): Promise<string> {
  const { asked, begun, head, config, options } = sources;
  const tags = await begun.tags;
  const start = await startOf(sources, tags);
  warn(sources);
  const reading = beginNotes(options);
  const audience = namedIn(asked.audience, config.rules.audiences, "audience");
  const part = audience === null ? null : partOf(audience, config.components);
  const wording = asked.format === "json" ? null : wordingOf(asked, begun, saying(sources), audience);
  // Whoever reads the commits meanwhile hears of it below.
  wording?.catch(() => {});
  const { sha, without = [] } = start;
  const kept: Commit[] = [];
  const order = await eachOf(sources, sha, { without }, (commit) => {
    reading.add(commit);
    if (asked.contributors) kept.push(commit);
  });
  reading.arrange(order);
  // Of whatever is told: the version is that of all changes.
  const { whole, parts } = reading.endWith(part === null ? [] : [part]);
  const model = (part === null ? undefined : parts.get(part.name)) ?? whole;
  const range = { from: sha, to: head, commits: inOrder(kept, order), model };
  const extras = asksForMore(asked)
    ? await (await import("./notes-extras.ts")).extrasOfRange(asked, config, range)
    : {};
  const version = versionAfter(start.version, whole, config.rules.policy);
  sayCut(model, sources);
  if (wording === null) return jsonText({ ...jsonOf(start.tag, asked.to, version, model), ...extras });
  // What ends with a release's own tag is the notes of that release.
  const tag = nameOfTag(asked.to, tags);
  const released = tag === null ? null : versionOfTag(sources.pattern, tag);
  return (await wording)(
    model,
    { version: released ?? version, tag, baseTag: start.tag },
    { ...extras, groupBy: config.groupBy },
  );
}

/** Whether more than the changes is wanted: what finds it out takes its time to load. */
function asksForMore({ contributors, dependencies }: Asked): boolean {
  return contributors || dependencies;
}

/** Without a change that is worth a release and without `Release-As` there is no next version to speak of. */
function versionAfter(base: string | null, model: ReleaseNotesModel, policy: VersionPolicy): string | null {
  const next = nextVersion(base, model, policy);
  return next.bump === null && !next.forced ? null : next.version;
}

/** Each commit of a range, from the log that is at work on it already where it is the right one. */
function eachOf(
  { asked, begun, head, withPaths }: Sources,
  from: string | null,
  options: ReadOptions,
  take: (commit: LoggedCommit) => void,
): Promise<readonly number[] | null> {
  const { log } = begun;
  if (log !== null && !withPaths) return eachCommit(log, take);
  log?.git.stop();
  return eachCommit(startLog(asked.repo, from, head, { ...options, withPaths }), take);
}

function warn({ begun, io }: Sources): void {
  if (begun.shallow)
    io.stderr(
      "waybill notes: this clone is shallow, so the list may be wrong; `git fetch --unshallow --tags` brings the rest.\n",
    );
}

function sayCut({ cut }: ReleaseNotesModel, { io }: Sources): void {
  if (cut.length > 0)
    io.stderr(`waybill notes: too long to be read whole: ${cut.map((sha) => sha.slice(0, 7)).join(", ")}\n`);
}

/** Every release that the end contains, and what is unreleased, each by itself. */
async function wholeHistory(sources: Sources): Promise<string> {
  const { asked, begun, head, config, pattern, options } = sources;
  warn(sources);
  const wording = asked.format === "json" ? null : wordingOf(asked, begun, saying(sources));
  wording?.catch(() => {});
  const found: LoggedCommit[] = [];
  const commits = inOrder(found, await eachOf(sources, null, {}, (commit) => found.push(commit)));
  const tags = await begun.tags;
  const releases = releaseTags(tags, pattern);
  const parts = byRelease(commits, releases).map((part) => {
    const own = part.places.flatMap((at) => commits[at] ?? []);
    return { ...part, own, model: summarise(own, options) };
  });
  const extras = asked.contributors
    ? (await import("./notes-extras.ts")).extrasOfHistory(parts)
    : new Map<string | null, NotesExtras>();
  const all = byVersion(parts).map((part) => ({ ...part, extras: extras.get(part.tag?.name ?? null) ?? {} }));
  const told = all.filter(({ tag, model }) =>
    tag === null || asked.component !== null ? !isEmpty(model) : true,
  );
  for (const { model } of told) sayCut(model, sources);
  if (wording !== null) return historyText(sources, await wording, told);
  const start = await nearestRelease(asked.repo, head, tags, pattern, null);
  const answers = told.map(({ tag, before, model, extras: own }) => {
    const version = tag?.version ?? versionAfter(start?.version ?? null, model, config.rules.policy);
    return { ...jsonOf(baseOf(before)?.name ?? null, tag?.name ?? asked.to, version, model), ...own };
  });
  return jsonText({ releases: answers });
}

async function historyText(
  sources: Sources,
  wording: Wording,
  parts: readonly TaggedPart[],
): Promise<string> {
  const { renderHistory } = await import("../render/notes.ts");
  const worded = parts.map(({ tag, before, model, extras }) => {
    const about = {
      version: tag?.version ?? null,
      tag: tag?.name ?? null,
      baseTag: baseOf(before)?.name ?? null,
    };
    return { tag: about.tag, notes: wording(model, about, { ...extras, groupBy: sources.config.groupBy }) };
  });
  return renderHistory(worded);
}

type TaggedPart = Pick<HistoryPart<ReleaseTag>, "tag" | "before"> & {
  readonly model: ReleaseNotesModel;
  readonly extras: NotesExtras;
};

/** The newest of the releases before one. */
function baseOf(before: readonly ReleaseTag[]): ReleaseTag | undefined {
  return before.toSorted((one, other) => rcompare(one.version, other.version))[0];
}

function saying({ io }: Sources): (words: string) => void {
  return (words) => io.stderr(`waybill notes: ${words}\n`);
}

/** What is unreleased, then the releases by their versions: a hotfix of an older line stands among its own. */
function byVersion<Part extends HistoryPart<ReleaseTag>>(parts: readonly Part[]): Part[] {
  return parts.toSorted((one, other) => {
    if (one.tag === null || other.tag === null) return one.tag === null ? -1 : 1;
    return rcompare(one.tag.version, other.tag.version);
  });
}

function isEmpty({ sections, breaking, reverted, hidden, unclassified }: ReleaseNotesModel): boolean {
  return [sections, breaking, reverted, hidden, unclassified].every((list) => list.length === 0);
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Exactly the documented shape, whatever else the model may carry. */
function jsonOf(from: string | null, to: string, version: string | null, model: ReleaseNotesModel): object {
  const { bump, breaking, reverted, hidden, unclassified } = model;
  const sections = model.sections.map(({ title, entries }) => ({
    title,
    entries: entries.map(({ sha, type, scope, component, breaking, text, pull }) => ({
      sha,
      type,
      scope,
      component,
      breaking,
      text,
      pull,
    })),
  }));
  return { from, to, bump, version, sections, breaking, reverted, hidden, unclassified };
}

async function startOf(sources: Sources, tags: readonly Tag[]): Promise<Start> {
  const { asked, begun, config, pattern } = sources;
  if (asked.from !== null) return namedStart(asked.repo, asked.from, begun.from, tags, pattern);
  const start = await nearestStart(sources, tags, pattern);
  if (start !== null) return start;
  // Before a component's first version of its own: its changes since the release, and the version that it begins with.
  const release = pattern === config.tag ? null : await nearestStart(sources, tags, config.tag);
  if (release !== null) return { ...release, version: null };
  const why = begun.shallow
    ? " The clone is shallow: `git fetch --unshallow --tags` brings the rest of its history."
    : "";
  throw new Refusal(
    1,
    `there is no release to start from: no tag like “${plain(pattern)}” among the commits of ${plain(asked.to)}.${why} Name a start with --from, or list the whole history with --all.`,
  );
}

function nearestStart(
  { asked, head }: Sources,
  tags: readonly Tag[],
  pattern: string,
): Promise<Start | null> {
  return asked.what === "unreleased"
    ? nearestReleases(asked.repo, head, tags, pattern)
    : nearestRelease(asked.repo, head, tags, pattern, nameOfTag(asked.to, tags));
}

async function namedStart(
  repo: string,
  from: string,
  sha: string | null,
  tags: readonly Tag[],
  pattern: string,
): Promise<Start> {
  if (sha === null) throw new Refusal(1, `there is no commit “${plain(from)}”.`);
  const tag = nameOfTag(from, tags);
  const version = tag === null ? null : (versionOfTag(pattern, tag) ?? versionAtEnd(tag));
  if (version !== null) return { sha, tag, version };
  // No release itself: its version is counted from the release that it carries.
  const carried = await nearestRelease(repo, sha, tags, pattern, null);
  return { sha, tag, version: carried?.version ?? null };
}
