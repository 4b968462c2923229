/** What `waybill validate` does about a team's own templates: it checks those that are in the folder beside the config, as Waybill will. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { ConfigProblem } from "../core/config/index.ts";
import {
  LARGEST_TEMPLATE,
  TEMPLATE_FOLDER,
  templateOfFile,
  type TemplateProblem,
  type TemplateSource,
} from "../core/team-templates.ts";

/** What is wrong with the templates beside a config; empty where there are none, and where the config is in no `.github`. */
export async function templateProblems(file: string): Promise<readonly ConfigProblem[]> {
  if (basename(dirname(resolve(file))) !== ".github") return [];
  const folder = join(dirname(file), basename(TEMPLATE_FOLDER));
  const sources = namesIn(folder).map((name) => sourceAt(join(folder, name)));
  return sources.length === 0 ? [] : problemsOf(sources);
}

/** What is wrong with one template; its name says of which text it is. */
export async function problemsOfTemplate(file: string): Promise<readonly ConfigProblem[]> {
  return problemsOf([sourceAt(file)]);
}

async function problemsOf(sources: readonly TemplateSource[]): Promise<readonly ConfigProblem[]> {
  // Handlebars takes longer to load than a config takes to check: not without need.
  const { sourceProblems } = await import("../render/team-words.ts");
  return sources.flatMap((source) => sourceProblems(source).map((problem) => inFile(problem, source)));
}

/** Calendars' and templates' problems show the line itself, as the config's is not theirs. */
function inFile(problem: TemplateProblem, { text }: TemplateSource): ConfigProblem {
  const value = text?.split(/\r\n|[\r\n]/)[problem.line - 1] ?? "";
  return { ...problem, at: "", value };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".hbs"))
      .toSorted();
  } catch {
    return [];
  }
}

function sourceAt(path: string): TemplateSource {
  const template = templateOfFile(basename(path));
  try {
    const about = statSync(path);
    const isFit = about.isFile() && about.size <= LARGEST_TEMPLATE;
    return { path, template, text: isFit ? readFileSync(path, "utf8") : null };
  } catch {
    return { path, template, text: null };
  }
}
