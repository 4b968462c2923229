/** Stories in which looking itself is hard: GitHub is away, clocks are wrong, several servers look at once. */
import { describe, expect, it } from "vitest";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import type { Story } from "../support/story.ts";
import { deployed, expectPromisesKept, prodConfig, waybillsComments } from "./prod.ts";
import { loseAll, pass, startDeafProd, startWatched } from "./reconcile-given.ts";

const DAY_MS = 24 * 60 * 60_000;

function callsSince(story: Story, from: number, route: string): number {
  return story.sandbox.record.calls
    .slice(from)
    .filter((call) => `${call.method} ${call.route ?? ""}` === route).length;
}

it("GitHub is away: looks are few, one line tells of it, and what was lost is found when it is back", async () => {
  const story = await startWatched({ config: () => prodConfig() });
  loseAll(story);
  story.merge("feat(api): accept vouchers");
  story.sandbox.faults.add({ route: "*", kind: { status: 502 }, times: Infinity });
  const from = story.sandbox.record.calls.length;
  for (let minute = 0; minute < 20; minute += 1) await story.reconcile();
  expect(story.sandbox.record.calls.length - from).toBeLessThan(20);
  const aloud = story.log.filter((line) => /"level":[45]0/.test(line));
  expect(aloud.flatMap((line) => /"look":"([a-z]+:[a-z]+)/.exec(line)?.[1] ?? []).sort()).toEqual([
    "look:deliveries",
    "look:repository",
  ]);
  expect((await story.store.jobCounts()).dead).toBe(0);
  story.sandbox.faults.clear();
  loseAll(story);
  // The longest pause is an hour.
  for (let minute = 0; minute < 60; minute += 1) await story.reconcile();
  expect(story.shop.issues().map(({ title }) => title)).toContain("Coming next: 1.5.0");
}, 60_000);

describe("a clock that is off by a day", () => {
  it.each([
    ["behind GitHub's", DAY_MS],
    ["ahead of GitHub's", -DAY_MS],
  ])(
    "%s: what was lost is found, a command of this minute is run, and none is called late",
    async (_which, offMs) => {
      const story = await startWatched({ config: () => prodConfig() });
      await story.sandbox.clock.advance(offMs);
      await story.restart();
      await pass(story);
      loseAll(story);
      story.merge("feat(api): accept vouchers");
      story.shop.tag("v1.5.0", { by: "ana" });
      await pass(story);
      await story.comment("/promote prod", "ana", 1);
      await pass(story);
      expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
      expect(waybillsComments(story).filter(({ body }) => body.includes("too late"))).toEqual([]);
      expectPromisesKept(story);
    },
    60_000,
  );
});

describePostgres("on PostgreSQL", () => {
  it("three servers look once, and run what they find once", async () => {
    const story = await startDeafProd({ databaseUrl: await createTestDatabase(), replicas: 3 });
    await pass(story);
    await story.comment("/promote prod", "ana", 1);
    const from = story.sandbox.record.calls.length;
    await story.reconcile();
    expect(callsSince(story, from, "GET /app/hook/deliveries")).toBe(1);
    expect(callsSince(story, from, "GET /repos/{owner}/{repo}/issues/comments")).toBe(1);
    await story.settle(150_000);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  }, 60_000);
});
