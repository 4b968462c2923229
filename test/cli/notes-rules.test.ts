import { afterEach, beforeEach, expect, it } from "vitest";
import { notes } from "../../src/cli/notes.ts";
import { givenClone, runCommand, type Clone } from "./given-clone.ts";

let clone: Clone;
beforeEach(() => (clone = givenClone()));
afterEach(() => clone.remove());

const CONFIG = ".github/waybill.yml";
const RULES = "preset: angular, sections: { docs: Manual, deps: Dependencies }, bumpMinorPreMajor: true";

it("`waybill notes` sorts and counts by the commit's own config", async () => {
  clone.commit("feat: old", { [CONFIG]: `release: { ${RULES} }\n` });
  clone.git("tag", "v0.4.2");
  clone.commit("fix!: a");
  clone.commit("docs: b");
  clone.commit("deps: c");
  const { out } = await runCommand(notes, ["--repo", clone.folder, "--format", "json"]);
  const answer = JSON.parse(out) as { sections: { title: string }[] };
  expect(answer).toMatchObject({ version: "0.5.0", bump: "major", unclassified: [] });
  expect(answer.sections.map(({ title }) => title)).toEqual(["Bug Fixes", "Manual", "Dependencies"]);
});

it("a config whose rules cannot be used is left aside, and that is said", async () => {
  clone.commit("feat: old", { [CONFIG]: "release: { preset: ember }\n" });
  clone.git("tag", "v1.0.0");
  clone.commit("docs: a");
  const answer = await runCommand(notes, ["--repo", clone.folder]);
  expect(answer).toMatchObject({ code: 0, err: expect.stringContaining("waybill validate") as string });
});
