/**
 * A team's own templates, compiled and run. They come from a repository, so they are strangers' until all of it is checked: fields, helpers and partials
 * (`team-check.ts`), where values stand (`team-positions.ts`), and in a Handlebars of their own, how much they run through and write.
 */
import Handlebars from "handlebars";
import type { TemplateName, TemplateProblem } from "../core/team-templates.ts";
import { HELPERS } from "./helpers.ts";
import { findMarker } from "./marker.ts";
import { saidAmiss } from "./team-check.ts";
import { TEAM_FIELDS } from "./team-fields.ts";
import { ASKERS, TEAM_BLOCKS, TEAM_PARTIALS, WRITERS } from "./team-language.ts";
import { standingAmiss } from "./team-positions.ts";
import { partialSource, tidy } from "./templates.ts";

/** What one rendering of a team's template may use: characters written, rounds of loops, and helpers and blocks in all. */
export interface TeamLimits {
  readonly outputLength: number;
  readonly rounds: number;
  readonly calls: number;
}

/** Enough for 5,000 changes, several times over; it takes half a second at most. */
export const TEAM_LIMITS: TeamLimits = { outputLength: 1_000_000, rounds: 50_000, calls: 200_000 };
/** Characters of one template. */
const SOURCE_LENGTH = 65_536;

/** Thrown where a template is run that cannot be. */
export class TeamTemplateError extends Error {
  readonly problem: TemplateProblem;

  constructor(problem: TemplateProblem) {
    super(`${problem.path}:${problem.line}: ${problem.message}`);
    this.name = "TeamTemplateError";
    this.problem = problem;
  }
}

/** A team's template: what is wrong with it, and the text that it makes of a page. */
export interface TeamTemplate {
  readonly problems: readonly TemplateProblem[];
  /** Throws a `TeamTemplateError` where there are problems, or where running it meets one. */
  readonly render: (page: object, limits?: TeamLimits) => string;
}

interface Budget {
  rounds: number;
  calls: number;
  written: number;
  readonly limits: TeamLimits;
}

type Options = Handlebars.HelperOptions & { readonly data: { readonly budget: Budget } };

/** A limit that was met while it ran. */
class Met extends Error {}

function spend(options: Options): Budget {
  const { budget } = options.data;
  budget.calls += 1;
  if (budget.calls > budget.limits.calls) throw new Met("it asks for too many values");
  return budget;
}

/** One of our helpers, for a team: counted, and silent about what there is not. */
function counted(name: string): Handlebars.HelperDelegate {
  const helper = HELPERS[name];
  if (helper === undefined) throw new Error(`no such helper: ${name}`);
  const writes = Object.hasOwn(WRITERS, name);
  return function write(this: unknown, ...values: unknown[]): unknown {
    const budget = spend(values.at(-1) as Options);
    if (!writes) return helper.apply(this, values);
    if (values[0] === null || values[0] === undefined) return "";
    const text = String(helper.apply(this, values));
    budget.written += text.length;
    if (budget.written > budget.limits.outputLength) throw new Met("it writes too much");
    return text;
  };
}

function countedBlock(name: "if" | "unless" | "with"): Handlebars.HelperDelegate {
  const block = Handlebars.helpers[name] as Handlebars.HelperDelegate;
  return function enter(this: unknown, value: unknown, options: Options): unknown {
    spend(options);
    return block.call(this, value, options);
  };
}

function each(this: unknown, list: unknown, options: Options): string {
  const budget = spend(options);
  const items = Array.isArray(list) ? list : [];
  if (items.length === 0) return options.inverse(this);
  let output = "";
  for (const [index, item] of items.entries()) {
    budget.rounds += 1;
    if (budget.rounds > budget.limits.rounds) throw new Met("it goes through too many rounds");
    const data = Handlebars.createFrame(options.data) as Record<string, unknown>;
    Object.assign(data, { index, first: index === 0, last: index === items.length - 1 });
    output += options.fn(item, { data });
    if (output.length > budget.limits.outputLength) throw new Met("it writes too much");
  }
  return output;
}

const OPTIONS: CompileOptions = {
  noEscape: true,
  knownHelpers: Object.fromEntries(
    [...Object.keys(WRITERS), ...Object.keys(ASKERS), ...Object.keys(TEAM_BLOCKS)].map((name) => [
      name,
      true,
    ]),
  ),
  knownHelpersOnly: true,
  strict: true,
  preventIndent: true,
};

/** Made when the first team has a template: most have none. */
let made: typeof Handlebars | undefined;
const parsedPartials = new Map<string, hbs.AST.Program>();

function ownHandlebars(): typeof Handlebars {
  if (made !== undefined) return made;
  const own = Handlebars.create();
  for (const name of Object.keys(own.helpers)) own.unregisterHelper(name);
  for (const name of [...Object.keys(WRITERS), ...Object.keys(ASKERS)])
    own.registerHelper(name, counted(name));
  for (const name of ["if", "unless", "with"] as const) own.registerHelper(name, countedBlock(name));
  own.registerHelper("each", each as Handlebars.HelperDelegate);
  for (const name of Object.keys(TEAM_PARTIALS)) {
    const program = own.parse(partialSource(name));
    parsedPartials.set(name, program);
    own.registerPartial(name, own.compile(program, OPTIONS));
  }
  made = own;
  return own;
}

function partialOf(name: string): hbs.AST.Program {
  const program = parsedPartials.get(name);
  if (program === undefined) throw new Error(`no such partial: ${name}`);
  return program;
}

const COMPILED_KEPT = 100;
const compiled = new Map<string, TeamTemplate>();

/** The template of a text, checked and compiled; the same one again for the same words. @param path its file, for the problems */
export function teamTemplate(name: TemplateName, text: string, path: string): TeamTemplate {
  const key = `${name}\n${path}\n${text}`;
  const template = compiled.get(key) ?? compileTeam(name, text.replaceAll("\r\n", "\n"), path);
  compiled.delete(key);
  compiled.set(key, template);
  const [oldest] = compiled.keys();
  if (compiled.size > COMPILED_KEPT && oldest !== undefined) compiled.delete(oldest);
  return template;
}

function compileTeam(name: TemplateName, text: string, path: string): TeamTemplate {
  if (text.length > SOURCE_LENGTH)
    return useless({
      path,
      line: 1,
      column: 1,
      message: `it is longer than ${SOURCE_LENGTH} characters`,
      mend: "write a shorter one",
    });
  const own = ownHandlebars();
  let program: hbs.AST.Program;
  try {
    program = own.parse(text);
  } catch (error) {
    return useless(unparsed(error, path));
  }
  const said = saidAmiss(program, path, TEAM_FIELDS[name]);
  // Only what names nothing but what there is can be followed.
  const problems = said.length > 0 ? said : standingAmiss(program, path, partialOf);
  const [first] = problems;
  if (first !== undefined) return useless(first, problems);
  const run = own.compile(program, OPTIONS);
  return { problems, render: (page, limits = TEAM_LIMITS) => runWithin(run, page, limits, path) };
}

function useless(problem: TemplateProblem, problems: readonly TemplateProblem[] = [problem]): TeamTemplate {
  return {
    problems,
    render() {
      throw new TeamTemplateError(problem);
    },
  };
}

function runWithin(run: Handlebars.TemplateDelegate, page: object, limits: TeamLimits, path: string): string {
  const budget: Budget = { rounds: 0, calls: 0, written: 0, limits };
  const amiss = (message: string, mend: string) =>
    new TeamTemplateError({ path, line: 1, column: 1, message, mend });
  let output: string;
  try {
    output = run(page, { data: { budget } });
  } catch (error) {
    if (error instanceof Met) throw amiss(error.message, "go through fewer lists within one another");
    // What a field holds is not of its kind: a mistake of ours, for which the team's texts need not stand still.
    throw amiss(`it cannot be run: ${(error as Error).message}`, "tell those who run Waybill");
  }
  if (output.length > limits.outputLength) throw amiss("it writes too much", "write less");
  if (output.split("\n").some((line) => findMarker(line) !== null))
    throw amiss("a line of it would read as one of Waybill's own marks", "leave that line out");
  return tidy(output);
}

/** The parser's words, with the place that they name. */
function unparsed(error: unknown, path: string): TemplateProblem {
  const { message, lineNumber, column } = error as Error & { lineNumber?: number; column?: number };
  const line = lineNumber ?? Number(/ on line (\d+)/.exec(message)?.[1] ?? 1);
  const [first = ""] = message.replace(/ - \d+:\d+$/, "").split("\n");
  const expected = /got '([A-Z_]+)'/.exec(message)?.[1];
  const words =
    lineNumber === undefined
      ? expected === "EOF"
        ? "a block is not closed"
        : "this is no Handlebars"
      : first;
  return {
    path,
    line,
    column: (column ?? 0) + 1,
    message: words,
    mend:
      words === "a block is not closed"
        ? "end each {{#if}}, {{#unless}}, {{#each}} and {{#with}} with {{/…}} of the same name"
        : "look at what stands between {{ and }} there, and at how blocks open and close",
  };
}
