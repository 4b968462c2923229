/** Another bot has commands of the same names, so the config wants a word before Waybill's. */
import { expect, it } from "vitest";
import {
  callsOf,
  deployed,
  expectPromisesKept,
  lastWords,
  liveWords,
  prodConfig,
  startProd,
  waybillsComments,
} from "./prod.ts";

const prefixed = (environment: string) => () => `${prodConfig(environment)}commands: { prefix: waybill }\n`;

it("a config's prefix: commands begin with it, all that is said names them so, and what other bots are told is nobody's business", async () => {
  const story = await startProd({
    config: prefixed("    gates: { approvals: { count: 1, role: write } }\n"),
  });
  const calls = callsOf(story, "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions");
  await story.comment("/promote prod", "ana");
  expect(callsOf(story, "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions")).toBe(calls);

  await story.comment("/waybill promote prd", "ana");
  expect(lastWords(story)).toContain("`/waybill promote prd` was not done.");
  await story.comment("/waybill why prod", "wes");
  expect(lastWords(story)).toContain("`1.5.0`, which `/waybill promote prod 1.5.0` does");
  await story.comment("/waybill deploy prod", "wes");
  expect(lastWords(story)).toContain("There is no command `deploy`. Did you mean `/waybill help`?");
  await story.comment("/waybill", "wes");
  expect(lastWords(story)).toContain("- `/waybill rollback <environment> [version]");

  await story.comment("/waybill promote prod", "ana");
  await story.comment("/waybill why prod", "wes");
  expect(lastWords(story)).toContain("`/waybill approve prod 1.5.0`");
  await story.comment("/waybill approve prod", "wes");
  expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
  const issues = story.shop.issues();
  expect(issues.length).toBeGreaterThan(0);
  const words = [...issues, ...waybillsComments(story)].map(({ body }) => body).join("\n");
  expect(words).not.toMatch(/`\/(?!waybill )[a-z]/);
  expectPromisesKept(story);
});

it("a prefix that comes while something waits: its comment names the commands as they are heard from then on", async () => {
  const gated = "    gates: { approvals: { count: 1, role: write } }\n";
  const story = await startProd({ config: () => prodConfig(gated) });
  await story.comment("/promote prod", "ana");
  expect(liveWords(story)).toContain("`/approve prod 1.5.0`");
  story.shop.commit({
    message: "chore: leave /approve to the other bot",
    author: "ana",
    files: { ".github/waybill.yml": prefixed(gated)() },
  });
  await story.settle();
  expect(liveWords(story)).toContain("`/waybill approve prod 1.5.0`");
  await story.comment("/waybill approve prod 1.5.0", "wes");
  expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
  expectPromisesKept(story);
});
