/** What `waybill notes` asks git for before anything else: all at once, and while the rest of the command is being loaded. */
import { TEMPLATE_FOLDER } from "../core/team-templates.ts";
import { isShallow, readTags, type Tag } from "./git.ts";
import { startLog, type RunningLog } from "./git-log.ts";
import { git } from "./git-process.ts";
import type { Asked } from "./notes-arguments.ts";
import { CONFIG } from "./repository-paths.ts";

/** What git has answered so far, and what it is at work on. */
export interface Begun {
  /** The commit that the notes end with, as a full SHA; null where there is none of that name. */
  readonly head: string | null;
  /** The same of the start that is named; null too where none is. */
  readonly from: string | null;
  readonly hasConfig: boolean;
  /** Whether the clone has a template of its own for the notes, those for an audience left aside. */
  readonly hasTemplate: boolean;
  readonly shallow: boolean;
  readonly tags: Promise<Tag[]>;
  /** All commits of the range, without paths; null where its start has to be found first. */
  readonly log: RunningLog | null;
}

/** Starts git on what is asked for. Throws `GitError` where the folder is no repository, and where there is no git. */
export async function beginNotesOf({ repo, from, to, what }: Asked): Promise<Begun> {
  const tags = readTags(repo);
  const answers = Promise.all([objectsOf(repo, namesFrom(from, to)), isShallow(repo)]);
  // Whoever waits hears of it below, or from the other.
  for (const promise of [tags, answers]) promise.catch(() => {});
  // Loaded anyway, and git needs as long for its first answers.
  await import("../core/notes/index.ts");
  const [[head = null, config = null, template = null, start = null], shallow] = await answers;
  const known = head !== null && (what === "all" || start !== null);
  return {
    head,
    from: start,
    hasConfig: config !== null,
    hasTemplate: template !== null,
    shallow,
    tags,
    log: known ? startLog(repo, what === "all" ? null : start, head) : null,
  };
}

/** The refs are plain ones, so none of these names has a line break in it. */
function namesFrom(from: string | null, to: string): string[] {
  const names = [`${to}^{commit}`, `${to}:${CONFIG}`, `${to}:${TEMPLATE_FOLDER}/notes.hbs`];
  return from === null ? names : [...names, `${from}^{commit}`];
}

/** The object that each of these names means, by one git; null where there is none. */
async function objectsOf(repo: string, names: readonly string[]): Promise<(string | null)[]> {
  const answer = await git(repo, ["cat-file", "--batch-check"], undefined, `${names.join("\n")}\n`);
  // Besides, git may say which names it finds ambiguous: such a line has a name in it, and no size.
  const lines = answer.split("\n");
  return names.map((_name, at) => /^([0-9a-f]{40,64}) \w+ \d+$/.exec(lines[at] ?? "")?.[1] ?? null);
}
