/** The titles of sections, as one word each. */

/** The titles that the presets of the conventional-changelog family, release-please and git-cliff give to types, without marks. */
const TITLES: Readonly<Record<string, string>> = {
  features: "feat",
  "new features": "feat",
  "bug fixes": "fix",
  fixes: "fix",
  "performance improvements": "perf",
  performance: "perf",
  reverts: "revert",
  revert: "revert",
  documentation: "docs",
  styles: "style",
  styling: "style",
  "miscellaneous chores": "chore",
  "miscellaneous tasks": "chore",
  miscellaneous: "chore",
  chores: "chore",
  "code refactoring": "refactor",
  refactor: "refactor",
  tests: "test",
  testing: "test",
  "build system": "build",
  "continuous integration": "ci",
  dependencies: "deps",
  "breaking changes": "breaking",
};

/** The key of the list of what breaks: its lines are notes, not commits. */
export const BREAKING = "breaking";

/** A title as one word, so that titles of different tools can be held against each other; an unknown one stays itself. */
export function keyOfTitle(title: string): string {
  const words = title
    .replace(/<!--.*?-->/g, "")
    .replace(/[^\p{L}\p{N} ]/gu, "")
    .trim()
    .toLowerCase();
  return TITLES[words] ?? words;
}
