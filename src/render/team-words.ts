/** What is to be said of a team's own words. */
import { problemOfFile, type TemplateProblem, type TemplateSource } from "../core/team-templates.ts";
import { teamTemplate } from "./team.ts";

/** What is wrong with a template as it stands; empty for one that can be used. */
export function sourceProblems(source: TemplateSource): readonly TemplateProblem[] {
  const problem = problemOfFile(source);
  if (problem !== null) return [problem];
  return source.template === null || source.text === null
    ? []
    : teamTemplate(source.template, source.text, source.path).problems;
}
