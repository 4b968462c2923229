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

describe("an environment with hooks", () => {
  const config = (): string => `components:
  api: { workflow: deploy.yml }
environments:
  prod:
    inputs: { region: us-east-1 }
    rollout:
      before: [{ workflow: backup.yml, inputs: { keep: 30 } }]
      after: [{ workflow: backup.yml }]
      onFailure: [{ workflow: tidy.yml }]
`;
  const hook = `on:
  workflow_dispatch:
    inputs: { environment: { type: string }, version: { type: string }, component: { type: string }, keep: { type: string, default: "7" }, correlation_id: { type: string } }
run-name: Hook \${{ inputs.component }} (\${{ inputs.correlation_id }})
jobs: { hook: { runs-on: x, steps: [{ id: deploy, run: ./hook }] } }
`;
  const files = { ".github/workflows/backup.yml": hook, ".github/workflows/tidy.yml": hook };

  it("runs them around its components, and shows them", async () => {
    const story = await startProd({ config, files });
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual(["before-1 1.5.0", "api 1.5.0", "after-1 1.5.0"]);
    expect(story.sandbox.record.runs.map(({ inputs }) => inputs["keep"])).toEqual(["30", undefined, "7"]);
    expect(lastWords(story)).toMatch(/\| before: backup\.yml \| done \|/);
    expect(lastWords(story)).not.toContain("on failure");
    // A hook deploys nothing that GitHub would have to know of.
    expect(story.shop.deployments()).toHaveLength(1);
    expectPromisesKept(story);
  });

  it("runs what is there for failures before it is free again", async () => {
    const story = await startProd({ config, files });
    story.shop.script({ component: "api", outcome: "fail", times: 1 });
    story.shop.script({ workflow: "tidy.yml", outcome: "hang", times: 1 });
    await story.comment("/promote prod", "ana");
    expect(liveWords(story)).toContain("not delivered; hooks for that are running");
    expect(lastWords(story)).not.toContain("### prod: 1\\.5.0 was not delivered");
    await story.comment("/promote prod", "ana");
    expect(lastWords(story)).toContain("is on its way to **prod** already");
    story.shop.finishRun(story.shop.runs()[2]?.id ?? 0, "succeed");
    await story.settle();
    expect(lastWords(story)).toContain("### prod: 1\\.5.0 was not delivered");
    expect(lastWords(story)).toMatch(/\| on failure: tidy\.yml \| done \|/);
    await story.comment("/promote prod", "ana");
    expect(deployed(story).slice(-3)).toEqual(["before-1 1.5.0", "api 1.5.0", "after-1 1.5.0"]);
  });
});
