/** What a team says of its notes and versions, resolved, and what comes of it together with a preset. */
import { OTHER_SECTION } from "../notes/sections.ts";
import type { Bump, TypeRule } from "../notes/types.ts";
import type { VersionPolicy } from "../notes/versions.ts";

/** The presets whose commits Waybill can read: those with a `type: text` header and a list of types. Their tables are in `src/presets`. */
export const PRESETS = ["conventionalcommits", "angular", "eslint", "express"] as const;
export type PresetName = (typeof PRESETS)[number];

/** What a team says of one type; what it leaves out is the preset's. */
export interface SectionRule {
  /** In lower case. */
  readonly type: string;
  readonly title?: string;
  readonly hidden: boolean;
  /** Null: no release. */
  readonly bump?: Bump | null;
}

/** What the config says of notes and versions. What goes without saying is absent. */
export interface ReleaseRules {
  readonly preset?: PresetName;
  readonly sections?: readonly SectionRule[];
  readonly policy?: Pick<VersionPolicy, "initial" | "bumpMinorPreMajor" | "bumpPatchForMinorPreMajor">;
  /** A pull request whose title fits no section fails its preview. */
  readonly strict?: true;
}

/**
 * The types of a preset with what a team says of them, in the order of the sections: a type keeps the place that it has in the preset, others follow as
 * they are written. A type that is named is shown unless it says `hidden`.
 */
export function typesWith(preset: readonly TypeRule[], own: readonly SectionRule[]): readonly TypeRule[] {
  const known = preset.map((rule) =>
    withOwn(
      rule,
      own.find(({ type }) => type === rule.type),
    ),
  );
  const types = new Set(preset.map(({ type }) => type));
  const added = own
    .filter(({ type }) => !types.has(type))
    .map((one) => withOwn({ type: one.type, section: OTHER_SECTION, bump: "patch", hidden: false }, one));
  return [...known, ...added];
}

function withOwn(rule: TypeRule, own: SectionRule | undefined): TypeRule {
  if (own === undefined) return rule;
  const { title = rule.section, hidden, bump = rule.bump } = own;
  return { type: rule.type, section: title, hidden, bump: hidden ? null : bump };
}
