/** Stories of new beginnings: another installation of the same App left a run under way, and the lanes know nothing of it. */
import { describe, expect, it } from "vitest";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import type { Story } from "../support/story.ts";
import { DAY, givenUp, HOUR, midRollout, MINUTE } from "./lifecycle.ts";
import {
  actAs,
  callsOf,
  deployed,
  expectPromisesKept,
  lastWords,
  liveWords,
  prodConfig,
  startProd,
  waybillsComments,
} from "./prod.ts";

const RUNS = "GET /repos/{owner}/{repo}/actions/runs";
const DEPLOYMENTS = "GET /repos/{owner}/{repo}/deployments";
const DISPATCHES = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";

/** Every job names its environment, so that GitHub makes the deployments and Waybill none. */
const ADOPTING = deployWorkflow().replace(
  "    runs-on: ubuntu-latest\n",
  "    runs-on: ubuntu-latest\n    environment: ${{ inputs.environment }}\n",
);

/** Waybill is taken away and comes back at once, under another installation. */
async function installAnew(story: Story): Promise<void> {
  story.sandbox.uninstall("acme/shop");
  await story.settle();
  story.shop.install();
  await story.settle();
}

function underWay(story: Story): string[] {
  return story.shop.runs().flatMap(({ status, title }) => (status === "completed" ? [] : [title]));
}

describe("Waybill is uninstalled and installed anew in the middle of a run", () => {
  it("a new `/promote` waits for that run, says so with its link, and begins as soon as it has ended", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    const [run] = story.shop.runs();
    await installAnew(story);
    await story.comment("/promote prod", "ana", 1);
    expect(underWay(story)).toHaveLength(1);
    expect(liveWords(story)).toContain("waiting its turn");
    expect(liveWords(story)).toContain(`/acme/shop/actions/runs/${run?.id}`);
    await story.comment("/status", "ana", 1);
    expect(lastWords(story)).toContain(`**prod** waits until [a run](`);
    await story.settle(2 * MINUTE);
    expect(deployed(story)).toEqual([]);

    await rollout.finish();
    expect(deployed(story)).toEqual(["api 1.5.0", "api 1.5.0", "web 1.5.0"]);
    expect(waybillsComments(story, 1).at(-1)?.body).toContain("### prod runs 1\\.5.0");
    expectPromisesKept(story);
    expect(givenUp(story)).toEqual([]);
  });

  it("and no webhook says that the run has ended: it is looked at as often as any run, and no oftener", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    await installAnew(story);
    await story.comment("/promote prod", "ana", 1);
    const looks = callsOf(story, RUNS);
    await story.settle(10 * MINUTE);
    expect(callsOf(story, RUNS) - looks).toBeLessThanOrEqual(20);
    story.sandbox.faults.webhooks({ kind: "lose", event: "workflow_run", times: 1 });
    await rollout.finish();
    await story.settle(2 * MINUTE);
    expect(deployed(story)).toEqual(["api 1.5.0", "api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });

  it("also where the workflow makes its own deployments: a run of which nobody can tell the environment is waited for", async () => {
    const story = await startProd({ workflow: ADOPTING });
    const rollout = await midRollout(story);
    await installAnew(story);
    await story.comment("/promote prod", "ana", 1);
    await story.settle(2 * MINUTE);
    expect(underWay(story)).toHaveLength(1);
    expect(liveWords(story)).toContain("of which GitHub does not tell the environment");
    await rollout.finish();
    expect(deployed(story)).toEqual(["api 1.5.0", "api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });

  it("and a deployment whose run has ended meanwhile holds nothing up, though nobody ever said how it went", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.sandbox.uninstall("acme/shop");
    await rollout.finish();
    expect(story.shop.deployments().map(({ state }) => state)).toEqual(["in_progress"]);
    story.shop.install();
    await story.settle();
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story)).toEqual(["api 1.5.0", "api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });

  it("and a deployment whose run never came is waited for as long as GitHub may not list it yet, and no longer", async () => {
    const story = await startProd();
    story.sandbox.faults.add({ route: DISPATCHES, kind: "reset-before" });
    await story.comment("/promote prod", "ana", 1);
    expect(story.shop.deployments()).toHaveLength(1);
    await installAnew(story);
    await story.comment("/promote prod", "ana", 1);
    expect(underWay(story)).toEqual([]);
    expect(liveWords(story)).toContain("recorded a deployment to **prod** a moment ago");
    await story.sandbox.clock.advance(3 * MINUTE);
    await story.settle(MINUTE);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });

  it("and GitHub does not let anybody look: a person is asked, and `/resolve` lets it begin", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    await installAnew(story);
    story.sandbox.faults.add({ route: RUNS, kind: { status: 500 }, times: Infinity });
    await story.comment("/promote prod", "ana", 1);
    await story.settle(DAY);
    expect(lastWords(story)).toContain("### prod: 1\\.5.0 needs a person");
    expect(lastWords(story)).toContain("`/resolve prod`");
    expect(underWay(story)).toHaveLength(1);
    await rollout.finish();
    expect(deployed(story)).toEqual(["api 1.5.0"]);
    await story.comment("/resolve prod", "ana", 1);
    expect(deployed(story)).toEqual(["api 1.5.0", "api 1.5.0", "web 1.5.0"]);
    expect(liveWords(story)).toContain("delivered");
    expectPromisesKept(story);
  });
});

describe("a repository that is given to another owner in the middle of a run", () => {
  it("there a new `/promote` waits for that run, and begins as soon as it has ended", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    const [run] = story.shop.runs();
    story.shop.transfer("globex", { install: true, by: "ana" });
    await story.settle();
    await story.comment("/promote prod", "ana", 1);
    expect(underWay(story)).toHaveLength(1);
    expect(liveWords(story)).toContain(`/globex/shop/actions/runs/${run?.id}`);
    await rollout.finish();
    await story.settle(2 * MINUTE);
    expect(deployed(story)).toEqual(["api 1.5.0", "api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
    expect(givenUp(story)).toEqual([]);
  });

  it("and back in the middle of a run of the other one's: the lane that was there first waits for it, too", async () => {
    const story = await startProd();
    await story.comment("/promote prod", "ana", 1);
    story.merge("feat(api): print receipts");
    await story.settle();
    story.shop.tag("v1.6.0", { by: "ana" });
    await story.settle();
    story.shop.transfer("globex", { install: true, by: "ana" });
    await story.settle(HOUR);
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    await story.comment("/promote prod 1.6.0", "ana", 1);
    const run = story.shop.runs().at(-1);
    story.shop.transfer("acme", { install: true, by: "ana" });
    await story.settle(DAY);
    await story.comment("/promote prod 1.6.0", "ana", 1);
    expect(underWay(story)).toHaveLength(1);
    story.shop.finishRun(run?.id ?? 0, "succeed");
    await story.settle(2 * MINUTE);
    expect(deployed(story).filter((one) => one.endsWith("1.6.0"))).toEqual([
      "api 1.6.0",
      "api 1.6.0",
      "web 1.6.0",
    ]);
    expectPromisesKept(story);
  });
});

describe("a repository in which Waybill is new", () => {
  it("is looked at once for each environment, by two calls, before its first promotion begins", async () => {
    const story = await startProd();
    // Where those that were replaced are retired, it is asked for the deployments of one component.
    const listed = () =>
      story.sandbox.record.calls.filter(
        ({ method, route, query }) => `${method} ${route}` === DEPLOYMENTS && query["task"] === undefined,
      ).length;
    const before = [callsOf(story, RUNS), listed()] as const;
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect([callsOf(story, RUNS), listed()]).toEqual([before[0] + 1, before[1] + 1]);
    story.merge("fix(api): round down");
    await story.settle();
    story.shop.tag("v1.5.1", { by: "ana" });
    await story.settle();
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story).slice(2)).toEqual(["api 1.5.1", "web 1.5.1"]);
    expect([callsOf(story, RUNS), listed()]).toEqual([before[0] + 1, before[1] + 1]);
  });

  it("waits for a run of somebody else as such, whatever it is called", async () => {
    const story = await startProd();
    const sha = story.shop.sha("v1.5.0");
    story.shop.script({ outcome: "hang", times: 1 });
    await actAs(story, "wes", "POST", "deployments", {
      ref: sha,
      environment: "prod",
      required_contexts: [],
      payload: { correlation_id: "c1-api" },
    });
    const inputs = { environment: "prod", component: "api", version: "1.5.0", sha, correlation_id: "c1-api" };
    await actAs(story, "wes", "POST", "actions/workflows/deploy.yml/dispatches", { ref: "v1.5.0", inputs });
    expect(underWay(story)).toHaveLength(1);
    await story.comment("/promote prod", "ana", 1);
    // It is waited for as wes's run, and taken for nothing of Waybill's own.
    expect(story.shop.runs()).toHaveLength(1);
    expect(liveWords(story)).toContain("wes");
    const [run] = story.shop.runs();
    story.shop.finishRun(run?.id ?? 0, "succeed");
    await story.settle();
    expect(story.shop.runs()).toHaveLength(3);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
  });
});

describe("a run that another installation left behind more runs than one list of GitHub's holds", () => {
  it("is found all the same", { timeout: 60_000 }, async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    const [run] = story.shop.runs();
    const inputs = { environment: "lab", component: "api", version: "1.5.0", sha: story.shop.sha("v1.5.0") };
    for (let dispatches = 0; dispatches < 100; dispatches += 1)
      await actAs(story, "wes", "POST", "actions/workflows/deploy.yml/dispatches", { ref: "v1.5.0", inputs });
    await installAnew(story);
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story, "prod")).toEqual([]);
    expect(liveWords(story)).toContain(`/acme/shop/actions/runs/${run?.id}`);
    // So much later nobody expects a run of its deployment any more that is not listed.
    await story.sandbox.clock.advance(3 * MINUTE);
    await rollout.finish();
    expect(deployed(story, "prod")).toEqual(["api 1.5.0", "api 1.5.0", "web 1.5.0"]);
  });
});

describe("a run that another installation left in another environment", () => {
  const config = () => prodConfig().replace("environments:\n", "environments:\n  staging: {}\n");

  it("holds nothing up here, where a deployment of Waybill's own says where it belongs, whatever people's deployments say", async () => {
    const story = await startProd({ config });
    await story.comment("/promote staging", "ana", 1);
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    await story.comment("/promote prod", "ana", 1);
    const run = story.shop.runs().at(-1);
    const correlation = run?.title.split(/\s+/).find((word) => word.endsWith("-api"));
    // Somebody says that the run in prod is one in staging.
    await actAs(story, "wes", "POST", "deployments", {
      ref: story.shop.sha("v1.5.0"),
      environment: "staging",
      required_contexts: [],
      payload: { correlation_id: correlation },
    });
    await installAnew(story);
    await story.comment("/promote staging", "ana", 1);
    expect(deployed(story, "staging")).toHaveLength(4);
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story, "prod")).toEqual([]);
    expect(liveWords(story)).toContain(`/actions/runs/${run?.id}`);
    story.shop.finishRun(run?.id ?? 0, "succeed");
    await story.settle(2 * MINUTE);
    expect(deployed(story, "prod")).toEqual(["api 1.5.0", "api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });

  it("nor does one that another lane of this installation follows, whose workflow makes its own deployments", async () => {
    const story = await startProd({
      config: () => config().replace("prod:", "prod:\n    after: []"),
      workflow: ADOPTING,
    });
    story.shop.script({ environment: "staging", component: "api", outcome: "hang", times: 1 });
    await story.comment("/promote staging", "ana", 1);
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  });
});
