/** One view of every kind that a comment may show: a shop whose production takes 1.5.0 in place of 1.4.2. */
import type { Problem, ProblemCode, PromotionStage } from "../../src/core/promotion.ts";
import { ANSWERS } from "./comments-answers.ts";
import { byHandViews } from "./comments-by-hand.ts";
import { FILES_VIEWS } from "./comments-files.ts";
import { expectedViews } from "./comments-expected.ts";
import { heldViews } from "./comments-held.ts";
import { rolloutViews } from "./comments-rollout.ts";
import { rollbackViews } from "./comments-rollback.ts";
import { hotfixViews } from "./comments-hotfix.ts";
import { rehearsalViews } from "./comments-rehearsal.ts";
import { skipViews } from "./comments-skips.ts";
import { verificationViews } from "./comments-verification.ts";
import { asked, file, PROBLEMS, ran, REFUSED } from "./comments-problems.ts";
import type { StepRow } from "../../src/core/rows.ts";
import type { CommentView, FailureView, LiveView, ReceiptView } from "../../src/core/views.ts";

/** Friday, 20 November 2026, 12:00:00 UTC. */
const NOON = Date.UTC(2026, 10, 20, 12);
const SHA = "a1".repeat(20);
const RUN = "https://github.example/acme/shop/actions/runs/501";
const URL = "https://shop.example/version";

function row(component: string, more: Partial<StepRow> = {}): StepRow {
  return {
    component,
    stage: "succeeded",
    runUrl: RUN,
    durationMs: 83_000,
    waitsFor: [],
    needs: component === "web" ? ["api"] : [],
    confirmations: null,
    ...more,
  };
}

const notBegun = { runUrl: null, durationMs: null } as const;

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

export function live(stage: PromotionStage, more: Partial<LiveView> = {}): LiveView {
  return {
    template: "live",
    ...head,
    stage,
    position: null,
    behind: null,
    held: null,
    steps: [],
    done: 0,
    probes: [],
    problem: null,
    ...more,
  };
}

export function receipt(more: Partial<ReceiptView> = {}): ReceiptView {
  return {
    template: "receipt",
    ...head,
    promotionId: "c101",
    requestedAt: NOON,
    startedAt: NOON + 2_000,
    finishedAt: NOON + 200_000,
    steps: [row("api"), row("web", { durationMs: 41_000 })],
    evidence: [1, 2, 3].map((at) => ({
      at: NOON + 190_000 + at * 5_000,
      url: URL,
      outcome: "confirmed",
      observed: "1.5.0",
      detail: "",
    })),
    pulls: [21, 22],
    next: [],
    proven: true,
    ...more,
  };
}

export function failure(problem: Problem, more: Partial<FailureView> = {}): FailureView {
  return {
    template: "failure",
    ...head,
    ended: true,
    problem,
    steps: [],
    evidence: [],
    automatic: false,
    ...more,
  };
}

const api = row("api");
const web = row("web", { stage: "pending", ...notBegun, waitsFor: ["api"] });

const LIVE: Readonly<Record<string, LiveView>> = {
  "live-waiting": live("waiting", { position: 2, behind: "1.4.9", changeCount: null, from: null }),
  "live-waiting-first": live("waiting", { position: 1, behind: null, changeCount: null, from: null }),
  "live-waiting-for-runs": live("waiting", {
    position: 1,
    changeCount: null,
    from: null,
    left: {
      runs: [
        { id: 501, url: RUN, environment: "prod" },
        { id: 502, url: RUN.replace("501", "502"), environment: null },
      ],
      recent: false,
    },
  }),
  "live-waiting-for-a-deployment": live("waiting", {
    position: 1,
    changeCount: null,
    from: null,
    left: { runs: [], recent: true },
  }),
  "live-preparing": live("preparing", { changeCount: null }),
  "live-starting": live("rolling", { steps: [row("api", { stage: "recording", ...notBegun }), web] }),
  "live-rolling": live("rolling", {
    done: 1,
    steps: [api, row("web", { stage: "running", durationMs: null })],
  }),
  "live-tracing": live("rolling", { steps: [row("api", { stage: "tracing", ...notBegun }), web] }),
  "live-component-proof": live("rolling", {
    steps: [row("api", { stage: "proving", durationMs: null, confirmations: { seen: 1, wanted: 3 } }), web],
  }),
  "live-proving": live("proving", {
    done: 2,
    steps: [api, row("web")],
    probes: [
      { url: URL, seen: 1, wanted: 3 },
      { url: "https://eu.shop.example/version", seen: 0, wanted: 3 },
    ],
  }),
  "live-needs-human": live("needs-human", {
    steps: [row("api", { stage: "needs-human", ...notBegun }), web],
    problem: { code: "needs-human", detail: asked },
  }),
  "live-on-a-word": live("rolling", {
    done: 1,
    steps: [row("api", { runUrl: null, word: "ana" }), row("web", { stage: "running", durationMs: null })],
  }),
  "live-superseded": live("superseded", {
    requestedBy: null,
    from: null,
    changeCount: null,
    supersededBy: "1.6.0",
  }),
  "live-delivered": live("delivered", {
    done: 2,
    steps: [api, row("web")],
    probes: [{ url: URL, seen: 3, wanted: 3 }],
  }),
  "live-failed": live("failed", {
    steps: [row("api", { stage: "failed" }), row("web", { stage: "not-started", ...notBegun })],
    problem: { code: "run-failed", detail: { ...ran, conclusion: "failure" } },
  }),
  "live-refused": live("refused", {
    problem: { code: "off-branch", detail: { tag: "v1.5.0", branch: "main" } },
  }),
  "live-migrations": live("rolling", {
    steps: [row("api", { stage: "running", durationMs: null }), web],
    migrations: {
      known: true,
      seen: [
        { component: "api", kind: "contract" },
        { component: "web", kind: "expand" },
        { component: "jobs", kind: "reversible" },
      ],
      floor: "1.5.0",
    },
  }),
  "live-migrations-unknown": live("rolling", {
    steps: [row("api", { stage: "running", durationMs: null }), web],
    migrations: { known: false, seen: [{ component: "api", kind: "expand" }], floor: null },
  }),
  "live-automatic": live("preparing", { requestedBy: null, from: null, changeCount: null }),
  "live-one-commit": live("rolling", {
    changeCount: 1,
    steps: [row("shop", { stage: "running", durationMs: null })],
  }),
};

const RECEIPTS: Readonly<Record<string, ReceiptView>> = {
  "receipt-proven": receipt(),
  "receipt-unproven": receipt({
    evidence: [],
    proven: false,
    environment: "staging",
    next: ["prod"],
    url: null,
    pulls: [],
  }),
  "receipt-migration": receipt({
    migrations: { known: true, seen: [{ component: "api", kind: "irreversible" }], floor: "1.5.0" },
  }),
  "receipt-on-a-word": receipt({
    evidence: [],
    proven: false,
    steps: [row("api", { runUrl: null, word: "ana" }), row("web", { durationMs: 41_000 })],
  }),
  "receipt-automatic": receipt({
    requestedBy: null,
    from: null,
    changeCount: 1,
    environment: "staging",
    next: ["east", "west"],
  }),
};

const FAILURES: Readonly<Record<string, FailureView>> = {
  "failure-with-steps": failure(
    { code: "run-failed", detail: { ...ran, conclusion: "failure" } },
    { steps: [row("api", { stage: "failed" }), row("web", { stage: "not-started", ...notBegun })] },
  ),
  "failure-needs-a-person": failure(
    { code: "needs-human", detail: asked },
    { ended: false, steps: [row("api", { stage: "needs-human", ...notBegun }), web] },
  ),
  "failure-of-a-build": failure(
    { code: "workflow-missing", detail: { ...file, ref: "main" } },
    {
      environment: "dev",
      version: "1.5.0-dev.3",
      tag: null,
      from: null,
      changeCount: null,
      requestedBy: null,
      automatic: true,
    },
  ),
};

const OTHERS: Readonly<Record<string, CommentView>> = {
  ...ANSWERS,
  ...heldViews(live),
  ...rolloutViews(live, receipt, row),
  ...skipViews(live, receipt, row),
  ...verificationViews(live, receipt, failure, row),
  ...rehearsalViews({ live, receipt, failure, row }),
  ...byHandViews(live, receipt),
  ...rollbackViews({ live, receipt, failure, row }),
  ...hotfixViews(live),
  ...expectedViews,
  told: {
    template: "told",
    environment: "prod",
    version: "1.5.0",
    tag: "v1.5.0",
    url: "https://shop.example",
    proven: true,
  },
  "told-unproven": {
    template: "told",
    environment: "prod",
    version: "1.5.0",
    tag: null,
    url: null,
    proven: false,
  },
  "tag-refused-nearly": {
    template: "tag-refused",
    tag: "1.5.0",
    reason: { code: "nearly", meant: "v1.5.0" },
  },
  "tag-refused-off-branch": {
    template: "tag-refused",
    tag: "v1.5.0",
    reason: { code: "off-branch", branch: "main" },
  },
  "tag-refused-moved": {
    template: "tag-refused",
    tag: "v1.5.0",
    reason: { code: "moved", before: SHA as never },
  },
  "tag-refused-not-a-commit": { template: "tag-refused", tag: "v1.5.0", reason: { code: "not-a-commit" } },
  "tag-refused-by-command": { template: "tag-refused", tag: "v1.5.0", reason: { code: "by-command" } },
  "tag-refused-component-taken": {
    template: "tag-refused",
    tag: "api-v2.4.0",
    reason: { code: "component-taken", component: "api", release: "v1.5.0", at: SHA as never },
  },
  "tag-refused-component-refused": {
    template: "tag-refused",
    tag: "api-v2.4.0",
    reason: {
      code: "component-refused",
      component: "api",
      release: "v1.5.0",
      message: "Repository rule violations found",
    },
  },
  "cut-refused": {
    template: "cut-refused",
    version: "1.5.0",
    problem: { code: "cut-refused", detail: PROBLEMS["cut-refused"][0] ?? {} },
  },
  "cut-shown": {
    template: "cut-shown",
    by: "ana",
    tag: "v1.5.0",
    sha: SHA,
    head: "b2".repeat(20),
    branch: "main",
  },
  ...Object.fromEntries(
    (["merge", "command"] as const).map((on): [string, CommentView] => [
      `answers-help-released-by-${on}`,
      {
        template: "answers",
        by: "ana",
        answers: [
          {
            kind: "help",
            command: "/help release",
            topic: "release",
            commands: [{ usage: "/release [version]", summary: "make what is merged a release" }],
            environments: [{ name: "prod", promote: "auto", mayPromote: true, needs: "maintain" }],
            release: { on, mayRelease: on === "merge", needs: null },
          },
        ],
      },
    ]),
  ),
  "resumed-suspended": {
    template: "resumed",
    reason: "suspended",
    since: NOON,
    until: NOON + 3 * 3_600_000,
    lost: false,
  },
  "resumed-archived": {
    template: "resumed",
    reason: "archived",
    since: NOON,
    until: NOON + 90_000,
    lost: false,
  },
  "late-comment": { template: "late", what: "comment", issue: 7, tag: null },
  "late-release": { template: "late", what: "release", issue: null, tag: "v1.5.0" },
  "late-draft": { template: "late", what: "draft", issue: null, tag: null },
  "late-notice": { template: "late", what: "notice", issue: null, tag: null },
  "late-receipt": { template: "late", what: "receipt", issue: null, tag: "1.5.0" },
  "resumed-removed": {
    template: "resumed",
    reason: "removed",
    since: NOON,
    until: NOON + 26 * 3_600_000,
    lost: true,
  },
  "config-broken": {
    template: "config-broken",
    path: ".github/waybill.yml",
    head: SHA,
    problems: [
      { line: 3, column: 1, message: "unknown setting", mend: "did you mean `environments`?" },
      { line: 12, column: 7, message: "this is no address", mend: "write it as https://host/path" },
    ],
  },
};

function problemViews(): [string, CommentView][] {
  return (Object.entries(PROBLEMS) as [ProblemCode, readonly Problem["detail"][]][]).flatMap(
    ([code, details]) =>
      details.map((detail, index): [string, CommentView] => {
        const problem = { code, detail };
        const view: CommentView = REFUSED.has(code)
          ? { template: "refusal", by: "ana", command: "/promote prod 1.5.0", problem }
          : failure(problem, { ended: code !== "needs-human" && code !== "run-gone" });
        return [`problem-${code}${index === 0 ? "" : `-${index + 1}`}`, view];
      }),
  );
}

/** Every view by the name of its golden file. */
export const VIEWS: Readonly<Record<string, CommentView>> = {
  ...LIVE,
  ...RECEIPTS,
  ...FAILURES,
  ...OTHERS,
  ...FILES_VIEWS,
  ...Object.fromEntries(problemViews()),
};
