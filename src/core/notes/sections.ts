/**
 * Types, sections and what they do to the version, as the preset of conventionalcommits.org has them
 * (`DEFAULT_COMMIT_TYPES` of conventional-changelog-conventionalcommits, which test/core/notes/sections.test.ts holds this list against: the package brings
 * a writer and templates with it, and every short command would wait for them).
 */
import type { TypeRule } from "./types.ts";

/** The section of breaking changes whose type has none of its own. */
export const OTHER_SECTION = "Other Changes";

/** The section of reverts of what is released already. */
export const REVERT_TYPE = "revert";

/**
 * The preset's types in its order. A hidden type alone releases nothing; of the others features are minor and the rest is a
 * patch, which is what the preset's own recommendation does.
 */
export const DEFAULT_TYPES: readonly TypeRule[] = [
  { type: "feat", section: "Features", bump: "minor", hidden: false },
  { type: "feature", section: "Features", bump: "minor", hidden: false },
  { type: "fix", section: "Bug Fixes", bump: "patch", hidden: false },
  { type: "perf", section: "Performance Improvements", bump: "patch", hidden: false },
  { type: "revert", section: "Reverts", bump: "patch", hidden: false },
  { type: "docs", section: "Documentation", bump: null, hidden: true },
  { type: "style", section: "Styles", bump: null, hidden: true },
  { type: "chore", section: "Miscellaneous Chores", bump: null, hidden: true },
  { type: "refactor", section: "Code Refactoring", bump: null, hidden: true },
  { type: "test", section: "Tests", bump: null, hidden: true },
  { type: "build", section: "Build System", bump: null, hidden: true },
  { type: "ci", section: "Continuous Integration", bump: null, hidden: true },
];

/** The rules by type; of two for one type the first counts. */
export function rulesByType(types: readonly TypeRule[]): ReadonlyMap<string, TypeRule> {
  const rules = new Map<string, TypeRule>();
  for (const rule of types) if (!rules.has(rule.type)) rules.set(rule.type, rule);
  return rules;
}
