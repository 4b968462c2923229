/**
 * The presets of conventional-changelog as tables: which types there are, under which title they are listed, and how they move the version. A closed
 * list: nothing that a config names is loaded. https://github.com/conventional-changelog/conventional-changelog
 */
import type { PresetName, ReleaseRules } from "../core/config/release-model.ts";
import { DEFAULT_TYPES, type TypeRule } from "../core/notes/index.ts";
import { typesWith } from "./own-types.ts";
import { angularTypes } from "./angular.ts";

/** Every preset has a `revert`: an undone release is in the notes whatever the preset calls its types. */
const REVERTS: TypeRule = { type: "revert", section: "Reverts", bump: "patch", hidden: false };

/**
 * conventional-changelog-eslint 6.1.0 lists each type under its own word and knows two that move the version by more than a patch; it exports no list
 * of them. These are ESLint's own. https://eslint.org/docs/v8.x/contribute/pull-requests#step-2-make-your-changes
 */
const ESLINT: readonly TypeRule[] = [
  listed("breaking", "Breaking", "major"),
  listed("new", "New", "minor"),
  ...["Update", "Fix", "Docs", "Build", "Upgrade", "Chore"].map((word) =>
    listed(word.toLowerCase(), word, "patch"),
  ),
  REVERTS,
];

/** conventional-changelog-express 5.1.0 lists these two components and no other commit; its whatBump knows no feature. */
const EXPRESS: readonly TypeRule[] = [
  listed("deps", "Dependencies", "patch"),
  listed("perf", "Performance", "patch"),
  REVERTS,
];

const TABLES: Readonly<Record<PresetName, readonly TypeRule[]>> = {
  conventionalcommits: DEFAULT_TYPES,
  angular: angularTypes(),
  eslint: ESLINT,
  express: EXPRESS,
};

function listed(type: string, section: string, bump: TypeRule["bump"]): TypeRule {
  return { type, section, bump, hidden: false };
}

/** The types by which a repository's commits are sorted: its preset's, with what its config says otherwise. */
export function typesFor({
  preset = "conventionalcommits",
  sections = [],
}: ReleaseRules): readonly TypeRule[] {
  return typesWith(TABLES[preset], sections);
}
