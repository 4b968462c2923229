/** Bugs about rollbacks: what goes back too late or too often, and what comes again though it is bad. */
import type { Bug } from "./bug.ts";

export const returningBugs: readonly Bug[] = [
  {
    name: "quarantine-ignored",
    about: "what was rolled back, and what descends from it, is taken again",
    scene: "rollback",
    patches: [
      {
        file: "src/github/effects/quarantine.ts",
        find: "  for (const bad of pin?.bad ?? []) {\n",
        replace: "  for (const bad of (pin?.bad ?? []).slice(1e9)) {\n",
      },
      {
        file: "src/core/rollback/door.ts",
        find: '  if (cause.kind !== "command" || !isQuarantined(pin, cargo)) return null;\n',
        replace: '  if (cause.kind !== "merge" || !isQuarantined(pin, cargo)) return null;\n',
      },
    ],
  },
  {
    name: "quarantine-of-one",
    about: "what descends from a version that was rolled back is taken, though it has all that was bad",
    scene: "rollback",
    patches: [
      {
        file: "src/github/effects/quarantine.ts",
        find: '    const descends = stands?.relation === "ahead" || stands?.relation === "identical";\n',
        replace: '    const descends = stands?.relation === "identical";\n',
      },
    ],
  },
  {
    name: "pin-ignored",
    about: "what goes by itself goes to an environment that was rolled back",
    scene: "pinned",
    patches: [
      {
        file: "src/core/gates/pinned.ts",
        find: '  if (pin === null || promotion.cause.kind === "command") return PASS;\n',
        replace: '  if (pin === null || promotion.cause.kind !== "merge") return PASS;\n',
      },
    ],
  },
  {
    name: "rollback-of-a-rollback",
    about: "a rollback that has failed is followed by another one, by itself",
    scene: "goes-back",
    patches: [
      {
        file: "src/core/rollback/automatic.ts",
        find: '  const isRelease = classOf(promotion) !== "rollback" && cause',
        replace: "  const isRelease = classOf(promotion) !== undefined && cause",
      },
    ],
  },
  {
    name: "promote-before-rollback",
    about: "what was asked for before a rollback comes after it, where its webhook came late",
    scene: "rolled-back-late",
    patches: [
      {
        file: "src/core/rollback/door.ts",
        find: "  if (pin === null || !isLater(pin.word, wordOf(promotion))) return null;\n",
        replace: "  if (pin === null || isLater(pin.word, wordOf(promotion))) return null;\n",
      },
    ],
  },
  {
    name: "rollback-by-arrival",
    about: "of two rollbacks the one counts whose webhook came last, not the one that was written last",
    scene: "two-rollbacks",
    patches: [
      {
        file: "src/core/rollback/door.ts",
        find: "  if (pin !== null && pin.promotionId !== promotion.id && isLater(pin.word, wordOf(promotion)))\n",
        replace:
          "  if (pin !== null && pin.promotionId === promotion.id && isLater(pin.word, wordOf(promotion)))\n",
      },
    ],
  },
];
