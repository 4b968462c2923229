/** Stories of runs that go other ways than straight on: hanging, cancelled, run again, deleted, on another commit. */
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import {
  actAs,
  auditOf,
  callsOf,
  deployed,
  expectPromisesKept,
  lastWords,
  liveWords,
  prodConfig,
  startProd,
} from "./prod.ts";

const DISPATCHES = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
const LOOK_AT_RUN = "GET /repos/{owner}/{repo}/actions/runs/{run_id}";
const POLLED_TWICE = 70_000;
/** A run that is not found is looked for once more after a growing pause, for some minutes. */
const LOOKED_IN_VAIN = 600_000;

describe("a run", () => {
  it("that never starts is looked at again and again, and shown as it is; when it ends at last, the rollout goes on", async () => {
    const story = await startProd();
    story.shop.script({ component: "api", outcome: "never-start", times: 1 });
    await story.comment("/promote prod", "ana");
    await story.settle(POLLED_TWICE);
    expect(callsOf(story, LOOK_AT_RUN)).toBeGreaterThanOrEqual(2);
    expect(liveWords(story)).toMatch(/\| api \| (running|queued[^|]*) \|/);
    const [run] = story.shop.runs();
    story.shop.finishRun(run?.id ?? 0, "fail");
    await story.settle();
    expect(lastWords(story)).toContain("The run of **api** ended with `failure`");
    expect(deployed(story)).toEqual([]);
  });

  it("that hangs keeps the environment, and is followed when it ends", async () => {
    const story = await startProd();
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    await story.comment("/promote prod", "ana");
    await story.settle(POLLED_TWICE);
    expect(liveWords(story)).toContain("0 of 2 deployed");
    const [run] = story.shop.runs();
    story.shop.finishRun(run?.id ?? 0, "succeed");
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expectPromisesKept(story);
  });

  it("that a person cancels ends the rollout, which says so", async () => {
    const story = await startProd();
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    await story.comment("/promote prod", "ana");
    const [run] = story.shop.runs();
    await actAs(story, "ana", "POST", `actions/runs/${run?.id}/cancel`);
    await story.settle();
    expect(lastWords(story)).toContain("The run of **api** ended with `cancelled`");
    expect(lastWords(story)).toMatch(/\| web \| not started/);
    expect(deployed(story)).toEqual([]);
  });

  it("that a person runs again after it failed changes nothing: the second attempt is out of band and deploys nothing", async () => {
    const story = await startProd();
    story.shop.script({ component: "api", outcome: "fail", times: 1 });
    await story.comment("/promote prod", "ana");
    const before = story.shop.comments().length;
    const [run] = story.shop.runs();
    await actAs(story, "ana", "POST", `actions/runs/${run?.id}/rerun`);
    await story.settle(POLLED_TWICE);
    expect(story.shop.runs()).toMatchObject([{ attempt: 2, conclusion: "failure" }]);
    expect(deployed(story)).toEqual([]);
    expect(story.shop.comments()).toHaveLength(before);
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  });

  it("that is run again before Waybill heard of its end counts as its first attempt ended", async () => {
    const story = await startProd();
    story.shop.script({ component: "api", outcome: "fail", times: 1 });
    story.sandbox.faults.webhooks({ kind: "lose", event: "workflow_run", times: 100 });
    await story.comment("/promote prod", "ana");
    const [run] = story.shop.runs();
    await actAs(story, "ana", "POST", `actions/runs/${run?.id}/rerun`);
    await story.settle(POLLED_TWICE);
    expect(lastWords(story)).toContain("The run of **api** ended with `failure`");
    expect(deployed(story)).toEqual([]);
  });

  it("of whose end only the webhook of its second attempt tells counts as its first attempt ended", async () => {
    const story = await startProd();
    story.sandbox.faults.webhooks({ kind: "lose", event: "workflow_run", times: 100 });
    await story.comment("/promote prod", "ana");
    const [run] = story.shop.runs();
    expect(deployed(story)).toEqual(["api 1.5.0"]);
    story.sandbox.faults.clear();
    // The claim step stops it: this attempt fails.
    await actAs(story, "ana", "POST", `actions/runs/${run?.id}/rerun`);
    await story.settle();
    expect(story.shop.runs()[0]).toMatchObject({ attempt: 2, conclusion: "failure" });
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
  });

  it("that is deleted before it ended needs a person, and the environment stays locked", async () => {
    const story = await startProd();
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    await story.comment("/promote prod", "ana");
    // The stand-in deletes no runs; to whoever asks, a deleted run is one that is not found.
    story.sandbox.faults.add({ route: LOOK_AT_RUN, kind: { status: 404 }, times: Infinity });
    await story.settle(LOOKED_IN_VAIN);
    expect(lastWords(story)).toContain("needs a person");
    expect(lastWords(story)).toContain("was deleted at GitHub before it ended");
    await story.comment("/promote prod", "ana");
    await story.settle(POLLED_TWICE);
    expect(callsOf(story, DISPATCHES)).toBe(1);
  });

  it("on another commit, because the tag was moved before its dispatch, is cancelled and fails", async () => {
    const story = await startProd();
    const { shop } = story;
    const elsewhere = shop.sha("v1.4.2") ?? "";
    shop.script({
      component: "api",
      outcome: () => {
        shop.moveTag("v1.5.0", elsewhere, { by: "ana" });
        return "succeed";
      },
    });
    shop.script({ component: "web", outcome: "hang", times: 1 });
    await story.comment("/promote prod", "ana");
    const web = shop.runs().at(-1);
    expect(web).toMatchObject({ headSha: elsewhere, conclusion: "cancelled" });
    expect(lastWords(story)).toContain(`The run used commit ${elsewhere.slice(0, 7)} instead of`);
    expect(lastWords(story)).toContain("was not delivered");
    expect(deployed(story)).toEqual(["api 1.5.0"]);
  });

  it("of which no webhook ever arrives is found to have ended all the same", async () => {
    const story = await startProd();
    story.sandbox.faults.webhooks({ kind: "lose", event: "workflow_run", times: 1_000 });
    await story.comment("/promote prod", "ana");
    await story.settle(POLLED_TWICE);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
  });

  it("that ends before GitHub has answered its dispatch is followed by its name, and counted once", async () => {
    let beforeAnswer = (): Promise<void> => Promise.resolve();
    const story = await startProd({
      betweenGitHub: (host) =>
        startDawdler(host, (path) => (path.endsWith("/dispatches") ? beforeAnswer() : null)),
    });
    const ended = async () => (await auditOf(story)).filter((one) => one.type === "run.succeeded").length;
    beforeAnswer = async () => {
      const before = await ended();
      await expect.poll(ended, { timeout: 5_000, interval: 5 }).toBe(before + 1);
    };
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expectPromisesKept(story);
  });

  it("whose job names its environment brings its own deployment: it is adopted, and none of ours is made", async () => {
    const named = deployWorkflow().replace(
      "    runs-on: ubuntu-latest\n",
      "    runs-on: ubuntu-latest\n    environment: ${{ inputs.environment }}\n",
    );
    const story = await startProd({ workflow: named });
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(callsOf(story, "POST /repos/{owner}/{repo}/deployments")).toBe(0);
    expect(story.shop.deployments()).toMatchObject([
      {
        environment: "prod",
        creator: "github-actions[bot]",
        state: expect.stringMatching(/success|inactive/),
      },
      { environment: "prod", creator: "github-actions[bot]", state: "success" },
    ]);
  });
});

describe("before anything runs, a rollout is refused in words that say what to mend, where", () => {
  const refusals: [string, Parameters<typeof startProd>[0], string[]][] = [
    [
      "the workflow file is missing",
      { config: () => prodConfig().replaceAll("deploy.yml", "ship.yml") },
      ["There is no `.github/workflows/ship.yml` at `v1.5.0`", "Nothing was run."],
    ],
    [
      "the workflow cannot be dispatched",
      { workflow: "on: push\njobs: { a: { runs-on: x, steps: [{ run: ./deploy }] } }\n" },
      ["`.github/workflows/deploy.yml` at `v1.5.0` has no `workflow_dispatch`"],
    ],
    [
      "the workflow is no YAML",
      { workflow: "on: [workflow_dispatch\njobs: {}\n" },
      ["`.github/workflows/deploy.yml` at `v1.5.0` cannot be read"],
    ],
    [
      "a required input is supplied by nobody",
      {
        workflow: deployWorkflow().replace(
          "      region: {",
          "      cluster: { required: true, type: string }\n      region: {",
        ),
      },
      [".github/workflows/deploy.yml requires the input cluster, which nobody supplies"],
    ],
    [
      "an input of the config is declared by no workflow",
      { config: () => prodConfig().replace("region:", "regoin:") },
      ["gives **prod** the input `regoin`, but no workflow of the rollout declares it"],
    ],
  ];

  it.each(refusals)("%s", async (_name, options, words) => {
    const story = await startProd(options);
    const command = await story.comment("/promote prod", "ana");
    for (const text of words) expect(lastWords(story)).toContain(text);
    expect(story.shop.reactions(command).map((one) => one.content)).toContain("-1");
    expect(callsOf(story, DISPATCHES)).toBe(0);
    expect(callsOf(story, "POST /repos/{owner}/{repo}/deployments")).toBe(0);
  });

  it("the organisation does not let the App start runs: its words are shown, and the environment is free", async () => {
    const story = await startProd();
    story.sandbox.faults.add({
      route: DISPATCHES,
      kind: { status: 403, message: "Workflow runs by this app are not permitted by your organization" },
      // As often as it takes to be believed.
      times: 2,
    });
    await story.comment("/promote prod", "ana");
    expect(lastWords(story)).toContain("GitHub refused to start `deploy.yml` at `v1.5.0`");
    expect(lastWords(story)).toContain("not permitted by your organization");
    expect(story.shop.deployments()).toMatchObject([{ state: "error" }]);
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  });
});

/** Stands between Waybill and GitHub, and hands an answer on after what `beforeAnswer` makes it wait for. Answers its own host. */
async function startDawdler(
  host: string,
  beforeAnswer: (path: string) => Promise<void> | null,
): Promise<string> {
  const [hostname, port] = host.split(":");
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "/";
    const { method, headers } = incoming;
    const passed = request({ hostname, port, path, method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        Promise.resolve(beforeAnswer(path)).then(
          () => outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(Buffer.concat(chunks)),
          (error: unknown) => outgoing.destroy(error as Error),
        );
      });
    });
    passed.on("error", (error) => outgoing.destroy(error));
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
