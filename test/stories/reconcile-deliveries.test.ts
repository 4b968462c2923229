/** Stories of webhooks that found nobody: GitHub lists them, and Waybill has them sent again. */
import { describe, expect, it } from "vitest";
import type { Story } from "../support/story.ts";
import { deployed, expectPromisesKept, prodConfig } from "./prod.ts";
import { pass, startWatched } from "./reconcile-given.ts";

const HOUR_MS = 60 * 60_000;
const REDELIVERY = "POST /app/hook/deliveries/{delivery_id}/attempts";

function redeliveries(story: Story): number {
  return story.sandbox.record.calls.filter((call) => `${call.method} ${call.route ?? ""}` === REDELIVERY)
    .length;
}

/** Nothing but redelivery may help in these stories: what a comparison would find as well is told apart by its own events. */
const foundOtherwise = (story: Story) =>
  story.log.filter((line) => line.includes('"msg":"GitHub looked at"') && line.includes("ledTo"));

describe("deliveries that failed", () => {
  it("while the server was down are sent again at its start, under their GUIDs, and everything comes of them", async () => {
    const story = await startWatched({ environment: { WAYBILL_RECONCILE_SECONDS: "3600" } });
    story.sandbox.faults.webhooks({ kind: "fail", times: 1_000 });
    story.merge("feat(api): accept vouchers");
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    story.sandbox.faults.clear();
    const failed = story.sandbox.deliveries.filter((one) => one.statusCode >= 400).map((one) => one.guid);
    await story.restart();
    await story.settle();
    expect(redeliveries(story)).toBe(failed.length);
    expect(deployed(story, "staging")).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(foundOtherwise(story)).toEqual([]);
    const again = story.sandbox.deliveries.filter((one) => one.redelivery);
    expect(again.map((one) => one.guid).toSorted()).toEqual(failed.toSorted());
    expectPromisesKept(story);
    await pass(story);
    expect(redeliveries(story)).toBe(failed.length);
  }, 30_000);

  it("at the sender's end only, and are stored all the same, are not asked for again", async () => {
    const story = await startWatched({ config: () => prodConfig() });
    story.merge("feat(api): accept vouchers");
    await story.settle();
    // As GitHub shows it when the answer came after its ten seconds.
    for (const delivery of story.sandbox.deliveries.filter((one) => one.status === "OK"))
      Object.assign(delivery, { statusCode: 504, status: "timed out" });
    await pass(story);
    await pass(story);
    expect(redeliveries(story)).toBe(0);
  });

  it("again and again are tried less and less, then given up, which is said once", async () => {
    const story = await startWatched({ config: () => prodConfig() });
    story.sandbox.setWebhook({ url: "http://127.0.0.1:1/", secret: story.webhookSecret });
    story.shop.openIssue({ title: "Talk", author: "ana" });
    story.shop.comment(1, "Nobody hears this.", "ana");
    await story.settle();
    const failing = new Set(
      story.sandbox.deliveries.filter((one) => one.statusCode >= 400).map((one) => one.guid),
    ).size;
    const tried: number[] = [];
    for (let look = 0; look < 12; look += 1) {
      await pass(story);
      tried.push(redeliveries(story));
      await story.sandbox.clock.advance(look < 5 ? 50_000 : 3 * HOUR_MS);
    }
    expect(failing).toBeGreaterThan(0);
    expect(tried[0]).toBe(failing);
    expect(tried[1]).toBeLessThan(2 * failing + 1);
    expect(tried.at(-1)).toBe(6 * failing);
    expect(story.log.filter((line) => line.includes("are not asked for any more"))).toHaveLength(1);
  }, 30_000);
});
