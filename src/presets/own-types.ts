/** The types by which commits are sorted: a preset's, and what a team says of them. */
import type { SectionRule } from "../core/config/release-model.ts";
import { OTHER_SECTION } from "../core/notes/sections.ts";
import type { TypeRule } from "../core/notes/types.ts";

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
