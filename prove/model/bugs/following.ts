/** Bugs about following runs: which run is whose, which attempt counts, and how its end is noticed. */
import type { Bug } from "./bug.ts";

const ROLLOUT = "src/core/rollout.ts";

export const followingBugs: readonly Bug[] = [
  {
    name: "edge-completion",
    about: "the end of a run is believed to come by its webhook, and nobody looks",
    scene: "in-order",
    chaos: true,
    patches: [
      {
        file: ROLLOUT,
        find: "  if (step.runId === null) orderLook(running, minutes, policy, at);\n",
        replace: "  if (at < 0) orderLook(running, minutes, policy, at);\n",
      },
    ],
  },
  {
    name: "foreign-run",
    about: "a run of the same component is taken for the step's own, whatever correlation id it bears",
    scene: "side-by-side",
    patches: [
      {
        file: "src/core/correlation.ts",
        find: "  return title.split(/[^A-Za-z0-9._-]+/).includes(correlationId);\n",
        replace: '  return title.endsWith(correlationId.slice(correlationId.lastIndexOf("-")));\n',
      },
    ],
  },
  {
    name: "any-attempt-counts",
    about: "the end of a re-run is taken for the end of the run itself",
    scene: "run-again",
    patches: [
      {
        file: ROLLOUT,
        find: "  if (run.attempt > 1) return onRerun(promotion, step, run, at, minutes);\n",
        replace: "  if (run.attempt > 1e9) return onRerun(promotion, step, run, at, minutes);\n",
      },
      {
        file: "src/github/effects/runs.ts",
        find: "(data.run_attempt ?? 1) > 1 ? await firstAttempt",
        replace: "(data.run_attempt ?? 1) > 1e9 ? await firstAttempt",
      },
    ],
  },
  {
    name: "rerun-webhook-counts",
    about: "the webhook of a re-run's end is believed as it is, and the first attempt's end is not asked for",
    scene: "run-again",
    patches: [
      {
        file: "src/github/webhooks/workflow-run.ts",
        find: '  if ((run.run_attempt ?? 1) === 1 || run.status !== "completed") return run;\n',
        replace: "  if (run.id > 0) return run;\n",
      },
    ],
  },
  {
    name: "wrong-commit-counts",
    about: "a run that succeeded on another commit than the one shown counts as delivered",
    scene: "gates",
    patches: [
      {
        file: ROLLOUT,
        find: "  const dispatchedOnTag = promotion.cargo.tag !== null;\n",
        replace: "  const dispatchedOnTag = promotion.cargo.tag === null;\n",
      },
    ],
  },
  {
    name: "wrong-commit-gives-free",
    about: "a run on another commit is cancelled, and the environment given free before it has really ended",
    scene: "moved-tag",
    patches: [
      {
        file: ROLLOUT,
        find: '  if (run.status === "completed") return failStep(promotion, step, problem, at, minutes);\n',
        replace: "  if (at > 0) return failStep(promotion, step, problem, at, minutes);\n",
      },
    ],
  },
];
