/** What the demo has to know of a real clone before it plays on it. The clone is only read. */
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import semver from "semver";
import { versionOfTag } from "../../core/notes/index.ts";
import { commitOf, isShallow } from "../git.ts";
import { git, GitError } from "../git-process.ts";
import { notes } from "../notes.ts";

export interface Project {
  readonly path: string;
  /** `owner/name` by its origin, or `local/folder`. */
  readonly fullName: string;
  readonly tagPattern: string;
  /** Release tags by that pattern that HEAD contains. */
  readonly tags: readonly string[];
  /** Tags of commits that came after HEAD: where an older commit is checked out, they have not been made yet. */
  readonly later: readonly string[];
}

/** What the changes since a release come to, counted from the clone alone. */
export interface Counted {
  readonly commits: number;
  readonly breaking: number;
  readonly entries: number;
}

/** The clone cannot be played on; the message is for whoever named it. */
export class ProjectUnfit extends Error {}

/** So many of the newest tags decide which pattern the project's releases follow. */
const TAGS_LOOKED_AT = 50;
const TAG_SHAPE = /^[A-Za-z0-9_][A-Za-z0-9_./+@-]{0,150}$/;

/** Looks at a clone. @throws ProjectUnfit */
export async function readProject(path: string): Promise<Project> {
  const folder = await stat(path).catch(() => null);
  if (folder === null) throw new ProjectUnfit(`${path}: there is no such folder.`);
  if (!folder.isDirectory()) throw new ProjectUnfit(`${path} is a file; name the folder of a git clone.`);
  try {
    return await lookAt(path);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new ProjectUnfit(
      error.kind === "missing"
        ? "Reading a clone needs the git executable, which is not on the PATH. Without --repo the demo does without it."
        : `${path} cannot be read as a git clone: ${error.message}`,
    );
  }
}

async function lookAt(path: string): Promise<Project> {
  if (await isShallow(path)) {
    throw new ProjectUnfit(
      `${path} is a shallow clone: the history between the releases is missing. Bring it with: git -C ${path} fetch --unshallow --tags`,
    );
  }
  if ((await commitOf(path, "HEAD")) === null) throw new ProjectUnfit(`${path} has no commit yet.`);
  const fullName = await nameOf(path);
  const [, name = ""] = fullName.split("/");
  const tags = await newestTags(path, "--merged=HEAD");
  const containing = await newestTags(path, "--contains=HEAD");
  const later = containing.filter((tag) => !tags.includes(tag));
  const tagPattern = patternOf(tags.slice(0, TAGS_LOOKED_AT), name);
  const releases = tags.filter((tag) => versionOfTag(tagPattern, tag) !== null);
  return { path, fullName, tagPattern, tags: releases, later };
}

/** Tags that stand in this relation to HEAD, newest first. */
async function newestTags(path: string, relation: "--merged=HEAD" | "--contains=HEAD"): Promise<string[]> {
  const format = "--format=%(refname:strip=2)";
  const text = await git(path, ["for-each-ref", relation, "--sort=-creatordate", format, "refs/tags"]);
  return text.split("\n").filter(Boolean);
}

/**
 * The pattern of the project's releases by its newest tags: the plain ones if there are any, then those that carry the project's own name
 * (a monorepo tags each package), then that of the newest tag.
 */
export function patternOf(tags: readonly string[], name: string): string {
  const patterns = tags.flatMap((tag) => {
    const version = /\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.exec(tag)?.[0] ?? "";
    if (semver.valid(version) !== version || version === "" || !TAG_SHAPE.test(tag)) return [];
    return [`${tag.slice(0, tag.length - version.length)}{version}`];
  });
  const own = [`${name}-v{version}`, `${name}@{version}`, `${name}-{version}`, `${name}/v{version}`];
  const wanted = ["v{version}", "{version}", ...own].find((pattern) => patterns.includes(pattern));
  return wanted ?? patterns[0] ?? "v{version}";
}

async function nameOf(path: string): Promise<string> {
  const origin = await git(path, ["config", "--get", "remote.origin.url"]).then(
    (text) => text.trim(),
    (error: unknown) => {
      if (error instanceof GitError && error.kind === "refused") return "";
      throw error;
    },
  );
  return nameFromOrigin(origin) ?? `local/${tidy(basename(resolve(path)))}`;
}

/** `owner/name` by a remote's address (`https://host/owner/name.git`, `git@host:owner/name`); null for a path on this machine. */
export function nameFromOrigin(origin: string): string | null {
  const match = /^(?:(?:https?|ssh|git):\/\/[^/]+\/|[^/:]+@[^/:]+:)(?:.*\/)?([^/]+)\/([^/]+?)\/?$/.exec(
    origin,
  );
  return match === null ? null : `${tidy(match[1] ?? "")}/${tidy(match[2] ?? "")}`;
}

function tidy(text: string): string {
  const name = text.replace(/\.git$/, "").replaceAll(/[^\w.-]/g, "-");
  return /^\.*$/.test(name) ? "project" : name;
}

/** Counts the changes between a release and HEAD by the clone alone, for comparison with what the notice says. */
export async function countSince(project: Project, tag: string): Promise<Counted> {
  const commits = Number((await git(project.path, ["rev-list", "--count", `${tag}..HEAD`])).trim());
  let text = "";
  const code = await notes(["--repo", project.path, "--from", tag, "--format", "json"], {
    stdout: (piece) => void (text += piece),
    stderr: () => undefined,
  });
  if (code !== 0) throw new Error(`the notes of ${project.path} since ${tag} cannot be read`);
  const model = JSON.parse(text) as { sections: { entries: unknown[] }[]; breaking: unknown[] };
  const entries = model.sections.reduce((sum, section) => sum + section.entries.length, 0);
  return { commits, breaking: model.breaking.length, entries };
}
