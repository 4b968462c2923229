/** The main road as a story, told on any store and by any number of servers. */
import { afterAll, expect, it } from "vitest";
import { startStory, type Story, type StoryOptions } from "../support/story.ts";
import { deployed, expectPromisesKept } from "./prod.ts";

/** Registers the story's steps, in order, as tests of the `describe` around it. Answers a way to reach the story afterwards. */
export function tellMainRoad(options: () => Promise<StoryOptions> = () => Promise.resolve({})): () => Story {
  let story: Story;
  let notice: number;
  afterAll(() => story.end());

  const issueOf = (title: string) => story.shop.issues().find((issue) => issue.title === title);
  const releaseOf = (tag: string) => story.shop.releases().find((release) => release.tagName === tag);

  it("a shop is there, and Waybill is installed", async () => {
    story = await startStory(await options());
    await story.settle();
    expect(story.shop.comments()).toEqual([]);
  });

  it("a merge draws the notice and goes to dev at once", async () => {
    story.merge("feat(api): accept vouchers");
    await story.settle();
    const found = issueOf("Coming next: 1.5.0");
    expect(found?.body).toContain("accept vouchers");
    notice = found?.number ?? 0;
    expect(deployed(story, "dev")).toEqual(["api 1.5.0-dev.1", "web 1.5.0-dev.1"]);
    expect(releaseOf("v1.5.0")).toMatchObject({ draft: true, name: "1.5.0" });
    expect(issueOf("Coming next: 1.5.0")?.body).toContain("`1.5.0-dev.1`");
  });

  it("a pushed tag publishes the notes, and staging rolls out by itself in the order of dependency", async () => {
    story.shop.tag("v1.5.0", { by: "ana", annotated: true });
    await story.settle();
    expect(releaseOf("v1.5.0")).toMatchObject({ draft: false });
    expect(releaseOf("v1.5.0")?.body).toContain("accept vouchers");
    expect(deployed(story, "staging")).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(issueOf("Release 1.5.0")?.number).toBe(notice);
  });

  it("/promote prod by a maintainer: 👀, a live comment, deployments, the proof, the receipt; authors are told once", async () => {
    const command = await story.comment("/promote prod", "ana", notice);
    expect(story.shop.reactions(command).map((one) => one.content)).toEqual(["eyes", "rocket"]);
    expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
    const comments = story.shop.comments(notice).map((one) => one.body);
    expect(comments.some((body) => body.includes("### prod runs 1\\.5.0"))).toBe(true);
    expect(story.shop.deployments().filter((one) => one.environment === "prod")).toMatchObject([
      { state: "success", task: "deploy:api" },
      { state: "success", task: "deploy:web" },
    ]);
    expect(story.shop.comments(1).map((one) => one.body)).toHaveLength(1);
  });

  it("/promote prod by someone who may not is refused with the reason; a stranger gets no answer", async () => {
    const before = story.shop.comments(notice).length;
    await story.comment("/promote prod", "wes", notice);
    const answer = story.shop.comments(notice).at(-1)?.body ?? "";
    expect(answer).toContain("takes the role `maintain`");
    await story.comment("/promote prod", "rea", notice);
    expect(story.shop.comments(notice).length).toBe(before + 3);
  });

  it("a failing workflow stops the rollout before the next component, and the comment says so", async () => {
    story.shop.script({ component: "api", environment: "prod", outcome: "fail" });
    story.merge("fix(api): round vouchers down");
    await story.settle();
    story.shop.tag("v1.5.1", { by: "ana" });
    await story.settle();
    await story.comment("/promote prod 1.5.1", "ana", 1);
    expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(story.sandbox.record.deployments.at(-1)).toMatchObject({ component: "api", outcome: "fail" });
    expect(story.shop.comments(1).at(-1)?.body).toContain("was not delivered");
  });

  it("in all of it nothing was deployed twice or said twice, and no job was given up", async () => {
    expectPromisesKept(story);
    expect(await story.store.jobCounts()).toMatchObject({ running: 0, dead: 0 });
  });

  return () => story;
}
