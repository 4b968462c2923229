/** A freeze as people live it: by comments, and seen in what is deployed. */
import { describe, expect, it } from "vitest";
import { deployed, expectPromisesKept, lastWords, liveWords, startProd, waybillsComments } from "./prod.ts";

const HOUR = 60 * 60_000;

describe("a freeze of production", () => {
  it("holds a promotion that says so, until it is lifted; then it goes on by itself", async () => {
    const story = await startProd();
    const command = await story.comment('/freeze prod --reason "the sale"', "ana");
    expect(story.shop.reactions(command).map((one) => one.content)).toEqual(["eyes", "rocket"]);
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual([]);
    expect(liveWords(story)).toContain("prod has been frozen by ana: the sale.");
    await story.comment("/status", "wes");
    expect(lastWords(story)).toContain("1\\.5.0 (held by a freeze)");
    await story.comment("/unfreeze prod", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expectPromisesKept(story);
  });

  it("runs out by itself, also after a restart", async () => {
    const story = await startProd();
    await story.comment("/freeze prod --for 2h", "ana");
    await story.comment("/promote prod", "ana");
    await story.restart();
    await story.settle(1.9 * HOUR);
    expect(deployed(story)).toEqual([]);
    await story.settle(2 * HOUR);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  });

  it("asks once before it lets go what it has held for days, and takes the same command as the answer", async () => {
    const story = await startProd();
    await story.comment("/freeze all --for 3d", "ana");
    const before = await story.comment("/promote prod", "ana");
    await story.settle(73 * HOUR);
    expect(deployed(story)).toEqual([]);
    expect(lastWords(story)).toContain("### prod: is 1\\.5.0 still wanted?");
    const asked = waybillsComments(story, 1).length;
    await story.settle(24 * HOUR);
    expect(waybillsComments(story, 1)).toHaveLength(asked);
    const answer = await story.comment("/promote prod 1.5.0", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(story.shop.reactions(answer).map((one) => one.content)).toEqual(["eyes", "rocket"]);
    expect(story.shop.reactions(before).map((one) => one.content)).toEqual(["eyes", "rocket"]);
    expectPromisesKept(story);
  });

  it("may be put and lifted by those who may promote, and by nobody else", async () => {
    const story = await startProd();
    await story.comment("/freeze prod", "wes");
    expect(lastWords(story)).toContain("takes the role `maintain`");
    await story.comment("/freeze prod", "rea");
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  });
});
