/** Answers to commands, in the shop of comments-given.ts. */
import type { CommentView } from "../../src/core/views.ts";
import { HELD_LONG, WINDOW } from "./comments-held.ts";
import { PLAN_ANSWERS } from "./comments-plan.ts";
import { PROBLEMS } from "./comments-problems.ts";
import { WHY_ANSWERS } from "./comments-why.ts";

const NOON = Date.UTC(2026, 10, 20, 12);
const SHA = "a1".repeat(20);
const RUN = "https://github.example/acme/shop/actions/runs/501";
const delivery = { version: "1.5.0", sha: SHA, tag: "v1.5.0", at: NOON, promotionId: "c1" } as never;

export const ANSWERS: Readonly<Record<string, CommentView>> = {
  ...WHY_ANSWERS,
  ...PLAN_ANSWERS,
  answers: {
    template: "answers",
    by: "ana",
    answers: [
      {
        kind: "refusal",
        command: "/promote prd",
        problem: { code: "unknown-environment", detail: PROBLEMS["unknown-environment"][0] ?? {} },
      },
      {
        kind: "status",
        command: "/status",
        environments: [
          { name: "dev", running: null, delivered: [], active: null, waiting: [], freeze: null },
          {
            name: "staging",
            running: delivery,
            delivered: [delivery],
            active: {
              id: "a2.x" as never,
              version: "1.6.0",
              stage: "rolling",
              requestedBy: null,
              startedAt: NOON,
            },
            waiting: [],
            freeze: { by: "wes", at: NOON, until: null, reason: null },
          },
          {
            name: "prod",
            running: delivery,
            delivered: [delivery],
            active: {
              id: "c102" as never,
              version: "1.5.1",
              stage: "needs-human",
              requestedBy: "ana",
              startedAt: NOON,
            },
            waiting: [
              { version: "1.5.2", requestedBy: "wes", held: null, behind: "1.5.1" },
              { version: "1.6.0", requestedBy: null, held: HELD_LONG, behind: "1.5.2" },
            ],
            freeze: { by: "ana", at: NOON, until: NOON + 3_600_000, reason: "the *sale* @everyone" },
          },
        ],
        upcoming: { version: "1.6.1", commitCount: 1 },
        holds: [{ version: "1.6.0", by: "wes", at: NOON, reason: "the *vouchers* lose @everyone" }],
        troubles: [
          { channel: "ops", kind: "slack", since: NOON, lost: 2, reason: "it answered with status 410" },
        ],
      },
      {
        kind: "help",
        command: "/help",
        topic: null,
        commands: [
          { usage: "/promote <environment> [version]", summary: "bring a release to an environment" },
          { usage: "/status", summary: "what runs where, what is on its way, and what waits" },
        ],
        environments: [
          { name: "dev", promote: "merge", mayPromote: true, needs: "write" },
          { name: "staging", promote: "auto", mayPromote: true, needs: "write" },
          { name: "prod", promote: "manual", mayPromote: false, needs: "maintain" },
          { name: "vault", promote: "manual", mayPromote: false, needs: "listed" },
        ],
        release: { on: "tag", mayRelease: false, needs: "maintain" },
      },
    ],
  },
  "answers-status-of-nothing": {
    template: "answers",
    by: "ana",
    answers: [
      {
        kind: "status",
        command: "/status",
        environments: [
          { name: "prod", running: null, delivered: [], active: null, waiting: [], freeze: null },
        ],
        upcoming: null,
      },
    ],
  },
  "answers-status-of-scheduled-freezes": {
    template: "answers",
    by: "ana",
    answers: [
      {
        kind: "status",
        command: "/status",
        environments: [
          {
            name: "prod",
            running: delivery,
            delivered: [delivery],
            active: null,
            waiting: [
              { version: "1.6.0", requestedBy: "ana", held: { since: NOON, hold: WINDOW }, behind: null },
            ],
            freeze: null,
            scheduled: [
              { from: NOON - 3_600_000, until: NOON + 3_600_000, reason: "*stock* @everyone", inForce: true },
              { from: NOON + 86_400_000, until: NOON + 90_000_000, reason: null, inForce: false },
            ],
          },
        ],
        upcoming: null,
      },
    ],
  },
  "answers-status-of-a-run-left": {
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
            waiting: [{ version: "1.6.0", requestedBy: "ana", held: null }],
            freeze: null,
            left: [RUN],
          },
        ],
        upcoming: null,
      },
    ],
  },
};
