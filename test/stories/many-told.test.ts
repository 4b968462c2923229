/**
 * A release of many pull requests: everybody hears once that it has arrived, at a pace that GitHub bears, and through a crash. `PULLS=500` tells it of five
 * hundred, which takes the stand-in some two minutes.
 */
import { expect, it } from "vitest";
import { isOurWrite, mostWithin } from "../../bench/counting.ts";
import { deployed, expectPromisesKept, prodConfig, startProd, waybillsComments } from "./prod.ts";

const PULLS = Number(process.env["PULLS"] ?? 60);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits */
const GITHUBS = { minute: 80, hour: 500 } as const;

it(
  "each author is told once, within GitHub's limits, whatever dies meanwhile",
  { timeout: 400_000 },
  async () => {
    const story = await startProd({
      config: () => prodConfig(),
      environment: { WAYBILL_WRITES_PER_MINUTE: "60" },
    });
    await story.comment("/promote prod 1.5.0", "ana");
    // Merges that nobody hears of one by one: what is told at the end is the same.
    story.sandbox.faults.webhooks({ kind: "lose", times: 2 * PULLS });
    const pulls = Array.from({ length: PULLS }, (_none, index) => story.merge(`fix: mend ${index}`));
    await story.sandbox.settled();
    story.sandbox.faults.clear();
    story.shop.tag("v1.6.0", { by: "ana" });
    await story.settle(11 * MINUTE);

    const told = () =>
      waybillsComments(story)
        .filter(
          ({ body, issueNumber }) =>
            body.includes("waybill:comment:told-prod") && pulls.includes(issueNumber),
        )
        .toSorted((one, other) => one.issueNumber - other.issueNumber);
    story.shop.comment(1, "/promote prod 1.6.0", "ana");
    // GitHub does what it is asked, and the answer is lost; then the process dies.
    story.sandbox.faults.add({ route: "POST /graphql", kind: "reset-after", times: 3, after: 6 });
    for (let rounds = 0; told().length < PULLS / 5 && rounds < 60; rounds += 1)
      await story.settle(MINUTE / 2);
    expect(told().length).toBeLessThan(PULLS);
    await story.restart();
    await story.settle((PULLS / 100) * 10 * MINUTE);

    expect(told().map(({ issueNumber }) => issueNumber)).toEqual(pulls);
    // Comments that go out in one request are one for GitHub, and a process that was just started knows of none that went out before.
    const moments = story.sandbox.record.calls.filter(isOurWrite).map(({ at }) => at);
    expect(mostWithin(moments, MINUTE)).toBeLessThanOrEqual(GITHUBS.minute);
    expect(mostWithin(moments, HOUR)).toBeLessThanOrEqual(GITHUBS.hour);
    expect(deployed(story, "prod").slice(-2)).toEqual(["api 1.6.0", "web 1.6.0"]);
    expectPromisesKept(story);
  },
);
