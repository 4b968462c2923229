/**
 * Writing other people's text into GitHub's Markdown so that it is text and nothing else.
 *
 * Two layers have to be held off. Markdown itself, by backslashes and character references. And what GitHub makes of the finished text
 * afterwards (mentions, issue and commit references, bare addresses): it looks at the decoded text, so `\@name` and `&#64;name` still
 * notify. Only a character in between helps. We write a zero-width space, as the reference `&#8203;`, after `@` and `#` and inside of
 * what else would become a link: Renovate (renovatebot/renovate, pull requests 1083 and 30842) and Dependabot
 * (dependabot/dependabot-core, pull request 12685) keep their notes quiet in this way.
 */

import { crossOutTokens } from "../core/secrets.ts";
import { asSpoken } from "../core/spoken.ts";

const BREAK = "&#8203;";

// Control characters, and everything that is invisible or turns the direction of writing: it could hide or forge what a line says.
// The zero-width joiner and the emoji selector stay, emoji are made with them; whitespace is dealt with by itself.
const INVISIBLE = /[[\p{Default_Ignorable_Code_Point}\p{Cc}\uFFF9-\uFFFB]--[\uFE0F\t-\r\u0085\u200D]]/gv;
const WHITESPACE = /[\s\u0085]+/gu;

// What most lines are: words of visible ASCII with single spaces between them.
const ORDINARY = /^[!-~]+(?: [!-~]+)*$/;

/** Text as it will be seen: on one line, well-formed, without secrets and characters that nobody sees. What `md` writes reads back as this. */
export function seen(text: string): string {
  if (ORDINARY.test(text)) return crossOutTokens(text);
  return crossOutTokens(text.toWellFormed().replace(INVISIBLE, "")).replace(WHITESPACE, " ").trim();
}

// One pass over the text as it was, so that no replacement can make something new of its neighbours. In this order: an address's
// beginning; `GH-12`; what could be a commit (seven digits or more); then single characters.
const SPECIAL =
  /:\/\/|www\.|(?<![0-9a-z])gh-(?=\d)|(?<![0-9a-z])[0-9a-f]{7,}(?![0-9a-z])|[\\`*_[\]~|<>&$@#]/gi;

const PLAIN: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  $: "&#36;",
  "@": `@${BREAK}`,
};

function escapeSpecial(found: string, at: number, text: string): string {
  if (found === "#") return /\d/.test(text.charAt(at + 1)) ? `\\#${BREAK}` : "\\#";
  if (found.length === 1) return PLAIN[found] ?? `\\${found}`;
  if (found === "://") return `:${BREAK}//`;
  if (/^www\.$/i.test(found)) return `${found.slice(0, 3)}${BREAK}.`;
  if (/^gh-$/i.test(found)) return `${found}${BREAK}`;
  // Shorter pieces than GitHub takes for a commit, wherever they are joined.
  return found.match(/.{1,6}/g)?.join(BREAK) ?? found;
}

/**
 * Text as Markdown that shows it and does nothing else, on one line: for the inside and for the beginning of a line, a list item, a
 * heading, a link's label or a table's cell. No mention, no reference, no link, no markup, no marker comes of it.
 */
export function md(text: string): string {
  const line = seen(text).replace(SPECIAL, escapeSpecial);
  // Signs that mean something at the beginning of a line only. (`#` and `>` are dealt with above.)
  return line.replace(/^([-+=:])/, "\\$1").replace(/^(\d{1,9})([.)])/, "$1\\$2");
}

/** The same over several lines, each after the first begun with `prefix`; a longer text ends in "…" after `maxLines`. */
export function mdLines(text: string, prefix: string, maxLines = 30): string {
  // Before it is cut: a private key goes over many lines.
  const lines = crossOutTokens(text)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map(md);
  const kept = lines.slice(0, maxLines);
  while (kept.at(-1) === "") kept.pop();
  if (lines.length > maxLines) kept.push("…");
  return kept.map((line, at) => (at === 0 ? line : `${prefix}${line}`.trimEnd())).join("\n");
}

/** Text as an inline code span; GitHub resolves nothing in it. Empty for empty text, of which no code span can be made. */
export function code(text: string): string {
  const line = seen(text);
  if (line === "") return "";
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

/**
 * A command as code, with the word before it that the repository's config wants (`saying`).
 *
 * @param text as all of Waybill knows it, `/promote prod`
 */
export function command(text: string): string {
  return code(spokenCommand(text));
}

/** The same for places where GitHub shows plain text. */
export function spokenCommand(text: string): string {
  return asSpoken(text, prefix);
}

let prefix: string | null = null;

/** Writes something with commands as a repository has them. Writing is synchronous, so nothing else is written meanwhile. */
export function saying<Written>(word: string, write: () => Written): Written {
  const before = prefix;
  prefix = word;
  try {
    return write();
  } finally {
    prefix = before;
  }
}

/** One line of a commit: what its author wrote as code stays code, all else is made inert. */
export function subject(text: string): string {
  return withCode(text, code);
}

/** The same in a table's cell: sentences of our own that quote what stands in a file. */
export function subjectCell(text: string): string {
  return withCode(text, codeCell);
}

function withCode(text: string, asCode: (text: string) => string): string {
  const pieces = text.trim().split(/(?<!`)(`[^`\n]+`)(?!`)/);
  return pieces
    .map((piece, index) => (index % 2 === 1 ? asCode(piece.slice(1, -1)) : spaced(piece)))
    .join("");
}

/** `md`, which trims, with the spaces kept that part the text from the code beside it. */
function spaced(text: string): string {
  const inert = md(text);
  if (inert === "") return text === "" ? "" : " ";
  return `${/^\s/.test(text) ? " " : ""}${inert}${/\s$/.test(text) ? " " : ""}`;
}

const PROSE =
  /`([^`]{1,500})`|\[([^[\]]{1,200})\]\((https?:\/\/[^\s()<>]{1,500})\)|(https?:\/\/[^\s()<>`]{1,500}[^\s()<>`.,;:!?'"])/g;

/**
 * A team's own words over several lines: lists, links to http(s) addresses and code are what they seem, all else is made inert.
 */
export function prose(text: string): string {
  return crossOutTokens(text)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => {
      const [bullet = ""] = /^\s*[-*] (?=\S)/.exec(line) ?? [];
      return `${bullet === "" ? "" : "- "}${proseLine(line.slice(bullet.length).trim())}`;
    })
    .join("\n")
    .trim();
}

function proseLine(line: string): string {
  let written = "";
  let from = 0;
  for (const found of line.matchAll(PROSE)) {
    const [whole, ofCode, label, target, bare] = found;
    written += spaced(line.slice(from, found.index));
    written += ofCode === undefined ? link(target ?? bare ?? "", label ?? bare ?? "") : code(ofCode);
    from = found.index + whole.length;
  }
  return `${written}${spaced(line.slice(from))}`;
}

/** The same within a table: there a bar ends the cell even in code, unless it is escaped. */
export function codeCell(text: string): string {
  // A backslash before the bar would escape our own, and code has no way to write that: such a text is shown plain.
  if (/\\\|/.test(seen(text))) return md(text);
  return code(text).replaceAll("|", "\\|");
}

/** A link to an http(s) address with any text as its label; the label alone where the address is not one. */
export function link(address: string, label: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  const isFit = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  if (!isFit || crossOutTokens(url.href) !== url.href) return md(label);
  return `[${md(label)}](${url.href.replace(/[()<>\\`*_~|@ ]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`)})`;
}

/** Our own reference to a pull request or an issue of the same repository, which GitHub links. Throws unless it is a whole number from 1 on. */
export function pullReference(number: number): string {
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`not a pull request's number: ${number}`);
  return `#${number}`;
}

/** Our own reference to a commit of the same repository, which GitHub links. Throws unless it is a full SHA. */
export function shortSha(sha: string): string {
  if (!/^[0-9a-f]{40}$/.test(sha)) throw new Error(`not a full SHA: ${sha.slice(0, 80)}`);
  return sha.slice(0, 7);
}

/** The beginning of a text, at most `limit` characters (as UTF-16 counts them) and never half of one; ends in "…" if it was longer. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text
    .slice(0, limit - 1)
    .replace(/[\uD800-\uDBFF]$/, "")
    .trimEnd()}…`;
}
