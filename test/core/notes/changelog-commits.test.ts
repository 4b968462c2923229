/** What brings a section into CHANGELOG.md is no change: it makes no release and stands in no notes, under any preset and however it was merged. */
import { describe, expect, it } from "vitest";
import { PRESETS } from "../../../src/core/config/release-model.ts";
import { summarise } from "../../../src/core/notes/index.ts";
import { typesFor } from "../../../src/presets/index.ts";

const sections = [{ type: "chore", title: "Chores", hidden: false }];
const HEADER = "chore(changelog): add 1.5.0";
const sha = (at: number) => `${at}`.padStart(40, "a");

describe("the commit of a changelog", () => {
  it.each(PRESETS)("is hidden under %s, also where chores are shown", (preset) => {
    const squashed = {
      sha: sha(1),
      message: `${HEADER} (#12)\n\n* ${HEADER}\n\n* ${HEADER.replace("1.5.0", "1.4.3")}`,
    };
    const merge = {
      sha: sha(2),
      message: `Merge pull request #12 from acme/waybill/changelog\n\n${HEADER}`,
      parents: [sha(9), sha(3)],
    };
    const own = { sha: sha(3), message: HEADER, parents: [sha(9)] };
    for (const commits of [[squashed], [merge, own]]) {
      const model = summarise(commits, { types: typesFor({ preset, sections }) });
      expect(model).toMatchObject({ bump: null, sections: [], unclassified: [] });
      expect(model.hidden).toEqual(commits.map((one) => one.sha));
    }
  });

  it.each(["add 1.5.0 and 1.4.3", "add 2.0.0-rc.1", "add 1.5.0, 1.4.3 and 4 more"])(
    "is known by what it adds: «%s»",
    (text) => {
      const types = typesFor({ preset: "conventionalcommits", sections });
      const model = summarise([{ sha: sha(1), message: `chore(changelog): ${text}` }], { types });
      expect(model.hidden).toEqual([sha(1)]);
    },
  );

  it("is not just any chore of that scope: a team may have its own", () => {
    const types = typesFor({ preset: "conventionalcommits", sections });
    const message = "chore(changelog): use 0.1.0 as default next release if no tag is found";
    expect(summarise([{ sha: sha(1), message }], { types }).sections).toMatchObject([{ title: "Chores" }]);
  });

  it("is a change where it says that it breaks something", () => {
    const model = summarise([{ sha: sha(1), message: "chore(changelog)!: drop it" }]);
    expect(model.breaking).toEqual([{ sha: sha(1), text: "drop it" }]);
  });
});
