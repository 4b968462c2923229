/**
 * Types, sections and what they do to the version, as the preset of conventionalcommits.org has them.
 */
import { DEFAULT_COMMIT_TYPES } from "conventional-changelog-conventionalcommits";
import type { TypeRule } from "./types.ts";

/** The section of breaking changes whose type has none of its own. */
export const OTHER_SECTION = "Other Changes";

/** The section of reverts of what is released already. */
export const REVERT_TYPE = "revert";

const MINOR_TYPES: ReadonlySet<string> = new Set(["feat", "feature"]);

/**
 * The preset's types in its order. A hidden type alone releases nothing; of the others features are minor and the rest is a
 * patch, which is what the preset's own recommendation does.
 */
export const DEFAULT_TYPES: readonly TypeRule[] = DEFAULT_COMMIT_TYPES.map(({ type, section, effect }) => {
  const hidden = effect === "hidden";
  const bump = effect === "bump" || effect === undefined ? (MINOR_TYPES.has(type) ? "minor" : "patch") : null;
  return { type, section: section ?? OTHER_SECTION, bump, hidden };
});

/** The rules by type; of two for one type the first counts. */
export function rulesByType(types: readonly TypeRule[]): ReadonlyMap<string, TypeRule> {
  const rules = new Map<string, TypeRule>();
  for (const rule of types) if (!rules.has(rule.type)) rules.set(rule.type, rule);
  return rules;
}
