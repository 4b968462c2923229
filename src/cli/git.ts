/**
 * Reading a local clone by the `git` executable: without a shell, without running anything that the clone's own configuration names
 * (it may be a stranger's), and without the network.
 */
import { spawn } from "node:child_process";
import { StringDecoder } from "node:string_decoder";
import type { StoredFile, StoredFiles } from "../core/dependencies/index.ts";

/** Why git could not answer. `missing`: there is no git to run. `refused`: git ran and said no. */
export class GitError extends Error {
  readonly kind: "missing" | "refused";

  constructor(kind: "missing" | "refused", message: string) {
    super(message);
    this.name = "GitError";
    this.kind = kind;
  }
}

// Variables such as GIT_DIR, which a hook sets, would lead away from the folder that was named.
function environmentFor(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("GIT_") || name === "GIT_EXEC_PATH",
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    // A partial clone would fetch what it lacks.
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "",
  };
}

const SAFE = [
  "--no-pager",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "log.showSignature=false",
];
const ERROR_LIMIT = 4_096;

/**
 * Runs git in `folder` and yields its output piece by piece. Ends git where the reader stops early. Throws `GitError`
 * once the output is over, if git refused.
 */
async function* gitOutput(folder: string, args: readonly string[]): AsyncGenerator<Buffer> {
  const child = spawn("git", [...SAFE, "-C", folder, ...args], {
    env: environmentFor(),
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    if (complaint.length < ERROR_LIMIT) complaint += piece;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  // It may fail before anybody waits for it.
  ended.catch(() => {});
  try {
    for await (const piece of child.stdout) yield piece as Buffer;
    const code = await ended;
    if (code !== 0) throw new GitError("refused", complaint.trim() || `git ended with ${code ?? "a signal"}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new GitError("missing", "the git executable was not found");
    throw error;
  } finally {
    child.kill();
  }
}

/** The whole output of git as text. Bytes that are no UTF-8 become U+FFFD. Throws `GitError`, and beyond `limit` bytes. */
export async function git(
  folder: string,
  args: readonly string[],
  limit = 64 * 1024 * 1024,
): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of gitOutput(folder, args)) {
    size += piece.length;
    if (size > limit) throw new GitError("refused", `git's answer is longer than ${limit} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

/**
 * Output that is split by NUL, each field as text, as it comes. A piece of output is decoded and split at once: to wait for each field by itself took longer than git
 * and the notes together.
 */
async function eachField(
  folder: string,
  args: readonly string[],
  take: (field: string) => void,
): Promise<void> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const piece of gitOutput(folder, args)) {
    const fields = (rest + decoder.write(piece)).split("\0");
    rest = fields.pop() ?? "";
    for (const field of fields) take(field);
  }
  rest += decoder.end();
  if (rest !== "") take(rest);
}

/** Whether a text can be given to git as a ref: it is no option and nothing that git takes for several. */
export function isPlainRef(text: string): boolean {
  return (
    text !== "" && text.length <= 1_000 && !text.startsWith("-") && !/[\p{Cc} :?*[\\]|\.\.|^@\{/u.test(text)
  );
}

/** A tag with the commit that it names in the end, however many tag objects stand between. */
export interface Tag {
  readonly name: string;
  readonly sha: string;
}

/** All tags of commits, from the refs themselves, never from log text, which a commit's message could forge. */
export async function readTags(folder: string): Promise<Tag[]> {
  const lines = await git(folder, [
    "for-each-ref",
    "--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)",
    "refs/tags",
  ]);
  return lines.split("\n").flatMap((line) => {
    const [name, own, peeled] = line.split("\0");
    return name && own ? [{ name, sha: peeled || own }] : [];
  });
}

/** The full SHA of the commit that a ref names; null where there is no such commit. The ref must be a plain one. */
export async function commitOf(folder: string, ref: string): Promise<string | null> {
  try {
    return (
      await git(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`])
    ).trim();
  } catch (error) {
    if (error instanceof GitError && error.kind === "refused") return null;
    throw error;
  }
}

/** Whether the clone's history is cut off. Throws `GitError` where the folder is no repository. */
export async function isShallow(folder: string): Promise<boolean> {
  return (await git(folder, ["rev-parse", "--is-shallow-repository"])).trim() === "true";
}

/** The file at a path of a commit, as text; null where there is none or it is longer than `limit` bytes. */
export async function fileAt(
  folder: string,
  sha: string,
  path: string,
  limit: number,
): Promise<string | null> {
  try {
    return await git(folder, ["cat-file", "blob", `${sha}:${path}`], limit);
  } catch (error) {
    if (error instanceof GitError && error.kind === "refused") return null;
    throw error;
  }
}

/** Which of these paths are plain files of a commit. Paths are taken as they are. */
export async function storedFiles(
  folder: string,
  sha: string,
  paths: readonly string[],
): Promise<StoredFiles> {
  if (paths.length === 0) return new Map();
  const answer = await git(folder, ["ls-tree", "-z", "--long", "--full-tree", sha, "--", ...paths]);
  return new Map(
    answer.split("\0").flatMap((line): [string, StoredFile][] => {
      const [, oid, size, path] = /^100(?:644|755) blob ([0-9a-f]{40,64}) +(\d+)\t(.+)$/s.exec(line) ?? [];
      return oid === undefined || path === undefined ? [] : [[path, { oid, size: Number(size) }]];
    }),
  );
}

/** The number of commits that `to` contains and `from` does not. */
export async function distanceBetween(folder: string, from: string, to: string): Promise<number> {
  return Number((await git(folder, ["rev-list", "--count", `${from}..${to}`])).trim());
}

/**
 * The nearest commits among `stops` on every way back from `from`: whatever lies behind one of them is farther away. Reads the graph only as
 * far as it must.
 */
export async function nearestCommits(
  folder: string,
  from: string,
  stops: ReadonlySet<string>,
): Promise<string[]> {
  const found: string[] = [];
  const awaited = new Set([from]);
  const reached = new Set([from]);
  // Commits that git names before any child of theirs: clocks go wrong.
  const early = new Map<string, readonly string[]>();
  const arrive = (sha: string, parents: readonly string[]) => {
    const open: (readonly [string, readonly string[]])[] = [[sha, parents]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      awaited.delete(next[0]);
      if (stops.has(next[0])) {
        found.push(next[0]);
        continue;
      }
      for (const parent of next[1]) {
        if (reached.has(parent)) continue;
        reached.add(parent);
        const known = early.get(parent);
        if (known) open.push([parent, known]);
        else awaited.add(parent);
      }
    }
  };
  let rest = "";
  for await (const piece of gitOutput(folder, ["rev-list", "--parents", from, "--"])) {
    const lines = (rest + piece.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [sha = "", ...parents] = line.split(" ");
      if (awaited.has(sha)) arrive(sha, parents);
      else early.set(sha, parents);
    }
    if (awaited.size === 0) break;
  }
  return found;
}

/** A commit as git's log gives it. */
export interface LoggedCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string };
  readonly message: string;
  readonly paths?: readonly string[];
}

const LOG = [
  "log",
  "-z",
  "--topo-order",
  "--encoding=UTF-8",
  "--no-show-signature",
  "--no-color",
  "--no-notes",
  "--no-decorate",
  "--no-mailmap",
];
const WITH_PATHS = ["--name-only", "--no-renames", "--no-relative", "--no-ext-diff", "--no-textconv"];
// It begins with an empty field: a path is never empty, so a path that looks like a SHA is never taken for the next commit.
const FORMAT = "--format=%x00%H%x00%P%x00%an%x00%ae%x00%B%x00";

/** What of the commits is read. */
export interface ReadOptions {
  /** Whether each commit comes with the paths it touched. */
  readonly withPaths?: boolean;
  /** Only commits that touch this folder, as git's own simplification of the history finds them; empty for all. */
  readonly under?: string;
  /** Full SHAs: what they contain is left out too. */
  readonly without?: readonly string[];
}

/** The commits that `to` contains and `from` (null: nothing) does not, children before their parents; full SHAs. */
export async function readCommits(
  folder: string,
  from: string | null,
  to: string,
  options: ReadOptions = {},
): Promise<LoggedCommit[]> {
  const commits: LoggedCommit[] = [];
  await eachCommit(folder, from, to, options, (commit) => commits.push(commit));
  return commits;
}

/** The same, each commit as soon as git has found it: what is done with it is done while git looks for the next. */
export async function eachCommit(
  folder: string,
  from: string | null,
  to: string,
  { withPaths = false, under = "", without = [] }: ReadOptions,
  take: (commit: LoggedCommit) => void,
): Promise<void> {
  const range = from === null ? to : `${from}..${to}`;
  const paths = under === "" ? [] : [`:(top,literal)${under}`];
  let fields: string[] | null = null;
  await eachField(
    folder,
    [
      ...LOG,
      ...(withPaths ? WITH_PATHS : []),
      FORMAT,
      range,
      ...without.map((sha) => `^${sha}`),
      "--",
      ...paths,
    ],
    (field) => {
      const begins = fields === null || (field === "" && fields.length >= FIELDS);
      if (!begins) fields?.push(field);
      else {
        if (fields !== null) take(commitFrom(fields, withPaths));
        fields = [];
      }
    },
  );
  if (fields !== null) take(commitFrom(fields, withPaths));
}

/**
 * Which of these mail addresses (in lower case) have written a commit that `from` contains. Reads the history only until it has met all of them.
 */
export async function authorsAmong(
  folder: string,
  from: string,
  wanted: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let rest = "";
  if (wanted.size === 0) return found;
  for await (const piece of gitOutput(folder, [
    "log",
    "--no-mailmap",
    "--no-show-signature",
    "--no-color",
    "--format=%ae",
    "-z",
    from,
    "--",
  ])) {
    const fields = (rest + piece.toString("utf8")).split("\0");
    rest = fields.pop() ?? "";
    for (const field of fields) {
      const address = field.trim().toLowerCase();
      if (wanted.has(address)) found.add(address);
    }
    if (found.size === wanted.size) return found;
  }
  const last = rest.trim().toLowerCase();
  if (wanted.has(last)) found.add(last);
  return found;
}

/** SHA, parents, the author's name and address, message, and the empty field that ends them. */
const FIELDS = 6;

function commitFrom(fields: readonly string[], withPaths: boolean): LoggedCommit {
  const [sha = "", parents = "", name = "", email = "", message = ""] = fields;
  const author = { name, email };
  const known = { sha, parents: parents === "" ? [] : parents.split(" "), author, message };
  if (!withPaths) return known;
  // Before the first path git puts a line break.
  return {
    ...known,
    paths: fields.slice(FIELDS).map((path, at) => (at === 0 ? path.replace(/^\n/, "") : path)),
  };
}
