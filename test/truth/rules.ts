/**
 * What a repository's own tool was told: which types stand under which title, and what it leaves out. That is configuration, not what is scored, so it is taken
 * from the repository: git-cliff's from its `cliff.toml`; that of the others, which may be anything, from the titles that the CHANGELOG itself has.
 */
import type { TypeRule } from "../../src/core/notes/index.ts";
import { cliffRules } from "./cliff.ts";
import type { Changelog, TrueSection } from "./changelog.ts";
import { BREAKING, keyOfTitle } from "./titles.ts";

/** What a repository lists. */
export interface Rules {
  /** For `summarise`; the section of a type is its key. */
  readonly types: readonly TypeRule[];
  /** The key of the section in which the repository lists an entry of a type; null where its own rules leave it out. */
  readonly placeOf: (type: string, message: string) => string | null;
}

/** Every preset lists them, whether or not a section has one. */
const ALWAYS: readonly string[] = ["feat", "fix", "perf", "revert"];
const SOMETIMES: readonly string[] = ["docs", "style", "chore", "refactor", "test", "build", "ci", "deps"];
const MINOR = "feat";

/**
 * The rules by which the section at an index of a changelog was written. A type that not every preset lists counts as listed from the oldest section that
 * has its title to the newest, leaving aside sections that have no more of them than things that break, for those are listed whatever their type. `cliff` is the text of the repository's `cliff.toml`, if it has one.
 */
export function rulesFor(changelog: Changelog, at: number, cliff: string | null): Rules {
  if (cliff !== null) {
    const types = [...ALWAYS, ...SOMETIMES, "doc"].map((type) => ruleOf(type, false));
    return { types, placeOf: cliffRules(cliff) };
  }
  const listed = new Set([...ALWAYS, ...SOMETIMES.filter((type) => standsAround(changelog, at, type))]);
  return {
    types: [...ALWAYS, ...SOMETIMES].map((type) => ruleOf(type, !listed.has(type))),
    placeOf: (type) => type,
  };
}

function ruleOf(type: string, hidden: boolean): TypeRule {
  return { type, section: type, bump: hidden ? null : type === MINOR ? "minor" : "patch", hidden };
}

function standsAround({ sections }: Changelog, at: number, type: string): boolean {
  const having = sections.flatMap((section, index) =>
    countUnder(section, type) > countUnder(section, BREAKING) ? [index] : [],
  );
  return having.some((index) => index <= at) && having.some((index) => index >= at);
}

function countUnder(section: TrueSection, key: string): number {
  return section.entries.filter((entry) => keyOfTitle(entry.title) === key).length;
}
