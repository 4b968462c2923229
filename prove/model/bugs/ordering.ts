/** Bugs about who goes when: the queue, the lock of an environment, and the order of releases. */
import type { Bug } from "./bug.ts";

const TURN = "src/core/turn.ts";

export const orderingBugs: readonly Bug[] = [
  {
    name: "next-beside-needs-human",
    about: "a second promotion starts while a step of the first needs a person",
    scene: "unclaimed",
    patches: [
      {
        file: TURN,
        find: "  if (lane.active !== null) return { ...lane, waiting };\n",
        replace:
          '  if (lane.active !== null && lane.active.stage !== "needs-human") return { ...lane, waiting };\n',
      },
    ],
  },
  {
    name: "duplicate-command",
    about: "the webhook of a command that comes twice makes two promotions",
    scene: "in-order",
    patches: [
      {
        file: TURN,
        find: "  if (isKnown(lane, request.id)) return lane;\n",
        replace: "  if (lane.known.length > 1e9) return lane;\n",
      },
      {
        file: TURN,
        find: "(other) => other.cancel === undefined && !isTakenUp(other, promotion)",
        replace:
          "(other) => other.cancel === undefined && other.turns === -1 && !isTakenUp(other, promotion)",
      },
      {
        file: "src/engine/step.ts",
        find: "  return known !== null;\n",
        replace: "  return known !== null && known.rev > 1e9;\n",
      },
    ],
  },
  {
    name: "arrival-order",
    about: "commands go in the order in which their webhooks came",
    scene: "three-in-line",
    patches: [
      {
        file: "src/core/queue.ts",
        find: "    other.cause.commentId > entry.cause.commentId\n",
        replace: "    other.cause.commentId > entry.cause.commentId + 1e9\n",
      },
    ],
  },
  {
    name: "older-after-newer",
    about: "an older release is let through after a newer one",
    scene: "older-second",
    chaos: true,
    patches: [
      {
        file: TURN,
        find: "  if (comparable && semver.lt(version, running.version)) {\n",
        replace: "  if (comparable && semver.lt(version, running.version) && at0()) {\n",
      },
      {
        file: TURN,
        find: "function emptied(",
        replace: "function at0(): boolean {\n  return false;\n}\n\nfunction emptied(",
      },
      {
        file: "src/github/effects/prepare.ts",
        find: '  return found?.relation === "behind" || (found?.relation !== "ahead" && isLowerRelease);\n',
        replace: "  return found === undefined && isLowerRelease;\n",
      },
    ],
  },
  {
    name: "order-only-at-the-door",
    about:
      "whether a release is older is asked when its command comes in, and not again when its turn has come",
    scene: "older-second",
    patches: [
      {
        file: TURN,
        find: "refusalAtTheDoor(emptied(lane), one)",
        replace: "refusalAtTheDoor({ ...emptied(lane), delivered: [] }, one)",
      },
      {
        file: "src/github/effects/prepare.ts",
        find: "  for (const before of [replaces, unsure ?? null]) {\n",
        replace: "  for (const before of [replaces, unsure ?? null].slice(2)) {\n",
      },
    ],
  },
  {
    name: "resolve-forgets",
    about: "what may have landed before a /resolve is forgotten by the order of releases",
    scene: "resolved-unseen",
    patches: [
      {
        file: "src/core/disturbed.ts",
        find: '    kind: isUnsure ? "unsure" : "failed",\n',
        replace: '    kind: isUnsure && steps.length > 1e9 ? "unsure" : "failed",\n',
      },
    ],
  },
];
