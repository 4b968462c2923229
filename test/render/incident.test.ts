/** The issue of an incident, as those read it who come to it later. */
import { describe, expect, it } from "vitest";
import type { IncidentView } from "../../src/core/rollback/incident.ts";
import { createTextRenderer } from "../../src/render/text.ts";

const NOON = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;

const view: IncidentView = {
  environment: "prod",
  from: "1.6.0",
  to: "1.4.2",
  bad: ["1.5.0", "1.6.0"],
  entries: [
    { kind: "came", at: NOON, version: "1.5.0", by: "ana" },
    { kind: "came", at: NOON + MINUTE, version: "1.5.1", by: null },
    { kind: "half-done", at: NOON + 2 * MINUTE, version: "1.6.0" },
    { kind: "asked", at: NOON + 3 * MINUTE, version: "1.5.0", by: null, reason: null, on: null },
    { kind: "not-back", at: NOON + 4 * MINUTE, version: "1.5.0", why: "failed" },
    { kind: "asked", at: NOON + 5 * MINUTE, version: "1.4.2", by: "ana", reason: "it *fails* @all", on: 7 },
    { kind: "not-back", at: NOON + 6 * MINUTE, version: "1.4.2", why: "overtaken" },
    { kind: "not-back", at: NOON + 6 * MINUTE, version: "1.4.2", why: "cancelled" },
    { kind: "not-back", at: NOON + 6 * MINUTE, version: "1.4.2", why: "refused" },
    { kind: "back", at: NOON + 7 * MINUTE, version: "1.4.2" },
    { kind: "lifted", at: NOON + 8 * MINUTE, by: "ana", version: null },
    { kind: "lifted", at: NOON + 9 * MINUTE, by: null, version: "1.6.1" },
  ],
};
const drawn = (more: Partial<IncidentView> = {}) =>
  createTextRenderer().incident({ ...view, ...more }, "c101");

describe("the issue of an incident", () => {
  it("says in its title what went back, and is found by its marker", () => {
    expect(drawn().title).toBe("prod: 1.6.0 rolled back to 1.4.2");
    expect(drawn().body.begin).toBe("<!-- waybill:incident:c101 -->");
  });
  it("tells what happened when, and what is left of it", () => {
    expect(drawn().body.text).toBe(`<!-- waybill:incident:c101 -->
**prod** goes back from \`1.6.0\` to \`1.4.2\`.

| When | What |
| --- | --- |
| 2026-11-20 12:00:00 UTC | \`1.5.0\` was delivered, as ana had asked for |
| 2026-11-20 12:01:00 UTC | \`1.5.1\` was delivered, by itself |
| 2026-11-20 12:02:00 UTC | the rollout of \`1.6.0\` was left half done |
| 2026-11-20 12:03:00 UTC | Waybill goes back by itself, as the config says, to \`1.5.0\` |
| 2026-11-20 12:04:00 UTC | \`1.5.0\` was not delivered: the rollback failed |
| 2026-11-20 12:05:00 UTC | ana asked to go back to \`1.4.2\`: it \\*fails\\* @&#8203;all (on #7) |
| 2026-11-20 12:06:00 UTC | \`1.4.2\` was not delivered: another rollback was asked for |
| 2026-11-20 12:06:00 UTC | \`1.4.2\` was not delivered: the rollback was cancelled |
| 2026-11-20 12:06:00 UTC | \`1.4.2\` was not delivered: the rollback did not begin |
| 2026-11-20 12:07:00 UTC | \`1.4.2\` was delivered |
| 2026-11-20 12:08:00 UTC | ana lifted the pin |
| 2026-11-20 12:09:00 UTC | \`1.6.1\` was delivered, so the pin is lifted |

**prod** is pinned: nothing goes there by itself any more, and \`1.5.0\`, \`1.6.0\` are in quarantine, with what descends from them without a revert or a fix. When a \`/promote\` of anything else is delivered, that is over; \`/unpin prod\` lifts it at once.

Waybill writes down here what happens, and leaves it to you to close this.
<!-- waybill:incident-end:c101 -->`);
  });
  it("says nothing of a pin that is lifted", () => {
    expect(drawn({ bad: [] }).body.text).not.toContain("pinned");
  });
});
