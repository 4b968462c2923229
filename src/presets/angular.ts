/**
 * The types of conventional-changelog-angular. The package exports no list of them, only functions: they are asked, once, what they make of a commit of each
 * type of Angular's convention. https://github.com/angular/angular/blob/main/contributing-docs/commit-message-guidelines.md
 */
import createPreset from "conventional-changelog-angular";
import type { Bump, TypeRule } from "../core/notes/index.ts";

const TYPES = ["feat", "fix", "perf", "revert", "docs", "style", "refactor", "test", "build", "ci"];
/** The preset's own order of sections. */
const BY_TITLE = (one: TypeRule, other: TypeRule): number => one.section.localeCompare(other.section, "en");

interface Commit {
  readonly type: string;
  readonly notes: readonly { readonly title: string; readonly text: string }[];
  readonly references: readonly never[];
}

/** What is asked of the preset, whose own types say nothing of it. */
interface Preset {
  readonly writer: {
    readonly transform: (commit: Commit, context: object) => { readonly type: string } | undefined;
  };
  readonly whatBump: (commits: readonly Commit[]) => { readonly level: 0 | 1 | 2 };
}

const BUMPS = ["major", "minor", "patch"] as const satisfies readonly Bump[];

/** The preset's table. What it leaves out of the notes releases nothing here, though its `whatBump` says `patch` of everything. */
export function angularTypes(): readonly TypeRule[] {
  const preset = createPreset() as Preset;
  return TYPES.map((type) => ruleOf(preset, type)).toSorted(BY_TITLE);
}

function ruleOf({ writer, whatBump }: Preset, type: string): TypeRule {
  const plain: Commit = { type, notes: [], references: [] };
  const breaking: Commit = { ...plain, notes: [{ title: "BREAKING CHANGE", text: "x" }] };
  const hidden = writer.transform(plain, {}) === undefined;
  // Only of what breaks something does it tell the title of a section that is hidden otherwise.
  const section = writer.transform(breaking, {})?.type;
  if (section === undefined) throw new Error(`conventional-changelog-angular has no section for ${type}`);
  return { type, section, hidden, bump: hidden ? null : (BUMPS[whatBump([plain]).level] ?? null) };
}
