/** What is shown of components that are left as they are. */
import type { PromotionStage } from "../../src/core/promotion.ts";
import type { StepRow } from "../../src/core/rows.ts";
import type { CommentView, LiveView, ReceiptView } from "../../src/core/views.ts";

type Receipt = (more: Partial<ReceiptView>) => ReceiptView;
type Live = (stage: PromotionStage, more: Partial<LiveView>) => LiveView;
type Row = (component: string, more?: Partial<StepRow>) => StepRow;

const SHA = "a1".repeat(20);
const NOON = Date.UTC(2026, 10, 20, 12);
const none = { runUrl: null, durationMs: null } as const;
const running = {
  version: "1.5.0",
  sha: SHA as never,
  tag: "v1.5.0",
  at: NOON,
  promotionId: "c101" as never,
};

/** Comments about components that are left as they are, or are not. */
export function skipViews(live: Live, receipt: Receipt, row: Row): Record<string, CommentView> {
  const left = row("web", { ...none, skipped: "1.4.2" });
  const asked = {
    ...none,
    stage: "proving",
    skipped: "1.4.0",
    confirmations: { seen: 1, wanted: 2 },
  } as const;
  return {
    "live-left-as-it-is": live("rolling", {
      steps: [row("api", { stage: "running", durationMs: null }), left, row("docs", asked)],
      notSkipped: [
        { why: "workflow", components: ["jobs"] },
        { why: "unknown", components: ["mail", "search"] },
        { why: "answer", components: ["cron"] },
      ],
    }),
    "live-nothing-left-as-it-is": live("rolling", {
      steps: [
        row("api", { stage: "running", durationMs: null }),
        row("web", { stage: "running", durationMs: null }),
      ],
      notSkipped: [{ why: "disturbed", components: ["api", "web"] }],
    }),
    "live-nothing-has-changed": live("rolling", {
      done: 0,
      steps: [row("backup.yml", { hook: "before", stage: "running", durationMs: null }), left],
      unchangedSince: ["1.4.2"],
    }),
    "receipt-left-as-it-is": receipt({
      steps: [row("api"), left],
      notSkipped: [
        { why: "first", components: ["jobs"] },
        { why: "by-hand", components: ["mail"] },
        { why: "inputs", components: ["search", "cron"] },
        { why: "whole", components: ["docs"] },
      ],
    }),
    "receipt-nothing-has-changed": receipt({
      steps: [left, row("docs", { ...none, skipped: "1.4.0" })],
      evidence: [],
      unchangedSince: ["1.4.2", "1.4.0"],
      proven: false,
    }),
    "receipt-nothing-has-changed-and-proven": receipt({
      steps: [left],
      evidence: [
        { at: NOON, url: "https://shop.example/web", outcome: "confirmed", observed: "1.4.2", detail: "" },
      ],
      unchangedSince: ["1.4.2"],
    }),
    "cancelled-with-something-left-as-it-is": {
      template: "cancelled",
      ...head(live),
      problem: {
        code: "cancelled",
        detail: {
          login: "wes",
          environment: "prod",
          version: "1.5.0",
          over: true,
          begun: true,
          whole: false,
        },
      },
      automatic: false,
      places: [
        {
          ...none,
          component: "api",
          stage: "cancelled",
          conclusion: "cancelled",
          runs: "1.4.2",
          partly: "1.5.0",
        },
        {
          ...none,
          component: "web",
          stage: "succeeded",
          conclusion: "success",
          runs: "1.4.0",
          partly: null,
          skipped: true,
        },
      ],
    },
    "answers-status-of-what-is-left-as-it-is": {
      template: "answers",
      by: "ana",
      answers: [
        {
          kind: "status",
          command: "/status",
          upcoming: null,
          environments: [
            {
              name: "prod",
              running,
              delivered: [running],
              active: null,
              waiting: [],
              freeze: null,
              kept: [
                { component: "web", version: "1.4.2" },
                { component: "docs", version: "1.4.0" },
              ],
            },
          ],
        },
      ],
    },
  };
}

function head(live: Live) {
  const { environment, version, tag, sha, from, changeCount, requestedBy, url } = live("rolling", {});
  return { environment, version, tag, sha, from, changeCount, requestedBy, url };
}
