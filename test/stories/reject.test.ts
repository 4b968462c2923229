/** A person who may approve says no: where people talk, and seen in what is deployed. */
import { expect, it } from "vitest";
import { deployed, expectPromisesKept, lastWords, liveWords, prodConfig, startProd } from "./prod.ts";

const GATED = prodConfig("    gates: { approvals: { count: 1, role: write } }\n");

it("/reject ends what waits, and keeps it out until the one who gave it thinks better of it", async () => {
  const story = await startProd({ config: () => GATED });
  await story.comment("/promote prod 1.5.0", "ana");
  await story.comment("/reject prod", "wes");
  expect(lastWords(story)).toContain('Give the command again with a reason: `/reject prod --reason "…"`');
  const no = await story.comment('/reject prod --reason "the checkout fails"', "wes");
  expect(story.shop.reactions(no).map((one) => one.content)).toEqual(["eyes", "rocket"]);
  const words = lastWords(story);
  expect(words).toContain("ana: `/promote prod 1.5.0` was not done.");
  expect(words).toContain("wes has rejected `1.5.0` for **prod**: the checkout fails. Nothing was run");
  expect(liveWords(story)).toMatch(/### prod: 1\\?\.5\\?\.0, rejected/);
  await story.comment("/why prod", "ana");
  expect(lastWords(story)).toMatch(/would be refused\.\n\nwes has rejected `1\.5\.0`/);
  await story.comment("/plan prod 1.5.0", "ana");
  expect(lastWords(story)).toMatch(/would be refused now\.\n\nwes has rejected `1\.5\.0`/);
  await story.comment("/promote prod 1.5.0", "ana");
  expect(lastWords(story)).toContain("takes it back by `/unapprove prod 1.5.0`");
  expect(deployed(story)).toEqual([]);
  await story.comment("/unapprove prod 1.5.0", "wes");
  await story.comment("/promote prod 1.5.0", "ana");
  expect(liveWords(story)).toContain("0 of 1 approval");
  await story.comment("/approve prod 1.5.0", "wes");
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  await story.comment("/reject prod 1.5.0 --reason late", "wes");
  expect(lastWords(story)).toContain("runs `1.5.0` already, so a rejection comes too late");
  expectPromisesKept(story);
});
