/** Somebody objects to what is coming: it is released, and goes nowhere until the objection is lifted. */
import { afterEach, expect, it } from "vitest";
import { prodConfig } from "../support/shop.ts";
import { startStory, type Story } from "../support/story.ts";
import { deployed, waybillsComments } from "./prod.ts";

let story: Story;
afterEach(() => story.end());

it("a version that is held on its notice is queued when it is promoted, and goes on when it is let go", async () => {
  story = await startStory({ config: () => prodConfig() });
  story.merge("docs: begin");
  story.shop.tag("v1.4.2", { by: "ana" });
  await story.settle();
  story.merge("feat(api): accept vouchers");
  await story.settle();
  const notice = () => story.shop.issues().findLast(({ body }) => body.includes("`1.5.0`"));
  const talk = notice()?.number ?? 0;

  // Who may not write may not object so.
  await story.comment("/hold 1.5.0", "tri", talk);
  expect(waybillsComments(story).at(-1)?.body).toContain("Holding a version takes the role `write`");

  await story.comment('/hold 1.5.0 --reason "vouchers lose their sign, @octocat"', "wes", talk);
  expect(notice()?.body).toMatch(
    /\*\*`1\.5\.0` is held\*\* by wes since .*: vouchers lose their sign, @&#8203;octocat\./,
  );

  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod", "ana", talk);
  expect(story.shop.runs()).toEqual([]);
  expect(waybillsComments(story).at(-1)?.body).toContain("`1.5.0` has been held by wes since");
  await story.comment("/status", "tri", talk);
  expect(waybillsComments(story).at(-1)?.body).toContain("`/unhold 1.5.0` lets it go.");

  await story.comment("/unhold v1.5.0", "ana", talk);
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  expect(story.shop.issues().find(({ number }) => number === talk)?.body).not.toContain("is held");
});
