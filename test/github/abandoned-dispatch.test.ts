/** An order to dispatch that was held while its repository was out of reach, and is done when it is back. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGitHubPerformer } from "../../src/github/effects/index.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { createTextRenderer } from "../../src/render/text.ts";
import { NOON, givenEnvironment, prepared, requested, stepPlan } from "../core/given.ts";
import { openBench, type Bench } from "../faults/github-bench.ts";
import { CORRELATION, dispatch } from "../faults/github-given.ts";
import { NO_LANES } from "../support/no-lanes.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** Does it while the lane is as these events have left it. Answers what was observed, and how many runs there are of it. */
async function dispatchedIn(...events: readonly EnvironmentEvent[]) {
  const shop = bench.openShop();
  const { lane } = givenEnvironment().when(...events);
  const performer = createGitHubPerformer({
    github: shop.connect(),
    lanes: { ...NO_LANES, environment: () => Promise.resolve(lane) },
    text: createTextRenderer(),
    clock: { now: () => bench.now() },
    lostAnswerWaitMs: 60_000,
  });
  const seen = await performer.perform(shop.lane, dispatch(shop, bench), 1);
  await bench.sandbox.settled();
  return { seen: seen.map(({ type }) => type), runs: shop.repository.runs().length };
}

const begun = [
  requested({ id: "c77" as PromotionId }),
  prepared("c77", [stepPlan("api")]),
  { type: "DeploymentRecorded", at: NOON + 2_000, correlationId: CORRELATION, deploymentId: 7 },
] as const;

test("is sent where the promotion still waits for it", async () => {
  expect(await dispatchedIn(...begun)).toEqual({ seen: ["RunStarted"], runs: 1 });
});

test("is let go where the promotion was given up meanwhile: something else may have the environment by now", async () => {
  const lost = { type: "RepositoryLost", at: NOON + 3_000, reason: "deleted", forGood: true } as const;
  expect(await dispatchedIn(...begun, lost)).toEqual({ seen: [], runs: 0 });
});
