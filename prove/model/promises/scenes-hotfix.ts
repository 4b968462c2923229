/** Scenes of hotfixes: they go first, and nothing without their fix comes after them. */
import { HOTFIX } from "./commits.ts";
import { CLAIMS, NOTHING, prod, type Scene } from "./scene.ts";

export const HOTFIX_SCENES: readonly Scene[] = [
  {
    name: "hotfix",
    about: "1.6.0 and 1.7.0 to prod, and 1.5.1, a hotfix of what runs there, whose fix only 1.7.0 has",
    words: [
      prod(101, "1.6.0"),
      { say: "auto", commentId: 102, lane: 1, version: HOTFIX.version },
      prod(103, "1.7.0"),
    ],
    delivered: ["1.5.0"],
    workflows: CLAIMS,
    bounds: { ...NOTHING, duplicates: 0, failures: 1 },
    races: true,
  },
  {
    name: "hotfix-ported",
    about: "1.5.1, a hotfix, and 1.7.0 to prod, which hears late that the release branch has the fix",
    words: [prod(101, HOTFIX.version), prod(102, "1.7.0"), { say: "ported", commentId: 103, lane: 1 }],
    delivered: ["1.5.0"],
    workflows: CLAIMS,
    bounds: { ...NOTHING, lost: 1 },
  },
];
