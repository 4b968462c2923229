/** What a local clone holds, by the `git` executable. */
import type { StoredFile, StoredFiles } from "../core/dependencies/index.ts";
import { git, GitError, startGit } from "./git-process.ts";

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
  for await (const piece of startGit(folder, ["rev-list", "--parents", from, "--"]).output) {
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
  for await (const piece of startGit(folder, [
    "log",
    "--no-mailmap",
    "--no-show-signature",
    "--no-color",
    "--format=%ae",
    "-z",
    from,
    "--",
  ]).output) {
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
