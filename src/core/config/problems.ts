/** What is wrong with a config, for people: where, what, and how to mend it. */
import type { z } from "zod";
import { closest } from "../suggest.ts";
import type { Located, Path } from "./located.ts";
import { knownKeys } from "./schema-walk.ts";

/** One thing wrong (or doubtful) in a config file. All texts are plain, on one line, and safe to print; not Markdown. */
export interface ConfigProblem {
  /** The file. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** Where in the structure: `environments.prod.verify[0].url`; empty for the file as a whole. */
  readonly at: string;
  /** What stands there, shortened, without credentials; empty where something is missing. */
  readonly value: string;
  readonly message: string;
  readonly mend: string;
  /** Set where it is no mistake in the file, and yet a rollout will fail of it: a workflow that is missing, an address that is never asked. */
  readonly isInTheWay?: true;
  /** Set where `path` is not of this repository, but the owner's defaults. */
  readonly isInDefaults?: true;
}

/** A problem before its place is known. `part` says whether the name or what it holds is wrong. */
export interface Finding {
  readonly path: Path;
  readonly part: "key" | "value";
  readonly message: string;
  readonly mend: string;
  /** What is shown as the value in place of what stands at `path`. */
  readonly value?: string;
  /** As a problem's. */
  readonly isInTheWay?: true;
}

const LONGEST_VALUE = 80;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]+/gu;

/** A text of the file made fit for a log, a terminal and a comment: one line, short, no invisible characters, no credentials. */
export function shown(text: string): string {
  const clean = text
    .slice(0, 1_000)
    .replaceAll(/\/\/[^/\s]*@/g, "//…@")
    .replaceAll(UNPRINTABLE, " ")
    .trim();
  return clean.length <= LONGEST_VALUE ? clean : `${clean.slice(0, LONGEST_VALUE - 1).toWellFormed()}…`;
}

/** `environments.prod.verify[0].url`. */
export function pathText(path: Path): string {
  const text = path.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    return /^[\w-]+$/.test(step) ? `.${step}` : `["${shown(step)}"]`;
  });
  return text.join("").replace(/^\./, "");
}

/** Gives a finding its place in the file. */
export function placed(finding: Finding, located: Located, file: string): ConfigProblem {
  const name = finding.path.at(-1);
  const own = finding.part === "key" && typeof name === "string" ? name : located.textOf(finding.path);
  const { file: other, ...place } = located.placeOf(finding.path, finding.part);
  return {
    path: other ?? file,
    ...(other === undefined ? {} : { isInDefaults: true as const }),
    ...place,
    at: pathText(finding.path),
    value: shown(finding.value ?? own),
    message: shownSentence(finding.message),
    mend: shownSentence(finding.mend),
    ...(finding.isInTheWay === true ? { isInTheWay: true } : {}),
  };
}

/** A sentence of ours that may quote the file, made fit as `shown` does, with room for the whole sentence. */
export function shownSentence(text: string): string {
  return text.replaceAll(UNPRINTABLE, " ").slice(0, 600).toWellFormed();
}

type Issue = z.core.$ZodIssue;

/** Turns what zod found into findings, one for each wrong thing. */
export function findingsOf(issues: readonly Issue[], before: Path = []): Finding[] {
  return issues.flatMap((issue) => findingsOfIssue(issue, [...before, ...(issue.path as Path)]));
}

function findingsOfIssue(issue: Issue, path: Path): Finding[] {
  const value = (message: string, mend: string): Finding[] => [{ path, part: "value", message, mend }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(path, key));
    case "invalid_key":
      return findingsOf(issue.issues, path).map((finding) => ({ ...finding, part: "key" }));
    case "invalid_union":
      return findingsOfUnion(issue.errors, path);
    case "custom":
      return value(issue.message, String(issue.params?.["mend"] ?? "see docs/config.md"));
    case "invalid_value":
      return [wrongChoice(path, issue.values.map(String), issue.input)];
    case "invalid_type":
      return [wrongType(path, [issue.expected], issue.input)];
    case "too_small":
      return value(`too ${SIZES[issue.origin]?.[0] ?? "small"}`, `at least ${issue.minimum}`);
    case "too_big":
      return value(`too ${SIZES[issue.origin]?.[1] ?? "large"}`, `at most ${issue.maximum}`);
    case "invalid_format":
    case "invalid_element":
    case "not_multiple_of":
      return value("not a fitting value", "see docs/config.md");
    default:
      return value("not a fitting value", "see docs/config.md");
  }
}

function unknownKey(path: Path, key: string): Finding {
  const known = knownKeys(path);
  const near = closest(key, known);
  const mend = near === null ? `known here: ${known.join(", ")}` : `did you mean \`${near}\`?`;
  return { path: [...path, key], part: "key", message: "unknown setting", mend };
}

function wrongChoice(path: Path, choices: readonly string[], input: unknown): Finding {
  if (input === undefined) return missing(path);
  const near = typeof input === "string" ? closest(input, choices) : null;
  const mend =
    near === null
      ? `write one of ${choices.join(", ")}`
      : `did you mean \`${near}\`? (one of ${choices.join(", ")})`;
  return { path, part: "value", message: "not a value that is known here", mend };
}

function missing(path: Path): Finding {
  const name = String(path.at(-1) ?? "");
  return { path, part: "key", message: `\`${name}\` is missing`, mend: `add \`${name}:\` here`, value: "" };
}

/** How a size is too small and too large, by what is measured. */
const SIZES: Readonly<Record<string, readonly [string, string]>> = {
  array: ["few", "many"],
  string: ["short", "long"],
};

const DURATIONS: readonly unknown[] = [
  "interval",
  "deadline",
  "timeout",
  "settle",
  "for",
  "every",
  "soak",
  "expires",
  "duration",
];

const KINDS: Readonly<Record<string, string>> = {
  object: "a map (`name: value`)",
  record: "a map (`name: value`)",
  array: "a list",
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

function wrongType(path: Path, expected: readonly string[], input: unknown): Finding {
  if (input === undefined) return missing(path);
  const kinds = expected
    .map((kind) => KINDS[kind] ?? kind)
    .join(", ")
    .replace(/, (?=[^,]*$)/, " or ");
  const isEmpty = input === null;
  const quote = expected.includes("string") && (typeof input === "number" || typeof input === "boolean");
  const mend = quote
    ? quotingMend(path, input)
    : isEmpty
      ? "write a value, or remove the line"
      : `write ${kinds}`;
  return {
    path,
    part: "value",
    message: `${isEmpty ? "nothing stands here" : `this is ${kindOf(input)}`}; expected is ${kinds}`,
    mend,
  };
}

function quotingMend(path: Path, input: unknown): string {
  return DURATIONS.includes(path.at(-1))
    ? `write its unit along: \`${String(input)}s\``
    : `put it in quotes: "${String(input)}"`;
}

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return "a list";
  return KINDS[typeof input] ?? "something else";
}

/**
 * Where several shapes are allowed, the one that was meant is the one whose own kind fits; the others' complaints would only
 * confuse. If none fits, all kinds are named.
 */
function findingsOfUnion(nested: readonly (readonly Issue[])[], path: Path): Finding[] {
  const branches = nested.flatMap(shapesIn);
  const meant = branches.filter(
    (issues) => !issues.some((issue) => issue.path.length === 0 && isOfAnotherKind(issue)),
  );
  // Single words that may stand here are one choice, however many shapes they come from.
  const choices = branches
    .flat()
    .filter((issue) => issue.code === "invalid_value" && issue.path.length === 0);
  const [first] = meant;
  if (first !== undefined && meant.every((issues) => issues.every((issue) => choices.includes(issue)))) {
    const words = choices.flatMap((issue) => (issue.code === "invalid_value" ? issue.values : []));
    return [wrongChoice(path, words.map(String), first[0]?.input)];
  }
  if (first !== undefined) return findingsOf(first, path);
  const kinds = branches.flat().filter((issue) => issue.code === "invalid_type");
  return [wrongType(path, [...new Set(kinds.map((issue) => issue.expected))], branches[0]?.[0]?.input)];
}

/** The shapes of a union, also of one that is itself a shape of it. */
function shapesIn(issues: readonly Issue[]): readonly (readonly Issue[])[] {
  const [only, ...others] = issues;
  const isNested = only?.code === "invalid_union" && only.path.length === 0 && others.length === 0;
  return isNested && only.errors.length > 0 ? only.errors.flatMap(shapesIn) : [issues];
}

function isOfAnotherKind(issue: Issue): boolean {
  return issue.code === "invalid_type" || (issue.code === "invalid_value" && typeof issue.input !== "string");
}
