/**
 * Gate: the environment is not frozen. Holds, and never fails: what waits goes on when the freeze ends.
 * Looks at the freeze of the environment's lane, which is looked at again when one is put, lifted, or runs out; and at those that the
 * promotion's plan foresees.
 */
import type { ScheduledFreeze } from "../config/windows-model.ts";
import { PASS, type Freeze, type GateFacts, type Lifted, type Verdict } from "./gate.ts";

/** Waits while a freeze is in force. */
export function environmentIsNotFrozen({ freeze, lifted = null, promotion, at }: GateFacts): Verdict {
  if (freeze !== null && isInForce(freeze, at)) {
    const { by, reason, until } = freeze;
    return { verdict: "wait", hold: { gate: "freeze", by, reason, until } };
  }
  const [scheduled] = scheduledAt(promotion.plan.environment.freezes, lifted, at);
  if (scheduled === undefined) return PASS;
  const { reason, until } = scheduled;
  return { verdict: "wait", hold: { gate: "freeze", by: null, reason, until }, next: until };
}

/** Whether a freeze holds at a moment (epoch milliseconds): its end is the first moment at which it does not. */
export function isInForce({ until }: Freeze, at: number): boolean {
  return until === null || at < until;
}

/** The freezes that the config foresees and that hold at a moment, the one that ends last before the others. */
export function scheduledAt(
  freezes: readonly ScheduledFreeze[] = [],
  lifted: Lifted | null,
  at: number,
): readonly ScheduledFreeze[] {
  return freezes
    .filter(({ from, until }) => from <= at && at < until)
    .filter(({ from }) => lifted === null || at >= lifted.until || from > lifted.at)
    .toSorted((one, other) => other.until - one.until);
}
