/**
 * `waybill changelog`: what the file that lists the releases lacks, from a local clone alone; with `--write` it is written into it.
 *
 * Exit codes: 0 done; 1 no or invalid (no such folder, repository or commit, a file that cannot be written to); 2 usage; 3 git cannot be run.
 */
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import compare from "semver/functions/compare.js";
import gt from "semver/functions/gt.js";
import prerelease from "semver/functions/prerelease.js";
import { USUAL_CHANGELOG, versionsIn, withSections, type NewSection } from "../core/changelog/file.ts";
import { summarise, type NotesOptions } from "../core/notes/index.ts";
import { changelogSection, type RepositoryPage } from "../presets/changelog.ts";
import { parseArguments, USAGE, type Asked } from "./changelog-arguments.ts";
import { changelogReleases, type ChangelogRelease } from "./changelog-releases.ts";
import { commitOf, isShallow } from "./git.ts";
import { git } from "./git-process.ts";
import { plain, Refusal, refusalOf } from "./notes-refusal.ts";
import { readConfig, type NotesConfig } from "./repository-config.ts";

interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Runs the command with its arguments (without `changelog`) and returns its exit code; see above. */
export async function changelog(argv: readonly string[], io: Io): Promise<number> {
  try {
    const asked = parseArguments(argv);
    if (asked === "help") io.stdout(USAGE);
    else await answer(asked, io);
    return 0;
  } catch (error) {
    const refusal = refusalOf(error);
    io.stderr(`waybill changelog: ${refusal.message}\n${refusal.code === 2 ? `\n${USAGE}` : ""}`);
    return refusal.code;
  }
}

async function answer(asked: Asked, io: Io): Promise<void> {
  const { repo, to, write } = asked;
  const [shallow, head] = await Promise.all([isShallow(repo), commitOf(repo, to)]);
  if (head === null) throw new Refusal(1, `there is no commit “${plain(to)}”.`);
  const say = (words: string): void => io.stderr(`waybill changelog: ${words}\n`);
  if (shallow)
    say("this clone is shallow, so releases may be missing; `git fetch --unshallow --tags` brings the rest.");
  const config = await readConfig(repo, head, say);
  const file = await fileOf(asked, config);
  const before = await textOf(file);
  const releases = await changelogReleases(repo, head, config.tag);
  const lacking = lackingIn(before, releases, asked.all);
  const sections = await sectionsOf(lacking, config, await pageOf(repo));
  const shown = plain(relative(".", file));
  if (!write) io.stdout(textFrom(sections));
  else if (sections.length > 0) await save(file, withSections(before, sections));
  const names = sections.map(({ version }) => version).join(", ");
  say(
    sections.length === 0
      ? `${shown} has every release${asked.all ? "" : " since its newest"}: there is nothing to add.`
      : `${write ? "wrote" : "not written (there is no --write)"}: ${names}, to ${shown}.`,
  );
}

/** The file's whole path. It must be inside of the clone. */
async function fileOf({ repo, file }: Asked, { rules }: NotesConfig): Promise<string> {
  const root = (await git(repo, ["rev-parse", "--show-toplevel"])).replace(/\r?\n$/, "");
  const path = join(root, file ?? rules.changelog ?? USUAL_CHANGELOG);
  if (relative(root, path).startsWith(".."))
    throw new Refusal(2, `--file: “${plain(file ?? "")}” is not inside of the clone.`);
  return path;
}

/** In bytes, one character each; null where there is no such file. */
async function textOf(file: string): Promise<string | null> {
  try {
    if (!(await stat(file)).isFile()) throw new Refusal(1, `${plain(file)} is no file.`);
    return await readFile(file, "latin1");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Whole or not at all. */
async function save(file: string, text: string): Promise<void> {
  const beside = `${file}.waybill-${process.pid}`;
  try {
    await writeFile(beside, text, "latin1");
    await rename(beside, file);
  } catch (error) {
    throw new Refusal(1, `${plain(file)} cannot be written: ${plain((error as Error).message)}`);
  }
}

/** From the newest on: what has no section yet. */
function lackingIn(
  text: string | null,
  releases: readonly ChangelogRelease[],
  all: boolean,
): ChangelogRelease[] {
  const written = text === null ? [] : versionsIn(text);
  const newest = written.toSorted(compare).findLast((version) => prerelease(version) === null);
  return releases
    .filter(({ version }) => !written.includes(version))
    .filter(({ version }) => all || newest === undefined || gt(version, newest));
}

async function sectionsOf(
  releases: readonly ChangelogRelease[],
  { components, rules }: NotesConfig,
  page: RepositoryPage,
): Promise<NewSection[]> {
  const options: NotesOptions = { components, types: rules.types };
  const sections: NewSection[] = [];
  for (const { commits, ...release } of releases) {
    const model = summarise(commits, options);
    const text = await changelogSection({ ...release, model }, rules.preset, page);
    sections.push({ version: release.version, text: Buffer.from(text, "utf8").toString("latin1") });
  }
  return sections;
}

function textFrom(sections: readonly NewSection[]): string {
  return sections.map(({ text }) => Buffer.from(text, "latin1").toString("utf8")).join("\n");
}

/** The page of the remote `origin`, where that is one that pages can be made of. */
async function pageOf(repo: string): Promise<RepositoryPage> {
  const remote = await git(repo, ["config", "--get", "remote.origin.url"]).catch(() => "");
  const found =
    /^(?:https?:\/\/(?:[^@/]*@)?|ssh:\/\/git@|git@)([\w.-]+)(?::\d+)?[/:]([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?\s*$/.exec(
      remote,
    );
  return found === null ? null : `https://${found[1]}/${found[2]}/${found[3]}`;
}
