/**
 * The helpers of the templates. A template can write a value only through one of them (see templates.ts), so that for each it says how it is meant.
 */
import {
  clip,
  code,
  command,
  codeCell,
  link,
  md,
  mdLines,
  prose,
  pullReference,
  seen,
  shortSha,
  spokenCommand,
  subject,
  subjectCell,
} from "./markdown.ts";
import { marker } from "./marker.ts";

/** A value in a template that is not of the kind that its helper takes: a mistake of ours. */
function wrong(helper: string, wanted: string, value: unknown): Error {
  return new Error(`{{${helper}}} takes ${wanted}, not ${value === null ? "null" : typeof value}`);
}

function text(helper: string, value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") throw wrong(helper, "text", value);
  return value;
}

function number(helper: string, value: unknown): number {
  if (typeof value !== "number") throw wrong(helper, "a number", value);
  return value;
}

/** As blocks ask it: an empty list is as good as none. */
function isThere(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** Longer than this no single value is written on one line. */
const LINE_LIMIT = 1_000;
const BLOCK_LIMIT = 4_000;

const line = (helper: string, value: unknown) => clip(text(helper, value), LINE_LIMIT);

/** Every helper by its name. The last argument that Handlebars adds is its own. */
export const HELPERS: Readonly<Record<string, (...values: unknown[]) => unknown>> = {
  /** Anybody's text, on one line. */
  md: (value) => md(line("md", value)),
  /** The same in a table's cell. */
  mdcell: (value) => md(line("mdcell", value)),
  /** Anybody's text on several lines, the others after this prefix. */
  mdlines: (value, prefix) => mdLines(clip(text("mdlines", value), BLOCK_LIMIT), text("mdlines", prefix)),
  /** A team's own words, of its config. */
  prose: (value) => prose(clip(text("prose", value), BLOCK_LIMIT)),
  /** For places where GitHub shows plain text; in Markdown it would be alive. */
  plain: (value) => seen(line("plain", value)),
  /** A commit's own line. */
  subject: (value) => subject(line("subject", value)),
  subjectcell: (value) => subjectCell(line("subjectcell", value)),
  code: (value) => code(line("code", value)),
  codecell: (value) => codeCell(line("codecell", value)),
  cmd: (value) => command(line("cmd", value)),
  plaincmd: (value) => seen(spokenCommand(line("plaincmd", value))),
  link: (address, label) => link(text("link", address), line("link", label)),
  /** An address that shows itself. */
  address: (value) =>
    link(
      text("address", value),
      line("address", value)
        .replace(/^https?:\/\//, "")
        .replace(/\/$/, ""),
    ),
  pullref: (value) => pullReference(number("pullref", value)),
  sha7: (value) => shortSha(text("sha7", value)),
  marker: (kind, id) => marker(text("marker", kind), text("marker", id)),
  count: (value) => String(number("count", value)),
  /** `{{plural 2 "change" "changes"}}` */
  plural: (value, one, many) => (number("plural", value) === 1 ? text("plural", one) : text("plural", many)),
  eq: (one, other) => one === other,
  not: (value) => !isThere(value),
  or: (...values) => values.slice(0, -1).some(isThere),
  and: (...values) => values.slice(0, -1).every(isThere),
};

/** Helpers whose answer is for another helper or a block, and is not written. */
export const QUESTIONS: ReadonlySet<string> = new Set(["eq", "not", "or", "and"]);
