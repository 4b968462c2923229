/** What a step's stage means for the rollout. */
import type { Promotion, Step, StepStage } from "./promotion.ts";

const UNDER_WAY: ReadonlySet<StepStage> = new Set([
  "recording",
  "dispatching",
  "tracing",
  "running",
  "proving",
]);

/** Whether something of the step is still going on. */
export function isUnderWay(step: Step): boolean {
  return UNDER_WAY.has(step.stage);
}

/** Whether the step did not come to a good end. */
export function wentWrong(step: Step): boolean {
  return step.stage === "failed" || step.stage === "cancelled" || step.stage === "needs-human";
}

/** Whether something more of the rollout may begin: nobody has taken it back, and nothing went wrong that holds up everything. */
export function mayGoOn({ problem, steps }: Promotion): boolean {
  return problem === null && !steps.some(haltsAll);
}

/** Where nobody knows how a step ended, nothing else begins, whatever the config says. */
function haltsAll(step: Step): boolean {
  return wentWrong(step) && !(step.stage === "failed" && step.settings?.continueOnFailure === true);
}
