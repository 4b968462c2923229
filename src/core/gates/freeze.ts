/**
 * Gate: the environment is not frozen. Holds, and never fails: what waits goes on when the freeze ends.
 * Looks at the freeze of the environment's lane; looked at again when one is put, lifted, or runs out.
 */
import { PASS, type Freeze, type GateFacts, type Verdict } from "./gate.ts";

/** Waits while a freeze is in force. */
export function environmentIsNotFrozen({ freeze, at }: GateFacts): Verdict {
  if (freeze === null || !isInForce(freeze, at)) return PASS;
  const { by, reason, until } = freeze;
  return { verdict: "wait", hold: { gate: "freeze", by, reason, until } };
}

/** Whether a freeze holds at a moment (epoch milliseconds): its end is the first moment at which it does not. */
export function isInForce({ until }: Freeze, at: number): boolean {
  return until === null || at < until;
}
