/**
 * Which pull request a commit came from, as GitHub writes it into messages.
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/about-pull-request-merges
 */
import type { Commit } from "./types.ts";

const MERGED_PULL = /^Merge pull request #(\d{1,10}) from \S/;
const MERGED_OTHER =
  /^Merge (?:branch|branches|remote-tracking branch|remote-tracking branches|tag|commit) \S/;
const SUFFIX = / ?\(#(\d{1,10})\)$/;

/** What the header says of a merge: of a pull request, of something else, or nothing. */
export function mergeOf(header: string): { readonly pull: number | null } | null {
  const pull = MERGED_PULL.exec(header)?.[1];
  if (pull !== undefined) return { pull: Number(pull) };
  return MERGED_OTHER.test(header) ? { pull: null } : null;
}

/** The number in the suffix that a squash merge appends (`feat: x (#12)`), with the text before it. */
export function splitSuffix(text: string): { readonly text: string; readonly pull: number | null } {
  const match = SUFFIX.exec(text.slice(-20));
  const pull = Number(match?.[1] ?? 0);
  if (!match || pull === 0) return { text, pull: null };
  return { text: text.slice(0, text.length - match[0].length), pull };
}

/** The pull request that a message names as its own: `Merge pull request #12 from …`, or a header that ends in `(#12)`. Null for none. */
export function pullNumberOf(message: string): number | null {
  const start = message.trimStart();
  const end = start.indexOf("\n");
  const header = (end === -1 ? start : start.slice(0, end)).trimEnd();
  return mergeOf(header)?.pull ?? splitSuffix(header).pull;
}

/** Whether a commit or its pull request was written by a bot: then its body is a machine's text. */
export function isByBot(commit: Commit): boolean {
  if (commit.pull) return commit.pull.author.bot;
  return [commit.author?.login, commit.author?.name].some((name) => name?.endsWith("[bot]") === true);
}
