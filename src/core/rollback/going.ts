/** How a rollback that goes past migrations goes: what its last look is made by, and what is written down of it. */
import { record, type Minutes } from "../decision.ts";
import type { EnvironmentLane } from "../environment.ts";
import type { Promotion } from "../promotion.ts";
import { isReason, landedBeyond, type RoadBack } from "./floor.ts";
import { groundOf } from "./rollback.ts";

/** What the last look before a rollback is made by, as the lane stands when its turn has come. */
export function roadBack(
  lane: EnvironmentLane,
  { environment, cargo, rollback }: Pick<Promotion, "environment" | "cargo" | "rollback">,
): RoadBack {
  return {
    landed: landedBeyond(cargo, groundOf(environment, lane)),
    reasoned: isReason(rollback?.reason),
  };
}

/** A rollback past migrations begins: who wanted it, past what, and why. */
export function recordPast({ id, past, cause, rollback }: Promotion, minutes: Minutes): void {
  if (past === undefined) return;
  const actor = cause.kind === "command" ? `user:${cause.by.id}` : "waybill";
  record(minutes, actor, "rollback.past-migrations", id, {
    migrations: past.seen,
    known: past.known,
    reason: rollback?.reason ?? null,
  });
}
