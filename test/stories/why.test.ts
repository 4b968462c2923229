/** "Why is it not deploying?", asked where people talk, and answered with the next command to copy. */
import { expect, it } from "vitest";
import { deployed, expectPromisesKept, lastWords, prodConfig, startProd } from "./prod.ts";

const GATED = prodConfig("    gates: { approvals: { count: 1, role: write } }\n");

it("/why names everything that holds a release, and following what it says brings it out", async () => {
  const story = await startProd({ config: () => GATED });
  await story.comment("/why prod", "wes");
  expect(lastWords(story)).toContain("nobody has asked for `1.5.0`, which `/promote prod 1.5.0` does");
  await story.comment("/promote prod 1.5.0", "ana");
  await story.comment('/freeze prod --reason "stock"', "ana");
  await story.comment("/why", "wes");
  const words = lastWords(story);
  expect(words).toContain("`1.5.0`, for which ana asked, is number 1 in the queue, and held:");
  expect(words).toContain(
    "prod has been frozen by ana: stock. Somebody can end the freeze with `/unfreeze prod`.",
  );
  expect(words).toContain(
    "0 of 1 approval. Still needed is one by somebody with the role `write`: `/approve prod 1.5.0`",
  );
  expect(words).toContain("Commands for **prod** take the role `maintain`.");
  await story.comment("/approve prod 1.5.0", "wes");
  await story.comment("/unfreeze prod", "ana");
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  await story.comment("/why prod", "ana");
  expect(lastWords(story)).toContain("Nothing waits: the newest that may come there is what runs.");
  expectPromisesKept(story);
});
