/**
 * Footers: `BREAKING CHANGE: …` with all its lines and paragraphs up to the next footer, by conventional-commits-parser.
 *
 * What the parser is given is bounded, for it has sharp edges (measured on 7.1.4): a body line `-notes-` makes it throw
 * (closed by `fieldPattern: null`), ten thousand notes overflow its stack, and `#1 #1 #1 …` takes it quadratic time. So it
 * sees only the lines from the first note on, at most `NOTE_LIMIT` notes, and no `#` except in a footer's separator.
 */
import { CommitParser, type ParserOptions } from "conventional-commits-parser";

/** At most this many breaking notes of one commit are read. */
const NOTE_LIMIT = 100;

const NOTE = /^BREAKING[ -]CHANGE:/;
const isNote = (line: string) => line.startsWith("BREAKING") && NOTE.test(line);
const FOOTER_WITH_HASH = /^[\w-]+ #/;
const HASH = "#";
const STAND_IN = "\uE000";

// Only upper case counts, which is why the pattern is ours. The parser accepts null for a pattern that is not wanted;
// its types do not say so.
const OPTIONS = {
  fieldPattern: null,
  mergePattern: null,
  revertPattern: null,
  breakingHeaderPattern: null,
  noteKeywords: ["BREAKING CHANGE", "BREAKING-CHANGE"],
  notesPattern: (keywords: string) => new RegExp(`^(${keywords}):\\s*(.*)$`),
} as unknown as ParserOptions;

const parser = new CommitParser(OPTIONS);

export interface BreakingNotes {
  readonly texts: readonly string[];
  readonly cut: boolean;
}

const NONE: BreakingNotes = { texts: [], cut: false };

/** The texts of the breaking notes among these lines; an empty note is an empty text. Never throws, linear. */
export function breakingNotes(lines: readonly string[]): BreakingNotes {
  const first = lines.findIndex(isNote);
  if (first === -1) return NONE;
  const fed: string[] = ["note: note", ""];
  let notes = 0;
  for (const line of lines.slice(first)) {
    if (isNote(line)) notes += 1;
    if (notes > NOTE_LIMIT) break;
    fed.push(masked(line));
  }
  return { texts: parsedNotes(fed), cut: notes > NOTE_LIMIT };
}

function parsedNotes(fed: readonly string[]): string[] {
  try {
    return parser.parse(fed.join("\n")).notes.map((note) => note.text.replaceAll(STAND_IN, HASH).trim());
  } catch {
    // A breaking change that could not be read is still a breaking change.
    return [fed.slice(2).join("\n").replace(NOTE, "").replaceAll(STAND_IN, HASH).trim()];
  }
}

function masked(line: string): string {
  if (!line.includes(HASH)) return line;
  if (!FOOTER_WITH_HASH.test(line)) return line.replaceAll(HASH, STAND_IN);
  const at = line.indexOf(HASH);
  return line.slice(0, at + 1) + line.slice(at + 1).replaceAll(HASH, STAND_IN);
}
