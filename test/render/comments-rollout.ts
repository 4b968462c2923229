/** What is shown of a rollout that went another way than straight to its end. */
import type { PromotionId } from "../../src/core/ids.ts";
import type { Problem, PromotionStage } from "../../src/core/promotion.ts";
import type { PlaceRow, StepRow } from "../../src/core/rows.ts";
import type { CancelledView, CommentView, LiveView, ReceiptView } from "../../src/core/views.ts";

const SHA = "a1".repeat(20);
const RUN = "https://github.example/acme/shop/actions/runs/501";

const head = {
  environment: "prod",
  version: "1.5.0",
  tag: "v1.5.0",
  sha: SHA,
  from: "1.4.2",
  changeCount: 12,
  requestedBy: "ana",
  url: "https://shop.example",
} as const;

const detail = { login: "wes", environment: "prod", version: "1.5.0" } as const;
const cancelling: Problem = { code: "cancelled", detail: { ...detail, over: false, begun: true } };

function cancelled(how: Problem["detail"], more: Partial<CancelledView> = {}): CancelledView {
  const problem: Problem = { code: "cancelled", detail: { ...detail, over: true, begun: true, ...how } };
  return { template: "cancelled", ...head, problem, places: [], automatic: false, ...more };
}

function place(component: string, more: Partial<PlaceRow> = {}): PlaceRow {
  return {
    component,
    stage: "succeeded",
    runUrl: RUN,
    conclusion: "success",
    runs: "1.5.0",
    partly: null,
    ...more,
  };
}

const notStarted = {
  stage: "not-started",
  runUrl: null,
  conclusion: null,
  runs: "1.4.2",
} as const;
const stopped = { stage: "cancelled", conclusion: "cancelled", runs: "1.4.2", partly: "1.5.0" } as const;

const NOON = Date.UTC(2026, 10, 20, 12);
const TRIES = [
  { promotionId: "c101" as PromotionId, end: "failed", at: NOON },
  { promotionId: "c105" as PromotionId, end: "cancelled", at: NOON + 3_600_000 },
] as const;

type Receipt = (more: Partial<ReceiptView>) => ReceiptView;
type Live = (stage: PromotionStage, more: Partial<LiveView>) => LiveView;
type Row = (component: string, more?: Partial<StepRow>) => StepRow;

/** Comments about rollouts that were cancelled. */
export function rolloutViews(live: Live, receipt: Receipt, row: Row): Record<string, CommentView> {
  return {
    "live-cancelling": live("rolling", {
      cancelling: true,
      done: 1,
      problem: cancelling,
      steps: [row("api"), row("web", { stage: "running", durationMs: null, stopping: true })],
    }),
    "live-cancelled": live("cancelled", {
      done: 1,
      problem: cancelled({}).problem,
      steps: [row("api"), row("web", { stage: "cancelled" })],
    }),
    "live-second-attempt": live("rolling", {
      steps: [
        row("api", {
          stage: "running",
          durationMs: null,
          attempt: { number: 2, of: 3 },
          earlier: [{ runUrl: RUN.replace("501", "499"), conclusion: "failure" }],
        }),
        row("web", { stage: "pending", runUrl: null, durationMs: null, waitsFor: ["api"] }),
      ],
    }),
    "live-hooks-for-a-failure": live("rolling", {
      failing: true,
      problem: { code: "run-failed", detail: { component: "api", url: RUN, conclusion: "failure" } },
      steps: [
        row("backup.yml", { hook: "before" }),
        row("api", { stage: "failed" }),
        row("warm.yml", { hook: "after", stage: "not-started", runUrl: null, durationMs: null }),
        row("page.yml", { hook: "onFailure", stage: "running", durationMs: null }),
      ],
    }),
    "live-retry": live("rolling", {
      done: 1,
      tries: { number: 2, carried: ["api"], earlier: TRIES.slice(0, 1) },
      steps: [row("api", { carried: true }), row("web", { stage: "running", durationMs: null })],
    }),
    "live-retry-of-everything": live("rolling", {
      tries: { number: 3, carried: [], earlier: TRIES },
      steps: [row("api", { stage: "running", durationMs: null })],
    }),
    "receipt-of-a-retry": receipt({
      tries: { number: 3, carried: ["api"], earlier: TRIES },
      steps: [row("api", { carried: true }), row("web")],
    }),
    "live-waiting-for-an-approval-on-github": live("rolling", {
      steps: [row("api", { stage: "running", durationMs: null, awaits: true })],
    }),
    "live-rejected": live("refused", {
      problem: {
        code: "rejected",
        detail: { ...detail, reason: "the checkout fails", others: 0, until: NOON },
      },
    }),
    "cancelled-before-anything-ran": cancelled({ begun: false }),
    "cancelled-halfway": cancelled(
      {},
      { places: [place("api"), place("web", stopped), place("jobs", notStarted)] },
    ),
    "cancelled-on-a-mixed-environment": cancelled(
      {},
      {
        places: [
          place("api", { stage: "failed", conclusion: "failure", runs: null, partly: "1.5.0" }),
          place("web", { ...notStarted, runs: null }),
        ],
      },
    ),
    "cancelled-during-the-proof": cancelled(
      { whole: true },
      { places: [place("api"), place("web", { stage: "cancelled" })] },
    ),
    "cancelled-build": cancelled(
      { begun: false, version: "1.5.0-dev.3", environment: "dev" },
      { environment: "dev", version: "1.5.0-dev.3", tag: null, from: null, automatic: true },
    ),
  };
}
