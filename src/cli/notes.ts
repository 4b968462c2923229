/**
 * `waybill notes`: the release notes of any local clone, from git alone. It needs no GitHub, no store and no Probot, and loads none of them.
 *
 * Exit codes: 0 done; 1 no or invalid (no such folder, repository or ref, no commits, no release to start from); 2 usage; 3 git cannot be run.
 */
import { parseArgs } from "node:util";
import { beginNotes, nextVersion, versionAtEnd, versionOfTag } from "../core/notes/index.ts";
import type { ComponentPaths, ReleaseNotesModel } from "../core/notes/index.ts";
import { commitOf, fileAt, GitError, isPlainRef, isShallow, eachCommit, readTags, type Tag } from "./git.ts";
import { rulesIn, usualRules } from "./release-rules.ts";
import { nameOfTag, nearestRelease, type Start } from "./releases.ts";

interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

const USAGE = `Usage: waybill notes [--repo DIR] [--from REF] [--to REF] [--all] [--json]

The release notes of a local git clone: what changed since the last release, and the version that comes next.

  --repo DIR   the clone (default: the current folder); a bare one will do
  --from REF   the release to start from (default: the nearest release tag that REF of --to contains)
  --to REF     the commit to end with (default: HEAD)
  --all        where there is no release to start from: list the whole history
  --json       JSON instead of Markdown
`;

/** An end of the command that is nobody's bug: what to say, and the exit code. */
class Refusal extends Error {
  readonly code: 1 | 2 | 3;

  constructor(code: 1 | 2 | 3, message: string) {
    super(message);
    this.name = "Refusal";
    this.code = code;
  }
}

/** Runs the command with its arguments (without `notes`) and returns its exit code; see above. Writes nothing to stdout unless it is 0. */
export async function notes(argv: readonly string[], io: Io): Promise<number> {
  try {
    const asked = parse(argv);
    if (asked === "help") io.stdout(USAGE);
    else io.stdout(await answer(asked, io));
    return 0;
  } catch (error) {
    const refusal = refusalOf(error);
    io.stderr(`waybill notes: ${refusal.message}\n${refusal.code === 2 ? `\n${USAGE}` : ""}`);
    return refusal.code;
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof GitError) return new Refusal(error.kind === "missing" ? 3 : 1, plain(error.message));
  throw error;
}

/** Text of others on a terminal: no control characters. */
function plain(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, "?");
}

interface Asked {
  readonly repo: string;
  readonly from: string | null;
  readonly to: string;
  readonly all: boolean;
  readonly json: boolean;
}

const OPTIONS = {
  repo: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  all: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

function parse(argv: readonly string[]): Asked | "help" {
  const values = parsed(argv);
  if (values.help === true) return "help";
  for (const name of ["from", "to"] as const) {
    const ref = values[name];
    if (ref !== undefined && !isPlainRef(ref))
      throw new Refusal(2, `--${name}: “${plain(ref.slice(0, 80))}” cannot be a ref.`);
  }
  if (values.repo === "") throw new Refusal(2, "--repo: the folder's name is empty.");
  if (values.from !== undefined && values.all === true)
    throw new Refusal(2, "--from and --all exclude each other.");
  return {
    repo: values.repo ?? ".",
    from: values.from ?? null,
    to: values.to ?? "HEAD",
    all: values.all === true,
    json: values.json === true,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new Refusal(2, plain((error as Error).message));
  }
}

async function answer(asked: Asked, io: Io): Promise<string> {
  const [shallow, head] = await Promise.all([isShallow(asked.repo), commitOf(asked.repo, asked.to)]);
  if (head === null)
    throw new Refusal(
      1,
      asked.to === "HEAD" ? "the repository has no commits yet." : `there is no commit “${plain(asked.to)}”.`,
    );
  const config = await readConfig(asked.repo, head, io);
  const start = await startOf(asked, head, config.tag, shallow);
  if (shallow)
    io.stderr(
      "waybill notes: this clone is shallow, so the list may be wrong; `git fetch --unshallow --tags` brings the rest.\n",
    );
  const reading = beginNotes({ components: config.components, types: config.rules.types });
  const withPaths = config.components.length > 0;
  const rendering = asked.json ? null : import("../render/notes.ts");
  await eachCommit(asked.repo, start.sha, head, { withPaths }, reading.add);
  const model = reading.end();
  const next = nextVersion(start.version, model, config.rules.policy);
  // Without a change that is worth a release and without `Release-As` there is no next version to speak of.
  const version = next.bump === null && !next.forced ? null : next.version;
  if (model.cut.length > 0)
    io.stderr(
      `waybill notes: too long to be read whole: ${model.cut.map((sha) => sha.slice(0, 7)).join(", ")}\n`,
    );
  if (rendering === null) return `${JSON.stringify(jsonOf(start.tag, asked.to, version, model), null, 2)}\n`;
  return (await rendering).renderNotes(model);
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

async function startOf(asked: Asked, head: string, pattern: string, shallow: boolean): Promise<Start> {
  if (asked.all) return { sha: null, tag: null, version: null };
  const tags = await readTags(asked.repo);
  if (asked.from !== null) return namedStart(asked.repo, asked.from, tags, pattern);
  const start = await nearestRelease(asked.repo, head, tags, pattern, nameOfTag(asked.to, tags));
  if (start !== null) return start;
  const why = shallow
    ? " The clone is shallow: `git fetch --unshallow --tags` brings the rest of its history."
    : "";
  throw new Refusal(
    1,
    `there is no release to start from: no tag like “${plain(pattern)}” among the commits of ${plain(asked.to)}.${why} Name a start with --from, or list the whole history with --all.`,
  );
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

const CONFIG = ".github/waybill.yml";
const CONFIG_LIMIT = 524_288;
const NO_CONFIG = { components: [] as ComponentPaths[], tag: "v{version}", rules: usualRules() };

/** What the notes need of the repository's config. A broken one is said and then left aside: `waybill validate` explains it. */
async function readConfig(repo: string, sha: string, io: Io): Promise<typeof NO_CONFIG> {
  const text = await fileAt(repo, sha, CONFIG, CONFIG_LIMIT);
  if (text === null) return NO_CONFIG;
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text);
  try {
    if (document.errors.length > 0) throw document.errors[0];
    return await configFrom(document.toJS({ maxAliasCount: 20 }));
  } catch {
    io.stderr(
      `waybill notes: ${CONFIG} cannot be read, so it is left aside; \`waybill validate\` says why.\n`,
    );
    return NO_CONFIG;
  }
}

async function configFrom(value: unknown): Promise<typeof NO_CONFIG> {
  const components = Object.entries(fieldOf(value, "components") ?? {}).map(
    ([name, component]: [string, unknown]) => {
      const paths: unknown = fieldOf(component, "paths");
      return { name, paths: Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : [] };
    },
  );
  const release = fieldOf(value, "release");
  const tag: unknown = fieldOf(release, "tag");
  const rules = await rulesIn(release);
  if (rules === null) throw new Error("what it says under `release` cannot be used");
  return { components, tag: typeof tag === "string" ? tag : NO_CONFIG.tag, rules };
}

function fieldOf(value: unknown, name: string): object | null {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? ((value as Record<string, object>)[name] ?? null)
    : null;
}
