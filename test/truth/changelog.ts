/**
 * A CHANGELOG.md as release-please, semantic-release, standard-version and git-cliff write it, as facts: which two tags a section stands between (from its
 * header's compare link), and which commits or pull requests its lines name, under which title.
 */

/** One line of a section. */
export interface TrueEntry {
  /** The title above it; empty where there is none. */
  readonly title: string;
  /** The commits that it links to, as abbreviated there, in lower case. */
  readonly shas: readonly string[];
  /** The pull requests or issues that it names, in their order. */
  readonly numbers: readonly number[];
  /** What it says, without Markdown, links to commits and numbers. */
  readonly text: string;
  /** The line's number in the file, from 1. */
  readonly line: number;
}

/** One release with a compare link. */
export interface TrueSection {
  readonly from: string;
  readonly to: string;
  readonly entries: readonly TrueEntry[];
  readonly line: number;
}

export interface Changelog {
  readonly sections: readonly TrueSection[];
  /** How many headers name a version and have no compare link: they can not be scored. */
  readonly unlinked: number;
}

const HEADING = /^(#{1,4}) +(\S.*)$/;
const COMPARE = /\/compare\/([^)\s]+?)\.{2,3}([^)\s]+?)\)/;
const VERSION_HEADING =
  /^(?:<[^>]*>)*\[?(?:[Vv]|[\w-]+@)?\d+\.(?:\d+|x)(?:\.(?:\d+|x))?(?:[-+][\w.-]+)?(?=[\s\](<]|$)/;
const BULLET = /^[*-] +(\S.*)$/;
/** What a release's notes say about people is no change. */
const NO_CHANGES = /contributors/i;

/** The text's sections, newest first, as they stand there. Never throws; linear in its length. */
export function readChangelog(text: string): Changelog {
  const sections: { from: string; to: string; entries: TrueEntry[]; line: number }[] = [];
  let unlinked = 0;
  let current: (typeof sections)[number] | null = null;
  let title = "";
  for (const [at, row] of text.split(/\r?\n/).entries()) {
    const heading = HEADING.exec(row)?.[2];
    if (heading !== undefined) {
      const [, from, to] = COMPARE.exec(heading) ?? [];
      title = "";
      if (from !== undefined && to !== undefined) {
        current = { from: decoded(from), to: decoded(to), entries: [], line: at + 1 };
        sections.push(current);
      } else if (VERSION_HEADING.test(heading)) {
        current = null;
        unlinked += 1;
      } else title = heading.trim();
      continue;
    }
    const bullet = BULLET.exec(row)?.[1];
    if (bullet === undefined || current === null || NO_CHANGES.test(title)) continue;
    const entry = entryOf(bullet, title, at + 1);
    // Above the first title people write about the release.
    if (title === "" && entry.shas.length + entry.numbers.length === 0) continue;
    current.entries.push(entry);
  }
  return { sections, unlinked };
}

function decoded(tag: string): string {
  try {
    return decodeURIComponent(tag);
  } catch {
    return tag;
  }
}

const COMMIT_LINK = /\/commits?\/([0-9a-f]{7,40})\b/gi;
const NUMBER_LINK = /\[(?:[\w.-]+\/[\w.-]+)?#(\d{1,9})\]\(/g;
const BARE_NUMBER = /\(#(\d{1,9})\)/g;

function entryOf(bullet: string, title: string, line: number): TrueEntry {
  const shas = [...bullet.matchAll(COMMIT_LINK)].map((match) => (match[1] ?? "").toLowerCase());
  const numbers = [...bullet.matchAll(NUMBER_LINK), ...bullet.matchAll(BARE_NUMBER)].map((match) =>
    Number(match[1]),
  );
  return {
    title,
    shas: [...new Set(shas)],
    numbers: [...new Set(numbers)],
    text: plainText(bullet),
    line,
  };
}

const TRAILING = [
  // git-cliff: `- ([abc1234](…))`; the others: `([abc1234](…))`. What follows it are the issues that the body closes.
  /(?: -)? \(\[[0-9a-f]{7,40}\]\([^)]*\)\).*$/i,
  /,? (?:closes|fixes|refs) (?:\[[^\]]*\]\([^)]*\)[ ,]*)+$/i,
];

/** A line's words alone: no links, no scope in bold or italics, no numbers at its end, no emphasis; in lower case, since tools change the first letter. */
export function plainText(bullet: string): string {
  let text = bullet;
  for (const pattern of TRAILING) text = text.replace(pattern, "");
  text = text
    .replace(/^(?:\*\*[^*]+:?\*\*:?|\*\([^)]*\)\*)\s+/, "")
    .replace(/^\[\*\*breaking\*\*\] /i, "")
    .replace(/\[((?:[^[\]]|\[[^\]]*\])*)\]\([^)\s]*\)/g, "$1");
  return comparable(text);
}

/** Two texts that differ only in marks, case, spaces and the numbers at their end come out the same. */
export function comparable(text: string): string {
  let rest = text.trim();
  for (let last = ""; last !== rest;) {
    last = rest;
    rest = rest.replace(/[ ,]*\(?(?:closes|fixes|fix|refs|re)? ?(?:[\w.-]+\/[\w.-]+)?#\d+\)?$/i, "").trim();
  }
  return rest
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/[\\`*_]/g, "")
    .replace(/\s+/g, " ")
    .toLowerCase();
}
