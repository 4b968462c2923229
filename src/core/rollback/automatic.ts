/**
 * Going back by itself: where the config wants it, a release that was left half done is followed by a rollback to what was delivered before. Never by a
 * rollback of a rollback, and never where nobody knows what runs.
 */
import { record, type Minutes } from "../decision.ts";
import type { Delivered, EnvironmentLane } from "../environment.ts";
import type { PromotionId } from "../ids.ts";
import { isKnown, withKnown } from "../known.ts";
import { floorOf, type MigrationsBetween } from "../migrations.ts";
import { classOf, newPromotion, type Cargo, type NewPromotion, type Promotion } from "../promotion.ts";
import { enqueue } from "../queue.ts";
import { onRollbackAccepted } from "./pinning.ts";
import { groundOf, releaseBefore } from "./rollback.ts";

const NONE: MigrationsBetween = { known: true, seen: [] };
/** The running system did not confirm a release. */
const UNPROVEN: ReadonlySet<string> = new Set([
  "reported-other-version",
  "no-answer",
  "verification-failed",
  "verification-unknown",
]);

/**
 * The lane after promotions have come to their ends: what has failed is followed by a rollback, where the config says so. Never past migrations that it
 * may have brought: that takes a person, and a reason. What else the database has seen is found out right before it would begin.
 */
export function goBack(lane: EnvironmentLane, at: number, minutes: Minutes): EnvironmentLane {
  const failed = lane.ended.find((one) => isFollowed(lane, one));
  if (failed === undefined) return lane;
  const before = releaseBefore(groundOf(failed.environment, lane));
  const isKept = before !== null && floorOf(failed.migrations ?? NONE).length > 0;
  const told: Promotion = isKept
    ? { ...failed, keptFrom: before.version }
    : { ...failed, goesBackTo: before?.version ?? null };
  const ended = lane.ended.map((one) => (one === failed ? told : one));
  if (isKept) record(minutes, "waybill", "rollback.kept", failed.id, { version: before.version });
  if (isKept || before === null || before.tag === null) return { ...lane, ended };
  const request = requestOf(failed, before, before.tag);
  record(minutes, "waybill", "promotion.accepted", request.id, {
    version: before.version,
    sha: before.sha,
    cause: "auto",
    after: failed.id,
  });
  const promotion = newPromotion(request, at);
  const heard = withKnown(lane, request.id);
  const queued = { ...heard, ended, waiting: enqueue(lane.waiting, promotion) };
  return onRollbackAccepted(queued, promotion, at, minutes);
}

/** Whether something is to come after the end of a promotion. */
function isFollowed(lane: EnvironmentLane, promotion: Promotion): boolean {
  const { plan, cause, cargo, stage, problem, id } = promotion;
  const wanted = plan.environment.rollback?.auto;
  const isRelease = classOf(promotion) !== "rollback" && cause.kind !== "merge" && cargo.tag !== null;
  if (wanted === undefined || stage !== "failed" || !isRelease) return false;
  // Of what a person has looked at, or nobody could watch, people say how it goes on.
  const isHalfDone = lane.disturbed?.promotionId === id && lane.disturbed.kind === "failed";
  const isLooked = problem?.code === "resolved" || lane.untold !== null;
  const isMeant = wanted === "failure" || UNPROVEN.has(problem?.code ?? "");
  // A person has asked for one already.
  const isAsked = lane.waiting.some((one) => classOf(one) === "rollback");
  return isHalfDone && !isLooked && isMeant && !isAsked && !isKnown(lane, idAfter(promotion));
}

/** By what it follows: no other promotion's id begins like this. */
function idAfter({ id }: Promotion): PromotionId {
  return `b${id}` as PromotionId;
}

function requestOf(failed: Promotion, { version, sha, hotfix }: Delivered, tag: string): NewPromotion {
  const { environment, plan, reportOn, id } = failed;
  const cargo: Cargo = { version, sha, tag, ref: tag, ...(hotfix === undefined ? {} : { hotfix }) };
  return {
    id: idAfter(failed),
    environment,
    cargo,
    cause: { kind: "auto" },
    class: "rollback",
    rollback: { reason: null, after: id },
    reportOn,
    plan,
  };
}
