import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStory, type Story } from "../support/story.ts";

describe("a team with one environment and no components in its config", () => {
  let story: Story;
  beforeAll(async () => {
    story = await startStory({ config: () => "environments:\n  prod: {}\n" });
    await story.settle();
  });
  afterAll(() => story.end());

  it("deploys the whole repository as one component, by its command alone", async () => {
    const pull = story.merge("feat: accept vouchers");
    await story.settle();
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    expect(story.sandbox.record.deployments).toEqual([]);
    await story.comment("/promote prod", "ana", pull);
    expect(
      story.sandbox.record.deployments.map((one) => [
        one.environment,
        one.component,
        one.version,
        one.outcome,
      ]),
    ).toEqual([["prod", "shop", "1.5.0", "succeed"]]);
    const said = story.shop.comments(pull).at(-1)?.body ?? "";
    expect(said).toContain("The workflows say so; the running system was not asked");
  });

  it("does not deploy the same version again, and says so", async () => {
    const pull = story.shop.issues()[0]?.number ?? 0;
    await story.comment("/promote prod 1.5.0", "ana", pull);
    expect(story.shop.comments(pull).at(-1)?.body).toContain("runs `1.5.0` already");
    expect(story.sandbox.record.deployments).toHaveLength(1);
  });
});
