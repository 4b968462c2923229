/** The check on a pull request that changes the team's own templates: what is wrong with them, before they are merged. */
import type { TeamTemplates, TemplateFile } from "./team-templates.ts";

/** Its name at GitHub. */
export const TEMPLATES_CHECK = "Waybill templates";

/** The templates of a pull request's head that are not on the default branch as they are. */
export function changedTemplates(
  base: TeamTemplates | null,
  pull: TeamTemplates | null,
): readonly TemplateFile[] {
  const standing = new Map(base?.files.map(({ name, blob }) => [name, blob]));
  return (pull?.files ?? []).filter(({ name, blob }) => !standing.has(name) || standing.get(name) !== blob);
}
