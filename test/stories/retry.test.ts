/** `/retry` as people live it: by comments, and seen in what runs. */
import { describe, expect, it } from "vitest";
import { deployed, expectPromisesKept, lastWords, liveWords, startProd } from "./prod.ts";

describe("/retry", () => {
  it("goes on from what failed, lists the attempts, and has nothing left to go on from then", async () => {
    const story = await startProd();
    story.shop.script({ component: "web", outcome: "fail", times: 1 });
    await story.comment("/promote prod", "ana");
    expect(lastWords(story)).toContain("or, to go on from what failed: `/retry prod`");
    await story.comment("/retry prod", "wes");
    expect(lastWords(story)).toContain("takes the role `maintain`");
    await story.comment("/retry prod", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(liveWords(story)).toMatch(/\| api \| deployed in an earlier attempt \|/);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expect(lastWords(story)).toMatch(/\| Attempts \| 2: failed .*, then this one \|/);
    expect(story.shop.deployments().map(({ task, state }) => `${task} ${state}`)).toEqual([
      "deploy:api success",
      "deploy:web failure",
      "deploy:web success",
    ]);
    await story.comment("/retry prod", "ana");
    expect(lastWords(story)).toContain(
      "Nothing has been left unfinished in **prod** since `1.5.0` was delivered",
    );
    expectPromisesKept(story);
  });

  it("goes on from what a person has cancelled, but not under a tag that means something else by now", async () => {
    const story = await startProd();
    story.shop.script({ component: "web", outcome: "hang", times: 1 });
    await story.comment("/promote prod", "ana");
    await story.comment("/cancel prod", "ana");
    expect(lastWords(story)).toContain("`/retry prod`");
    const before = story.shop.sha("v1.5.0") ?? "";
    story.shop.moveTag("v1.5.0", story.shop.sha("v1.4.2") ?? "", { by: "ana" });
    await story.comment("/retry prod", "ana");
    expect(lastWords(story)).toContain("A version means one commit for ever");
    story.shop.moveTag("v1.5.0", before, { by: "ana" });
    await story.settle();
    await story.comment("/retry prod", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  });
});
