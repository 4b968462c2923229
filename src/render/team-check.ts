/**
 * What a team's own template may say, found out before it is run: only our helpers, with what they take; only fields that there are; only our partials.
 * So that whoever wrote it reads the line and the mend, not an empty notice.
 */
import type { TemplateProblem } from "../core/team-templates.ts";
import { closest } from "../core/suggest.ts";
import type { Field, Fields } from "./team-fields.ts";
import { ASKERS, TEAM_BLOCKS, TEAM_PARTIALS, WRITERS, type Takes, type Writer } from "./team-language.ts";

/** How deep blocks may stand in one another. */
const DEEPEST = 12;
/** Nobody mends more at once. */
const MOST_PROBLEMS = 20;

/** What a name stands for: a page, an item of a list, an object. */
type Scope = Fields;

interface Walk {
  readonly path: string;
  readonly root: Fields;
  readonly problems: TemplateProblem[];
}

interface Place {
  readonly scopes: readonly Scope[];
  readonly inList: boolean;
  readonly depth: number;
}

/** All that a template says and may not. @param path its file, for the problems @param root the fields of its page */
export function saidAmiss(program: hbs.AST.Program, path: string, root: Fields): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const walk: Walk = { path, root, problems };
  visitAll(program.body, walk, { scopes: [root], inList: false, depth: 0 });
  return problems.slice(0, MOST_PROBLEMS);
}

function refuse(walk: Walk, node: hbs.AST.Node, message: string, mend: string): void {
  if (walk.problems.length >= MOST_PROBLEMS) return;
  const { line, column } = node.loc.start;
  walk.problems.push({ path: walk.path, line, column: column + 1, message, mend });
}

function visitAll(statements: readonly hbs.AST.Statement[], walk: Walk, at: Place): void {
  for (const statement of statements) visit(statement, walk, at);
}

function visit(statement: hbs.AST.Statement, walk: Walk, at: Place): void {
  switch (statement.type) {
    case "ContentStatement":
    case "CommentStatement":
      return;
    case "MustacheStatement":
      return visitValue(statement as hbs.AST.MustacheStatement, walk, at);
    case "BlockStatement":
      return visitBlock(statement as hbs.AST.BlockStatement, walk, at);
    case "PartialStatement":
      return visitPartial(statement as hbs.AST.PartialStatement, walk, at);
    default:
      refuse(
        walk,
        statement,
        "no template may be defined or filled in here",
        "use a partial of Waybill's, {{> sections}} for one",
      );
  }
}

function visitValue(statement: hbs.AST.MustacheStatement, walk: Walk, at: Place): void {
  const name = nameOf(statement.path);
  if (!Object.hasOwn(WRITERS, name)) {
    const near = closest(name, Object.keys(WRITERS), false);
    const isHelper = statement.params.length > 0;
    const mend = isHelper
      ? near === null
        ? `use one of ${Object.keys(WRITERS).join(", ")}`
        : `did you mean {{${near}}}?`
      : `write {{md ${name}}}, or another helper in place of md`;
    const message = isHelper
      ? `there is no helper “${shown(name)}”`
      : `{{${shown(name)}}} does not say how it is to be written`;
    return refuse(walk, statement, message, mend);
  }
  checkHash(statement, walk);
  const takes: readonly Takes[] = WRITERS[name as Writer].takes;
  if (statement.params.length !== takes.length)
    return refuse(
      walk,
      statement,
      `{{${name}}} takes ${takes.length === 1 ? "one value" : `${takes.length} values`}, not ${statement.params.length}`,
      `write {{${name} ${takes.map((take) => EXAMPLES[take]).join(" ")}}}`,
    );
  for (const [index, take] of takes.entries()) {
    const param = statement.params[index];
    if (param !== undefined) checkParam(param, take, name, walk, at);
  }
}

const EXAMPLES: Readonly<Record<Takes, string>> = {
  text: "FIELD",
  number: "NUMBER",
  literal: '"words"',
  prefix: '"  "',
};

function checkParam(param: hbs.AST.Expression, take: Takes, helper: string, walk: Walk, at: Place): void {
  if (take === "literal" || take === "prefix") return checkLiteral(param, take, helper, walk);
  const kind = kindOf(param, walk, at);
  if (kind === null || kind === take || (take === "text" && kind === "number")) return;
  refuse(walk, param, `{{${helper}}} takes ${KINDS[take]}, and this is ${KINDS[kind]}`, MENDS[kind]);
}

function checkLiteral(
  param: hbs.AST.Expression,
  take: "literal" | "prefix",
  helper: string,
  walk: Walk,
): void {
  if (param.type !== "StringLiteral")
    return refuse(
      walk,
      param,
      `{{${helper}}} takes the template's own words here`,
      'write them in quotes: "changes"',
    );
  const isFit = take === "literal" || /^[ >]*$/.test((param as hbs.AST.StringLiteral).value);
  if (!isFit)
    refuse(walk, param, "lines may begin with spaces and > only", 'write "  ", or ">   " in a quote');
}

type Kind = Field["kind"];

const KINDS: Readonly<Record<Kind, string>> = {
  text: "text",
  number: "a number",
  flag: "a yes or no",
  list: "a list",
  object: "an object",
};

const MENDS: Readonly<Record<Kind, string>> = {
  text: "write it with {{md}} or {{code}}",
  number: "write it with {{count}}",
  flag: "ask for it with {{#if}}",
  list: "go through it with {{#each}}",
  object: "name one of its fields, after a dot",
};

/** The kind of an expression; null where it was refused. */
function kindOf(expression: hbs.AST.Expression, walk: Walk, at: Place): Kind | null {
  switch (expression.type) {
    case "StringLiteral":
      return "text";
    case "NumberLiteral":
      return "number";
    case "BooleanLiteral":
      return "flag";
    case "PathExpression":
      return fieldOf(expression as hbs.AST.PathExpression, walk, at)?.kind ?? null;
    case "SubExpression":
      return questionOf(expression as hbs.AST.SubExpression, walk, at);
    default:
      refuse(walk, expression, "this is no value", "name a field, or write text in quotes");
      return null;
  }
}

function questionOf(expression: hbs.AST.SubExpression, walk: Walk, at: Place): Kind | null {
  const name = nameOf(expression.path);
  if (!Object.hasOwn(ASKERS, name)) {
    refuse(
      walk,
      expression,
      `(${shown(name)} …) is no question`,
      `only ${Object.keys(ASKERS).join(", ")} stand in parentheses`,
    );
    return null;
  }
  checkHash(expression, walk);
  const { fewest, most } = ASKERS[name as keyof typeof ASKERS];
  const { length } = expression.params;
  if (length < fewest || length > most)
    refuse(
      walk,
      expression,
      `(${name} …) takes ${fewest === most ? fewest : `${fewest} to ${most}`} values, not ${length}`,
      `write (${name} ${"FIELD ".repeat(fewest).trim()})`,
    );
  for (const param of expression.params) kindOf(param, walk, at);
  return "flag";
}

function checkHash(
  node: hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression,
  walk: Walk,
): void {
  // The parser leaves it out where there is none, whatever its types say.
  const [pair] = (node.hash as hbs.AST.Hash | undefined)?.pairs ?? [];
  if (pair !== undefined) refuse(walk, pair, `“${shown(pair.key)}=” says nothing here`, "leave it out");
}

const TRUTHS: Readonly<Record<"first" | "last" | "index", Field>> = {
  first: { kind: "flag", says: "whether it is the first" },
  last: { kind: "flag", says: "whether it is the last" },
  index: { kind: "number", says: "its place, from 0 on" },
};

const LENGTH: Field = { kind: "number", says: "how many there are" };

/** What a path names; null where it was refused. */
function fieldOf(path: hbs.AST.PathExpression, walk: Walk, at: Place): Field | null {
  const parts = path.parts as readonly unknown[];
  if (path.data) {
    const [first, ...rest] = parts;
    if (first === "root" && path.depth === 0) return follow(path, rest, walk.root, walk);
    if (at.inList && path.depth === 0 && rest.length === 0 && Object.hasOwn(TRUTHS, String(first)))
      return TRUTHS[first as keyof typeof TRUTHS];
    refuse(
      walk,
      path,
      `there is no “${shown(path.original)}” here`,
      "within {{#each}} there are @first, @last and @index, and everywhere @root",
    );
    return null;
  }
  const scope = at.scopes.at(-1 - path.depth);
  if (scope !== undefined) return follow(path, parts, scope, walk);
  refuse(walk, path, `“${shown(path.original)}” goes out of the page`, "leave a ../ out");
  return null;
}

function follow(
  path: hbs.AST.PathExpression,
  parts: readonly unknown[],
  scope: Fields,
  walk: Walk,
): Field | null {
  let field: Field = { kind: "object", says: "", fields: scope };
  for (const part of parts) {
    const inner = fieldIn(field, String(part));
    if (inner === null) {
      refuseField(path, String(part), field, walk);
      return null;
    }
    field = inner;
  }
  return field;
}

function fieldIn(field: Field, name: string): Field | null {
  if (field.kind === "list") return name === "length" ? LENGTH : null;
  return field.kind === "object" && Object.hasOwn(field.fields, name) ? (field.fields[name] ?? null) : null;
}

function refuseField(path: hbs.AST.PathExpression, name: string, field: Field, walk: Walk): void {
  const names = field.kind === "object" ? Object.keys(field.fields) : field.kind === "list" ? ["length"] : [];
  const near = closest(name, names);
  const mend =
    near === null
      ? names.length === 0
        ? "leave out what stands after its last dot"
        : `there are ${names.join(", ")}`
      : `did you mean ${near}?`;
  refuse(walk, path, `there is no field “${shown(name)}” here`, mend);
}

function visitBlock(block: hbs.AST.BlockStatement, walk: Walk, at: Place): void {
  const name = nameOf(block.path);
  if (!Object.hasOwn(TEAM_BLOCKS, name))
    return refuse(
      walk,
      block,
      `there is no block {{#${shown(name)}}}`,
      `there are ${Object.keys(TEAM_BLOCKS).join(", ")}`,
    );
  if (at.depth >= DEEPEST)
    return refuse(
      walk,
      block,
      `blocks stand deeper than ${DEEPEST} in one another`,
      "take some of them apart",
    );
  checkHash(block, walk);
  const { program, inverse } = block as { program?: Program; inverse?: Program };
  for (const branch of [program, inverse])
    if ((branch?.blockParams ?? []).length > 0)
      return refuse(
        walk,
        block,
        "what a block goes through has no name of its own",
        "leave out “as |…|”, and name the fields as they are",
      );
  const [param, ...more] = block.params;
  if (param === undefined || more.length > 0)
    return refuse(
      walk,
      block,
      `{{#${name}}} takes one value`,
      `write {{#${name} FIELD}}; several conditions go together as (and A B) or (or A B)`,
    );
  const entered = enter(name, param, walk, at);
  if (entered === null) return;
  const deeper = { ...at, depth: at.depth + 1 };
  if (program !== undefined) visitAll(program.body, walk, { ...deeper, ...entered });
  // A chain of {{else if}} is written on one level, though it is parsed as one in the other.
  if (inverse !== undefined) visitAll(inverse.body, walk, inverse.chained === true ? at : deeper);
}

type Program = hbs.AST.Program & { readonly chained?: boolean };

/** What a block's own text sees; null where it cannot be entered. */
function enter(name: string, param: hbs.AST.Expression, walk: Walk, at: Place): Partial<Place> | null {
  if (name === "if" || name === "unless") {
    kindOf(param, walk, at);
    return {};
  }
  const wanted = name === "each" ? "list" : "object";
  if (param.type !== "PathExpression") {
    refuse(walk, param, `{{#${name}}} takes a field`, `write {{#${name} FIELD}}`);
    return null;
  }
  const field = fieldOf(param as hbs.AST.PathExpression, walk, at);
  if (field === null) return null;
  if (field.kind !== wanted || !("fields" in field)) {
    refuse(
      walk,
      param,
      `{{#${name}}} takes ${KINDS[wanted]}, and this is ${KINDS[field.kind]}`,
      name === "each" ? "name a list" : "name what has fields of its own",
    );
    return null;
  }
  return { scopes: [...at.scopes, field.fields], inList: at.inList || name === "each" };
}

function visitPartial(statement: hbs.AST.PartialStatement, walk: Walk, at: Place): void {
  const name = nameOf(statement.name);
  if (statement.name.type !== "PathExpression" || !Object.hasOwn(TEAM_PARTIALS, name)) {
    const near = closest(name, Object.keys(TEAM_PARTIALS), false);
    return refuse(
      walk,
      statement,
      `there is no partial “${shown(name)}”`,
      near === null ? `there are ${Object.keys(TEAM_PARTIALS).join(", ")}` : `did you mean {{> ${near}}}?`,
    );
  }
  if (statement.params.length > 0 || (statement.hash as hbs.AST.Hash | undefined) !== undefined)
    return refuse(walk, statement, `{{> ${name}}} takes nothing`, `write {{> ${name}}}`);
  const needed = TEAM_PARTIALS[name as keyof typeof TEAM_PARTIALS];
  const scope = at.scopes.at(-1) ?? {};
  const isThere = needed.needs.every((field) => Object.hasOwn(scope, field));
  if (!isThere) refuse(walk, statement, `{{> ${name}}} does not belong here`, needed.mend);
}

function nameOf(path: hbs.AST.Expression): string {
  return path.type === "PathExpression" ? (path as hbs.AST.PathExpression).original : path.type;
}

/** A template's word in a message: short, on one line. */
function shown(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, 60);
}
