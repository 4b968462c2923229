/**
 * What would come of something in an environment: the very decision that its lane would make, of which nothing is kept and nothing is done. So what
 * `/why` and `/plan` say is what happens, as long as nothing else does.
 */
import type { Policy } from "../decision.ts";
import { decideEnvironment, type EnvironmentLane } from "../environment.ts";
import type { EnvironmentEvent } from "../events.ts";
import type { NewPromotion, Problem, Promotion } from "../promotion.ts";

/** Decides when looks fall due, of which none is made here. */
const POLICY: Policy = { lookEveryMs: 60_000, traceEveryMs: 15_000 };

/** What a request would come to. */
export interface Foreseen {
  /** Why it would be turned away; null where it would not. */
  readonly problem: Problem | null;
  /** As it would stand in its lane: waiting, or about to begin. Null where it would be turned away. */
  readonly promotion: Promotion | null;
  /** Those that would make way for it. */
  readonly makeWay: readonly Promotion[];
  /** The lane as it would be. */
  readonly lane: EnvironmentLane;
}

/** The lane after an event: what waits is held by what holds it at that moment. */
export function laneAfter(lane: EnvironmentLane, event: EnvironmentEvent): EnvironmentLane {
  return decideEnvironment(lane, event, POLICY).state;
}

/** The lane as it is at a moment: its gates asked, and its queue looked at, as they are whenever something happens. */
export function laneAt(lane: EnvironmentLane, at: number): EnvironmentLane {
  return laneAfter(lane, { type: "GatesDue", at });
}

/** What would come of a promotion, were it asked for at this moment. Its id must be one that the lane has never heard. */
export function foresee(lane: EnvironmentLane, request: NewPromotion, at: number): Foreseen {
  const after = laneAfter(lane, { type: "PromotionRequested", at, request });
  const isIt = ({ id }: Promotion): boolean => id === request.id;
  const open = after.active === null ? after.waiting : [after.active, ...after.waiting];
  return {
    problem: after.ended.find(isIt)?.problem ?? null,
    promotion: open.find(isIt) ?? null,
    makeWay: after.ended.filter((one) => one.stage === "superseded" && !isIt(one)),
    lane: after,
  };
}
