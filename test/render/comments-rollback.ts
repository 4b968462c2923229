/** What is shown of rollbacks: production goes from 1.5.0 back to 1.4.2. */
import type { Problem, PromotionStage } from "../../src/core/promotion.ts";
import type { MigrationsPassed } from "../../src/core/rollback/floor.ts";
import type { TodaysWorkflow } from "../../src/core/rollback/rollback.ts";
import type { PinView } from "../../src/core/rollback/views.ts";
import type { StepRow } from "../../src/core/rows.ts";
import type { CommentView, FailureView, LiveView, ReceiptView } from "../../src/core/views.ts";
import { ROLLBACK_PROBLEMS } from "./comments-rollback-problems.ts";

/** Friday, 20 November 2026, 12:00:00 UTC. */
const NOON = Date.UTC(2026, 10, 20, 12);

interface Makers {
  readonly live: (stage: PromotionStage, more: Partial<LiveView>) => LiveView;
  readonly receipt: (more: Partial<ReceiptView>) => ReceiptView;
  readonly failure: (problem: Problem, more: Partial<FailureView>) => FailureView;
  readonly row: (component: string, more?: Partial<StepRow>) => StepRow;
}

const back = {
  version: "1.4.2",
  tag: "v1.4.2",
  from: "1.5.0",
  rollback: { reason: "checkout *fails* @everyone" },
} as const;
const PIN: PinView = { by: "ana", at: NOON, reason: "checkout *fails* @everyone", bad: ["1.5.0"] };
const UNPROVEN: Problem = {
  code: "reported-other-version",
  detail: { url: "https://shop.example/version", observed: "1.4.2", detail: "", looks: 7 },
};
const PAST: MigrationsPassed = {
  known: true,
  seen: [
    { component: "api", kind: "contract", version: "1.5.0" },
    { component: "jobs", kind: "irreversible", version: "1.5.0" },
  ],
};
const RESTORE = { point: NOON, workflow: "restore.yml" } as const;
const TODAYS: readonly TodaysWorkflow[] = [
  { component: "api", workflow: "deploy.yml", why: "missing", lacks: [] },
  { component: "web", workflow: "web.yml", why: "inputs", lacks: ["sha", "correlation_id"] },
  { component: "jobs", workflow: "jobs.yml", why: "inputs", lacks: [] },
  { component: "mail", workflow: "mail.yml", why: "unreadable", lacks: [] },
  { component: "edge", workflow: "edge.yml", why: "not-dispatchable", lacks: [] },
];

/** Comments of rollbacks, and of what they leave behind. */
export function rollbackViews({ live, receipt, failure, row }: Makers): Record<string, CommentView> {
  return {
    "rollback-live-waiting": live("waiting", {
      ...back,
      from: null,
      changeCount: null,
      position: 1,
      behind: "1.5.0",
    }),
    "rollback-live-with-todays-workflow": live("rolling", { ...back, steps: [row("api")], todays: TODAYS }),
    "rollback-live-automatic": live("preparing", { ...back, requestedBy: null, rollback: { reason: null } }),
    "rollback-receipt": receipt({ ...back, pulls: [], pin: PIN, incident: 31, todays: TODAYS.slice(0, 1) }),
    "rollback-receipt-further": receipt({
      ...back,
      rollback: { reason: null },
      pulls: [],
      pin: { ...PIN, bad: ["1.5.0", "1.6.0"] },
    }),
    "rollback-failure": failure(
      {
        code: "run-failed",
        detail: { component: "api", url: "https://github.example/run/1", conclusion: "failure" },
      },
      { ...back, steps: [row("api", { stage: "failed" })], pin: PIN, incident: 31 },
    ),
    "rollback-failure-followed": failure(UNPROVEN, { steps: [row("api")], goesBackTo: "1.4.2" }),
    "rollback-failure-not-followed": failure(UNPROVEN, { steps: [row("api")], from: null, goesBackTo: null }),
    "rollback-live-past-migrations": live("preparing", { ...back, past: PAST }),
    "rollback-receipt-past-migrations": receipt({ ...back, pulls: [], past: { ...PAST, known: false } }),
    "rollback-failure-kept": failure(UNPROVEN, {
      steps: [row("api")],
      keptFrom: "1.4.2",
      migrations: {
        known: true,
        seen: [{ component: "api", kind: "contract" }],
        floor: "1.5.0",
      },
    }),
    "rollback-failure-past-migrations": failure(
      {
        code: "past-migrations",
        detail: ROLLBACK_PROBLEMS["past-migrations"][0],
      },
      { ...back, requestedBy: null, rollback: { reason: null }, automatic: true },
    ),
    "rollback-failure-takes-a-reason": failure(
      {
        code: "run-failed",
        detail: { component: "api", url: "https://github.example/run/1", conclusion: "failure" },
      },
      {
        steps: [row("api", { stage: "failed" })],
        migrations: { known: true, seen: [{ component: "api", kind: "irreversible" }], floor: "1.5.0" },
      },
    ),
    "database-live-backed-up": live("rolling", {
      steps: [row("backup.yml", { hook: "before" }), row("api", { stage: "running" })],
      recovery: { point: NOON },
    }),
    "database-live-asking": live("rolling", {
      steps: [row("backup.yml", { hook: "before", stage: "proving" }), row("api", { stage: "pending" })],
    }),
    "database-receipt-backed-up": receipt({ recovery: { point: NOON } }),
    "database-receipt-untold": receipt({ recovery: { point: null } }),
    "database-live-restoring": live("rolling", { ...back, restore: RESTORE }),
    "database-receipt-restored": receipt({ ...back, pulls: [], restore: RESTORE }),
    "rollback-live-pinned": live("waiting", {
      position: 1,
      requestedBy: null,
      held: { since: NOON, hold: { gate: "pinned", by: "ana", at: NOON, reason: PIN.reason } },
    }),
    "rollback-live-pinned-by-waybill": live("waiting", {
      position: 1,
      requestedBy: null,
      held: { since: NOON, hold: { gate: "pinned", by: null, at: NOON, reason: null } },
    }),
    "rollback-live-kept-back": live("waiting", {
      position: 1,
      requestedBy: null,
      held: {
        since: NOON,
        hold: { gate: "kept-back", version: "1.5.0", environments: ["staging", "canary"] },
      },
    }),
    "rollback-kept-back": {
      template: "kept-back",
      environment: "prod",
      version: "1.5.0",
      good: "1.4.2",
      by: "ana",
      reason: PIN.reason,
    },
    "rollback-kept-back-by-waybill": {
      template: "kept-back",
      environment: "prod",
      version: "1.5.0",
      good: "1.4.2",
      by: null,
      reason: null,
    },
    "rollback-status": {
      template: "answers",
      by: "ana",
      answers: [
        {
          kind: "status",
          command: "/status",
          environments: [
            {
              name: "prod",
              running: null,
              delivered: [],
              active: null,
              waiting: [],
              freeze: null,
              pin: {
                version: "1.4.2",
                sha: "a1".repeat(20) as never,
                by: "ana",
                at: NOON,
                word: null,
                promotionId: "c101" as never,
                environment: "prod",
                reason: PIN.reason,
                bad: [{ version: "1.5.0", sha: "b2".repeat(20) as never }],
              },
            },
          ],
          upcoming: null,
        },
      ],
    },
  };
}
