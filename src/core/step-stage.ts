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

/** Whether it is a component's, and no hook. */
export function isComponent({ kind }: Pick<Step, "kind">): boolean {
  return kind !== "hook";
}

/** What people know the step by: its component, or the hook's workflow. */
export function labelOf({
  kind,
  component,
  workflow,
}: Pick<Step, "kind" | "component" | "workflow">): string {
  return kind === "hook" ? workflow : component;
}

/** Whether a run of it was ever known, at whichever attempt. */
export function everRan({ runId, word, attempts }: Step): boolean {
  return runId !== null || word !== undefined || attempts !== undefined;
}

/** Whether something more of the rollout may begin: nobody has taken it back, and nothing went wrong that holds up everything. */
export function mayGoOn({ problem, failing, steps }: Promotion): boolean {
  return problem === null && failing === undefined && !steps.some(haltsAll);
}

/** The same for a step that has begun already: what runs because something has failed goes on all the same. */
export function mayGoOnWith(promotion: Promotion, { phase }: Step): boolean {
  return phase === "onFailure" ? promotion.problem === null : mayGoOn(promotion);
}

/** Where nobody knows how a step ended, nothing else begins, whatever the config says. */
function haltsAll(step: Step): boolean {
  return wentWrong(step) && !(step.stage === "failed" && step.settings?.continueOnFailure === true);
}
