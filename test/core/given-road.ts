/** The way of one promotion through the shop's production, event by event. */
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { evidence, NOON, prepared, requested, run, stepPlan } from "./given.ts";

/** A promotion's id. */
export const id = (text: string) => text as PromotionId;

/** The running system was asked. */
export function looked(observed: string | null, at: number, promotion = "c101", probe = 0): EnvironmentEvent {
  return {
    type: "VersionObserved",
    at,
    promotionId: id(promotion),
    component: null,
    probe,
    evidence: evidence(observed, at),
  };
}

/** From the request to the first component under way. */
export const onTheRoad = (promotion = "c101", first = requested()) => [
  first,
  prepared(promotion, [stepPlan("api"), stepPlan("web")]),
];

/** One component's way to its successful run. */
export function goes(component: string, at: number, promotion = "c101"): EnvironmentEvent[] {
  const correlationId = `${promotion}-${component}`;
  const runId = at - NOON;
  return [
    { type: "DeploymentRecorded", at, correlationId, deploymentId: runId + 1 },
    { type: "RunStarted", at: at + 1, correlationId, runId, runUrl: `https://github.example/runs/${runId}` },
    { type: "RunObserved", at: at + 2, run: run({ id: runId }) },
  ];
}

/** Up to the last component's successful run. */
export const deployed = (promotion = "c101", first = requested()) => [
  ...onTheRoad(promotion, first),
  ...goes("api", NOON + 2_000, promotion),
  ...goes("web", NOON + 3_000, promotion),
];

/** Up to the proof. */
export const delivered = [...deployed(), looked("1.5.0", NOON + 4_000), looked("1.5.0", NOON + 9_000)];
