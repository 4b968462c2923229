/** A person's word on what no machine can tell, by comments and seen in what is deployed. */
import { describe, expect, it } from "vitest";
import { deployed, expectPromisesKept, lastWords, startProd } from "./prod.ts";

const LOOK_AT_RUN = "GET /repos/{owner}/{repo}/actions/runs/{run_id}";
const LOOKED_IN_VAIN = 600_000;

/** The run of `api` is gone before anybody saw how it ended. */
async function withoutRun() {
  const story = await startProd();
  story.shop.script({ component: "api", outcome: "hang", times: 1 });
  await story.comment("/promote prod", "ana");
  story.sandbox.faults.add({ route: LOOK_AT_RUN, kind: { status: 404 }, times: Infinity });
  await story.settle(LOOKED_IN_VAIN);
  expect(lastWords(story)).toContain("`/resolve prod delivered` where this version is there");
  return story;
}

describe("a run of which nobody can tell how it went", () => {
  it("has arrived on a person's word: the rollout goes on, and the receipt says whose word it is", async () => {
    const story = await withoutRun();
    await story.comment("/resolve prod delivered", "ana");
    expect(deployed(story)).toEqual(["web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expect(lastWords(story)).toContain("| api | deployed, on the word of ana |");
    expectPromisesKept(story);
  });

  it("has not arrived on a person's word: that is said, and an older release may follow", async () => {
    const story = await withoutRun();
    await story.comment("/resolve prod failed", "ana");
    expect(lastWords(story)).toContain("ana has looked at what runs there: it has not arrived.");
    await story.comment("/promote prod 1.4.2", "ana");
    expect(deployed(story)).toEqual(["api 1.4.2", "web 1.4.2"]);
  });
});
