/**
 * Gate: the environment is not pinned, for what goes by itself. Holds, and never fails: what waits goes on when a person has lifted the pin.
 * Looks at the pin of the environment's lane; looked at again when that is lifted, by `/unpin` or by a delivery.
 */
import { PASS, type GateFacts, type Verdict } from "./gate.ts";

/** Waits while the environment is pinned, unless a person has asked for it. */
export function environmentIsNotPinned({ promotion, pin = null }: GateFacts): Verdict {
  if (pin === null || promotion.cause.kind === "command") return PASS;
  const { by, at, reason } = pin;
  return { verdict: "wait", hold: { gate: "pinned", by, at, reason } };
}
