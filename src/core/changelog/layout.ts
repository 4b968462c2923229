/**
 * Where the releases stand in a team's `CHANGELOG.md`, whatever wrote it. Works on text in which each character is one byte of the file (latin1), so that
 * whatever the file holds comes back as it was: all that is looked for is ASCII.
 */
import valid from "semver/functions/valid.js";

/** Where a release's section stands. Offsets into the text. */
export interface PlacedSection {
  /** As semver writes it, without build metadata. */
  readonly version: string;
  /** Its first character: its heading, or the anchor right before that. */
  readonly from: number;
  /** Behind its last one. */
  readonly to: number;
}

export interface Layout {
  readonly sections: readonly PlacedSection[];
  /** The line break of the file: `\r\n` where its first one is, else `\n`. */
  readonly eol: "\r\n" | "\n";
  /** Where the first section goes in a file that has none. */
  readonly beginning: number;
  /** Where the content ends: what follows are only definitions of links, comments and blank lines. */
  readonly end: number;
}

interface Line {
  readonly from: number;
  readonly text: string;
}

interface Heading {
  readonly from: number;
  readonly level: number;
  readonly title: string;
}

/** What may stand before a version in its heading, taken off one after the other: markup, a word, a component's prefix. */
const DECORATION = /^(?:<[a-z][^<>]{0,100}>|[[*_`])/i;
const WORD = /^(?:version|release)\s+/i;
const PREFIX = /^[A-Za-z][\w./@-]{0,100}[-/@](?=v?\d)/;
const VERSION =
  /^v?(\d{1,10}\.\d{1,10}\.\d{1,10}(?:-[0-9A-Za-z.-]{1,64})?)(?:\+[0-9A-Za-z.-]{1,64})?(?![0-9A-Za-z])/i;
const ANCHOR = /^<a (?:name|id)="[^"<>]*"><\/a>\s*$/;
/** What may close a file behind its last section. */
const CLOSING = /^(?:\s*|\[[^\]]+\]:\s.*|<!--.*-->\s*)$/;
const UNRELEASED = /\bunreleased\b/i;

/** Reads the layout of a file. Linear, never throws. */
export function layoutOf(text: string): Layout {
  const lines = linesOf(text);
  const headings = headingsOf(lines);
  const end = endOf(lines, text);
  const starts = headings.flatMap((heading) => {
    const version = versionIn(heading.title);
    return version === null ? [] : [{ version, from: withAnchor(heading.from, lines) }];
  });
  const sections = starts.map(({ version, from }, at) => ({
    version,
    from,
    to: Math.max(from, starts[at + 1]?.from ?? end),
  }));
  return {
    sections,
    eol: /^[^\n]*\r\n/.test(text) ? "\r\n" : "\n",
    beginning: beginningOf(lines, headings, end),
    end,
  };
}

/** The version that a heading names first; null where it names none. */
function versionIn(title: string): string | null {
  let rest = title.trim();
  for (let mark = DECORATION.exec(rest); mark !== null; mark = DECORATION.exec(rest))
    rest = rest.slice(mark[0].length);
  const found = VERSION.exec(rest.replace(WORD, "").replace(PREFIX, ""))?.[1];
  return found === undefined ? null : valid(found);
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let from = 0; from < text.length;) {
    const next = text.indexOf("\n", from);
    const to = next < 0 ? text.length : next;
    lines.push({ from, text: text.slice(from, to).replace(/\r$/, "") });
    from = to + 1;
  }
  return lines;
}

/** The headings at the beginning of a line, none of those in code and comments. */
function headingsOf(lines: readonly Line[]): Heading[] {
  const headings: Heading[] = [];
  let fence: string | null = null;
  let inComment = false;
  for (const [at, line] of lines.entries()) {
    // UTF-8's byte order mark.
    const text = at === 0 ? line.text.replace(/^\u00EF\u00BB\u00BF/, "") : line.text;
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(text)?.[1];
    if (fence !== null) {
      if (mark?.startsWith(fence) === true && text.trim() === mark) fence = null;
    } else if (inComment) inComment = !text.includes("-->");
    else if (mark !== undefined) fence = mark;
    else if (/^ {0,3}<!--/.test(text)) inComment = !text.includes("-->", text.indexOf("<!--") + 4);
    else {
      const heading = headingOf(text, lines[at + 1]?.text ?? "");
      if (heading !== null) headings.push({ from: line.from, ...heading });
    }
  }
  return headings;
}

/** `## title`, or a title that is underlined. */
function headingOf(text: string, below: string): { level: number; title: string } | null {
  const marks = /^(#{1,6})[ \t]/.exec(text)?.[1];
  if (marks !== undefined) return { level: marks.length, title: text.slice(marks.length) };
  if (text === "" || /^[\s>*+-]/.test(text)) return null;
  if (/^={2,}\s*$/.test(below)) return { level: 1, title: text };
  return /^-{2,}\s*$/.test(below) ? { level: 2, title: text } : null;
}

/** Old tools set an anchor before each heading: it belongs to the section. */
function withAnchor(from: number, lines: readonly Line[]): number {
  let place = from;
  for (let at = lineAt(from, lines) - 1; at >= 0; at -= 1) {
    const line = lines[at];
    if (line === undefined || (line.text.trim() !== "" && !ANCHOR.test(line.text))) break;
    if (ANCHOR.test(line.text)) place = line.from;
  }
  return place;
}

function lineAt(from: number, lines: readonly Line[]): number {
  let [low, high] = [0, lines.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.from ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** After the title and what introduces the file; at its very beginning where it has no title. */
function beginningOf(lines: readonly Line[], headings: readonly Heading[], end: number): number {
  const first = lines.find(({ text }) => text.replace(/^\u00EF\u00BB\u00BF/, "").trim() !== "");
  const [title, next] = headings;
  if (title === undefined || title.from !== first?.from || title.level !== 1)
    return lines[0]?.text.startsWith("\u00EF\u00BB\u00BF") === true ? 3 : 0;
  // What is not released yet stands above all releases.
  return next === undefined || UNRELEASED.test(next.title) ? end : withAnchor(next.from, lines);
}

function endOf(lines: readonly Line[], text: string): number {
  const last = lines.findLastIndex((line) => !CLOSING.test(line.text));
  return lines[last + 1]?.from ?? text.length;
}
