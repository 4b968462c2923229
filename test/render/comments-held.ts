/** What is shown of promotions that a gate holds. */
import type { Held, Hold } from "../../src/core/gates/gate.ts";
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
const SOAKING: Held = {
  since: NOON,
  hold: {
    gate: "soak",
    wantedMs: DAY,
    opensAt: NOON + 3 * HOUR,
    environments: [
      { environment: "staging", since: NOON - 21 * HOUR, longestMs: 0 },
      { environment: "load-test", since: NOON - 22 * HOUR, longestMs: 2 * HOUR },
    ],
  },
  also: [{ gate: "freeze", by: "ana", reason: null, until: NOON + 2 * DAY }],
  frozenSince: NOON,
};
const BROKEN_OFF: Held = {
  since: NOON,
  hold: {
    gate: "soak",
    wantedMs: DAY,
    opensAt: null,
    environments: [
      { environment: "staging", since: null, longestMs: 2 * HOUR },
      { environment: "load-test", since: null, longestMs: 0 },
    ],
  },
};
const CHECKS: Held = {
  since: NOON,
  hold: {
    gate: "checks",
    sha: "a1".repeat(20),
    checks: [
      {
        name: "build",
        state: "failed",
        outcome: "timed_out",
        url: "https://github.example/acme/shop/runs/9",
      },
      { name: "ci/external", state: "failed", outcome: null, url: null },
      { name: "e2e", state: "missing", outcome: null, url: null },
      { name: "lint", state: "running", outcome: null, url: "https://github.example/acme/shop/runs/10" },
    ],
  },
};
const APPROVALS: Held = {
  since: NOON,
  hold: {
    gate: "approvals",
    wanted: 2,
    given: ["wes"],
    discounted: [
      { login: "ana", why: "requester" },
      { login: "tri", why: "author" },
      { login: "rea", why: "not-entitled" },
    ],
    from: { role: "maintain", teams: ["release-managers", "ops"], users: 2 },
    excludeAuthors: true,
  },
};
const NO_APPROVALS: Held = {
  since: NOON,
  hold: {
    gate: "approvals",
    wanted: 1,
    given: [],
    discounted: [],
    from: { role: null, teams: [], users: 2 },
    excludeAuthors: false,
  },
};
const EXTERNAL: Held = {
  since: NOON,
  hold: {
    gate: "external",
    services: [
      {
        name: "change-window",
        host: "changes.acme.example",
        state: "waits",
        reason: "CHG-17 waits for @ops, see #12",
        retryAt: NOON + HOUR,
      },
    ],
  },
};
const SERVICES: Held = {
  since: NOON,
  hold: {
    gate: "external",
    services: [
      {
        name: "budget",
        host: "slo.acme.example:8443",
        state: "silent",
        reason: "the connection failed (ECONNREFUSED)",
        retryAt: null,
      },
      { name: "change-window", host: "changes.acme.example", state: "waits", reason: null, retryAt: null },
    ],
  },
  also: [{ gate: "freeze", by: "ana", reason: null, until: null }],
};
export const WINDOW: Hold = { gate: "window", opens: NOON + 2 * DAY + 20 * HOUR, zone: "Europe/Berlin" };
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
    "live-frozen-by-config": live("waiting", {
      position: 1,
      held: { since: NOON, hold: { gate: "freeze", by: null, reason: "Christmas", until: NOON + 2 * DAY } },
    }),
    "live-window": live("waiting", { position: 1, held: { since: NOON, hold: WINDOW } }),
    "live-window-and-freeze": live("waiting", {
      position: 1,
      held: { ...FROZEN, also: [WINDOW] },
    }),
    "live-on-hold": live("waiting", {
      position: 1,
      held: {
        since: NOON,
        hold: {
          gate: "on-hold",
          version: "1.5.0",
          by: "wes",
          at: NOON,
          reason: "the *vouchers* lose @everyone",
        },
      },
    }),
    "live-on-hold-and-freeze": live("waiting", {
      position: 1,
      held: {
        since: NOON,
        hold: { gate: "on-hold", version: "1.5.0", by: "wes", at: NOON, reason: null },
        also: [FROZEN.hold],
        frozenSince: NOON,
      },
    }),
    "live-held-long": live("waiting", { position: 1, held: HELD_LONG }),
    "live-soaking": live("waiting", { position: 1, held: SOAKING }),
    "live-soak-broken-off": live("waiting", { position: 1, held: BROKEN_OFF }),
    "live-checks": live("waiting", { position: 1, held: CHECKS }),
    "live-external": live("waiting", { position: 1, held: EXTERNAL }),
    "live-external-several": live("waiting", { position: 1, held: SERVICES }),
    "live-approvals": live("waiting", { position: 1, held: APPROVALS }),
    "live-approvals-none": live("waiting", { position: 1, held: NO_APPROVALS }),
    "live-looking": live("waiting", {
      position: 1,
      held: { since: NOON, hold: { gate: "looking", what: "soak" } },
    }),
    "live-unseen": live("waiting", {
      position: 1,
      held: { since: NOON, hold: { gate: "unseen", what: "soak", message: "Resource not accessible" } },
    }),
    "held-long": { ...asked, until: NOON + 3 * DAY + 4 * HOUR, requestedBy: "ana" },
    "held-long-automatic": { ...asked, until: NOON + 2 * DAY, requestedBy: null },
  };
}
