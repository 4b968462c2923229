/**
 * Gate: it is still wanted. What a freeze has held for more than a day does not begin by itself in the moment in which the freeze ends: a
 * person is asked once, and says so by giving the command again. Builds of merges are not asked about: the newest is always wanted.
 */
import { environmentIsNotFrozen } from "./freeze.ts";
import { isHeldBy, PASS, type GateFacts, type Held, type Verdict } from "./gate.ts";

const LONG_MS = 24 * 60 * 60_000;

/** Waits for a person's word after a freeze that held it for more than a day. */
export function isStillWanted(facts: GateFacts): Verdict {
  const { promotion, at } = facts;
  if (promotion.held === undefined || promotion.cause.kind === "merge") return PASS;
  if (environmentIsNotFrozen(facts).verdict === "wait") return PASS;
  const since = frozenSince(promotion.held);
  const isLong = since !== null && at - since > LONG_MS;
  return isHeldBy(promotion, "long-hold") || isLong ? { verdict: "wait", hold: { gate: "long-hold" } } : PASS;
}

/** Since when a freeze has held what is held so, in epoch milliseconds; null where none did until now. */
export function frozenSince(held: Held): number | null {
  // An earlier Waybill knew no other holds.
  return held.frozenSince ?? (held.hold.gate === "freeze" ? held.since : null);
}
