/** What ends while its repository is lost can be told to nobody: it is kept, and told should Waybill ever act there again. */
import type { Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import { announceEnd, announceNeeds, showLive } from "./telling.ts";

/** No queue is longer than that for good reasons. */
const UNTOLD_KEPT = 100;

/** Says what has ended in this decision, or keeps it where nobody can be told. */
export function tellEnds(lane: EnvironmentLane, minutes: Minutes): EnvironmentLane {
  if (lane.untold !== null) return { ...lane, untold: [...lane.untold, ...lane.ended].slice(-UNTOLD_KEPT) };
  for (const promotion of lane.ended) announceEnd(promotion, lane, minutes);
  return lane;
}

/**
 * The repository is back: whoever waits for a word gets it now. That a person is needed is said once more as well, since its comment may have been
 * dropped; where it was written, it is found.
 */
export function tellUntold(lane: EnvironmentLane, at: number, minutes: Minutes): EnvironmentLane {
  if (lane.untold === null) return lane;
  for (const promotion of lane.untold) {
    announceEnd(promotion, lane, minutes);
    // Where it never showed itself, the refusal says everything.
    if (promotion.stage !== "refused" || promotion.liveCommentId !== null) showLive(promotion, lane, minutes);
  }
  if (lane.active !== null) showLive(lane.active, lane, minutes);
  announceNeeds(null, lane.active, at, minutes);
  return { ...lane, untold: null };
}
