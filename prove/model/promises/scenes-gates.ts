/** Scenes of freezes and of gates: what is held goes on when it may, and what is looked at last is what counts. */
import { CLAIMS, NOTHING, prod, type Scene } from "./scene.ts";
import type { Word } from "./words.ts";

const config = (gates: string): string => `
components:
  api: { workflow: deploy.yml }
environments:
  staging: {}
  prod: { gates: ${gates} }
`;

const freeze: Word = { say: "freeze", commentId: 102, lane: 1 };

export const GATES_SCENES: readonly Scene[] = [
  {
    name: "frozen-between",
    about: "1.5.0 and then 1.6.0 to prod, which is frozen and unfrozen in between",
    words: [prod(101, "1.5.0"), freeze, { say: "unfreeze", commentId: 103, lane: 1 }, prod(104, "1.6.0")],
    workflows: CLAIMS,
    bounds: NOTHING,
  },
  {
    name: "frozen-a-while",
    about: "1.5.0 to prod, which is frozen for two minutes: it goes on by itself",
    words: [prod(101, "1.5.0"), { ...freeze, ticks: 2 }],
    workflows: CLAIMS,
    bounds: { ...NOTHING, lost: 1, slow: 1 },
  },
  {
    name: "frozen-rollback",
    about: "a rollback of 1.6.0 to 1.5.0 in prod, which is frozen and stays so, while 1.7.0 waits",
    words: [
      freeze,
      { say: "rollback", commentId: 103, lane: 1, version: "1.5.0", from: "1.6.0" },
      prod(104, "1.7.0"),
    ],
    delivered: ["1.5.0", "1.6.0"],
    workflows: CLAIMS,
    bounds: { ...NOTHING, failures: 1 },
    races: true,
  },
  {
    name: "checks",
    about: "1.5.0 to prod, while its check passes, fails and passes again",
    words: [prod(101, "1.5.0")],
    checked: "1.5.0",
    config: config("{ checks: [ci] }"),
    workflows: CLAIMS,
    bounds: { ...NOTHING, duplicates: 0, slow: 1, flips: 2 },
  },
  {
    name: "approvals",
    about:
      "1.5.0 to prod, which is approved, while the tag is moved and moved back and the approver's right is taken away",
    words: [prod(101, "1.5.0"), { say: "approve", commentId: 102, lane: 1, version: "1.5.0" }],
    config: config("{ approvals: { role: maintain } }"),
    workflows: CLAIMS,
    bounds: { ...NOTHING, revokes: 1, moves: 2 },
    races: true,
  },
  {
    name: "unapproved",
    about: "1.5.0 to prod, which is approved and then not any more, and 1.6.0 in its place",
    words: [
      prod(101, "1.5.0"),
      { say: "approve", commentId: 102, lane: 1, version: "1.5.0" },
      { say: "unapprove", commentId: 103, lane: 1, version: "1.5.0" },
      { say: "approve", commentId: 104, lane: 1, version: "1.6.0" },
    ],
    config: config("{ approvals: { role: maintain } }"),
    workflows: CLAIMS,
    bounds: NOTHING,
    races: true,
  },
];
