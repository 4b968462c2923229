/**
 * Where values stand in a team's own template.
 *
 * What our helpers write is inert in Markdown's text, and only there: in a tag's attribute, in a link's address, or right after a sign that makes something
 * with it (`@{{md author}}`, `]{{md text}}`, `https:/{{md text}}`), strangers' text would come alive. So every way through the template is followed sign by
 * sign, with as much of Markdown as it takes, always on the safe side, and a value in a place like these is refused with its line.
 */
import type { TemplateProblem } from "../core/team-templates.ts";
import { WRITERS, type Writer } from "./team-language.ts";

/** Signs looked at in one template before it counts as too involved. */
const MOST_SIGNS = 1_000_000;
/** Ways that one place can be come to. There are hardly ever more than five. */
const MOST_STATES = 400;

/** What a place in the text is. */
interface State {
  /** `tag`: between `<` and `>`. `address`: a link's, up to its end. `definition`: after `]:`. `bare`: an address in the text. */
  in: "text" | "tag" | "address" | "definition" | "bare";
  /** The sign before: a safe one, a letter or digit, the end of a value or of code, or itself. */
  last: string;
  /** Whether the line has only signs so far that may stand before a block. */
  beginning: boolean;
  /** Whether the line begins with `|`. */
  row: boolean;
  /** Whether a line has begun with a tag, since the last empty one: there Markdown is not read. */
  html: boolean;
  /** Whether the line is empty so far. */
  empty: boolean;
  /** How many backticks stand right before, one after the other. */
  ticks: number;
  /** How many have begun code that has not ended; -1 where nobody can say, until an empty line. */
  code: number;
}

const SAFE = "safe";
const WORD = "word";
const VALUE = "value";
const CODE = "code";

const START: Readonly<State> = {
  in: "text",
  last: SAFE,
  beginning: true,
  row: false,
  html: false,
  empty: true,
  ticks: 0,
  code: 0,
};
/** Longer rows of backticks are taken for something that nobody can follow. */
const MOST_TICKS = 5;

/** Signs after which a value may stand, besides whitespace. */
const SAFE_BEFORE: ReadonlySet<string> = new Set("*_~(\"'|>[“„‚‘«‹–—…•·,;?".split(""));
/** Signs that may follow a value, besides whitespace. */
const SAFE_AFTER: ReadonlySet<string> = new Set("*_~)\"'”“’‘»›,;:!?.|<>]…–—".split(""));

/** Tags whose content GitHub or Markdown reads in its own way. */
const STRANGE_TAG =
  /^<(?:[!?]|\/?(?:pre|script|style|textarea|title|xmp|plaintext|noframes|iframe|noembed)(?![a-z]))/i;

interface Walk {
  readonly path: string;
  readonly partial: (name: string) => hbs.AST.Program;
  readonly problems: Map<string, TemplateProblem>;
  signs: number;
  /** Where our own partial was named; null in the team's own text. */
  within: hbs.AST.SourceLocation | null;
}

/** The values that stand where they would be alive. @param partial one of ours, parsed, by its name */
export function standingAmiss(
  program: hbs.AST.Program,
  path: string,
  partial: (name: string) => hbs.AST.Program,
): readonly TemplateProblem[] {
  const walk: Walk = { path, partial, problems: new Map(), signs: 0, within: null };
  const start = new Map([[keyOf(START), START]]);
  if (through(program.body, start, walk) === null) {
    return [
      {
        path,
        line: 1,
        column: 1,
        message: "its blocks are too involved to be followed",
        mend: "take some of them apart",
      },
    ];
  }
  return [...walk.problems.values()].toSorted(
    (one, other) => one.line - other.line || one.column - other.column,
  );
}

type States = ReadonlyMap<string, Readonly<State>>;

function keyOf(state: Readonly<State>): string {
  return Object.values(state).join(" ");
}

function union(...all: readonly States[]): States {
  return new Map(all.flatMap((states) => [...states]));
}

function refuse(walk: Walk, { start }: hbs.AST.SourceLocation, message: string, mend: string): void {
  const { line, column } = walk.within?.start ?? start;
  const key = `${line} ${column}`;
  if (!walk.problems.has(key))
    walk.problems.set(key, { path: walk.path, line, column: column + 1, message, mend });
}

/** The states after these statements; null where there is too much to follow. */
function through(statements: readonly hbs.AST.Statement[], before: States, walk: Walk): States | null {
  let states: States | null = before;
  for (const statement of statements) {
    states = after(statement, states, walk);
    if (states === null || states.size > MOST_STATES) return null;
  }
  return states;
}

function after(statement: hbs.AST.Statement, states: States, walk: Walk): States | null {
  switch (statement.type) {
    case "ContentStatement":
      return afterText((statement as hbs.AST.ContentStatement).value, states, walk, statement.loc);
    case "MustacheStatement":
      return afterValue(statement as hbs.AST.MustacheStatement, states, walk);
    case "BlockStatement":
      return afterBlock(statement as hbs.AST.BlockStatement, states, walk);
    case "PartialStatement": {
      const { name } = statement as hbs.AST.PartialStatement;
      const outer = walk.within;
      walk.within = outer ?? statement.loc;
      const come = through(walk.partial((name as hbs.AST.PathExpression).original).body, states, walk);
      walk.within = outer;
      return come;
    }
    default:
      return states;
  }
}

function afterBlock(block: hbs.AST.BlockStatement, states: States, walk: Walk): States | null {
  const { program, inverse } = block as { program?: hbs.AST.Program; inverse?: hbs.AST.Program };
  const otherwise = inverse === undefined ? states : through(inverse.body, states, walk);
  const { original } = block.path;
  const body = program?.body ?? [];
  let come = through(body, states, walk);
  if (original !== "each") return come === null || otherwise === null ? null : union(come, otherwise);
  // Once more and once more, until no round comes to anything new.
  for (let known = -1; come !== null && come.size !== known;) {
    known = come.size;
    const next = through(body, union(states, come), walk);
    come = next === null ? null : union(come, next);
  }
  return come === null || otherwise === null ? null : union(come, otherwise);
}

function afterText(text: string, states: States, walk: Walk, loc: hbs.AST.SourceLocation): States | null {
  walk.signs += text.length * states.size;
  if (walk.signs > MOST_SIGNS) return null;
  const come = new Map<string, State>();
  for (const state of states.values()) {
    const end = read(text, state, walk, loc);
    come.set(keyOf(end), end);
  }
  return come;
}

function read(text: string, from: Readonly<State>, walk: Walk, loc: hbs.AST.SourceLocation): State {
  const state = { ...from };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    const isAlive =
      (state.last === VALUE && !SAFE_AFTER.has(sign) && !/\s/.test(sign)) ||
      (state.last === CODE && sign === "`");
    if (isAlive) refuseAfter(sign, walk, loc);
    if (sign === "<" && STRANGE_TAG.test(text.slice(at, at + 12))) refuseTag(text, at, walk, loc);
    step(state, sign, text.charAt(at + 1));
    const isAddress =
      (sign === "/" || sign === ".") && /(?::\/\/|www\.)$/i.test(text.slice(Math.max(0, at - 3), at + 1));
    if (isAddress && state.in === "text") state.in = "bare";
  }
  return state;
}

function refuseAfter(sign: string, walk: Walk, loc: hbs.AST.SourceLocation): void {
  refuse(
    walk,
    loc,
    `“${sign}” stands right after a value, with which it could become a link or a name that is notified`,
    "put a space between them",
  );
}

/** The place of a sign within a text that begins at `loc`. */
function refuseTag(text: string, at: number, walk: Walk, loc: hbs.AST.SourceLocation): void {
  const before = text.slice(0, at).split("\n");
  const line = loc.start.line + before.length - 1;
  const column = before.length === 1 ? loc.start.column + at : (before.at(-1) ?? "").length;
  const tag = /^<[!?]?-*\/?[a-z]*/i.exec(text.slice(at))?.[0] ?? "<";
  const mend = tag.startsWith("<!--")
    ? "write {{!-- … --}}, which is not in the text that comes of it"
    : "leave it out";
  refuse(
    walk,
    { ...loc, start: { line, column } },
    `“${tag}” may not stand in a template: what hides text could hide or forge Waybill's own marks`,
    mend,
  );
}

/** One sign on. `next` is the one after it, or empty where a value or the end follows. */
function step(state: State, sign: string, next: string): void {
  stepCode(state, sign);
  if (sign === "\n") return newLine(state);
  const { last } = state;
  const isSpace = sign === " " || /\s/.test(sign);
  const begins = state.beginning && sign === "<" && opens(next);
  if (state.empty && sign === "|") state.row = true;
  if (begins) state.html = true;
  state.empty &&= isSpace;
  state.beginning &&= isSpace || /[>*+\-\d.)]/.test(sign);
  state.last = lastOf(sign, isSpace);
  if (state.in === "tag" && sign === ">") state.in = "text";
  else if (state.in === "address" && sign === ")") state.in = "text";
  else if (state.in === "bare" && (isSpace || /[<>)"'|]/.test(sign))) state.in = inText(last, sign, next);
  else if (state.in === "text") state.in = inText(last, sign, next);
}

function inText(last: string, sign: string, next: string): State["in"] {
  if (sign === "<" && opens(next)) return "tag";
  if (sign === "(" && last === "]") return "address";
  return sign === ":" && last === "]" ? "definition" : "text";
}

/**
 * The template's own code, `like this`: there nothing that values write would be what it is elsewhere. Code that goes over lines or cells, and backticks
 * that are escaped or in tags and addresses, are not followed: until an empty line nobody can say.
 */
function stepCode(state: State, sign: string): void {
  if (sign === "`") {
    state.ticks += 1;
    if (state.in !== "text" || state.last === "\\" || state.ticks > MOST_TICKS) state.code = -1;
    return;
  }
  endTicks(state);
  if (state.code > 0 && (sign === "\n" || sign === "|")) state.code = -1;
  if (sign === "\n" && state.empty) state.code = 0;
}

/** A row of backticks has ended: it begins code, ends it, or is a part of it. */
function endTicks(state: State): void {
  if (state.ticks > 0 && state.code === 0) state.code = state.ticks;
  else if (state.ticks > 0 && state.code === state.ticks) state.code = 0;
  state.ticks = 0;
}

/** Whether what follows a `<` makes a tag of it. A value may begin with anything. */
function opens(next: string): boolean {
  return next === "" || /[a-z/!?]/i.test(next);
}

function lastOf(sign: string, isSpace: boolean): string {
  if (isSpace || SAFE_BEFORE.has(sign)) return SAFE;
  return /[\p{L}\p{N}\uD800-\uDFFF]/u.test(sign) ? WORD : sign;
}

function newLine(state: State): void {
  const isOver = state.empty || state.in === "address" || state.in === "bare";
  // A definition's address may stand on the next line; a tag goes on over lines, until an empty one.
  if (isOver) state.in = "text";
  if (state.empty) state.html = false;
  state.last = SAFE;
  state.beginning = true;
  state.empty = true;
  state.row = false;
}

/** Helpers that write code, which GitHub leaves alone but which is none where Markdown is not read. */
const OF_MARKDOWN: ReadonlySet<string> = new Set([
  "code",
  "cmd",
  "codecell",
  "subject",
  "link",
  "address",
  "mdlines",
]);

const WRITES_CODE: ReadonlySet<string> = new Set(["code", "cmd", "codecell"]);

function afterValue(statement: hbs.AST.MustacheStatement, states: States, walk: Walk): States | null {
  const name = (statement.path as hbs.AST.PathExpression).original;
  if (!Object.hasOwn(WRITERS, name)) return states;
  if (name === "plural") {
    const words = statement.params.slice(1).map((param) => (param as hbs.AST.StringLiteral).value);
    const ways = words.map((word) => afterText(word, states, walk, statement.loc));
    return ways.reduce<States | null>(
      (all, way) => (all === null || way === null ? null : union(all, way)),
      new Map(),
    );
  }
  const come = new Map<string, State>();
  for (const [key, state] of states) {
    const why = amiss(name as Writer, state);
    if (why !== null) refuse(walk, statement.loc, `{{${name}}} ${why[0]}`, why[1]);
    const last = name === "count" ? WORD : WRITES_CODE.has(name) ? CODE : VALUE;
    const end: State = { ...state, in: "text", last, empty: false, beginning: false };
    endTicks(end);
    come.set(keyOf(end), end);
    // A value may be empty.
    come.set(key, state);
  }
  return come;
}

/** What stands for these in a table's row, where a bar or a new line would end the cell. */
const IN_ROWS: Readonly<Partial<Record<Writer, Writer>>> = {
  code: "codecell",
  cmd: "codecell",
  subject: "mdcell",
  mdlines: "mdcell",
};

/** Why a value may not stand here, and what to do; null where it may. */
function amiss(name: Writer, state: Readonly<State>): readonly [string, string] | null {
  const links = "{{link ADDRESS LABEL}} makes a link of a field";
  if (state.in === "tag") return ["stands inside of a tag", `write it outside of it; ${links}`];
  if (state.in !== "text") return ["stands in an address", links];
  if (name === "count") return null;
  const inCode = { ...state };
  endTicks(inCode);
  if (inCode.code !== 0)
    return [
      "stands in code, or after a backtick that begins some",
      "write it with {{code}}, outside of it; an empty line ends all code",
    ];
  if (state.html && OF_MARKDOWN.has(name))
    return [
      "stands in a block of HTML, where Markdown is not read",
      "leave an empty line between the tag and it",
    ];
  const inRow = state.row ? IN_ROWS[name] : undefined;
  if (inRow !== undefined) return ["stands in a table, which it could tear", `use {{${inRow}}}`];
  // GitHub looks for nothing in code, so it may follow anything but what would undo its beginning.
  const isFit = WRITES_CODE.has(name) ? !["`", "\\", CODE].includes(state.last) : state.last === SAFE;
  if (isFit) return null;
  const what =
    { [WORD]: "a letter or digit", [VALUE]: "another value", [CODE]: "another value" }[state.last] ??
    `“${state.last}”`;
  return [
    `stands right after ${what}, with which it could become a link or a name that is notified`,
    "put a space between them, or write it with {{code}}",
  ];
}
