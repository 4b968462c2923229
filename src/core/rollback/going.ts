/** How a rollback that goes past migrations goes: what its last look is made by, and what is written down of it. */
import { offerFor, pointsIn } from "../database/recovery.ts";
import { record, type Minutes } from "../decision.ts";
import type { EnvironmentLane } from "../environment.ts";
import type { Promotion } from "../promotion.ts";
import { isReason, landedBeyond, type RoadBack } from "./floor.ts";
import { groundOf } from "./rollback.ts";

/** What the last look before a rollback is made by, as the lane stands when its turn has come. */
export function roadBack(
  lane: EnvironmentLane,
  { environment, cargo, rollback, plan }: Pick<Promotion, "environment" | "cargo" | "rollback" | "plan">,
): RoadBack {
  const offer = offerFor(plan.environment.database, cargo, pointsIn(lane));
  const restore = rollback?.restore;
  return {
    landed: landedBeyond(cargo, groundOf(environment, lane)),
    reasoned: isReason(rollback?.reason),
    ...(offer === null ? {} : { offer }),
    ...(restore === undefined ? {} : { restore }),
  };
}

/** A rollback past migrations begins, or one that puts the database back: who wanted it, past what, to when, and why. */
export function recordPast({ id, past, cause, rollback, ...promotion }: Promotion, minutes: Minutes): void {
  const restore = rollback?.restore;
  const actor = cause.kind === "command" ? `user:${cause.by.id}` : "waybill";
  const reason = rollback?.reason ?? null;
  if (past !== undefined) {
    const { seen: migrations, known } = past;
    record(minutes, actor, "rollback.past-migrations", id, { migrations, known, reason });
  }
  if (restore !== undefined) {
    const { workflow } = promotion.plan.environment.database?.restore ?? {};
    record(minutes, actor, "rollback.restores", id, { ...restore, workflow: workflow ?? null, reason });
  }
}
