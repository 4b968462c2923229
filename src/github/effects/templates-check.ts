/**
 * The check on a pull request that changes the team's own templates, each problem an annotation at its line. Drawn along with the preview, whose look has
 * told already whether there is anything to check.
 */
import { changedTemplates, TEMPLATES_CHECK } from "../../core/template-check.ts";
import { TEMPLATE_FOLDER } from "../../core/team-templates.ts";
import type { PullFiles } from "../pull-files.ts";
import type { Sides } from "../sides.ts";
import { readTemplates } from "../templates.ts";
import { writeCheck } from "./checks.ts";
import type { EffectContext } from "./effect.ts";

/** Writes the check where the pull request changes a template; where it changes none, nothing is asked of anybody. */
export async function checkTemplates(
  { client, text }: Pick<EffectContext, "client" | "text">,
  {
    head,
    number,
    files: changed,
  }: { readonly head: string; readonly number: number; readonly files: PullFiles },
  { base, pull }: Sides,
): Promise<void> {
  const differing = changedTemplates(base.templates, pull.templates);
  if (pull.templates === null || differing.length === 0) return;
  const paths = await changed();
  const files = differing.filter(({ name }) => paths.has(`${TEMPLATE_FOLDER}/${name}`));
  if (files.length === 0) return;
  const page = text.templatesCheck(await readTemplates(client, { ...pull.templates, files }));
  await writeCheck(client, {
    name: TEMPLATES_CHECK,
    head,
    number,
    conclusion: page.problems.length === 0 ? "success" : "failure",
    title: page.title,
    summary: page.summary,
    annotations: page.problems.map(({ path, line, column, message, mend }) => ({
      path,
      line,
      column,
      level: "failure",
      message: `${message}\nMend: ${mend}`,
    })),
  });
}
