/** The history of a local clone, commit by commit. */
import { StringDecoder } from "node:string_decoder";
import { inOrder, topologicalOrder } from "../core/notes/order.ts";
import { startGit, type RunningGit } from "./git-process.ts";

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
  "--encoding=UTF-8",
  "--no-show-signature",
  "--no-color",
  "--no-notes",
  "--no-decorate",
  "--no-mailmap",
];
const WITH_PATHS = ["--name-only", "--no-renames", "--no-relative", "--no-ext-diff", "--no-textconv"];
// SHA, parents, the author's name and address, message; none of them has a NUL in it, and `-z` parts the commits by one.
const FIELDS = 5;
const FORMAT = "--format=tformat:%H%x00%P%x00%an%x00%ae%x00%B";
// It begins with an empty field: a path is never empty, so a path that looks like a SHA is never taken for the next commit.
const FORMAT_WITH_PATHS = "--format=%x00%H%x00%P%x00%an%x00%ae%x00%B%x00";

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
  const log = startLog(folder, from, to, options);
  const order = await eachCommit(log, (commit) => commits.push(commit));
  return inOrder(commits, order);
}

/** A log that git is at work on. */
export interface RunningLog {
  readonly git: RunningGit;
  readonly withPaths: boolean;
}

/**
 * Starts the log of the same commits. They come by their dates, each as soon as git has found it: git's own topological order begins only when the whole range has been
 * walked. Of a folder's commits alone it is git's order, since git leaves out merges there as it walks.
 */
export function startLog(
  folder: string,
  from: string | null,
  to: string,
  { withPaths = false, under = "", without = [] }: ReadOptions = {},
): RunningLog {
  const range = from === null ? to : `${from}..${to}`;
  const args = [
    ...LOG,
    ...(under === "" ? [] : ["--topo-order"]),
    ...(withPaths ? WITH_PATHS : []),
    withPaths ? FORMAT_WITH_PATHS : FORMAT,
    range,
    ...without.map((sha) => `^${sha}`),
    "--",
    ...(under === "" ? [] : [`:(top,literal)${under}`]),
  ];
  return { git: startGit(folder, args), withPaths };
}

/**
 * Each commit of a log as soon as git has found it: what is done with it is done while git looks for the next.
 *
 * @returns the places of the commits in their topological order; null where they have come in it
 */
export async function eachCommit(
  { git, withPaths }: RunningLog,
  take: (commit: LoggedCommit) => void,
): Promise<readonly number[] | null> {
  const graph: LoggedCommit[] = [];
  const takeToo = (commit: LoggedCommit): void => {
    graph.push(commit);
    take(commit);
  };
  await (withPaths ? withTheirPaths(git, takeToo) : eachOf(git, takeToo));
  return topologicalOrder(graph);
}

/** Of a log in `FORMAT`. */
async function eachOf(git: RunningGit, take: (commit: LoggedCommit) => void): Promise<void> {
  let fields: string[] = [];
  await eachPiece(git, (piece) => {
    const all = fields.length === 0 ? piece : [...fields, ...piece];
    let at = 0;
    for (; at + FIELDS <= all.length; at += FIELDS)
      take(
        commitFrom(all[at] ?? "", all[at + 1] ?? "", all[at + 2] ?? "", all[at + 3] ?? "", all[at + 4] ?? ""),
      );
    fields = all.slice(at);
  });
}

/** Of a log in `FORMAT_WITH_PATHS`. */
async function withTheirPaths(git: RunningGit, take: (commit: LoggedCommit) => void): Promise<void> {
  let fields: string[] | null = null;
  await eachPiece(git, (piece) => {
    for (const field of piece) {
      const begins = fields === null || (field === "" && fields.length > FIELDS);
      if (!begins) fields?.push(field);
      else {
        if (fields !== null) take(withPathsFrom(fields));
        fields = [];
      }
    }
  });
  if (fields !== null) take(withPathsFrom(fields));
}

/**
 * Output that is split by NUL, as text. A piece of output is decoded and split at once: to wait for each field by itself took longer than git
 * and the notes together.
 */
async function eachPiece({ output }: RunningGit, take: (fields: string[]) => void): Promise<void> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const piece of output) {
    const fields = (rest + decoder.write(piece)).split("\0");
    rest = fields.pop() ?? "";
    take(fields);
  }
  rest += decoder.end();
  if (rest !== "") take([rest]);
}

function commitFrom(
  sha: string,
  parents: string,
  name: string,
  email: string,
  message: string,
): LoggedCommit {
  return {
    sha,
    parents: parents === "" ? [] : parents.includes(" ") ? parents.split(" ") : [parents],
    author: { name, email },
    message,
  };
}

function withPathsFrom(fields: readonly string[]): LoggedCommit {
  const [sha = "", parents = "", name = "", email = "", message = ""] = fields;
  // Behind the message an empty field ends it, and before the first path git puts a line break.
  const paths = fields.slice(FIELDS + 1).map((path, at) => (at === 0 ? path.replace(/^\n/, "") : path));
  return { ...commitFrom(sha, parents, name, email, message), paths };
}
