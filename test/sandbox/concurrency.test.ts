import { afterEach, describe, expect, test } from "vitest";
import type { Shop } from "./support.ts";
import { openShop, WORKFLOW } from "./support.ts";

let shop: Shop;

afterEach(() => shop.sandbox.close());

async function open(concurrency: string): Promise<void> {
  shop = await openShop({ runnerDelayMs: 0 }, `concurrency:\n${concurrency}${WORKFLOW}`);
}

async function start(environment: string, version: string): Promise<void> {
  await shop.bot.rest.actions.createWorkflowDispatch({
    owner: "acme",
    repo: "shop",
    workflow_id: "deploy.yml",
    ref: "main",
    inputs: { environment, component: "api", version },
  });
  await shop.sandbox.settled();
}

const states = (): string[] => shop.repository.runs().map(({ conclusion, status }) => conclusion ?? status);

describe("runs of one concurrency group", () => {
  test("go one at a time, and a newer one takes the place of the one that waits", async () => {
    await open("  group: deploy-${{ inputs.environment }}\n");
    shop.repository.script({ outcome: "hang", version: "1" });
    await start("prod", "1");
    await start("prod", "2");
    await start("staging", "9");
    expect(states()).toEqual(["in_progress", "pending", "success"]);
    await start("prod", "3");
    expect(states()).toEqual(["in_progress", "cancelled", "success", "pending"]);
    shop.repository.finishRun(shop.repository.runs()[0]?.id ?? 0, "succeed");
    await shop.sandbox.settled();
    expect(states()).toEqual(["success", "cancelled", "success", "success"]);
    const { deployments } = shop.sandbox.record;
    expect(deployments.map(({ version }) => version)).toEqual(["1", "9", "3"]);
  });

  test("a newer one may end the one that goes", async () => {
    await open("  group: all\n  cancel-in-progress: true\n");
    shop.repository.script({ outcome: "hang", version: "1" });
    await start("prod", "1");
    await start("prod", "2");
    await shop.sandbox.settled();
    expect(states()).toEqual(["cancelled", "success"]);
  });
});
