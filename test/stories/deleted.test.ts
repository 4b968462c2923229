/** What Waybill wrote is deleted by hand: it is written anew where it is still needed, and nothing that is promised hangs on it. */
import { describe, expect, it } from "vitest";
import {
  actAs,
  deployed,
  expectPromisesKept,
  lastWords,
  liveWords,
  startProd,
  waybillsComments,
} from "./prod.ts";

const ELEVEN_MINUTES_MS = 11 * 60_000;
/** Longer than the edits of a live comment and their retries take. */
const SHOWN_MS = 60_000;

describe("a comment that is deleted by hand", () => {
  it("in the middle of a rollout: it is written anew, once, and the rollout ends as ever", async () => {
    const story = await startProd();
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    await story.comment("/promote prod", "ana");
    await story.settle(SHOWN_MS);
    const [live] = waybillsComments(story, 1);
    await actAs(story, "ana", "DELETE", `issues/comments/${live?.id}`);
    const [run] = story.shop.runs();
    story.shop.finishRun(run?.id ?? 0, "succeed");
    await story.settle(SHOWN_MS);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(liveWords(story)).toContain("### prod: 1\\.5.0, delivered");
    expect(waybillsComments(story, 1).map(({ body }) => body.split("\n", 1)[0])).toHaveLength(2);
    expect(
      waybillsComments(story, 1)
        .map(({ body }) => body)
        .join("\n"),
    ).toContain("### prod runs 1\\.5.0");
    expectPromisesKept(story);
  });

  it("that held the command: it is done all the same, and said", async () => {
    const story = await startProd();
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    const command = await story.comment("/promote prod", "ana");
    await actAs(story, "ana", "DELETE", `issues/comments/${command}`);
    const [run] = story.shop.runs();
    story.shop.finishRun(run?.id ?? 0, "succeed");
    await story.settle(ELEVEN_MINUTES_MS);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expect((await story.store.jobCounts()).dead).toBe(0);
  });
});

describe("a release that is deleted by hand", () => {
  it("as a draft is drawn anew with the next merge, and published with its tag", async () => {
    const story = await startProd();
    story.merge("fix: a small thing");
    await story.settle(ELEVEN_MINUTES_MS);
    const draft = story.shop.releases().find((one) => one.draft);
    await actAs(story, "ana", "DELETE", `releases/${draft?.id}`);
    story.merge("fix: another thing");
    await story.settle(ELEVEN_MINUTES_MS);
    const anew = story.shop.releases().filter((one) => one.draft);
    expect(anew.map(({ name }) => name)).toEqual([draft?.name]);
    expect(anew[0]?.body).toContain("a small thing");
    expect(anew[0]?.body).toContain("another thing");
    story.shop.tag("v1.5.1", { by: "ana" });
    await story.settle();
    expect(story.shop.releases().filter((one) => one.tagName === "v1.5.1")).toMatchObject([{ draft: false }]);
  });

  it("after it was published stays deleted, and can be promoted: what counts is its tag", async () => {
    const story = await startProd();
    const published = story.shop.releases().find((one) => one.tagName === "v1.5.0");
    await actAs(story, "ana", "DELETE", `releases/${published?.id}`);
    await story.comment("/promote prod", "ana");
    await story.settle(ELEVEN_MINUTES_MS);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(story.shop.releases().filter((one) => one.tagName === "v1.5.0")).toEqual([]);
    expectPromisesKept(story);
  });
});
