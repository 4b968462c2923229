import { describe, expect, test } from "vitest";
import { parseConfig, type ConfigProblem } from "../../../src/core/config/index.ts";
import { PRESETS, type ReleaseRules } from "../../../src/core/config/release-model.ts";
import { releaseRulesIn } from "../../../src/core/config/release.ts";
import { nextVersion, summarise } from "../../../src/core/notes/index.ts";
import { typesFor } from "../../../src/presets/index.ts";
import { line, sectionsOf } from "../notes/history.ts";

const context = { path: ".github/waybill.yml", repositoryName: "shop" };

function reading(release: string) {
  return parseConfig(`environments: { prod: }\nrelease: ${release}`, context);
}

function rules(release: string): ReleaseRules {
  const read = reading(release);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.config.release;
}

function problems(release: string): readonly ConfigProblem[] {
  const read = reading(release);
  return read.ok ? [] : read.problems;
}

/** What the notes come to under a config. */
function notes(release: string, ...messages: string[]) {
  return summarise(line(...messages), { types: typesFor(rules(release)) });
}

/** The version after `base` by these commits. */
function version(release: string, base: string | null, ...messages: string[]): string {
  return nextVersion(base, notes(release, ...messages), rules(release).policy).version;
}

describe("a team's own sections", () => {
  test("a title is enough: the type is shown under it, and moves the version as the preset says", () => {
    const release = `{ sections: { docs: Documentation, feat: "What's new" } }`;
    expect(sectionsOf(notes(release, "docs: a", "feat: b", "chore: c"))).toEqual({
      "What's new": ["b"],
      Documentation: ["a"],
    });
    expect(notes(release, "docs: a").bump).toBeNull();
  });

  test("a type that the preset does not have is a patch, and comes after those that it has", () => {
    const release = `{ sections: { deps: Dependencies, security: { title: Security, bump: minor } } }`;
    const model = notes(release, "deps: a", "fix: b", "security: c");
    expect(model.sections.map(({ title }) => title)).toEqual(["Bug Fixes", "Dependencies", "Security"]);
    expect(model).toMatchObject({ bump: "minor", unclassified: [] });
    expect(notes(release, "deps: a").bump).toBe("patch");
  });

  test("what is hidden releases nothing; what it breaks is shown all the same", () => {
    const release = `{ sections: { perf: { hidden: true } } }`;
    expect(notes(release, "perf: a")).toMatchObject({ bump: null, sections: [] });
    // `waybill validate` prints the table itself.
    expect(typesFor(rules(release)).find(({ type }) => type === "perf")).toMatchObject({ bump: null });
    expect(notes(release, "perf!: a")).toMatchObject({ bump: "major", breaking: [{ text: "a" }] });
  });

  test("a type may be listed and release nothing", () => {
    const release = `{ sections: { fix: { title: Fixes, bump: none } } }`;
    expect(notes(release, "fix: a")).toMatchObject({ bump: null, sections: [{ title: "Fixes" }] });
  });

  test("types with one title share a section", () => {
    expect(sectionsOf(notes(`{ sections: { perf: Bug Fixes } }`, "perf: a", "fix: b"))).toEqual({
      "Bug Fixes": ["a", "b"],
    });
  });
});

describe("versions", () => {
  test.each([
    ["{}", "0.4.2", "feat!: a", "1.0.0"],
    ["{ bumpMinorPreMajor: true }", "0.4.2", "feat!: a", "0.5.0"],
    ["{ bumpMinorPreMajor: true }", "1.4.2", "feat!: a", "2.0.0"],
    ["{ bumpMinorPreMajor: true }", "0.4.2", "feat: a", "0.5.0"],
    ["{ bumpPatchForMinorPreMajor: true }", "0.4.2", "feat: a", "0.4.3"],
    ["{ bumpPatchForMinorPreMajor: true }", "1.4.2", "feat: a", "1.5.0"],
    ["{}", null, "feat: a", "0.1.0"],
    ['{ initial: "1.0.0" }', null, "feat: a", "1.0.0"],
    ['{ initial: "1.0.0" }', "1.0.0", "feat: a", "1.1.0"],
  ])("%s: after %s comes, with %s, %s", (release, base, message, next) => {
    expect(version(release, base, message)).toBe(next);
  });
});

describe("presets", () => {
  test.each(PRESETS)("under %s what breaks is breaking, and what was undone is said", (preset) => {
    for (const header of ["feat!: a", "fix(api)!: a", "nonsense!: a"])
      expect(notes(`{ preset: ${preset} }`, header)).toMatchObject({ bump: "major", breaking: [{}] });
    const undone = 'Revert "a"\n\nThis reverts commit 1234567890123456789012345678901234567890.';
    expect(notes(`{ preset: ${preset} }`, undone)).toMatchObject({
      bump: "patch",
      sections: [{ title: "Reverts" }],
    });
  });

  test("angular's sections are those that its package names, in its order; it knows no `feature` and no `chore`", () => {
    const model = notes(
      "{ preset: angular }",
      ...["perf", "feat", "fix", "docs", "refactor", "feature", "chore"].map((type) => `${type}: a`),
    );
    expect(model.sections.map(({ title }) => title)).toEqual([
      "Bug Fixes",
      "Features",
      "Performance Improvements",
    ]);
    expect(model.unclassified.map(({ header }) => header)).toEqual(["feature: a", "chore: a"]);
    expect(model.hidden).toHaveLength(2);
    expect(notes("{ preset: angular }", "docs: a").bump).toBeNull();
    expect(notes("{ preset: angular }", "fix: a").bump).toBe("patch");
    expect(notes("{ preset: angular }", "feat: a").bump).toBe("minor");
  });

  test("eslint's own words and express's two components", () => {
    expect(notes("{ preset: eslint }", "New: a").bump).toBe("minor");
    expect(notes("{ preset: eslint }", "Breaking: a").bump).toBe("major");
    expect(sectionsOf(notes("{ preset: eslint }", "Fix: a (fixes #12)", "Docs: b"))).toEqual({
      Fix: ["a (fixes #12)"],
      Docs: ["b"],
    });
    expect(sectionsOf(notes("{ preset: express }", "deps: a", "perf: b", "docs: c"))).toEqual({
      Dependencies: ["a"],
      Performance: ["b"],
    });
  });
});

describe("refused, with place, value and mend", () => {
  test.each([
    ["{ preset: ember }", "release.preset", "ember", "[BUGFIX release] text"],
    ["{ preset: anguler }", "release.preset", "anguler", "did you mean `angular`?"],
    ["{ preset: constructor }", "release.preset", "constructor", "no such preset"],
    ["{ initial: v1.0.0 }", "release.initial", "v1.0.0", "write `1.0.0`"],
    ["{ initial: 1.0.0+build }", "release.initial", "1.0.0+build", "write `1.0.0`"],
    ["{ initial: 1 }", "release.initial", "1", 'in quotes: "1"'],
    ["{ sections: { Feat: x } }", "release.sections.Feat", "Feat", "write `feat`"],
    ["{ sections: { feat(api): x } }", "release.sections", "feat(api)", "without its scope"],
    ['{ sections: { feat: "a\\nb" } }', "release.sections.feat", "a", "one line"],
    ['{ sections: { feat: "a\\u202eb" } }', "release.sections.feat", "a", "visible characters"],
    ['{ sections: { feat: "" } }', "release.sections.feat", "", "such as `Features`"],
    ["{ sections: { feat: 5 } }", "release.sections.feat", "5", "a text or a map"],
    ["{ sections: { feat: { bump: huge } } }", "release.sections.feat.bump", "huge", "major, minor"],
    ["{ sections: { ci: { hidden: true, bump: patch } } }", "release.sections.ci.bump", "patch", "hidden"],
    ["{ sections: { feat: { titel: x } } }", "release.sections.feat.titel", "titel", "`title`"],
    [
      "{ expected: Thursdays }",
      "release.expected",
      "Thursdays",
      "write it after the days: `Thursdays 14:00`",
    ],
    ['{ expected: "Thursdays 14:00 Europe/Berln" }', "release.expected", "Thursdays", "IANA"],
    ["{ strict: sometimes }", "release.strict", "sometimes", "true or false"],
    ["{ bumpMinorPremajor: true }", "release.bumpMinorPremajor", "", "`bumpMinorPreMajor`"],
  ])("%s", (release, at, value, words) => {
    const found = problems(release);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ line: 2, value: expect.stringContaining(value) as string });
    expect(found[0]?.at).toContain(at);
    expect(`${found[0]?.message}; ${found[0]?.mend}`).toContain(words);
  });

  test("more than fifty types", () => {
    const many = Array.from({ length: 51 }, (_, index) => `t${index}: x`).join(", ");
    expect(problems(`{ sections: { ${many} } }`)).toMatchObject([{ at: "release.sections" }]);
  });
});

test("a date is doubtful where every merge is released by itself", () => {
  const read = reading('{ on: merge, expected: "Thursdays 14:00" }');
  expect(read.ok && read.warnings).toMatchObject([
    { at: "release.expected", mend: "remove it, or write `on: tag`" },
  ]);
});

test("the same rules where nothing else of the config is read", () => {
  expect(releaseRulesIn({ tag: "rel/{version}", on: "merge", preset: "angular", strict: true })).toEqual({
    preset: "angular",
    strict: true,
  });
  expect(releaseRulesIn({ sections: { ci: { hidden: true, bump: "patch" } } })).toBeNull();
  for (const broken of [[], "x", { preset: "ember" }]) expect(releaseRulesIn(broken)).toBeNull();
});
