/**
 * What makes way for what comes in: of builds of merges the newest alone is of interest, and what goes by itself makes way for a newer release.
 * What a person has asked for makes way for nothing, and a rollback or a hotfix is asked for by nobody else.
 */
import semver from "semver";
import { record, type Minutes } from "./decision.ts";
import { isHeldBy } from "./gates/gate.ts";
import { classOf, end, type Promotion } from "./promotion.ts";
import { isSameRelease } from "./release.ts";

/** What of the queue makes way for a promotion that comes in. */
function makesWay(waiting: readonly Promotion[], newer: Promotion): readonly Promotion[] {
  if (newer.cause.kind === "merge") return waiting.filter((other) => other.cause.kind === "merge");
  if (classOf(newer) !== "normal") return [];
  return waiting.filter(
    (other) =>
      other.cause.kind === "auto" &&
      classOf(other) === "normal" &&
      (semver.lt(other.cargo.version, newer.cargo.version) || isTakenUp(other, newer)),
  );
}

/**
 * Whether a person asks for the very release that waits for somebody's word because of a rollback: what goes by itself stays held, and what
 * was asked for goes in its place.
 */
export function isTakenUp(waiting: Promotion, newer: Promotion): boolean {
  const isHeld = isHeldBy(waiting, "pinned") || isHeldBy(waiting, "kept-back");
  return (
    isHeld &&
    waiting.cause.kind !== "command" &&
    newer.cause.kind === "command" &&
    isSameRelease(waiting.cargo, newer.cargo)
  );
}

/** The queue without what makes way for a promotion that comes in, and that as it ends. */
export function superseding(
  waiting: readonly Promotion[],
  newer: Promotion,
  at: number,
  minutes: Minutes,
): { readonly waiting: readonly Promotion[]; readonly ended: readonly Promotion[] } {
  const gone = makesWay(waiting, newer);
  for (const other of gone) record(minutes, "waybill", "promotion.superseded", other.id, { by: newer.id });
  return {
    waiting: waiting.filter((other) => !gone.includes(other)),
    ended: gone.map((other) => ({
      ...end(other, "superseded", null, at),
      supersededBy: newer.cargo.version,
    })),
  };
}
