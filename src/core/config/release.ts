/** How a team's commits become notes and versions, from the config's `release`: the preset, and what the team says otherwise. */
import { z } from "zod";
import parse from "semver/functions/parse.js";
import { closest } from "../suggest.ts";
import { assetsField } from "./assets.ts";
import { audiencesField, resolveAudiences } from "./audiences.ts";
import { changelogField, changelogPath } from "./changelog.ts";
import { contentFields, resolveContent } from "./content.ts";
import { ruled } from "./fields.ts";
import { Findings } from "./findings.ts";
import type { Broken } from "./names.ts";
import { PRESETS, type ReleaseRules, type SectionRule } from "./release-model.ts";

/** Presets of the same family whose headers are of another kind, each with an example of it. */
const OTHER_PRESETS: Readonly<Record<string, string>> = {
  atom: ":bug: text",
  codemirror: "[mode] text",
  ember: "[BUGFIX release] text",
  jquery: "Component: text, with any component",
  jshint: "[[FIX]] text",
};

export const MOST_SECTIONS = 50;
const LONGEST_TITLE = 80;

const presetField = ruled(brokenPreset, { enum: PRESETS });

function brokenPreset(name: string): Broken | null {
  if (PRESETS.some((known) => known === name)) return null;
  if (Object.hasOwn(OTHER_PRESETS, name))
    return {
      message: `commits of the preset \`${name}\` have headers of another kind (\`${OTHER_PRESETS[name]}\`), which Waybill does not read`,
      mend: `write one of ${PRESETS.join(", ")}, and \`sections\` for what differs`,
    };
  const near = closest(name, PRESETS);
  const mend = `${near === null ? "write" : `did you mean \`${near}\`?`} one of ${PRESETS.join(", ")}`;
  return { message: "there is no such preset", mend };
}

/** As a commit's header may have it (`core/notes/header`), in lower case. */
const typeField = ruled(
  (type) => {
    if (/^[a-z][a-z0-9_-]{0,49}$/.test(type)) return null;
    const lower = type.toLowerCase();
    return {
      message: "a type has 1 to 50 of a-z, 0-9, `-` and `_`, and begins with a letter",
      mend: /^[a-z][a-z0-9_-]{0,49}$/.test(lower)
        ? `write \`${lower}\`: types are the same in any case`
        : "write the word before the colon of a commit, such as `feat`, without its scope",
    };
  },
  { pattern: "^[a-z][a-z0-9_-]{0,49}$" },
);

const titleField = ruled((title) => {
  if (title.trim() !== "" && title.length <= LONGEST_TITLE && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(title))
    return null;
  return {
    message: `a section's title has one line of 1 to ${LONGEST_TITLE} visible characters`,
    mend: "write one such as `Features`",
  };
});

const sectionField = z.union([
  titleField,
  z
    .strictObject({
      title: titleField
        .optional()
        .describe("The section's title. Types with the same title share a section. Default: the preset's."),
      hidden: z
        .boolean()
        .default(false)
        .describe("Whether its changes are left out of the notes, unless they break something."),
      bump: z
        .enum(["major", "minor", "patch", "none"])
        .optional()
        .describe(
          "How a change of it moves the version; `none` for no release. Default: the preset's, or `patch` for a type that the preset does not have.",
        ),
    })
    .describe("What becomes of one type of commit."),
]);

const initialField = ruled(
  (version) => {
    const parsed = parse(version);
    if (parsed !== null && parsed.version === version && version.length <= 64) return null;
    return {
      message: "not a version",
      mend: parsed === null ? "write one such as `1.0.0`" : `write \`${parsed.version}\``,
    };
  },
  { pattern: "^[0-9]+\\.[0-9]+\\.[0-9]+" },
);

/** The settings of `release` that decide on notes and versions. */
export const releaseRuleFields = {
  preset: presetField
    .default("conventionalcommits")
    .describe(
      "Whose types, sections and version bumps are the usual ones here: a preset of conventional-changelog.",
    ),
  sections: z
    .record(typeField, sectionField)
    .default({})
    .describe(
      "By a commit's type, what differs from the preset: the title of its section, or `title`, `hidden` and `bump`.",
    ),
  initial: initialField.default("0.1.0").describe("The first version, of which nothing was released before."),
  bumpMinorPreMajor: z
    .boolean()
    .default(false)
    .describe("Below 1.0.0 a breaking change moves the minor version in place of the major one."),
  bumpPatchForMinorPreMajor: z
    .boolean()
    .default(false)
    .describe("Below 1.0.0 a feature moves the patch version in place of the minor one."),
  changelog: changelogField,
  assets: assetsField,
  audiences: audiencesField,
  strict: z
    .boolean()
    .default(false)
    .describe(
      "Whether the preview of a pull request fails, in place of being neutral, where its title, or what is merged of it, fits no section.",
    ),
  ...contentFields,
};

const releaseRulesSchema = z.object(releaseRuleFields);
type WrittenRules = z.output<typeof releaseRulesSchema>;

/** What `release` says of notes and versions, after its shape was checked. */
export function resolveReleaseRules(written: WrittenRules, found: Findings): ReleaseRules {
  const entries = Object.entries(written.sections);
  if (entries.length > MOST_SECTIONS)
    found.refuse(["release", "sections"], `more than ${MOST_SECTIONS} types`, "name fewer");
  const sections = entries.map(([type, section]): SectionRule => {
    if (typeof section === "string") return { type, title: section, hidden: false };
    const { title, hidden, bump } = section;
    if (hidden && bump !== undefined && bump !== "none")
      found.refuse(
        ["release", "sections", type, "bump"],
        "what is hidden moves no version: a release would come that says nothing",
        "write `bump: none`, or leave `hidden` out",
      );
    return {
      type,
      hidden,
      ...(title === undefined ? {} : { title }),
      ...(bump === undefined ? {} : { bump: bump === "none" ? null : bump }),
    };
  });
  const policy = {
    ...(written.initial === "0.1.0" ? {} : { initial: written.initial }),
    ...(written.bumpMinorPreMajor ? { bumpMinorPreMajor: true } : {}),
    ...(written.bumpPatchForMinorPreMajor ? { bumpPatchForMinorPreMajor: true } : {}),
  };
  const preset = PRESETS.find((name) => name === written.preset) ?? "conventionalcommits";
  const changelog = changelogPath(written.changelog);
  const audiences = resolveAudiences(written.audiences, found);
  return {
    ...(preset === "conventionalcommits" ? {} : { preset }),
    ...(sections.length === 0 ? {} : { sections }),
    ...(Object.keys(policy).length === 0 ? {} : { policy }),
    ...(changelog === null ? {} : { changelog }),
    ...(written.assets === undefined ? {} : { assets: written.assets }),
    ...(audiences === undefined ? {} : { audiences }),
    ...(written.strict ? { strict: true } : {}),
    ...resolveContent(written),
  };
}

/** The same of a `release` that was read without the rest of its config. Null where something is wrong with it. */
export function releaseRulesIn(release: unknown): ReleaseRules | null {
  const written = releaseRulesSchema.safeParse(release);
  if (!written.success) return null;
  const found = new Findings();
  const rules = resolveReleaseRules(written.data, found);
  return found.wrong.length === 0 ? rules : null;
}
