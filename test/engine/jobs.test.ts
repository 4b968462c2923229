/** What becomes of ordered effects as jobs of a real store. */
import { describe, expect, it } from "vitest";
import type { DeploymentState, Effect } from "../../src/core/effects.ts";
import { effectOf, freshStore, prod } from "./given.ts";

function status(state: DeploymentState): Effect {
  const words = { version: "2.1.1", outcome: "started" } as const;
  return {
    type: "setDeploymentStatus",
    deploymentId: 7,
    state,
    words,
    logUrl: null,
    environmentUrl: null,
  };
}

describe("the statuses of one deployment, which wait a moment for those of others", () => {
  it.each([
    ["by one clock", 0],
    ["by the clock of a replica that is three seconds behind", -3_000],
  ])("are set in the order in which they were ordered, %s", async (_, skew) => {
    const store = await freshStore();
    const ordered = (state: DeploymentState, at: number) =>
      effectOf(status(state), `status:${state}`, { serial: "status:7" }, prod, at);
    const now = Date.now();
    await store.transaction((tx) => tx.addJobs([ordered("in_progress", now)]));
    await store.transaction((tx) => tx.addJobs([ordered("success", now + skew)]));
    const seen: unknown[] = [];
    for (;;) {
      const [job] = await store.claim("worker", now + 10_000, 1, now + 60_000);
      if (job === undefined) break;
      seen.push((job.payload as { effect: { state: string } }).effect.state);
      await store.transaction((tx) => tx.completeJob(job, now));
    }
    expect(seen).toEqual(["in_progress", "success"]);
  });
});
