/** Bugs about freezes and gates: what is held that must not be, and what goes although a gate is closed. */
import type { Bug } from "./bug.ts";

const TURN = "src/core/turn.ts";
const LAST_LOOK = "judgedAt(lane, withFindings(lane.active, findings), at)";

export const gatingBugs: readonly Bug[] = [
  {
    name: "gate-not-reevaluated",
    about: "what is found at the last look before a rollout begins is not used: what was found before counts",
    scene: "checks",
    patches: [{ file: TURN, find: LAST_LOOK, replace: "judgedAt(lane, lane.active, at)" }],
  },
  {
    name: "freeze-after-the-turn",
    about: "a freeze that comes while a rollout is being prepared does not hold it",
    scene: "frozen-between",
    patches: [
      {
        file: TURN,
        find: LAST_LOOK,
        replace: "judgedAt({ ...lane, frozen: undefined as never }, withFindings(lane.active, findings), at)",
      },
    ],
  },
  {
    name: "freeze-not-resumed",
    about: "what a freeze has held goes on only when something else happens, for nobody looks at its end",
    scene: "frozen-a-while",
    patches: [
      {
        file: "src/core/freeze.ts",
        find: "  lookAtItsEnd(next, at, minutes);\n",
        replace: "  if (at < 0) lookAtItsEnd(next, at, minutes);\n",
      },
    ],
  },
  {
    name: "freeze-holds-rollbacks",
    about: "a freeze holds rollbacks, too",
    scene: "frozen-rollback",
    patches: [
      {
        file: "src/core/gates/index.ts",
        find: '  { judge: environmentIsNotFrozen, hotfix: "freeze" },\n',
        replace: '  { judge: environmentIsNotFrozen, hotfix: "freeze", rollback: true },\n',
      },
    ],
  },
  {
    name: "freeze-by-arrival",
    about:
      "of two words about a freeze the one holds whose webhook came last, not the one that was written last",
    scene: "frozen-between",
    patches: [
      {
        file: "src/core/freeze.ts",
        find: "  return word.commentId < commentId || (word.commentId === commentId && word.ordinal < ordinal);\n",
        replace: "  return word.commentId < commentId - 1e9 && word.ordinal < ordinal;\n",
      },
    ],
  },
  {
    name: "check-webhook-believed",
    about: "a check that was found to have failed is looked at again only when its webhook comes",
    scene: "checks",
    patches: [
      {
        file: "src/core/looks.ts",
        find: "    return doubted || due === null || (due <= at && !isClosed) ? [look] : [];\n",
        replace: "    return doubted || due === null ? [look] : [];\n",
      },
    ],
  },
  {
    name: "approval-not-bound-to-sha",
    about: "an approval of a version counts for whatever commit its tag names",
    scene: "approvals",
    patches: [
      {
        file: "src/core/approvals.ts",
        find: "(one) => one.sha === sha && one.version === version);\n",
        replace: "(one) => one.sha !== `not ${sha}` && one.version === version);\n",
      },
    ],
  },
  {
    name: "approval-of-another",
    about: "an approval of one release counts for another one",
    scene: "unapproved",
    patches: [
      {
        file: "src/core/approvals.ts",
        find: "(one) => one.sha === sha && one.version === version);\n",
        replace: "(one) => one.sha !== `not ${sha}` && one.version !== `not ${version}`);\n",
      },
    ],
  },
  {
    name: "approval-right-not-asked",
    about: "whoever had the right to approve when he did counts, though he has it no more",
    scene: "approvals",
    patches: [
      {
        file: "src/github/gates/approvals.ts",
        find: "      entitled: mayApprove(config, person, role, memberOf),\n",
        replace: '      entitled: mayApprove(config, person, role ?? "maintain", memberOf),\n',
      },
    ],
  },
];
