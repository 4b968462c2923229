/** Bugs about starting runs: what is sent twice, given up too early, or sent although it must not be. */
import type { Bug } from "./bug.ts";

const RUNS = "src/github/effects/runs.ts";
const STEPS = "src/core/steps.ts";
const LOOK_FIRST = "  if (attempt > 1) return [lost()];\n";

export const dispatchingBugs: readonly Bug[] = [
  {
    name: "blind-retry",
    about: "a dispatch whose worker died is sent again without looking",
    scene: "unclaimed",
    chaos: true,
    kill: true,
    patches: [
      { file: RUNS, find: LOOK_FIRST, replace: "  if (attempt > 1e9) return [lost()];\n" },
      // Whether the lane still waits for it is a look, too.
      { file: RUNS, find: "  if (!(await isAwaited(context, effect))) return [];\n", replace: "" },
    ],
  },
  {
    name: "client-retries",
    about: "a dispatch that was not answered is sent again at once, as an HTTP client would",
    scene: "unclaimed",
    patches: [
      {
        file: RUNS,
        find: 'const isWord = first.kind !== "refused" ||',
        replace: 'const isWord = (first.kind !== "refused" && first.kind !== "unsure") ||',
      },
    ],
  },
  {
    name: "search-then-retry",
    about: "a dispatch whose worker died is looked for in the list of runs, which lags, and then sent again",
    scene: "unclaimed",
    patches: [
      {
        file: RUNS,
        find: LOOK_FIRST,
        replace: `  if (attempt > 1) {
    const listed = await findByName(context.client, effect.workflow, correlationId);
    if (listed !== null)
      return [{ type: "RunStarted", at: clock.now(), correlationId, runId: listed.id, runUrl: listed.url }];
  }
`,
      },
    ],
  },
  {
    name: "search-then-give-up",
    about: "a run that is not seen for long enough counts as failed, and the environment is given free",
    scene: "in-order",
    patches: [
      {
        file: STEPS,
        find: '  if (!step.claims) return needHuman(promotion, step, "needs-human", minutes);\n',
        replace:
          '  if (event.at > 0)\n    return failStep(promotion, step, { code: "dispatch-lost", detail: { component: step.component } }, event.at, minutes);\n',
      },
    ],
  },
  {
    name: "again-without-claim",
    about:
      "what was lost is dispatched once more under its second name, without taking the claim of the first",
    scene: "in-order",
    patches: [
      {
        file: STEPS,
        find: '  if (!step.claims) return needHuman(promotion, step, "needs-human", minutes);\n',
        replace: "  if (step.claims) return onClaimTaken(promotion, step, event.at, minutes);\n",
      },
    ],
  },
  {
    name: "any-claim-is-ours",
    about: "a claim that somebody holds already counts as taken by Waybill",
    scene: "in-order",
    patches: [
      {
        file: "src/github/claims.ts",
        find: "    const holder = await readClaim(client, correlationId);\n",
        replace: '    const holder: ClaimHolder | null = { by: "waybill" };\n',
      },
    ],
  },
  {
    name: "gates-once",
    about:
      "right and tag are looked at when the rollout is prepared, and not again right before the dispatch",
    scene: "gates",
    patches: [
      {
        file: RUNS,
        find: "latenessOf(effect, clock.now()) ?? (await lastLook(context, effect))",
        replace:
          "latenessOf(effect, clock.now()) ?? (clock.now() > 0 ? null : await lastLook(context, effect))",
      },
    ],
  },
  {
    name: "deployment-recorded-twice",
    about: "a deployment record whose answer was lost is made again without looking",
    scene: "records",
    kill: true,
    patches: [
      {
        file: "src/github/effects/deployments.ts",
        find: "  if (attempt > 1) {\n",
        replace: "  if (attempt > 1e9) {\n",
      },
    ],
  },
];
