/** Scores a whole repository: reads its CHANGELOG and, for each section, the commits between the two tags. Reads nothing but git. */
import { commitOf, fileAt, isPlainRef, isShallow, readTags } from "../../src/cli/git.ts";
import { readCommits } from "../../src/cli/git-log.ts";
import { git } from "../../src/cli/git-process.ts";
import { nearestRelease } from "../../src/cli/releases.ts";
import { versionAtEnd, type Commit } from "../../src/core/notes/index.ts";
import { gt, prerelease } from "semver";
import { readChangelog, type Changelog, type TrueSection } from "./changelog.ts";
import { rulesFor, type Rules } from "./rules.ts";
import { OUTSIDE, scoreSection, type Difference, type Score, type ScoreOptions } from "./score.ts";

const FILE_LIMIT = 16 * 1024 * 1024;

/** What is to be scored. */
export interface Asked {
  readonly folder: string;
  /** The component's folder in the repository; empty for all of it. */
  readonly path: string;
  readonly changelog: string;
  readonly ref: string;
  readonly preMajor: boolean;
}

/** `ownBase`: scored from the release that Waybill starts from, which fits better than the one in the header's link. */
export type BasedScore = Score & {
  readonly ownBase: boolean;
  /** The commits it was scored by, newest first, and the rules. */
  readonly given: { readonly commits: readonly Commit[]; readonly rules: Rules };
};

export interface RepositoryScore {
  readonly asked: Asked;
  /** The commit at which the CHANGELOG was read. */
  readonly sha: string;
  readonly scores: readonly BasedScore[];
  /** Sections that can not be scored, each with the reason. */
  readonly left: readonly { readonly section: TrueSection; readonly why: string }[];
  readonly unlinked: number;
}

/** An answer that the asker can mend: what is wrong with what was asked for. */
export class TruthError extends Error {}

/** Scores a repository. @throws {TruthError} where it has no such commit or CHANGELOG, or no section with a compare link; `GitError` where it is no repository */
export async function scoreRepository(asked: Asked): Promise<RepositoryScore> {
  const { folder, changelog: file, ref } = asked;
  if (!isPlainRef(ref)) throw new TruthError(`--ref: "${ref}" cannot be a ref`);
  if (await isShallow(folder))
    throw new TruthError(`${folder} is a shallow clone: \`git fetch --unshallow --tags\` first`);
  const sha = await commitOf(folder, ref);
  if (sha === null) throw new TruthError(`${folder} has no commit ${ref}`);
  const text = await fileAt(folder, sha, file, FILE_LIMIT);
  if (text === null) throw new TruthError(`${folder} has no ${file} at ${ref}: name it with --changelog`);
  const changelog = readChangelog(text);
  if (changelog.sections.length === 0)
    throw new TruthError(
      `${file}: no header with a compare link, so nothing says which tags a section stands between`,
    );
  const tags = new Map((await readTags(folder)).map(({ name, sha }) => [name, sha]));
  const cliff = await fileAt(folder, sha, "cliff.toml", FILE_LIMIT);
  const listed = listedBy(changelog);
  const scores: BasedScore[] = [];
  const left: { section: TrueSection; why: string }[] = [];
  for (const [at, section] of changelog.sections.entries()) {
    const ends = endsOf(section, tags);
    if (typeof ends === "string") {
      left.push({ section, why: ends });
      continue;
    }
    const options: ScoreOptions = {
      rules: rulesFor(changelog, at, cliff),
      preMajor: asked.preMajor,
      lastStable: lastStable(section.from, tags),
      listedIn: (sha) => listed.get(sha.slice(0, 7)) ?? null,
    };
    scores.push(await scoreBetter(asked, section, ends, options, tags));
  }
  return { asked, sha, scores, left, unlinked: changelog.unlinked };
}

/**
 * Tools name the tag before in the link, whatever they listed: the notes of a release often go back to the last one that was no pre-release, as Waybill's do. So
 * a section that the link does not explain is scored from Waybill's own base too, and the better of the two counts.
 */
async function scoreBetter(
  { folder, path }: Asked,
  section: TrueSection,
  ends: Ends,
  options: ScoreOptions,
  tags: ReadonlyMap<string, string>,
): Promise<BasedScore> {
  const score = async ({ from, to }: Ends) => {
    const commits = await readCommits(folder, from, to, { under: path });
    return { ...scoreSection(section, commits, options), given: { commits, rules: options.rules } };
  };
  const linked = await score(ends);
  const own = linked.exact ? null : await ownBase(folder, section.to, ends, tags);
  const other = own === null || own === ends.from ? null : await score({ from: own, to: ends.to });
  const better = other !== null && other.differences.length < linked.differences.length;
  const chosen = better ? other : linked;
  const base = better && own !== null ? { ...ends, from: own } : ends;
  return { ...chosen, ownBase: better, differences: await explained(chosen.differences, folder, base) };
}

async function ownBase(
  folder: string,
  to: string,
  ends: Ends,
  tags: ReadonlyMap<string, string>,
): Promise<string | null> {
  const version = versionAtEnd(to);
  if (version === null) return null;
  const pattern = `${to.slice(0, to.length - version.length)}{version}`;
  const all = [...tags].map(([name, sha]) => ({ name, sha }));
  return (await nearestRelease(folder, ends.to, all, pattern, to))?.sha ?? null;
}

interface Ends {
  readonly from: string;
  readonly to: string;
}

function endsOf(section: TrueSection, tags: ReadonlyMap<string, string>): Ends | string {
  const [from, to] = [tags.get(section.from), tags.get(section.to)];
  if (section.entries.length === 0) return "it lists nothing";
  if (from === undefined) return `the repository has no tag ${section.from}`;
  if (to === undefined) return `the repository has no tag ${section.to}`;
  return { from, to };
}

/** Which section lists a commit, by the first seven digits. */
function listedBy({ sections }: Changelog): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { to, entries } of sections)
    for (const { shas } of entries) for (const sha of shas) found.set(sha.slice(0, 7), to);
  return found;
}

/** The highest release before a version that is a pre-release, among tags with the same beginning. */
function lastStable(from: string, tags: ReadonlyMap<string, string>): string | null {
  const base = versionAtEnd(from);
  if (base === null || prerelease(base) === null) return null;
  const prefix = from.slice(0, from.length - base.length);
  let last: string | null = null;
  for (const tag of tags.keys()) {
    const version = tag.startsWith(prefix) ? versionAtEnd(tag) : null;
    if (version === null || tag !== prefix + version || prerelease(version) !== null) continue;
    if (gt(base, version) && (last === null || gt(version, last))) last = version;
  }
  return last;
}

/** Says of commits outside of the range where they are. */
async function explained(
  differences: readonly Difference[],
  folder: string,
  ends: Ends,
): Promise<Difference[]> {
  const told: Difference[] = [];
  for (const difference of differences)
    told.push(
      difference.why === OUTSIDE
        ? { ...difference, ...(await placeOf(difference.sha, folder, ends)) }
        : difference,
    );
  return told;
}

async function placeOf(sha: string, folder: string, { from, to }: Ends): Promise<Partial<Difference>> {
  const full = await commitOf(folder, sha);
  if (full === null) return { why: "the repository has no such commit" };
  const header = (await git(folder, ["log", "-1", "--format=%s", full])).trim();
  if (await contains(folder, from, full)) return { header, why: "the release before has it already" };
  if (await contains(folder, to, full)) return { header, why: "it touches nothing under the path" };
  return { header, why: "the release's tag does not contain it" };
}

async function contains(folder: string, tip: string, sha: string): Promise<boolean> {
  return (await git(folder, ["rev-list", "--count", `${tip}..${sha}`])).trim() === "0";
}
