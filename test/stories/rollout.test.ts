/** Rollouts with limits and hooks, as people live them: by comments, and seen in what runs. */
import { describe, expect, it } from "vitest";
import { deployed, expectPromisesKept, lastWords, liveWords, startProd } from "./prod.ts";

const MINUTE = 60_000;

describe("a component with limits", () => {
  const config = (): string => `components:
  api: { workflow: deploy.yml, timeout: 5m, retries: 1 }
  web: { workflow: deploy.yml, needs: [api] }
environments:
  prod: { inputs: { region: us-east-1 } }
`;

  it("is stopped when it takes too long, and tried once more", async () => {
    const story = await startProd({ config });
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    await story.comment("/promote prod", "ana");
    await story.settle(4 * MINUTE);
    expect(story.shop.runs()).toMatchObject([{ status: "in_progress" }]);
    await story.settle(2 * MINUTE);
    expect(story.shop.runs().map(({ conclusion }) => conclusion)).toEqual([
      "cancelled",
      "success",
      "success",
    ]);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toMatch(/\| api \| deployed \(attempt 2 of 2\) \|.*before: \[cancelled\]/);
    expect(story.shop.deployments()).toHaveLength(2);
    expectPromisesKept(story);
  });

  it("fails when that does not help, and the others are not begun", async () => {
    const story = await startProd({ config });
    story.shop.script({ component: "api", outcome: "fail", times: 2 });
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual([]);
    expect(lastWords(story)).toContain("The run of **api** ended with `failure`");
    expect(liveWords(story)).toMatch(/\| api \| failed \(attempt 2 of 2\)/);
    expect(story.shop.runs()).toHaveLength(2);
    expectPromisesKept(story);
  });
});
