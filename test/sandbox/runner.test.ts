import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callsProblems } from "../support/openapi.ts";
import type { Shop } from "./support.ts";
import { client, openShop, refusal, WORKFLOW, WORKFLOW_FILE } from "./support.ts";

const here = { owner: "acme", repo: "shop" };
let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
  shop.repository.tag("v1.0.0");
});

afterEach(async () => {
  await shop.sandbox.close();
});

const INPUTS = { environment: "prod", component: "api", version: "1.0.0", correlation_id: "c-1" };

/** Dispatches as Waybill does. @returns the run's id. */
async function dispatch(inputs: Record<string, string> = INPUTS, ref = "v1.0.0"): Promise<number> {
  const { data } = await shop.bot.rest.actions.createWorkflowDispatch({
    ...here,
    workflow_id: "deploy.yml",
    ref,
    inputs,
    return_run_details: true,
  });
  return (data as { workflow_run_id: number }).workflow_run_id;
}

async function run(id: number) {
  await shop.sandbox.settled();
  return (await shop.bot.rest.actions.getWorkflowRun({ ...here, run_id: id })).data;
}

describe("a dispatch", () => {
  test("names its run, which carries its name, ref and SHA, and no inputs", async () => {
    const id = await dispatch();
    expect(await run(id)).toMatchObject({
      id,
      display_title: "Deploy api 1.0.0 to prod",
      event: "workflow_dispatch",
      head_branch: "v1.0.0",
      head_sha: shop.repository.sha("v1.0.0"),
      path: WORKFLOW_FILE,
      run_attempt: 1,
      run_number: 1,
      status: "completed",
      conclusion: "success",
      actor: { login: "waybill[bot]", type: "Bot" },
    });
    expect(Object.keys(await run(id))).not.toContain("inputs");
    expect(callsProblems(shop.sandbox.record.calls)).toEqual([]);
  });

  test("is refused for what GitHub refuses, and starts nothing", async () => {
    const ask = (over: Record<string, unknown>) =>
      refusal(
        shop.bot.request("POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", {
          ...here,
          workflow_id: "deploy.yml",
          ref: "main",
          inputs: INPUTS,
          ...over,
        }),
      );
    const sha = shop.repository.sha() ?? "";
    expect(await ask({ ref: sha })).toMatchObject({
      status: 422,
      message: expect.stringContaining("No ref found for") as string,
    });
    expect(await ask({ ref: "nowhere" })).toMatchObject({ status: 422 });
    expect(await ask({ inputs: { ...INPUTS, colour: "red", size: "s" } })).toMatchObject({
      status: 422,
      message: expect.stringContaining('Unexpected inputs provided: ["colour","size"]') as string,
    });
    expect(await ask({ inputs: { component: "api" } })).toMatchObject({
      status: 422,
      message: expect.stringContaining("Required input 'environment' not provided") as string,
    });
    expect(await ask({ inputs: { ...INPUTS, region: "moon" } })).toMatchObject({ status: 422 });
    expect(await ask({ workflow_id: "none.yml" })).toMatchObject({ status: 404 });
    expect(await ask({ mystery: true })).toMatchObject({ status: 422 });
    expect(shop.repository.runs()).toEqual([]);
  });

  test("needs the workflow on the default branch and at the ref, with its trigger in any of its forms", async () => {
    const on = (text: string): string =>
      `on: ${text}\njobs: { a: { runs-on: x, steps: [{ run: "true" }] } }\n`;
    shop.repository.commit({
      message: "ci: more",
      files: {
        ".github/workflows/word.yml": on("workflow_dispatch"),
        ".github/workflows/list.yml": on("[push, workflow_dispatch]"),
        ".github/workflows/map.yml": on("{ workflow_dispatch: }"),
        ".github/workflows/push.yml": on("[push]"),
        ".github/workflows/broken.yml": "on: [workflow_dispatch\n",
      },
    });
    shop.repository.commit({
      branch: "topic",
      message: "ci: elsewhere",
      files: { ".github/workflows/topic.yml": on("workflow_dispatch") },
    });
    const ask = (workflow_id: string, ref: string) =>
      shop.bot.rest.actions.createWorkflowDispatch({ ...here, workflow_id, ref }).then(
        ({ status }) => status as number,
        (error: { status: number }) => error.status,
      );
    expect(await ask("word.yml", "main")).toBe(204);
    expect(await ask("list.yml", "main")).toBe(204);
    expect(await ask("map.yml", "main")).toBe(204);
    expect(await ask("push.yml", "main")).toBe(422);
    expect(await ask("broken.yml", "main")).toBe(422);
    expect(await ask("word.yml", "v1.0.0")).toBe(422);
    expect(await ask("topic.yml", "topic")).toBe(404);
  });

  test("older servers know no run details and take ten inputs", async () => {
    await shop.sandbox.close();
    shop = await openShop({ legacyDispatch: true });
    const ask = (over: object) =>
      shop.bot.rest.actions.createWorkflowDispatch({
        ...here,
        workflow_id: "deploy.yml",
        ref: "main",
        inputs: INPUTS,
        ...over,
      });
    expect(await refusal(ask({ return_run_details: true }))).toMatchObject({ status: 422 });
    expect((await ask({})).status).toBe(204);
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`input${index}`, "x"]));
    expect(await refusal(ask({ inputs: many }))).toMatchObject({
      status: 422,
      message: expect.stringContaining("10") as string,
    });
  });
});

describe("a run", () => {
  test("claims, deploys for real, and makes the job's own deployment", async () => {
    const target = await shop.repository.target("api", "prod");
    expect((await fetch(target.url)).status).toBe(503);
    const id = await dispatch();
    await run(id);
    expect(await (await fetch(target.url)).json()).toEqual({
      version: "1.0.0",
      sha: shop.repository.sha("v1.0.0"),
      component: "api",
      environment: "prod",
    });
    const [deployment] = shop.repository.deployments();
    expect(deployment).toMatchObject({
      environment: "prod",
      ref: "v1.0.0",
      creator: "github-actions[bot]",
      state: "success",
    });
    expect(deployment?.statuses.map((status) => status.state)).toEqual(["in_progress", "success"]);
    expect(deployment?.statuses[1]).toMatchObject({
      logUrl: expect.stringContaining(`/actions/runs/${id}/job/`) as string,
      environmentUrl: "https://prod.shop.example",
    });
    const ref = (await shop.bot.rest.git.getRef({ ...here, ref: "waybill/claims/c-1" })).data;
    const tag = (await shop.bot.rest.git.getTag({ ...here, tag_sha: ref.object.sha })).data;
    expect(JSON.parse(tag.message)).toEqual({ run_id: id, run_attempt: 1 });
    expect(shop.sandbox.record.runs).toMatchObject([{ run_id: id, claimed: true, conclusion: "success" }]);
    expect(shop.sandbox.record.deployments).toMatchObject([
      {
        run_id: id,
        component: "api",
        environment: "prod",
        version: "1.0.0",
        correlation_id: "c-1",
        outcome: "succeed",
      },
    ]);
  });

  test("that finds its claim taken deploys nothing: twice dispatched, deployed once; run again, deployed once", async () => {
    const first = await dispatch();
    await run(first);
    const second = await dispatch();
    expect(await run(second)).toMatchObject({ conclusion: "failure" });
    await shop.bot.rest.actions.reRunWorkflow({ ...here, run_id: first });
    expect(await run(first)).toMatchObject({ run_attempt: 2, conclusion: "failure" });
    expect(shop.sandbox.record.deployments).toHaveLength(1);
    expect(shop.repository.runs()[1]?.jobs[0]?.steps.map((step) => step.conclusion)).toEqual([
      "failure",
      "skipped",
      "skipped",
    ]);
  });

  test("whose claim the bot took first fails before it deploys", async () => {
    const { data: tag } = await shop.bot.rest.git.createTag({
      ...here,
      tag: "waybill-c-1",
      message: "{}",
      object: shop.repository.sha() ?? "",
      type: "commit",
    });
    await shop.bot.rest.git.createRef({ ...here, ref: "refs/waybill/claims/c-1", sha: tag.sha });
    expect(await run(await dispatch())).toMatchObject({ conclusion: "failure" });
    expect(shop.sandbox.record.deployments).toEqual([]);
  });

  test("without the permission to write cannot claim", async () => {
    shop.repository.commit({
      message: "ci: less",
      files: { [WORKFLOW_FILE]: WORKFLOW.replace("contents: write", "contents: read") },
    });
    expect(await run(await dispatch(INPUTS, "main"))).toMatchObject({ conclusion: "failure" });
    expect(shop.sandbox.record.runs).toMatchObject([{ claimed: false }]);
  });

  test("ends as it is scripted, by component, environment and number of times", async () => {
    shop.repository.script({ component: "api", environment: "prod", outcome: "fail", times: 1 });
    shop.repository.script({
      component: "web",
      outcome: ({ version }) => (version === "2.0.0" ? "fail" : "succeed"),
    });
    const ends: (string | null)[] = [];
    for (const [component, version, correlation_id] of [
      ["api", "1", "a"],
      ["api", "1", "b"],
      ["web", "1", "c"],
      ["web", "2.0.0", "d"],
    ] as const) {
      ends.push((await run(await dispatch({ ...INPUTS, component, version, correlation_id }))).conclusion);
    }
    expect(ends).toEqual(["failure", "success", "success", "failure"]);
    expect(shop.repository.deployments().map((deployment) => deployment.state)).toEqual([
      "failure",
      "inactive",
      "success",
      "failure",
    ]);
  });

  test("may be a local command, which sees the inputs", async () => {
    const command = [process.execPath, "-e", "process.exit(process.env.INPUT_VERSION === '1.0.0' ? 0 : 1)"];
    shop.repository.script({ outcome: { command } });
    expect((await run(await dispatch())).conclusion).toBe("success");
    expect(
      (await run(await dispatch({ ...INPUTS, version: "1.0.1", correlation_id: "c-2" }))).conclusion,
    ).toBe("failure");
  });

  test("that hangs stays in progress until it is cancelled or told", async () => {
    shop.repository.script({ outcome: "hang" });
    const one = await dispatch();
    const other = await dispatch({ ...INPUTS, correlation_id: "c-2" });
    expect(await run(one)).toMatchObject({ status: "in_progress", conclusion: null });
    expect((await shop.bot.rest.actions.cancelWorkflowRun({ ...here, run_id: one })).status).toBe(202);
    expect(shop.repository.finishRun(other, "succeed")).toBe(true);
    expect(await run(one)).toMatchObject({ status: "completed", conclusion: "cancelled" });
    expect(await run(other)).toMatchObject({ status: "completed", conclusion: "success" });
    const outcomes = new Set(shop.sandbox.record.deployments.map((record) => record.outcome));
    expect(outcomes).toEqual(new Set(["cancelled", "succeed"]));
  });

  test("that takes no notice of a cancel goes on until it is told by force", async () => {
    shop.repository.script({ outcome: "hang", ignoresCancel: true });
    const id = await dispatch();
    await run(id);
    await shop.bot.rest.actions.cancelWorkflowRun({ ...here, run_id: id });
    expect(await run(id)).toMatchObject({ status: "in_progress", conclusion: null });
    await shop.bot.rest.actions.forceCancelWorkflowRun({ ...here, run_id: id });
    expect(await run(id)).toMatchObject({ status: "completed", conclusion: "cancelled" });
  });

  test("that never starts stays queued, can be cancelled, and deploys nothing", async () => {
    shop.repository.script({ outcome: "never-start" });
    const id = await dispatch();
    expect(await run(id)).toMatchObject({ status: "queued", conclusion: null });
    await shop.bot.rest.actions.cancelWorkflowRun({ ...here, run_id: id });
    expect(await run(id)).toMatchObject({ status: "completed", conclusion: "cancelled" });
    expect(shop.sandbox.record.deployments).toEqual([]);
  });

  test("runs its jobs in the order of their needs, and skips what its conditions exclude", async () => {
    const workflow = `on: { workflow_dispatch: { inputs: { component: { type: string } } } }
jobs:
  last: { needs: [api, web], if: "\${{ always() && inputs.component != 'none' }}", runs-on: x, steps: [{ run: last }] }
  web: { needs: first, if: inputs.component == 'web', runs-on: x, steps: [{ run: web }] }
  api: { needs: first, if: "inputs.component == 'API'", runs-on: x, steps: [{ id: deploy, run: api }] }
  first: { runs-on: x, steps: [{ run: first }] }
`;
    shop.repository.commit({ message: "ci: jobs", files: { ".github/workflows/jobs.yml": workflow } });
    await shop.bot.rest.actions.createWorkflowDispatch({
      ...here,
      workflow_id: "jobs.yml",
      ref: "main",
      inputs: { component: "api" },
    });
    await shop.sandbox.settled();
    const [only] = shop.repository.runs();
    expect(only?.jobs.map((job) => [job.name, job.conclusion])).toEqual([
      ["first", "success"],
      ["web", "skipped"],
      ["api", "success"],
      ["last", "success"],
    ]);
    expect(only?.conclusion).toBe("success");
  });
});

describe("the list of runs", () => {
  test("is newest first and filtered as asked", async () => {
    await run(await dispatch());
    shop.repository.script({ outcome: "fail" });
    await run(await dispatch({ ...INPUTS, correlation_id: "c-2" }, "main"));
    const list = async (query: Record<string, string>) => {
      const { data } = await shop.bot.rest.actions.listWorkflowRunsForRepo({ ...here, ...query });
      return data.workflow_runs.map((one) => one.run_number);
    };
    expect(await list({})).toEqual([2, 1]);
    expect(await list({ branch: "main" })).toEqual([2]);
    expect(await list({ status: "success" })).toEqual([1]);
    expect(await list({ event: "push" })).toEqual([]);
    expect(await list({ actor: "waybill[bot]" })).toEqual([2, 1]);
    expect(await list({ created: "<2020-01-01" })).toEqual([]);
    expect(await list({ created: "2020-01-01..*" })).toEqual([2, 1]);
  });

  test("may lag behind, by time or by requests, while the run itself can be read", async () => {
    const list = async () => (await shop.bot.rest.actions.listWorkflowRunsForRepo(here)).data.total_count;
    shop.sandbox.faults.lagRuns({ requests: 2 });
    const id = await dispatch();
    expect([await list(), await list(), await list()]).toEqual([0, 0, 1]);
    shop.sandbox.faults.lagRuns({ ms: 60_000 });
    await dispatch({ ...INPUTS, correlation_id: "c-2" });
    expect(await list()).toBe(1);
    await shop.sandbox.clock.advance(61_000);
    expect(await list()).toBe(2);
    expect((await run(id)).id).toBe(id);
  });
});

test("a person may dispatch, too, and is the run's actor", async () => {
  const wes = client(shop.sandbox, shop.sandbox.user("wes").token());
  await wes.rest.actions.createWorkflowDispatch({
    ...here,
    workflow_id: "deploy.yml",
    ref: "main",
    inputs: { environment: "dev" },
  });
  await shop.sandbox.settled();
  expect(shop.repository.runs()).toMatchObject([{ actor: "wes", conclusion: "success" }]);
});
