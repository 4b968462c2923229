/**
 * `waybill notes`: the release notes of any local clone, from git alone. It needs no GitHub, no store and no Probot, and loads none of them.
 *
 * Exit codes: 0 done; 1 no or invalid (no such folder, repository or ref, no commits, no release to start from); 2 usage; 3 git cannot be run.
 */
import {
  beginNotes,
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
import { commitOf, eachCommit, isShallow, readCommits, readTags, type Tag } from "./git.ts";
import { parseArguments, USAGE, type Asked } from "./notes-arguments.ts";
import type { NotesExtras } from "./notes-extras.ts";
import { plain, Refusal, refusalOf } from "./notes-refusal.ts";
import { wordingOf } from "./notes-template.ts";
import { readConfig, type NotesConfig } from "./repository-config.ts";
import {
  nameOfTag,
  nearestRelease,
  nearestReleases,
  releaseTags,
  type ReleaseTag,
  type Start,
} from "./releases.ts";

interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Runs the command with its arguments (without `notes`) and returns its exit code; see above. Writes nothing to stdout unless it is 0. */
export async function notes(argv: readonly string[], io: Io): Promise<number> {
  try {
    const asked = parseArguments(argv);
    if (asked === "help") io.stdout(USAGE);
    else io.stdout(await answer(asked, io));
    return 0;
  } catch (error) {
    const refusal = refusalOf(error);
    io.stderr(`waybill notes: ${refusal.message}\n${refusal.code === 2 ? `\n${USAGE}` : ""}`);
    return refusal.code;
  }
}

interface Sources {
  readonly asked: Asked;
  readonly head: string;
  readonly config: NotesConfig;
  /** Of the tags that are counted from: the component's own, where it has any. */
  readonly pattern: string;
  readonly options: NotesOptions;
  readonly withPaths: boolean;
  readonly shallow: boolean;
  readonly io: Io;
}

async function answer(asked: Asked, io: Io): Promise<string> {
  const [shallow, head] = await Promise.all([isShallow(asked.repo), commitOf(asked.repo, asked.to)]);
  if (head === null)
    throw new Refusal(
      1,
      asked.to === "HEAD" ? "the repository has no commits yet." : `there is no commit “${plain(asked.to)}”.`,
    );
  const config = await readConfig(asked.repo, head, (words) => io.stderr(`waybill notes: ${words}\n`));
  const { components } = config;
  const component = namedIn(asked.component, components, "component");
  const options = { components, types: config.rules.types, ...(component === null ? {} : { component }) };
  const withPaths = components.length > 0;
  const pattern = component?.tag ?? config.tag;
  const sources: Sources = { asked, head, config, pattern, options, withPaths, shallow, io };
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
  const { asked, head, config, options, withPaths } = sources;
  const tags = await readTags(asked.repo);
  const start = await startOf(sources, tags);
  warn(sources);
  const reading = beginNotes(options);
  const audience = namedIn(asked.audience, config.rules.audiences, "audience");
  const part = audience === null ? null : partOf(audience, config.components);
  const wording = asked.format === "json" ? null : wordingOf(asked, head, saying(sources), audience);
  // Whoever reads the commits meanwhile hears of it below.
  wording?.catch(() => {});
  const { sha, without = [] } = start;
  const kept: Commit[] = [];
  await eachCommit(asked.repo, sha, head, { withPaths, without }, (commit) => {
    reading.add(commit);
    if (asked.contributors) kept.push(commit);
  });
  // Of whatever is told: the version is that of all changes.
  const { whole, parts } = reading.endWith(part === null ? [] : [part]);
  const model = (part === null ? undefined : parts.get(part.name)) ?? whole;
  const range = { from: sha, to: head, commits: kept, model };
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

function warn({ shallow, io }: Sources): void {
  if (shallow)
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
  const { asked, head, config, pattern, options, withPaths } = sources;
  warn(sources);
  const [commits, tags] = await Promise.all([
    readCommits(asked.repo, null, head, { withPaths }),
    readTags(asked.repo),
  ]);
  const releases = releaseTags(tags, pattern);
  const found = byRelease(commits, releases).map((part) => {
    const own = part.places.flatMap((at) => commits[at] ?? []);
    return { ...part, own, model: summarise(own, options) };
  });
  const extras = asked.contributors
    ? (await import("./notes-extras.ts")).extrasOfHistory(found)
    : new Map<string | null, NotesExtras>();
  const parts = inOrder(found).map((part) => ({ ...part, extras: extras.get(part.tag?.name ?? null) ?? {} }));
  const told = parts.filter(({ tag, model }) =>
    tag === null || asked.component !== null ? !isEmpty(model) : true,
  );
  for (const { model } of told) sayCut(model, sources);
  if (asked.format === "markdown") return historyText(sources, told);
  const start = await nearestRelease(asked.repo, head, tags, pattern, null);
  const answers = told.map(({ tag, before, model, extras: own }) => {
    const version = tag?.version ?? versionAfter(start?.version ?? null, model, config.rules.policy);
    return { ...jsonOf(baseOf(before)?.name ?? null, tag?.name ?? asked.to, version, model), ...own };
  });
  return jsonText({ releases: answers });
}

async function historyText(sources: Sources, parts: readonly TaggedPart[]): Promise<string> {
  const { renderHistory } = await import("../render/notes.ts");
  const wording = await wordingOf(sources.asked, sources.head, saying(sources));
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
function inOrder<Part extends HistoryPart<ReleaseTag>>(parts: readonly Part[]): Part[] {
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
  const { asked, config, pattern, shallow } = sources;
  if (asked.from !== null) return namedStart(asked.repo, asked.from, tags, pattern);
  const start = await nearestStart(sources, tags, pattern);
  if (start !== null) return start;
  // Before a component's first version of its own: its changes since the release, and the version that it begins with.
  const release = pattern === config.tag ? null : await nearestStart(sources, tags, config.tag);
  if (release !== null) return { ...release, version: null };
  const why = shallow
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

async function namedStart(repo: string, from: string, tags: readonly Tag[], pattern: string): Promise<Start> {
  const sha = await commitOf(repo, from);
  if (sha === null) throw new Refusal(1, `there is no commit “${plain(from)}”.`);
  const tag = nameOfTag(from, tags);
  const version = tag === null ? null : (versionOfTag(pattern, tag) ?? versionAtEnd(tag));
  if (version !== null) return { sha, tag, version };
  // No release itself: its version is counted from the release that it carries.
  const carried = await nearestRelease(repo, sha, tags, pattern, null);
  return { sha, tag, version: carried?.version ?? null };
}
