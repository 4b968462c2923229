/**
 * Gate: it is still wanted. What a freeze has held for more than a day does not begin by itself in the moment in which the freeze ends: a
 * person is asked once, and says so by giving the command again. Builds of merges are not asked about: the newest is always wanted.
 */
import { PASS, type GateFacts, type Verdict } from "./gate.ts";

const LONG_MS = 24 * 60 * 60_000;

/** Waits for a person's word after a hold of more than a day. */
export function isStillWanted({ promotion, at }: GateFacts): Verdict {
  const { held, cause } = promotion;
  if (held === undefined || cause.kind === "merge") return PASS;
  const isAsked = held.hold.gate === "long-hold";
  return isAsked || at - held.since > LONG_MS ? { verdict: "wait", hold: { gate: "long-hold" } } : PASS;
}
