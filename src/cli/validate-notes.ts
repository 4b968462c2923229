/** What `waybill validate` tells of a config's notes and versions. */
import type { ReleaseRules } from "../core/config/release-model.ts";
import type { TypeRule } from "../core/notes/index.ts";

/** The presets take longer to load than a config takes to check: not without need. */
export const presets = () => import("../presets/index.ts");

/** What is not as usual: the sections with their types and bumps, what is hidden, how versions move, whether previews fail. A line each. */
export async function notesText(release: ReleaseRules): Promise<string> {
  const { preset = "conventionalcommits", policy = {}, strict } = release;
  const isUsual = release.preset === undefined && release.sections === undefined;
  const types = isUsual ? [] : (await presets()).typesFor(release);
  const shown = types.filter(({ hidden }) => !hidden);
  const titles = [...new Set(shown.map(({ section }) => section))];
  const sections = titles.map(
    (title) => `${title} (${bumpsText(shown.filter(({ section }) => section === title))})`,
  );
  const hidden = types.filter((rule) => rule.hidden).map(({ type }) => type);
  const versions = [
    ...(policy.initial === undefined ? [] : [`the first is ${policy.initial}`]),
    ...(policy.bumpMinorPreMajor === true ? ["below 1.0.0 what breaks moves the minor"] : []),
    ...(policy.bumpPatchForMinorPreMajor === true ? ["below 1.0.0 a feature moves the patch"] : []),
  ];
  const hiddenText = hidden.length === 0 ? "" : `; hidden: ${hidden.join(", ")}`;
  return [
    ...(isUsual ? [] : [`notes     ${preset}: ${sections.join(", ")}${hiddenText}\n`]),
    ...(versions.length === 0 ? [] : [`versions  ${versions.join("; ")}\n`]),
    ...(strict === true ? ["preview   fails where a pull request's title fits no section\n"] : []),
  ].join("");
}

function bumpsText(rules: readonly TypeRule[]): string {
  return rules.map(({ type, bump }) => `${type}: ${bump ?? "no release"}`).join(", ");
}
