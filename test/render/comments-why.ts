/** What `/why` answers, in the shop of comments-given.ts. */
import type { CommandAnswer } from "../../src/core/commands/command.ts";
import type { Nothing, WhyIn } from "../../src/core/foresight/why.ts";
import type { PromotionStage } from "../../src/core/promotion.ts";
import type { CommentView, LiveView } from "../../src/core/views.ts";
import { HELD_LONG, WINDOW } from "./comments-held.ts";

const NOON = Date.UTC(2026, 10, 20, 12);
const RUN = "https://github.example/acme/shop/actions/runs/501";

const one = (stage: PromotionStage, more: Partial<LiveView> = {}): LiveView => ({
  template: "live",
  environment: "prod",
  version: "1.5.0",
  tag: "v1.5.0",
  sha: "a1".repeat(20),
  from: null,
  changeCount: null,
  requestedBy: "ana",
  url: null,
  stage,
  position: null,
  behind: null,
  held: null,
  steps: [],
  done: 0,
  probes: [],
  problem: null,
  ...more,
});

const inProd = (more: Partial<WhyIn>): WhyIn => ({
  name: "prod",
  version: "1.4.2",
  active: null,
  waiting: [],
  nothing: null,
  failed: null,
  standing: { name: "prod", running: null, delivered: [], active: null, waiting: [], freeze: null },
  needs: { role: "maintain", users: 0 },
  may: true,
  ...more,
});

const answer = (
  environments: readonly WhyIn[],
  more: Partial<Extract<CommandAnswer, { kind: "why" }>> = {},
): CommentView => ({
  template: "answers",
  by: "ana",
  answers: [{ kind: "why", command: "/why", environments, quiet: [], upcoming: null, ...more }],
});

const nothing = (why: Nothing, more: Partial<WhyIn> = {}): CommentView =>
  answer([inProd({ nothing: why, ...more })]);

const row = { runUrl: RUN, durationMs: null, waitsFor: [], needs: [], confirmations: null } as const;

export const WHY_ANSWERS: Readonly<Record<string, CommentView>> = {
  "answers-why": answer(
    [
      inProd({
        active: one("rolling", {
          steps: [
            { ...row, component: "api", stage: "succeeded" },
            { ...row, component: "web", stage: "running", awaits: true },
            { ...row, component: "jobs", stage: "pending", runUrl: null, waitsFor: ["web"] },
          ],
          done: 1,
        }),
        waiting: [
          one("waiting", { version: "1.5.1", position: 1, behind: "1.5.0", requestedBy: null }),
          one("waiting", {
            version: "1.6.0",
            position: 2,
            behind: "1.5.1",
            held: {
              since: NOON,
              hold: WINDOW,
              also: [
                { gate: "freeze", by: "wes", reason: "the *sale* @everyone", until: null },
                { gate: "looking", what: "checks" },
              ],
            },
          }),
        ],
      }),
      inProd({
        name: "staging",
        version: null,
        waiting: [one("waiting", { environment: "staging", position: 1, held: HELD_LONG })],
        needs: { role: "write", users: 2 },
        may: false,
      }),
    ],
    { quiet: ["dev", "load-test"], upcoming: { version: "1.7.0", commitCount: 3 } },
  ),
  "answers-why-needs-a-person": answer([
    inProd({
      active: one("needs-human", {
        steps: [{ ...row, component: "api", stage: "needs-human", runUrl: null }],
        problem: {
          code: "needs-human",
          detail: {
            environment: "prod",
            component: "api",
            workflow: "deploy.yml",
            correlationId: "c101-api",
          },
        },
      }),
      waiting: [
        one("waiting", {
          version: "1.6.0",
          position: 1,
          behind: "1.5.0",
          left: { runs: [{ id: 501, url: RUN, environment: "prod" }], recent: false },
        }),
      ],
    }),
  ]),
  "answers-why-nothing-newer": nothing(
    { why: "newest" },
    {
      standing: {
        name: "prod",
        running: null,
        delivered: [],
        active: null,
        waiting: [],
        freeze: { by: "wes", at: NOON, until: null, reason: "the *sale* @everyone" },
      },
    },
  ),
  "answers-why-nothing-before": nothing({ why: "none", before: "staging, load-test" }, { version: null }),
  "answers-why-no-release": nothing({ why: "none", before: "" }, { version: null }),
  "answers-why-nobody-asked": nothing({ why: "unasked", version: "1.5.0", looks: ["checks", "soak"] }),
  "answers-why-failed": nothing(
    { why: "unasked", version: "1.5.0", looks: [] },
    { failed: "1.5.0", may: false, needs: { role: null, users: 2 } },
  ),
  "answers-why-would-be-held": nothing({
    why: "held",
    version: "1.5.0",
    held: {
      since: NOON,
      hold: { gate: "freeze", by: null, reason: null, until: NOON + 3_600_000 },
      also: [
        {
          gate: "approvals",
          wanted: 2,
          given: [],
          discounted: [],
          from: { role: "maintain", teams: [], users: 0 },
          excludeAuthors: false,
        },
      ],
    },
    looks: ["checks"],
  }),
  "answers-why-would-be-refused": nothing({
    why: "refused",
    version: "1.5.0",
    problem: {
      code: "quarantined",
      detail: { version: "1.5.0", environment: "prod", bad: "1.5.0", by: "wes", reason: null },
    },
  }),
  "answers-why-no-build": nothing({ why: "build" }, { name: "dev" }),
};
