import { DEFAULT_COMMIT_TYPES } from "conventional-changelog-conventionalcommits";
import { expect, it } from "vitest";
import { DEFAULT_TYPES } from "../../../src/core/notes/index.ts";

it("without a config, types and sections are the preset's: a feature is minor, what it lists besides is a patch, what it hides releases nothing", () => {
  const theirs = DEFAULT_COMMIT_TYPES.map(({ type, section, effect }) => ({
    type,
    section,
    bump: effect !== "bump" ? null : type.startsWith("feat") ? "minor" : "patch",
    hidden: effect === "hidden",
  }));
  expect(DEFAULT_TYPES).toEqual(theirs);
});
