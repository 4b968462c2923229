/** What is shown of what the running system was asked, and said. */
import type { Problem, PromotionStage } from "../../src/core/promotion.ts";
import type { StepRow } from "../../src/core/rows.ts";
import type { CommentView, FailureView, LiveView, ReceiptView } from "../../src/core/views.ts";

type Receipt = (more: Partial<ReceiptView>) => ReceiptView;
type Live = (stage: PromotionStage, more: Partial<LiveView>) => LiveView;
type Failure = (problem: Problem, more: Partial<FailureView>) => FailureView;
type Row = (component: string, more?: Partial<StepRow>) => StepRow;

const NOON = Date.UTC(2026, 10, 20, 12);
const URL = "https://shop.example/version";
const US = "https://us.shop.example/version";
const AP = "https://ap.shop.example/version";
const TCP = "tcp://db.example:5432";
const nothing = { observed: null, detail: "" } as const;

/** What three addresses said: one what was wanted, one another version, one nothing. */
function several(good: "confirmed" | "answers"): NonNullable<ReceiptView["evidence"][number]["addresses"]> {
  return [
    { url: URL, outcome: good, observed: good === "confirmed" ? "1.5.0" : null, detail: "" },
    { url: US, outcome: "other-version", observed: "1.4.2", detail: "" },
    { url: AP, outcome: "no-answer", observed: null, detail: "there was no whole answer within 300 ms" },
  ];
}

function failures(failure: Failure, row: Row): Record<string, CommentView> {
  const steps = [row("api"), row("web")];
  const other = { url: US, observed: "1.4.2", detail: "", looks: 7, of: 3, good: 1, needed: 2 };
  const error = { url: URL, observed: null, detail: "status 503", looks: 7, reachability: true };
  const silent = { url: US, observed: null, detail: "the connection failed (ECONNREFUSED)", looks: 7 };
  const named = { url: URL, observed: "1.4.2", detail: "" };
  return {
    "failure-with-evidence": failure(
      { code: "reported-other-version", detail: { ...named, looks: 7 } },
      {
        steps,
        evidence: [
          { at: NOON, outcome: "other-version", ...named },
          { at: NOON + 5_000, url: URL, outcome: "no-answer", observed: null, detail: "connection refused" },
        ],
      },
    ),
    "failure-several": failure(
      { code: "reported-other-version", detail: other },
      {
        steps,
        evidence: [
          {
            at: NOON,
            url: US,
            outcome: "other-version",
            observed: "1.4.2",
            detail: "",
            addresses: several("confirmed"),
          },
        ],
      },
    ),
    "failure-of-reports": failure(
      {
        code: "reported-other-version",
        detail: { ...named, url: "report:eu-2", looks: 3, reports: true, good: 2, needed: 3 },
      },
      { steps, evidence: [{ at: NOON, outcome: "other-version", ...named, url: "report:eu-2" }] },
    ),
    "failure-without-reports": failure(
      { code: "no-answer", detail: { url: null, looks: 0, reports: true, good: 0, needed: 3 } },
      { steps },
    ),
    "failure-of-an-answer": failure({ code: "reported-other-version", detail: error }, { steps }),
    "failure-silent-of-several": failure(
      { code: "no-answer", detail: { ...silent, of: 3, good: 2, needed: 3 } },
      { steps },
    ),
  };
}

function drifts(): Record<string, CommentView> {
  const said = {
    template: "drift",
    environment: "prod",
    component: null,
    url: URL,
    version: "1.5.0",
    release: "1.5.0",
    observed: null,
    since: NOON,
    rightAt: NOON - 300_000,
    at: NOON + 3_600_000,
  } as const;
  return {
    "drift-other": { ...said, what: "other", observed: "1.4.2" },
    "drift-other-component": { ...said, what: "other", observed: "1.4.2", component: "api" },
    "drift-other-build": { ...said, what: "other", observed: "1.4.2", release: null },
    "drift-back": { ...said, what: "back", component: "api" },
    "drift-silent": { ...said, what: "silent" },
  };
}

/** Comments about probes of all kinds. */
export function verificationViews(
  live: Live,
  receipt: Receipt,
  failure: Failure,
  row: Row,
): Record<string, CommentView> {
  return {
    ...failures(failure, row),
    ...drifts(),
    "live-proving-several": live("proving", {
      done: 2,
      steps: [row("api"), row("web")],
      probes: [
        { url: URL, seen: 1, wanted: 3, several: { of: 8, needed: 3, good: 3 } },
        { url: TCP, seen: 2, wanted: 3, reachability: true },
        { url: "report:REPORT_KEY", seen: 2, wanted: 3, reports: true },
        { url: URL, seen: 0, wanted: 1, several: { of: 3, needed: 3, good: 1 }, reachability: true },
      ],
    }),
    "receipt-performance": receipt({
      performance: [
        {
          name: "p95 latency",
          unit: "ms",
          before: { value: 120.25 },
          during: { value: 131 },
          after: { value: 118 },
        },
        {
          name: "errors",
          unit: "",
          before: { value: 0.000123456789 },
          during: null,
          after: { missing: "there was no whole answer within 10000 ms" },
        },
      ],
    }),
    "receipt-several": receipt({
      evidence: [
        {
          at: NOON,
          url: URL,
          outcome: "confirmed",
          observed: "1.5.0",
          detail: "",
          addresses: several("confirmed"),
        },
        { at: NOON, url: TCP, outcome: "answers", ...nothing },
        { at: NOON, url: URL, outcome: "answers", ...nothing, addresses: several("answers") },
      ],
    }),
    "receipt-reached": receipt({
      proven: false,
      reached: true,
      evidence: [{ at: NOON, url: TCP, outcome: "answers", ...nothing }],
    }),
  };
}
