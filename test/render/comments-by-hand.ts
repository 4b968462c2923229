/** What is shown of runs that Waybill did not start. */
import type { PromotionStage } from "../../src/core/promotion.ts";
import type { CommentView, LiveView, ReceiptView } from "../../src/core/views.ts";

/** Friday, 20 November 2026, 12:00:00 UTC. */
const NOON = Date.UTC(2026, 10, 20, 12);
const SHA = "a1".repeat(20);
const RUN = "https://github.example/acme/shop/actions/runs/901";
const byHand = { version: "1.6.0", sha: SHA as never, by: "wes", url: RUN, at: NOON } as const;
const said = { template: "by-hand", environment: "prod", ...byHand } as const;
const run = { url: RUN, by: "wes", certain: true } as const;
const delivery = { version: "1.5.0", sha: SHA, tag: "v1.5.0", at: NOON, promotionId: "c1" } as never;
const prod = { name: "prod", delivered: [], active: null, waiting: [], freeze: null } as const;

/** Live comments, a receipt, `/status` and the word on the notice. */
export function byHandViews(
  live: (stage: PromotionStage, more: Partial<LiveView>) => LiveView,
  receipt: (more: Partial<ReceiptView>) => ReceiptView,
): Record<string, CommentView> {
  return {
    "by-hand": { ...said, running: "1.5.0" },
    "by-hand-unknown": { ...said, version: "a1a1a1a", by: null, running: null },
    "live-waiting-by-hand": live("waiting", {
      position: 1,
      held: { since: NOON, hold: { gate: "out-of-band", runs: [run] } },
    }),
    "live-waiting-by-hand-2": live("waiting", {
      position: 1,
      held: {
        since: NOON,
        hold: {
          gate: "out-of-band",
          runs: [run, { url: RUN.replace("901", "902"), by: null, certain: false }],
        },
      },
    }),
    "live-over-by-hand": live("preparing", { byHand: "1.6.0" }),
    "live-over-by-hand-alone": live("preparing", { byHand: "1.6.0", from: null }),
    "receipt-over-by-hand": receipt({ byHand: "1.6.0" }),
    "receipt-over-by-hand-alone": receipt({ byHand: "a1a1a1a", from: null }),
    "answers-status-by-hand": {
      template: "answers",
      by: "ana",
      answers: [
        {
          kind: "status",
          command: "/status",
          environments: [
            { ...prod, name: "staging", running: null, byHand: { ...byHand, by: null } },
            {
              ...prod,
              running: delivery,
              byHand,
              outOfBand: [
                { id: 901, attempt: 1, environment: "prod", version: null, sha: SHA as never, ...run },
              ],
            },
          ],
          upcoming: null,
        },
      ],
    },
  };
}
