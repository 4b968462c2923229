/** Bugs about taking back what is under way, and about going on from what failed. */
import type { Bug } from "./bug.ts";

export const goingOnBugs: readonly Bug[] = [
  {
    name: "cancel-gives-free",
    about: "what is cancelled counts as ended when its run is told to stop, and not when it has",
    scene: "cancelled",
    patches: [
      {
        file: "src/core/cancel.ts",
        find: '  if (step.stage === "running") return stopRun(promotion, step, at, minutes);\n',
        replace: `  if (step.stage === "running")
    return withStep(stopRun(promotion, step, at, minutes), step.correlationId, (one) => ({
      ...one,
      stage: "cancelled",
    }));
`,
      },
    ],
  },
  {
    name: "cancel-by-arrival",
    about: "a cancel whose webhook comes before that of what it is about is forgotten",
    scene: "cancelled",
    patches: [
      {
        file: "src/core/cancel.ts",
        find: "  if (version === null) return lane;\n",
        replace: "  if (version === null || at > 0) return lane;\n",
      },
    ],
  },
  {
    name: "retry-from-the-start",
    about: "a retry runs anew what had succeeded",
    scene: "retried",
    patches: [
      {
        file: "src/core/retry.ts",
        find: "  if (retry === undefined) return carried;\n",
        replace: "  if (retry === undefined || plans.length > 0) return carried;\n",
      },
    ],
  },
  {
    name: "retry-carries-all",
    about: "a retry takes what had failed for done",
    scene: "retried",
    patches: [
      {
        file: "src/core/retry.ts",
        find: '    done: steps.filter((step) => isComponent(step) && step.stage === "succeeded"),\n',
        replace:
          '    done: steps.filter(isComponent).map((step) => ({ ...step, stage: "succeeded" as const })),\n',
      },
    ],
  },
];
