/**
 * What makes way for what comes in: of builds of merges the newest alone is of interest, and what goes by itself makes way for a newer release.
 * What a person has asked for makes way for nothing, and a rollback or a hotfix is asked for by nobody else.
 */
import semver from "semver";
import { record, type Minutes } from "./decision.ts";
import { classOf, end, type Promotion } from "./promotion.ts";

/** What of the queue makes way for a promotion that comes in. */
function makesWay(waiting: readonly Promotion[], newer: Promotion): readonly Promotion[] {
  if (newer.cause.kind === "merge") return waiting.filter((other) => other.cause.kind === "merge");
  if (classOf(newer) !== "normal") return [];
  return waiting.filter(
    (other) =>
      other.cause.kind === "auto" &&
      classOf(other) === "normal" &&
      semver.lt(other.cargo.version, newer.cargo.version),
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
