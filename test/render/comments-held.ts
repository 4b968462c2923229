/** What is shown of promotions that a gate holds. */
import type { Held } from "../../src/core/gates/gate.ts";
import type { PromotionStage } from "../../src/core/promotion.ts";
import type { CommentView, LiveView } from "../../src/core/views.ts";

/** Friday, 20 November 2026, 12:00:00 UTC. */
const NOON = Date.UTC(2026, 10, 20, 12);
const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

const FROZEN: Held = {
  since: NOON,
  hold: { gate: "freeze", by: "ana", reason: "the *sale* @everyone", until: NOON + 2 * DAY },
};
export const HELD_LONG: Held = { since: NOON, hold: { gate: "long-hold" } };

/** Live comments of held promotions, and the question whether one is still wanted. */
export function heldViews(
  live: (stage: PromotionStage, more: Partial<LiveView>) => LiveView,
): Record<string, CommentView> {
  const asked = {
    template: "held-long",
    environment: "prod",
    version: "1.5.0",
    tag: "v1.5.0",
    since: NOON,
  } as const;
  return {
    "live-frozen": live("waiting", { position: 2, behind: "1.4.9", held: FROZEN }),
    "live-frozen-without-end": live("waiting", {
      position: 1,
      held: { since: NOON, hold: { gate: "freeze", by: "ana", reason: null, until: null } },
    }),
    "live-held-long": live("waiting", { position: 1, held: HELD_LONG }),
    "held-long": { ...asked, until: NOON + 3 * DAY + 4 * HOUR, requestedBy: "ana" },
    "held-long-automatic": { ...asked, until: NOON + 2 * DAY, requestedBy: null },
  };
}
