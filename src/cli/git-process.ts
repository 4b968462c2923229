/**
 * Running the `git` executable on a local clone: without a shell, without running anything that the clone's own configuration names
 * (it may be a stranger's), and without the network.
 */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";

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
    // Into a pipe git writes each commit by itself unless it is told not to: as many turns of the event loop took longer than to read the commits.
    GIT_FLUSH: "0",
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

/** A git that was started: its output piece by piece, to be read once. */
export interface RunningGit {
  /** Ends git where the reader stops early. Throws `GitError` once the output is over, if git refused. */
  readonly output: AsyncGenerator<Buffer>;
  /** Ends it unread. */
  readonly stop: () => void;
}

type GitChild = ChildProcessByStdio<Writable | null, Readable, Readable>;

/** Starts git in `folder` at once, whoever reads its output later: until then it has found what it can. */
export function startGit(folder: string, args: readonly string[], input?: string): RunningGit {
  const all = [...SAFE, "-C", folder, ...args];
  const options = { env: environmentFor(), windowsHide: true };
  const child: GitChild =
    input === undefined
      ? spawn("git", all, { ...options, stdio: ["ignore", "pipe", "pipe"] })
      : spawn("git", all, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  // One that ends before it has read what it is given says why by itself.
  child.stdin?.on("error", () => {}).end(input);
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    if (complaint.length < ERROR_LIMIT) complaint += piece;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  // It may fail before anybody waits for it.
  ended.catch(() => {});
  const pieces = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  // Asked for at once: what nobody waits for is thrown away as soon as git ends.
  const first = pieces.next();
  first.catch(() => {});
  const output = outputOf(child, { pieces, first, ended, complaint: () => complaint });
  return { output, stop: () => void child.kill() };
}

interface Reading {
  readonly pieces: AsyncIterator<Buffer>;
  readonly first: Promise<IteratorResult<Buffer>>;
  readonly ended: Promise<number | null>;
  readonly complaint: () => string;
}

async function* outputOf(
  child: GitChild,
  { pieces, first, ended, complaint }: Reading,
): AsyncGenerator<Buffer> {
  try {
    for (let next = await first; next.done !== true; next = await pieces.next()) yield next.value;
    const code = await ended;
    if (code !== 0)
      throw new GitError("refused", complaint().trim() || `git ended with ${code ?? "a signal"}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new GitError("missing", "the git executable was not found");
    throw error;
  } finally {
    child.kill();
  }
}

/** The whole output of git as text. Bytes that are no UTF-8 become U+FFFD. Throws `GitError`, and beyond `limit` bytes. `input` is given to it on standard input. */
export async function git(
  folder: string,
  args: readonly string[],
  limit = 64 * 1024 * 1024,
  input?: string,
): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of startGit(folder, args, input).output) {
    size += piece.length;
    if (size > limit) throw new GitError("refused", `git's answer is longer than ${limit} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
