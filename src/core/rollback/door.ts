/** What is turned away because of rollbacks: one that would not go back, and what is in quarantine. */
import type { EnvironmentLane } from "../environment.ts";
import { classOf, type Problem, type Promotion } from "../promotion.ts";
import { isSameRelease } from "../release.ts";
import { isLater, isQuarantined } from "./pin.ts";
import { wordOf } from "./pinning.ts";
import { groundOf, objectionToRollback, quarantined } from "./rollback.ts";

/** Why a rollback is turned away; null where it goes. It is never too old. */
export function refusalOfRollback(lane: EnvironmentLane, promotion: Promotion): Problem | null {
  const { environment, cargo } = promotion;
  const detail = { version: cargo.version, environment };
  const isSame = (other: Promotion): boolean =>
    classOf(other) === "rollback" && other.cancel === undefined && isSameRelease(other.cargo, cargo);
  const onTheirWay = lane.active === null ? lane.waiting : [lane.active, ...lane.waiting];
  if (onTheirWay.some(isSame)) return { code: "already-on-its-way", detail };
  const pin = lane.pin ?? null;
  if (pin !== null && pin.promotionId !== promotion.id && isLater(pin.word, wordOf(promotion)))
    return { code: "rollback-overtaken", detail: { version: pin.version, environment } };
  return objectionToRollback(cargo, groundOf(environment, lane));
}

/** Why anything else is turned away because it was rolled back here; null where it was not. */
export function refusalByQuarantine(
  { pin = null }: Pick<EnvironmentLane, "pin">,
  { environment, cargo, cause }: Promotion,
): Problem | null {
  // What goes by itself is held by the pin, and may go when a person has lifted it.
  if (cause.kind !== "command" || !isQuarantined(pin, cargo)) return null;
  return quarantined(environment, cargo, pin);
}

/**
 * Why a person's command does not count any more: the environment was rolled back by a command that was written after it. Whoever wrote the first
 * one did not know; so it does not come after the rollback, in whatever order the two were heard (promise P7).
 */
export function refusalSinceRollback(
  { pin = null }: Pick<EnvironmentLane, "pin">,
  promotion: Promotion,
): Problem | null {
  const { environment, cargo, cause } = promotion;
  if (cause.kind !== "command" || classOf(promotion) === "rollback") return null;
  if (pin === null || !isLater(pin.word, wordOf(promotion))) return null;
  const detail = { environment, version: cargo.version, good: pin.version, by: pin.by };
  return { code: "rolled-back-since", detail };
}
