/**
 * The grammar of commands: `/promote prod 1.5.0 --reason "…"`. It is closed: what does not fit is no command, however near it
 * looks, because what stands in a command becomes inputs of workflows. Whether a name exists is for the commands to say.
 */
import { closest } from "../suggest.ts";
import { leadingSlashLines } from "./markdown.ts";

/** How one command is written. */
export interface CommandGrammar {
  /** Lower-case letters and dashes, without the slash. */
  readonly name: string;
  /** In order; the required ones first. */
  readonly args: readonly { readonly name: string; readonly required: boolean }[];
  /** Names without the dashes; each takes a value, `--name VALUE` or `--name "any text"`. */
  readonly flags: readonly string[];
  /** Names without the dashes; they take no value: `--name`. */
  readonly switches?: readonly string[];
  /** How it is written, where that is not made of `args` and `flags`. */
  readonly usage?: string;
}

/** A line that fits the grammar. */
interface Command {
  readonly kind: "command";
  readonly name: string;
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
  /** 1-based, in the comment. */
  readonly line: number;
  /** The line as written, trimmed. */
  readonly text: string;
}

/** A line that nearly begins as a command does: `/promot prod`. `word` is the mistyped name, plain ASCII, without the slash. */
interface UnknownCommand {
  readonly kind: "unknown";
  readonly word: string;
  readonly suggestion: string;
  readonly line: number;
  readonly text: string;
}

/** A known command that is not well formed. `problem` is a plain sentence; it may quote the line, so it is escaped where it is shown. */
interface MalformedCommand {
  readonly kind: "malformed";
  readonly name: string;
  readonly problem: string;
  /** How it is written; absent where that is not what is wrong. */
  readonly usage?: string;
  readonly line: number;
  readonly text: string;
}

export type ParsedLine = Command | UnknownCommand | MalformedCommand;

/** More commands in one comment are a mistake, or an attack. */
const MOST_COMMANDS = 10;
const LONGEST_LINE = 500;
const LONGEST_WORD = 100;
const LONGEST_VALUE = 200;
const WORD = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;
/** What shows nothing, or moves or reorders what stands beside it. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}|\u2800/u;
/** Letters and digits that only look like the ones that names are made of. */
const FOREIGN_LETTER = /[[\p{L}\p{M}\p{N}]--[A-Za-z0-9]]/v;

/**
 * Reads the commands of a new comment. Commands come first: the reading ends at the first line that is none, so that text may
 * follow them but none can hide among it. Two commands may have an empty line between them.
 *
 * Never throws; takes time in proportion to the body's length.
 *
 * @param body the comment as GitHub sends it (Markdown)
 * @param prefix the word that commands begin with here (`/waybill promote prod`); null where they have none
 * @returns what the lines mean, in order, without the prefix; empty for a comment that is none of ours
 */
export function readCommands(
  body: string,
  grammars: readonly CommandGrammar[],
  prefix: string | null = null,
): ParsedLine[] {
  const parsed: ParsedLine[] = [];
  for (const { line, text: written } of leadingSlashLines(body)) {
    const text = withoutPrefix(written, prefix);
    const meaning = text === null ? null : (readLine(text, grammars) ?? unknownOf(text, prefix));
    if (text === null || meaning === null) break;
    if (parsed.length === MOST_COMMANDS) {
      parsed.push({
        kind: "malformed",
        name: nameIn(meaning),
        problem: `at most ${MOST_COMMANDS} commands fit one comment`,
        line,
        text,
      });
      break;
    }
    parsed.push({ ...meaning, line, text });
  }
  return parsed;
}

/**
 * Whether a comment could be commands, with whatever prefix: what is asked before anybody has looked which one a config wants.
 *
 * @param known the prefix that was wanted last; null where none was
 */
export function mayBeCommands(
  body: string,
  grammars: readonly CommandGrammar[],
  known: string | null = null,
): boolean {
  const [first] = leadingSlashLines(body);
  if (first === undefined) return false;
  const bare = first.text.replace(FIRST_WORD, "/");
  const ours = known !== null && withoutPrefix(first.text, known) !== null;
  return ours || [first.text, bare].some((text) => readLine(text, grammars) !== null);
}

const FIRST_WORD = /^\/[a-z0-9-]+(?:[ \t\u00A0]+\/?|$)/i;

/** The line as it would be written without the prefix, which alone asks for help; null where it does not begin with it. */
function withoutPrefix(line: string, prefix: string | null): string | null {
  if (prefix === null) return line;
  const [first = ""] = FIRST_WORD.exec(line) ?? [];
  const isOurs = first.replace(/[ \t\u00A0]+\/?$/, "").toLowerCase() === `/${prefix}`;
  if (!isOurs) return null;
  return line.length === first.length ? "/help" : `/${line.slice(first.length)}`;
}

/** A line that begins with the prefix was meant for Waybill, whatever it says; without one, what is no command may be anybody's. */
function unknownOf(text: string, prefix: string | null): Meaning | null {
  const word = /^\/([a-z][a-z-]{0,39})(?= |$)/i.exec(straightened(text))?.[1];
  return prefix === null || word === undefined
    ? null
    : { kind: "unknown", word: word.toLowerCase(), suggestion: "help" };
}

type Unplaced<Line> = Line extends ParsedLine ? Omit<Line, "line" | "text"> : never;
type Meaning = Unplaced<ParsedLine>;

function nameIn(meaning: Meaning): string {
  return meaning.kind === "unknown" ? meaning.word : meaning.name;
}

function readLine(written: string, grammars: readonly CommandGrammar[]): Meaning | null {
  const line = straightened(written);
  const word = /^\/([!-.0-~]{1,40})(?= |$)/.exec(line)?.[1];
  if (word === undefined || INVISIBLE.test(line)) return null;
  const name = word.toLowerCase();
  const grammar = grammars.find((candidate) => candidate.name === name);
  if (grammar === undefined) {
    const suggestion = closest(
      name,
      grammars.map((candidate) => candidate.name),
      // Only typing errors: somebody else's `/helpdesk` is none of our business.
      false,
    );
    return suggestion === null ? null : { kind: "unknown", word: name, suggestion };
  }
  if (FOREIGN_LETTER.test(line.replaceAll(/"[^"]*"/g, ""))) return null;
  if (line.length > LONGEST_LINE)
    return { kind: "malformed", name, problem: `a command has at most ${LONGEST_LINE} characters` };
  const reading = readWords(line.slice(word.length + 1), grammar);
  return "problem" in reading
    ? { kind: "malformed", name, ...reading }
    : { kind: "command", name, ...reading };
}

/** Undoes what phones and word processors do to plain characters. */
function straightened(line: string): string {
  return line
    .replaceAll(/[\u00A0\t]/g, " ")
    .replaceAll(/[“”„‟«»]/g, '"')
    .replaceAll(/(?<= )[—–](?=[A-Za-z])/g, "--");
}

interface Words {
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
}

/** What is wrong with a command's words, and how it is written where that would have helped. */
interface Wrong {
  readonly problem: string;
  readonly usage?: string;
}

/** Reads what follows a command's name. */
function readWords(rest: string, grammar: CommandGrammar): Words | Wrong {
  if (rest.split('"').length % 2 === 0) return { problem: "a quote is opened and not closed" };
  const args: string[] = [];
  const flags = new Map<string, string>();
  // Each piece is taken off the front; a flag takes its value along.
  const pieces = rest.match(/(?:[^ "]|"[^"]*")+/g) ?? [];
  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
    const isFlag = piece.startsWith("--");
    if (!isFlag && args.length === grammar.args.length)
      return { problem: `${quoted(piece)} is one word too many`, usage: usageOf(grammar) };
    const problem = isFlag ? takeFlag(piece, pieces, flags, grammar) : takeArgument(piece, args, grammar);
    if (problem !== null) return { problem };
  }
  const absent = grammar.args[args.length];
  if (absent?.required === true) return { problem: `the ${absent.name} is missing`, usage: usageOf(grammar) };
  return { args, flags: Object.fromEntries(flags) };
}

function takeArgument(piece: string, args: string[], grammar: CommandGrammar): string | null {
  if (!isWord(piece))
    return `${quoted(piece)} is no ${grammar.args[args.length]?.name ?? "word"}: it has letters, digits and \`. _ + -\` only`;
  args.push(piece);
  return null;
}

function takeFlag(
  piece: string,
  later: string[],
  flags: Map<string, string>,
  grammar: CommandGrammar,
): string | null {
  const [, written = "", attached] = /^--([^=]*)(?:=(.*))?$/.exec(piece) ?? [];
  const name = written.toLowerCase();
  if (grammar.switches?.includes(name) === true) return takeSwitch(name, attached, flags);
  if (!grammar.flags.includes(name)) return unknownFlag(written, grammar);
  if (flags.has(name)) return `\`--${name}\` is given twice`;
  const value = attached ?? (later[0]?.startsWith("--") === true ? undefined : later.shift());
  if (value === undefined) return `\`--${name}\` needs a value: \`--${name} "…"\``;
  const text = /^"([^"]*)"$/.exec(value)?.[1]?.trim();
  if (text === undefined && !isWord(value))
    return `the value of \`--${name}\` needs quotes: \`--${name} "…"\``;
  if (text === "") return `the value of \`--${name}\` is empty`;
  if (text !== undefined && text.length > LONGEST_VALUE)
    return `the value of \`--${name}\` has more than ${LONGEST_VALUE} characters`;
  flags.set(name, text ?? value);
  return null;
}

function takeSwitch(name: string, attached: string | undefined, flags: Map<string, string>): string | null {
  if (flags.has(name)) return `\`--${name}\` is given twice`;
  if (attached !== undefined) return `\`--${name}\` takes no value`;
  flags.set(name, "");
  return null;
}

function unknownFlag(written: string, grammar: CommandGrammar): string {
  const all = [...grammar.flags, ...(grammar.switches ?? [])];
  const near = closest(written, all);
  const names = all.map((name) => `\`--${name}\``).join(", ");
  const known = names === "" ? `\`${grammar.name}\` has none` : `known are ${names}`;
  return `there is no ${quoted(`--${written}`)}: ${near === null ? known : `did you mean \`--${near}\`?`}`;
}

function isWord(text: string): boolean {
  return text.length <= LONGEST_WORD && WORD.test(text);
}

function quoted(text: string): string {
  const plain = text.replaceAll("`", "'");
  return `\`${plain.length > 40 ? `${plain.slice(0, 39)}…` : plain}\``;
}

/** How a command is written: `/promote <environment> [version] [--reason "…"]`. */
export function usageOf(grammar: CommandGrammar): string {
  if (grammar.usage !== undefined) return grammar.usage;
  const args = grammar.args.map((arg) => (arg.required ? `<${arg.name}>` : `[${arg.name}]`));
  const flags = grammar.flags.map((flag) => `[--${flag} "…"]`);
  const switches = (grammar.switches ?? []).map((name) => `[--${name}]`);
  return [`/${grammar.name}`, ...args, ...flags, ...switches].join(" ");
}
