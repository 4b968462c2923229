/** Stories of runs whose start nobody confirmed: the answer to a dispatch is lost, and there is no idempotency key (GITHUB.md). */
import { describe, expect, it } from "vitest";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import {
  actAs,
  callsOf,
  deployed,
  expectPromisesKept,
  lastWords,
  liveWords,
  prodConfig,
  startProd,
} from "./prod.ts";

const DISPATCHES = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
/** Longer than a lost run is looked for. */
const LOOKED_LONG_ENOUGH = 200_000;

describe("the answer to a dispatch is lost", () => {
  it("after the run was made: it is found by its claim, followed, and deploys once", async () => {
    const story = await startProd();
    // Neither a webhook nor the list of runs tells of it.
    story.sandbox.faults.lagRuns({ requests: 1_000 });
    story.sandbox.faults.webhooks({ kind: "lose", event: "workflow_run", times: 100 });
    story.sandbox.faults.add({ route: DISPATCHES, kind: "reset-after" });
    await story.comment("/promote prod", "ana");
    await story.settle(LOOKED_LONG_ENOUGH);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expect(callsOf(story, DISPATCHES)).toBe(2);
    expectPromisesKept(story);
  });

  it("after the run was made, by a workflow that does not claim: it is found by its name", async () => {
    const story = await startProd({ workflow: deployWorkflow({ claims: false }) });
    story.sandbox.faults.webhooks({ kind: "lose", event: "workflow_run", times: 100 });
    story.sandbox.faults.lagRuns({ requests: 2 });
    story.sandbox.faults.add({ route: DISPATCHES, kind: "reset-after" });
    await story.comment("/promote prod", "ana");
    await story.settle(LOOKED_LONG_ENOUGH);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(callsOf(story, DISPATCHES)).toBe(2);
    expectPromisesKept(story);
  });

  it("before anything was made, by a workflow that claims: Waybill takes the claim, and dispatches once more under another name", async () => {
    const story = await startProd();
    story.sandbox.faults.add({ route: DISPATCHES, kind: "reset-before" });
    const command = await story.comment("/promote prod", "ana");
    expect(liveWords(story)).toContain("GitHub did not answer; looking for its run");
    await story.settle(LOOKED_LONG_ENOUGH);
    expect(Object.keys(story.shop.refs())).toContain(`refs/waybill/claims/c${command}-api`);
    expect(story.shop.runs().map((run) => run.title.split(" ").at(-1))).toEqual([
      `again-c${command}-api`,
      `c${command}-web`,
    ]);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expectPromisesKept(story);
  });

  it("twice: it is said, it is safe to try again, and the way is free", async () => {
    const story = await startProd();
    story.sandbox.faults.add({ route: DISPATCHES, kind: "reset-before", times: 2 });
    await story.comment("/promote prod", "ana");
    await story.settle(2 * LOOKED_LONG_ENOUGH);
    expect(lastWords(story)).toContain("was not delivered");
    expect(lastWords(story)).toContain("it is safe to try again");
    expect(deployed(story)).toEqual([]);
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expectPromisesKept(story);
  });

  it("a run that starts after Waybill took its claim stops itself", async () => {
    const story = await startProd({
      environment: { WAYBILL_LOST_ANSWER_WAIT_SECONDS: "1", WAYBILL_POLL_SECONDS: "1" },
    });
    // GitHub takes its time (this is real time: the stand-in's runner has no other): the claim is gone when the run begins.
    story.shop.script({ component: "api", outcome: "succeed", delayMs: 2_000, times: 1 });
    story.sandbox.faults.lagRuns({ ms: 60_000 });
    story.sandbox.faults.webhooks({ kind: "lose", event: "workflow_run.requested" });
    story.sandbox.faults.add({ route: DISPATCHES, kind: "reset-after" });
    const command = story.shop.comment(1, "/promote prod", "ana");
    await expect
      .poll(() => lastWords(story), { timeout: 10_000, interval: 50 })
      .toContain("### prod runs 1\\.5.0");
    // Delivered by the second dispatch; the first one's run only begins now.
    await expect
      .poll(() => story.shop.runs()[0]?.conclusion, { timeout: 10_000, interval: 50 })
      .toBe("failure");
    const [late] = story.shop.runs();
    expect(late?.title).toContain(`c${command}-api`);
    expect(late?.jobs[0]?.steps[0]).toMatchObject({ name: "Claim this run", conclusion: "failure" });
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });

  it("without a claim and never listed: a person is asked, the environment stays locked, nothing is dispatched again", async () => {
    const story = await startProd({ workflow: deployWorkflow({ claims: false }) });
    story.sandbox.faults.add({ route: DISPATCHES, kind: "reset-before" });
    const command = await story.comment("/promote prod", "ana");
    await story.settle(LOOKED_LONG_ENOUGH);
    expect(lastWords(story)).toContain("### prod: 1\\.5.0 needs a person");
    expect(lastWords(story)).toContain(`c${command}-api`);
    expect(lastWords(story)).toContain("stays locked");
    story.merge("fix(api): round vouchers down");
    await story.settle();
    story.shop.tag("v1.5.1", { by: "ana" });
    await story.settle();
    await story.comment("/promote prod 1.5.1", "ana");
    expect(liveWords(story)).toContain("number 1 in the queue");
    await story.settle(LOOKED_LONG_ENOUGH);
    expect(callsOf(story, DISPATCHES)).toBe(1);
    expect(deployed(story)).toEqual([]);
    // What the comment tells the person to do.
    await actAs(story, "ana", "POST", "actions/workflows/deploy.yml/dispatches", {
      ref: "v1.5.0",
      inputs: {
        environment: "prod",
        component: "api",
        version: "1.5.0",
        sha: story.shop.sha("v1.5.0"),
        correlation_id: `c${command}-api`,
      },
    });
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0", "api 1.5.1", "web 1.5.1"]);
    expectPromisesKept(story);
  });

  it("without a claim, and the run shows itself after a person was asked: it is followed to its end", async () => {
    const story = await startProd({ workflow: deployWorkflow({ claims: false }) });
    story.shop.script({ component: "api", outcome: "never-start", times: 1 });
    story.sandbox.faults.lagRuns({ requests: 1_000 });
    story.sandbox.faults.webhooks({ kind: "lose", event: "workflow_run.requested" });
    story.sandbox.faults.add({ route: DISPATCHES, kind: "reset-after" });
    await story.comment("/promote prod", "ana");
    await story.settle(LOOKED_LONG_ENOUGH);
    expect(lastWords(story)).toContain("needs a person");
    const [run] = story.shop.runs();
    story.shop.finishRun(run?.id ?? 0, "succeed");
    await story.settle();
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expect(deployed(story)).toEqual(["web 1.5.0"]);
    expect(callsOf(story, DISPATCHES)).toBe(2);
  });

  it("an older GitHub Enterprise Server, which names no run in its answer, works the same", async () => {
    const story = await startProd({ ghes: "3.17.3" });
    await story.comment("/promote prod", "ana");
    await story.settle(LOOKED_LONG_ENOUGH);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    const refusals = story.sandbox.record.calls.filter(
      (call) => `${call.method} ${call.route}` === DISPATCHES && call.status === 422,
    );
    expect(refusals).toHaveLength(2);
    expectPromisesKept(story);
  });

  it("an older GitHub Enterprise Server takes 10 inputs: more are refused at the door, before anything is made", async () => {
    const more = Array.from(
      { length: 6 },
      (_, index) => `      extra${index}: { required: false, type: string }\n`,
    ).join("");
    const inputs = Array.from({ length: 6 }, (_, index) => `extra${index}: "1"`).join(", ");
    const story = await startProd({
      ghes: "3.17.3",
      workflow: deployWorkflow().replace("      region:", `${more}      region:`),
      config: () => prodConfig().replace("region: us-east-1", `region: us-east-1, ${inputs}`),
    });
    await story.comment("/promote prod", "ana");
    expect(lastWords(story)).toContain("would be given 12 inputs, but this GitHub takes 10");
    expect(callsOf(story, DISPATCHES)).toBe(0);
    expect(story.shop.deployments()).toEqual([]);
  });
});
