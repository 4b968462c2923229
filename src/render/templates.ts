/**
 * The templates in `templates/`: read once, checked, compiled once, in a Handlebars of their own.
 *
 * Handlebars' escaping is for HTML, which is wrong in Markdown, so it is off; instead a template that writes a value without one of our
 * helpers does not compile. Names of helpers and partials are fixed at compile time. Sizes, depth and output are limited: nested loops of 130 bytes
 * made 9.9 MB.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import { HELPERS, QUESTIONS } from "./helpers.ts";
import { rememberedChanges } from "./remembered.ts";

const HOME = join(import.meta.dirname, "..", "..", "templates");

const TEMPLATE_LIMITS = {
  sourceLength: 65_536,
  depth: 12,
  outputLength: 1_000_000,
  rounds: 50_000,
} as const;

const BLOCKS: ReadonlySet<string> = new Set(["each", "if", "unless", "with"]);
const KNOWN = Object.fromEntries([...Object.keys(HELPERS), ...BLOCKS].map((name) => [name, true]));

/** How much one rendering may write, in characters, and in how many rounds of loops. */
export interface RenderLimits {
  readonly outputLength: number;
  readonly rounds: number;
}

/** What one rendering has used so far, and may use. */
interface Budget {
  rounds: number;
  readonly limits: RenderLimits;
}

type Render = (view: object, limits?: RenderLimits) => string;

const environment = Handlebars.create();
environment.registerHelper(HELPERS);
environment.registerHelper("each", boundedEach);

const compiled = new Map<string, Render>();
const partials = new Set<string>();

/** Handlebars' own `each`, which also stops a template from running or growing without end. */
function boundedEach(this: unknown, list: unknown, options: Handlebars.HelperOptions): string {
  const items = Array.isArray(list) ? list : [];
  if (items.length === 0) return options.inverse(this);
  const budget = (options.data as { root?: unknown; budget: Budget }).budget;
  let output = "";
  for (const [index, item] of items.entries()) {
    budget.rounds += 1;
    if (budget.rounds > budget.limits.rounds) throw new Error("the template runs through too many rounds");
    const data = Handlebars.createFrame(options.data as object) as Record<string, unknown>;
    Object.assign(data, { index, first: index === 0, last: index === items.length - 1 });
    output += options.fn(item, { data });
    if (output.length > budget.limits.outputLength) throw new Error("the template writes too much");
  }
  return output;
}

/** Renders `templates/<name>.hbs`. Throws on an unknown name, a template that is not allowed, and a view that lacks what it writes. */
export function renderTemplate(name: string, view: object, limits?: RenderLimits): string {
  return (compiled.get(name) ?? readTemplate(name))(view, limits);
}

function readTemplate(name: string): Render {
  if (!/^(?:channels\/)?[a-z][a-z0-9-]*$/.test(name)) throw new Error(`not a template's name: ${name}`);
  const render = compileTemplate(readFileSync(join(HOME, `${name}.hbs`), "utf8"), `${name}.hbs`);
  compiled.set(name, render);
  return render;
}

/** Reads a partial, and those that it names, when the first template names it: to parse all of them takes longer than the notes of 10,000 commits. */
function readPartial(name: string): void {
  if (partials.has(name)) return;
  partials.add(name);
  const file = join(HOME, "partials", `${name}.hbs`);
  // One that is not there is refused by Handlebars, in the words it has for it.
  if (!/^[a-z][a-z0-9-]*$/.test(name) || !existsSync(file)) return;
  const program = checkedProgram(readFileSync(file, "utf8"), `partials/${name}.hbs`);
  const partial = environment.compile(program, OPTIONS) as Handlebars.TemplateDelegate;
  environment.registerPartial(name, name === "change" ? rememberedChanges(partial as never) : partial);
}

/** What is written in a partial that there is. */
export function partialSource(name: string): string {
  return readFileSync(join(HOME, "partials", `${name}.hbs`), "utf8");
}

const OPTIONS: CompileOptions = {
  noEscape: true,
  knownHelpers: KNOWN,
  knownHelpersOnly: true,
  strict: true,
  preventIndent: true,
};

/** Compiles a template's text; `file` is for messages. Throws on anything that templates may not do. */
export function compileTemplate(source: string, file: string): Render {
  const template = environment.compile(checkedProgram(source, file), OPTIONS);
  return (view, limits = TEMPLATE_LIMITS) => {
    const budget: Budget = { rounds: 0, limits };
    const output = template(view, { data: { budget } });
    if (output.length > limits.outputLength) throw new Error(`${file}: the template writes too much`);
    return tidy(output);
  };
}

/** Blocks that wrote nothing leave empty lines behind; one between paragraphs is enough. */
export function tidy(output: string): string {
  return `${output
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

/** The parsed template, whose partials have been read. Throws on anything that templates may not do. */
function checkedProgram(source: string, file: string): hbs.AST.Program {
  if (source.length > TEMPLATE_LIMITS.sourceLength)
    throw new Error(`${file}: longer than ${TEMPLATE_LIMITS.sourceLength} characters`);
  const program = environment.parse(source);
  checkStatements(program.body, file, 0);
  return program;
}

function checkStatements(statements: readonly hbs.AST.Statement[], file: string, depth: number): void {
  if (depth > TEMPLATE_LIMITS.depth) throw new Error(`${file}: nested deeper than ${TEMPLATE_LIMITS.depth}`);
  for (const statement of statements) {
    const refuse = (why: string) => new Error(`${file}:${statement.loc.start.line}: ${why}`);
    switch (statement.type) {
      case "ContentStatement":
      case "CommentStatement":
        break;
      case "MustacheStatement": {
        const name = nameOf(statement as hbs.AST.MustacheStatement);
        const writes = Object.hasOwn(HELPERS, name) && !QUESTIONS.has(name);
        if (!writes)
          throw refuse(`{{${name}}} writes a value without saying how: use {{md ${name}}} or another helper`);
        break;
      }
      case "BlockStatement": {
        const block = statement as hbs.AST.BlockStatement;
        if (!BLOCKS.has(nameOf(block))) throw refuse(`{{#${nameOf(block)}}} is no block`);
        // A block of only `{{else}}` has no program, whatever the types say. A chain of `{{else if}}` is written on one level, though it
        // is parsed as one in the other.
        for (const program of [block.program, block.inverse] as (Program | undefined)[]) {
          if (program) checkStatements(program.body, file, program.chained === true ? depth : depth + 1);
        }
        break;
      }
      case "PartialStatement": {
        const { name } = statement as hbs.AST.PartialStatement;
        if (name.type !== "PathExpression") throw refuse("a partial is named, not computed");
        readPartial(name.original);
        break;
      }
      default:
        throw refuse(`${statement.type} is not allowed`);
    }
  }
}

type Program = hbs.AST.Program & { readonly chained?: boolean };

function nameOf(statement: hbs.AST.MustacheStatement | hbs.AST.BlockStatement): string {
  const { path } = statement;
  return path.type === "PathExpression" ? (path as hbs.AST.PathExpression).original : path.type;
}
