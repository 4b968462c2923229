/** Scenes of rollbacks: what goes back goes first, and what was bad does not come again before a person says so. */
import { CLAIMS, NOTHING, prod, type Scene } from "./scene.ts";
import type { Word } from "./words.ts";

const rollback = (commentId: number, version: string, from: string): Word => ({
  say: "rollback",
  commentId,
  lane: 1,
  version,
  from,
});

export const ROLLBACK_SCENES: readonly Scene[] = [
  {
    name: "rollback",
    about: "1.6.0 to prod, which is rolled back from 1.5.0 to 1.4.2; and 1.7.0, which has all that was bad",
    words: [prod(101, "1.6.0"), rollback(102, "1.4.2", "1.5.0"), prod(103, "1.7.0")],
    delivered: ["1.4.2", "1.5.0"],
    workflows: CLAIMS,
    bounds: { ...NOTHING, duplicates: 0, failures: 1 },
  },
  {
    name: "two-rollbacks",
    about:
      "1.7.0 to prod, and two rollbacks from 1.6.0, to 1.5.0 and then to 1.4.2: the one that was written last is meant",
    words: [prod(101, "1.7.0"), rollback(102, "1.5.0", "1.6.0"), rollback(103, "1.4.2", "1.6.0")],
    delivered: ["1.4.2", "1.5.0", "1.6.0"],
    workflows: CLAIMS,
    bounds: NOTHING,
  },
  {
    name: "rolled-back-late",
    about: "1.6.0 and 1.7.0 to prod, which is then rolled back from 1.5.0 to 1.4.2",
    words: [prod(101, "1.6.0"), prod(102, "1.7.0"), rollback(103, "1.4.2", "1.5.0")],
    delivered: ["1.4.2", "1.5.0"],
    workflows: CLAIMS,
    bounds: { ...NOTHING, duplicates: 0 },
  },
  {
    name: "pinned",
    about:
      "prod is rolled back from 1.6.0 to 1.4.2; 1.5.0 is to go there by itself, and somebody asks for 1.6.0 again",
    words: [
      rollback(101, "1.4.2", "1.6.0"),
      { say: "auto", commentId: 102, lane: 1, version: "1.5.0" },
      prod(103, "1.6.0"),
    ],
    delivered: ["1.4.2", "1.6.0"],
    workflows: CLAIMS,
    bounds: { ...NOTHING, lost: 1, failures: 1 },
  },
  {
    name: "unpinned",
    about: "the same, and the pin is lifted: what comes after that may go",
    words: [
      rollback(101, "1.4.2", "1.6.0"),
      { say: "auto", commentId: 102, lane: 1, version: "1.5.0" },
      { say: "unpin", commentId: 103, lane: 1, after: "receipt-c101" },
      { ...prod(104, "1.6.0"), after: "receipt-c101" },
    ],
    delivered: ["1.4.2", "1.6.0"],
    workflows: CLAIMS,
    bounds: NOTHING,
    races: true,
  },
  {
    name: "goes-back",
    about: "1.6.0 and 1.7.0 to prod, which goes back to 1.5.0 by itself when one fails",
    words: [prod(101, "1.6.0"), prod(102, "1.7.0")],
    delivered: ["1.5.0"],
    config: `
components:
  api: { workflow: deploy.yml }
environments:
  staging: {}
  prod: { rollback: { auto: failure } }
`,
    workflows: CLAIMS,
    bounds: { ...NOTHING, duplicates: 0, failures: 2 },
  },
];
