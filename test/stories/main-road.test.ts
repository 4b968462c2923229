import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStory, type Story } from "../support/story.ts";

describe("the main road: a merge becomes a notice, a tag a release, and /promote prod proves that it arrived", () => {
  let story: Story;
  let notice: number;
  beforeAll(async () => {
    story = await startStory();
    await story.settle();
  });
  afterAll(async () => {
    if (process.env["STORY_LOG"]) {
      process.stderr.write(
        story.log
          .filter((line) => !line.includes('"level":30'))
          .join("")
          .slice(0, 6000),
      );
      for (const call of story.sandbox.record.calls) {
        if (call.status >= 400)
          process.stderr.write(
            `${call.method} ${call.path} ${call.status} ${JSON.stringify(call.requestBody)} ${JSON.stringify(call.responseBody)}\n`.slice(
              0,
              400,
            ),
          );
      }
      for (const comment of story.shop.comments())
        process.stderr.write(`\n===== on #${comment.issueNumber} by ${comment.author}\n${comment.body}\n`);
      for (const issue of story.shop.issues())
        process.stderr.write(`\n===== #${issue.number} ${issue.title} ${issue.state}\n${issue.body}\n`);
      for (const release of story.shop.releases())
        process.stderr.write(`\n===== ${release.tagName} ${release.draft}\n${release.body}\n`);
    }
    await story.end();
  });

  const issueOf = (title: string) => story.shop.issues().find((issue) => issue.title === title);
  const releaseOf = (tag: string) => story.shop.releases().find((release) => release.tagName === tag);
  const deployed = (environment: string) =>
    story.sandbox.record.deployments
      .filter((one) => one.environment === environment)
      .map((one) => `${one.component} ${one.version}`);

  it("a merge draws the notice and goes to dev at once", async () => {
    story.merge("feat(api): accept vouchers");
    await story.settle();
    const found = issueOf("Coming next: 1.5.0");
    expect(found?.body).toContain("accept vouchers");
    notice = found?.number ?? 0;
    expect(deployed("dev")).toEqual(["api 1.5.0-dev.1", "web 1.5.0-dev.1"]);
    expect(releaseOf("v1.5.0")).toMatchObject({ draft: true, name: "1.5.0" });
    expect(issueOf("Coming next: 1.5.0")?.body).toContain("`1.5.0-dev.1`");
  });

  it("a pushed tag publishes the notes, and staging rolls out by itself in the order of dependency", async () => {
    story.shop.tag("v1.5.0", { by: "ana", annotated: true });
    await story.settle();
    expect(releaseOf("v1.5.0")).toMatchObject({ draft: false });
    expect(releaseOf("v1.5.0")?.body).toContain("accept vouchers");
    expect(deployed("staging").slice(-2)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(issueOf("Release 1.5.0")?.number).toBe(notice);
  });

  it("/promote prod by a maintainer: 👀, a live comment, deployments, the proof, the receipt; authors are told once", async () => {
    const command = await story.comment("/promote prod", "ana", notice);
    expect(story.shop.reactions(command).map((one) => one.content)).toEqual(["eyes", "rocket"]);
    expect(deployed("prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
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
    expect(deployed("prod")).toEqual(["api 1.5.0", "web 1.5.0", "api 1.5.1"]);
    const last = story.shop.comments(1).at(-1)?.body ?? "";
    expect(last).toContain("was not delivered");
  });
});
