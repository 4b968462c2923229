/** The receipt as data: what a delivery was, from nothing but the promotion that is stored. */
import { describe, expect, it } from "vitest";
import { announcementOf, withAnnouncement } from "../../src/core/receipt/announcement.ts";
import { deliveryReceipt } from "../../src/core/receipt/receipt.ts";
import { deliveredPromotion } from "../receipts/given.ts";
import { ana, notes, NOON, sha, wes } from "./given.ts";

describe("a receipt", () => {
  it("says what, where, when, who, and how it was verified", () => {
    const receipt = deliveryReceipt({ ...deliveredPromotion(), approvedBy: [wes] });
    expect(receipt).toMatchObject({
      promotion: "c101",
      kind: "normal",
      release: { version: "1.5.0", tag: "v1.5.0", commit: sha("a1"), hotfix: null },
      environment: { name: "prod", url: "https://shop.example" },
      who: { cause: "command", requested: ana, comment: 101, issue: 7, approved: [wes], reason: null },
      changes: { commits: 3, pulls: [21, 22] },
      verification: {
        by: "observed",
        probes: [{ result: "confirmed", confirmations: 2, wanted: 2, looks: 2 }],
      },
      announced: null,
    });
    expect(receipt.when).toEqual({
      requested: "2026-11-20T12:00:00.000Z",
      started: expect.stringMatching(/^2026-11-20T12:00:0/),
      finished: "2026-11-20T12:00:09.000Z",
      observed: "2026-11-20T12:00:09.000Z",
    });
    expect(receipt.components.map(({ name, how, commit, attempt }) => [name, how, commit, attempt])).toEqual([
      ["api", "deployed", sha("a1"), 1],
      ["web", "deployed", sha("a1"), 1],
    ]);
  });

  it("names what it replaced, and the very command that goes back", () => {
    const promotion = { ...deliveredPromotion(), replaces: { version: "1.4.2", sha: sha("a0") } };
    expect(deliveryReceipt(promotion)).toMatchObject({
      replaced: { version: "1.4.2", commit: sha("a0"), byHand: null },
      rollback: "/rollback prod 1.4.2",
    });
    expect(deliveryReceipt({ ...promotion, replaces: null, replacesByHand: "9.9.9" })).toMatchObject({
      replaced: { version: null, byHand: "9.9.9" },
      rollback: null,
    });
  });

  it("says that a component was left as it is, and in which release", () => {
    const promotion = deliveredPromotion();
    const skipped = { version: "1.4.2", sha: sha("a0") };
    const [api, ...others] = promotion.steps;
    if (api === undefined) throw new Error("there are no steps");
    const [left] = deliveryReceipt({ ...promotion, steps: [{ ...api, skipped }, ...others] }).components;
    expect(left).toMatchObject({ name: "api", how: "unchanged", version: "1.4.2", commit: sha("a0") });
  });

  it("is without what looks like a credential, wherever that came from (P6)", () => {
    const token = `ghs_${"a".repeat(36)}`;
    const promotion = deliveredPromotion();
    const rollback = { reason: `because ${token}` };
    const probes = promotion.probes.map((probe) => ({
      ...probe,
      evidence: probe.evidence.map((one) => ({ ...one, observed: token, detail: token })),
    }));
    expect(JSON.stringify(deliveryReceipt({ ...promotion, rollback, probes }))).not.toContain(token);
  });
});

describe("what was announced against what came", () => {
  const entry = (name: string) => ({
    sha: sha(name),
    type: "feat",
    scope: null,
    component: null,
    breaking: false,
    text: name,
    pull: null,
    author: null,
  });
  const having = (...names: string[]) => {
    const all = notes(sha("a1"), names.length);
    return { ...all, model: { ...all.model, sections: [{ title: "Features", entries: names.map(entry) }] } };
  };
  const expected = { at: NOON, wholeDay: false, zone: "UTC" };

  it("names what was added and what was dropped", () => {
    const announced = { version: "1.5.0", notes: having("b1", "b2"), expected };
    expect(announcementOf(announced, having("b2", "b3"))).toEqual({
      version: "1.5.0",
      expected,
      changes: 2,
      added: { count: 1, commits: [sha("b3")] },
      dropped: { count: 1, commits: [sha("b1")] },
    });
  });

  it.each([
    ["late", NOON, "2026-11-20T12:00:00.000Z", true],
    ["in time", NOON + 60_000, "2026-11-20T12:01:00.000Z", false],
  ])("says that it came %s", (_what, at, until, late) => {
    const announcement = announcementOf(
      { version: "1.5.0", notes: having(), expected: { ...expected, at } },
      having(),
    );
    expect(withAnnouncement(deliveryReceipt(deliveredPromotion()), announcement).announced).toMatchObject({
      expected: until,
      late,
    });
  });

  it("says nothing of being late where no date was named", () => {
    const announcement = announcementOf({ version: "1.5.0", notes: having(), expected: null }, having());
    expect(withAnnouncement(deliveryReceipt(deliveredPromotion()), announcement).announced).toMatchObject({
      expected: null,
      late: null,
    });
  });
});
