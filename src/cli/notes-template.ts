/** In whose words `waybill notes` writes: a template that is named, the clone's own, or Waybill's. */
import { readFileSync, statSync } from "node:fs";
import type { Audience } from "../core/audiences.ts";
import type { ReleaseNotesModel } from "../core/notes/index.ts";
import {
  fileOfAudience,
  LARGEST_TEMPLATE,
  TEMPLATE_FOLDER,
  type TemplateProblem,
} from "../core/team-templates.ts";
import type { NotesAbout, NotesPageOptions } from "../render/views.ts";
import { fileAt } from "./git.ts";
import type { Asked } from "./notes-arguments.ts";
import type { Begun } from "./notes-begin.ts";
import { plain, Refusal } from "./notes-refusal.ts";

/** Writes the notes of a range, without a title. */
export type Wording = (model: ReleaseNotesModel, about: NotesAbout, extras?: NotesPageOptions) => string;

/** The word for Waybill's own; a file of this name is `./default`. */
const USUAL = "default";

/**
 * The words of the notes. The clone's own template is read from the commit that the notes end with; one that cannot be used is left aside, which `say` is told.
 *
 * @param audience for whom they are worded; absent for the team
 * @throws Refusal where a template is named that cannot be used
 */
export async function wordingOf(
  { repo, template }: Asked,
  { head, hasTemplate }: Pick<Begun, "head" | "hasTemplate">,
  say: (words: string) => void,
  audience: Audience | null = null,
): Promise<Wording> {
  const file = `${TEMPLATE_FOLDER}/${audience === null ? "notes.hbs" : fileOfAudience(audience.name)}`;
  const named = template === null || template === USUAL ? null : textOf(template);
  // More than there may be, so that one that is too long is said to be so.
  const isThere = template === null && head !== null && (audience !== null || hasTemplate);
  const own = isThere ? await fileAt(repo, head, file, LARGEST_TEMPLATE * 4) : null;
  const { prepareNotes, renderForAudience, renderNotes, renderTeamNotes } =
    await import("../render/notes.ts");
  const usual: Wording = (model, about, extras) =>
    audience === null ? renderNotes(model, extras) : renderForAudience(model, about, audience);
  const text = named ?? own;
  if (text === null) {
    if (audience === null) prepareNotes();
    return usual;
  }
  const path = template ?? file;
  const { teamTemplate, TeamTemplateError } = await import("../render/team.ts");
  const { problems, render } = teamTemplate(audience === null ? "notes" : "audience", text, path);
  const amiss = (all: readonly TemplateProblem[]): void => {
    if (named !== null)
      throw new Refusal(1, `the template cannot be used:\n${all.map(problemLine).join("\n")}`);
    say(
      `the clone's own template cannot be used, so these are Waybill's own words:\n${all.map(problemLine).join("\n")}`,
    );
  };
  if (problems.length > 0) {
    amiss(problems);
    return usual;
  }
  return (model, about, extras) => {
    try {
      return renderTeamNotes(render, model, about, { ...extras, audience });
    } catch (error) {
      if (!(error instanceof TeamTemplateError)) throw error;
      amiss([error.problem]);
      return usual(model, about, extras);
    }
  };
}

/** A problem on two lines, as `waybill validate` has them: where and what, and the mend. */
function problemLine({ path, line, column, message, mend }: TemplateProblem): string {
  return `  ${plain(path)}:${line}:${column}  ${plain(message)}\n    mend: ${plain(mend)}`;
}

function textOf(file: string): string {
  try {
    const about = statSync(file);
    if (about.isFile())
      return about.size > LARGEST_TEMPLATE * 4
        ? "x".repeat(LARGEST_TEMPLATE + 1)
        : readFileSync(file, "utf8");
  } catch {
    // Said below.
  }
  throw new Refusal(1, `--template: ${plain(file)} cannot be read.`);
}
