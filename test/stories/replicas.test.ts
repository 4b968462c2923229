/** The main road on PostgreSQL: by one server, and by servers that race for every job. */
import { describe, expect, it, onTestFinished } from "vitest";
import { verifyChain } from "../../src/store/index.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import { startStory, type StoryOptions } from "../support/story.ts";
import { tellMainRoad } from "./main-road.ts";
import { auditOf, deployed, expectPromisesKept } from "./prod.ts";

async function onPostgres(replicas: number): Promise<StoryOptions> {
  return { databaseUrl: await createTestDatabase(), replicas };
}

describePostgres("on PostgreSQL", () => {
  describe("one server goes the main road", () => {
    tellMainRoad(() => onPostgres(1));
  });

  describe("three servers go the main road together", () => {
    tellMainRoad(() => onPostgres(3));
  });

  it("three servers, everything at once: merges, tags and commands of several people end as they would one by one", async () => {
    const story = await startStory(await onPostgres(3));
    onTestFinished(() => story.end());
    await story.settle();
    for (const minor of [5, 6, 7]) {
      const pull = story.merge(`feat(api): change ${minor}`);
      story.shop.tag(`v1.${minor}.0`, { by: "ana" });
      story.shop.comment(pull, "/status", "wes");
    }
    await story.settle();
    for (const minor of [5, 6, 7]) {
      story.shop.comment(1, `/promote staging 1.${minor}.0`, "wes");
      story.shop.comment(1, `/promote prod 1.${minor}.0`, "ana");
    }
    await story.settle();
    await story.comment("/promote prod 1.7.0", "ana", 1);
    expect(deployed(story, "staging").slice(-2)).toEqual(["api 1.7.0", "web 1.7.0"]);
    expect(deployed(story, "prod").slice(-2)).toEqual(["api 1.7.0", "web 1.7.0"]);
    expectPromisesKept(story);
    expect(await story.store.jobCounts()).toMatchObject({ running: 0, dead: 0 });
    expect(verifyChain(await auditOf(story))).toMatchObject({ intact: true });
  });
});
