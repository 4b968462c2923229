/** What may be heard of one component's step: that of `api` in the promotion of comment 101. */
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { EnvironmentEvent, RunObservation } from "../../src/core/events.ts";
import type { Step, StepPlan } from "../../src/core/promotion.ts";
import { givenEnvironment, NOON, prepared, requested, run, stepPlan } from "./given.ts";

export const correlationId = "c101-api";
export const at = NOON + 2_000;
export const runUrl = "https://github.example/runs/501";

export const recorded = { type: "DeploymentRecorded", at, correlationId, deploymentId: 31 } as const;
export const started = { type: "RunStarted", at, correlationId, runId: 501, runUrl } as const;
export const lost = { type: "DispatchAnswerLost", at, correlationId } as const;
export const claimed = { type: "ClaimTaken", at, correlationId } as const;
export const gone = { type: "RunGone", at, correlationId } as const;
export const notSeen = (lookedLongEnough: boolean): EnvironmentEvent => ({
  type: "RunNotSeen",
  at: at + 1,
  correlationId,
  lookedLongEnough,
});
export const observed = (more: Partial<RunObservation> = {}): EnvironmentEvent => ({
  type: "RunObserved",
  at: at + 5_000,
  run: run(more),
});
export const givenUp = (effect: string): EnvironmentEvent => ({
  type: "EffectGivenUp",
  at,
  effect,
  promotionId: null,
  correlationId,
  error: "Error: no answer",
});

/** A rollout that has begun, its first component's deployment being recorded. */
export function begun(api: Partial<StepPlan> = {}, others: readonly StepPlan[] = [stepPlan("web")]) {
  return givenEnvironment(requested(), prepared("c101", [stepPlan("api", api), ...others]));
}

export function step(lane: EnvironmentLane, component = "api"): Step {
  const promotion = lane.active ?? lane.ended[0];
  const found = promotion?.steps.find((one) => one.component === component);
  if (found === undefined) throw new Error(`no step ${component}`);
  return found;
}
