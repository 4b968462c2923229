/**
 * Which pull request a commit came from, as GitHub writes it into messages.
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/about-pull-request-merges
 */
import type { Commit } from "./types.ts";

const MERGED_PULL = /^Merge pull request #(\d{1,10}) from \S/;
const MERGED_OTHER =
  /^Merge (?:branch|branches|remote-tracking branch|remote-tracking branches|tag|commit) \S/;
/** What the header says of a merge: of a pull request, of something else, or nothing. */
export function mergeOf(header: string): { readonly pull: number | null } | null {
  if (!header.startsWith("Merge ")) return null;
  const pull = MERGED_PULL.exec(header)?.[1];
  if (pull !== undefined) return { pull: Number(pull) };
  return MERGED_OTHER.test(header) ? { pull: null } : null;
}

const CLOSING = 41;
const ZERO = 48;
const NINE = 57;

/** The number in the suffix that a squash merge appends (`feat: x (#12)`), with the text before it. */
export function splitSuffix(text: string): { readonly text: string; readonly pull: number | null } {
  const end = text.length - 1;
  const start = text.charCodeAt(end) === CLOSING ? startOfNumber(text, end) : -1;
  if (start === -1) return { text, pull: null };
  const pull = Number(text.slice(start, end));
  if (pull === 0) return { text, pull: null };
  const open = start - 2;
  return { text: text.slice(0, text[open - 1] === " " ? open - 1 : open), pull };
}

/** Where the digits begin that end before `end` and stand after `(#`, at most ten of them; -1 where they do not. */
function startOfNumber(text: string, end: number): number {
  let at = end;
  for (; at > 0 && end - at <= 10; at -= 1) {
    const code = text.charCodeAt(at - 1);
    if (code < ZERO || code > NINE) break;
  }
  const digits = end - at;
  return digits > 0 && digits <= 10 && text[at - 1] === "#" && text[at - 2] === "(" ? at : -1;
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
  const { author } = commit;
  return author !== undefined && (isBot(author.login) || isBot(author.name));
}

function isBot(name: string | null | undefined): boolean {
  return name?.endsWith("[bot]") === true;
}
