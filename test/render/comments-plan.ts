/** What `/plan` answers, in the shop of comments-given.ts. */
import type { PlanView } from "../../src/core/foresight/plan.ts";
import type { CommentView } from "../../src/core/views.ts";
import { HELD_LONG, WINDOW } from "./comments-held.ts";

const NOON = Date.UTC(2026, 10, 20, 12);
const URL = "https://shop.example/version";
const SHA = "a1".repeat(20);

const inputs = (component: string) => ({
  environment: "prod",
  component,
  version: "1.5.0",
  sha: SHA,
  correlation_id: `c999-${component}`,
  region: "us-east-1",
});
const deploy = (component: string) => ({
  component,
  workflow: "deploy.yml",
  ref: "v1.5.0",
  inputs: inputs(component),
});

const plan = (more: Partial<PlanView> = {}): CommentView => ({
  template: "answers",
  by: "ana",
  answers: [
    {
      kind: "plan",
      command: "/plan prod",
      plan: {
        environment: "prod",
        version: "1.5.0",
        sha: SHA,
        does: "/promote prod 1.5.0",
        needs: { role: "maintain", users: 0 },
        may: true,
        problem: null,
        from: "1.4.2",
        byHand: null,
        changeCount: 12,
        waits: false,
        position: null,
        before: [],
        makeWay: [],
        held: null,
        open: [],
        services: [],
        unfit: null,
        rounds: [[deploy("api")], [deploy("web"), { ...deploy("jobs"), retries: 2 }]],
        kept: [],
        parallel: null,
        verify: [{ url: URL, confirmations: 3 }],
        migrations: null,
        back: "1.4.2",
        took: [200_000, 260_000, 180_000],
        ...more,
      },
    },
  ],
});

export const PLAN_ANSWERS: Readonly<Record<string, CommentView>> = {
  "answers-plan": plan(),
  "answers-plan-of-the-first": plan({
    from: null,
    changeCount: null,
    may: false,
    needs: { role: "maintain", users: 2 },
    rounds: [
      [{ ...deploy("pause.yml"), hook: "before" }],
      [deploy("api")],
      [{ ...deploy("warm.yml"), hook: "after" }],
    ],
    verify: [],
    back: null,
    took: [],
    open: ["window", "soak", "checks", "approvals"],
    parallel: 2,
  }),
  "answers-plan-verified-in-all-ways": plan({
    rounds: [[deploy("api")], [{ ...deploy("smoke.yml"), hook: "after", verifies: true }]],
    verify: [
      { url: URL, confirmations: 3, several: { of: 8, needed: 3 } },
      { url: "tcp://db.example:5432", confirmations: 1, reachability: true },
      { url: "report:REPORT_KEY", confirmations: 3, reports: true },
      { url: "report:OTHER_KEY", confirmations: 1, reports: true },
    ],
  }),
  "answers-plan-in-the-queue": plan({
    byHand: "1.4.3",
    position: 3,
    before: [
      { version: "1.4.8", stage: "rolling", held: null },
      { version: "1.4.9", stage: "waiting", held: HELD_LONG },
    ],
    makeWay: ["1.4.10", "1.4.11"],
    held: {
      since: NOON,
      hold: WINDOW,
      also: [
        {
          gate: "approvals",
          wanted: 2,
          given: ["wes"],
          discounted: [],
          from: { role: "maintain", teams: [], users: 0 },
          excludeAuthors: false,
        },
      ],
    },
    open: ["soak"],
    services: ["change-window", "error-budget"],
    rounds: [[deploy("api")]],
    kept: [
      { component: "web", version: "1.4.2" },
      { component: "docs", version: "1.4.0" },
    ],
    notSkipped: [{ why: "inputs", components: ["jobs"] }],
    migrations: { known: true, seen: [{ component: "api", kind: "irreversible" }], floor: "1.5.0" },
    took: [200_000],
  }),
  "answers-plan-of-what-waits": plan({
    waits: true,
    position: 1,
    held: { since: NOON, hold: { gate: "freeze", by: "wes", reason: "the *sale* @everyone", until: null } },
    rounds: [],
    kept: [{ component: "api", version: "1.4.2" }],
  }),
  "answers-plan-refused": plan({
    problem: {
      code: "previous-lacks-it",
      detail: { version: "1.5.0", environment: "prod", missing: "staging", next: "staging" },
    },
  }),
  "answers-plan-unfit": plan({
    unfit: {
      code: "workflow-missing",
      detail: { path: ".github/workflows/deploy.yml", ref: "v1.5.0" },
    },
    rounds: [],
    changeCount: null,
  }),
};
