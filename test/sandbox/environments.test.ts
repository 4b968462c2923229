import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callsProblems, webhookProblems } from "../support/openapi.ts";
import type { Octokit, Shop } from "./support.ts";
import { client, openReceiver, openShop, refusal } from "./support.ts";

const here = { owner: "acme", repo: "shop" };
let shop: Shop;
let receiver: Awaited<ReturnType<typeof openReceiver>>;
let ana: Octokit;

beforeEach(async () => {
  receiver = await openReceiver();
  shop = await openShop({ webhook: { url: receiver.url, secret: "a secret of tests" }, runnerDelayMs: 0 });
  const { data } = await shop.app.rest.apps.getAuthenticated();
  shop.sandbox.setApp({
    events: [...(data?.events ?? []), "deployment_review", "deployment_protection_rule"],
  });
  ana = client(shop.sandbox, shop.sandbox.user("ana").token());
});

afterEach(async () => {
  await shop.sandbox.settled();
  for (const { event, action, payload } of shop.sandbox.deliveries) {
    expect(webhookProblems(event, action, JSON.parse(payload))).toEqual([]);
  }
  expect(callsProblems(shop.sandbox.record.calls)).toEqual([]);
  await shop.sandbox.close();
  await receiver.close();
});

/** Starts the deploy workflow for production and lets it come as far as it can. @returns the run's id. */
async function start(as: Octokit = shop.bot): Promise<number> {
  const { data } = await as.rest.actions.createWorkflowDispatch({
    ...here,
    workflow_id: "deploy.yml",
    ref: "main",
    inputs: { environment: "prod", component: "api", version: "1.0.0" },
    return_run_details: true,
  });
  await shop.sandbox.settled();
  return (data as { workflow_run_id: number }).workflow_run_id;
}

async function look(run_id: number): Promise<{ run: string; job: string; deployed: number }> {
  await shop.sandbox.settled();
  const { data: run } = await shop.bot.rest.actions.getWorkflowRun({ ...here, run_id });
  const { data: jobs } = await shop.bot.rest.actions.listJobsForWorkflowRun({ ...here, run_id });
  const say = (one?: { status: string | null; conclusion: string | null }): string =>
    one?.conclusion ?? one?.status ?? "none";
  return { run: say(run), job: say(jobs.jobs[0]), deployed: shop.sandbox.record.deployments.length };
}

describe("an environment with required reviewers", () => {
  beforeEach(() => shop.repository.environment("prod", { reviewers: ["ana", "wes"] }));

  test("lets nothing happen until one of them approves, and says who may", async () => {
    const run_id = await start();
    expect(await look(run_id)).toEqual({ run: "waiting", job: "waiting", deployed: 0 });
    const { data } = await ana.rest.actions.getPendingDeploymentsForRun({ ...here, run_id });
    expect(data).toMatchObject([
      {
        environment: { name: "prod" },
        current_user_can_approve: true,
        wait_timer: 0,
        reviewers: [{ type: "User", reviewer: { login: "ana" } }, { reviewer: { login: "wes" } }],
      },
    ]);
    const environment_ids = [data[0]?.environment.id ?? 0];
    const said = { ...here, run_id, environment_ids, state: "approved" as const, comment: "Ship it" };
    const { data: deployments } = await ana.rest.actions.reviewPendingDeploymentsForRun(said);
    expect(deployments).toMatchObject([{ environment: "prod" }]);
    expect(await look(run_id)).toEqual({ run: "success", job: "success", deployed: 1 });
    expect(shop.repository.deployments()[0]?.state).toBe("success");
    const { data: approvals } = await shop.bot.rest.actions.getReviewsForRun({ ...here, run_id });
    expect(approvals).toMatchObject([
      { state: "approved", comment: "Ship it", user: { login: "ana" }, environments: [{ name: "prod" }] },
    ]);
    const heard = receiver.received
      .filter((one) => one.event === "deployment_review")
      .map((one) => (JSON.parse(one.body) as { action: string }).action);
    expect(heard).toEqual(["requested", "approved"]);
  });

  test("rejected: the job fails without having done anything", async () => {
    const run_id = await start();
    shop.repository.reviewDeployments(run_id, { state: "rejected", by: "wes", comment: "Not today" });
    expect(await look(run_id)).toEqual({ run: "failure", job: "failure", deployed: 0 });
    expect(shop.repository.deployments()[0]?.state).toBe("failure");
  });

  test("neither the App nor anybody else approves", async () => {
    const run_id = await start();
    const { data } = await shop.bot.rest.actions.getPendingDeploymentsForRun({ ...here, run_id });
    expect(data[0]?.current_user_can_approve).toBe(false);
    const said = {
      ...here,
      run_id,
      environment_ids: [data[0]?.environment.id ?? 0],
      state: "approved" as const,
      comment: "",
    };
    expect((await refusal(shop.bot.rest.actions.reviewPendingDeploymentsForRun(said))).status).toBe(422);
    const rea = client(shop.sandbox, shop.sandbox.user("rea").token());
    expect((await refusal(rea.rest.actions.reviewPendingDeploymentsForRun(said))).status).toBe(422);
    expect((await look(run_id)).run).toBe("waiting");
    await shop.bot.rest.actions.cancelWorkflowRun({ ...here, run_id });
    expect(await look(run_id)).toEqual({ run: "cancelled", job: "cancelled", deployed: 0 });
  });

  test("who started it may be kept from approving it", async () => {
    shop.repository.environment("prod", { preventSelfReview: true });
    const run_id = await start(ana);
    const approve = (by: string): void =>
      shop.repository.reviewDeployments(run_id, { state: "approved", by });
    expect(() => approve("ana")).toThrow("not a required reviewer");
    approve("wes");
    expect((await look(run_id)).run).toBe("success");
  });
});

describe("other protections", () => {
  test("a wait timer holds a job for its minutes by the stand-in's clock", async () => {
    shop.repository.environment("prod", { waitMinutes: 30 });
    const run_id = await start();
    await shop.sandbox.clock.advance(29 * 60_000);
    expect((await look(run_id)).run).toBe("waiting");
    await shop.sandbox.clock.advance(60_000);
    // The client's token of before is old by now.
    expect((await look(run_id)).run).toBe("success");
  });

  test("the App as a custom rule is asked, comments, and lets the job through", async () => {
    shop.repository.environment("prod", { customRule: true });
    const run_id = await start();
    const asked = receiver.received.find((one) => one.event === "deployment_protection_rule");
    const { environment, deployment_callback_url: url } = JSON.parse(asked?.body ?? "{}") as Record<
      string,
      string
    >;
    expect([environment, url]).toEqual(["prod", expect.stringContaining(`/actions/runs/${run_id}/`)]);
    const said = { ...here, run_id, environment_name: "prod" };
    await shop.bot.rest.actions.reviewCustomGatesForRun({ ...said, comment: "Looking" });
    expect((await look(run_id)).run).toBe("waiting");
    await shop.bot.rest.actions.reviewCustomGatesForRun({ ...said, state: "approved", comment: "Known run" });
    expect((await look(run_id)).run).toBe("success");
  });

  test("a rule that nobody answers for 30 days has said no", async () => {
    shop.repository.environment("prod", { customRule: true });
    const run_id = await start();
    // Not asked by the API, whose tokens are old by then.
    const shown = () => shop.repository.runs().find(({ id }) => id === run_id);
    await shop.sandbox.clock.advance(30 * 24 * 3_600_000 - 60_000);
    await shop.sandbox.settled();
    expect(shown()).toMatchObject({ status: "waiting" });
    await shop.sandbox.clock.advance(60_000);
    await expect.poll(() => shown()?.conclusion).toBe("failure");
  });

  test("environments are listed with what stands before them", async () => {
    shop.repository.environment("prod", { reviewers: ["ana"], waitMinutes: 5, preventSelfReview: true });
    shop.repository.environment("dev");
    const { data } = await shop.bot.rest.repos.getAllEnvironments(here);
    expect(data.environments?.map(({ name }) => name)).toEqual(["prod", "dev"]);
    expect(data.environments?.[0]?.protection_rules).toMatchObject([
      { type: "wait_timer", wait_timer: 5 },
      { type: "required_reviewers", prevent_self_review: true, reviewers: [{ reviewer: { login: "ana" } }] },
    ]);
    const one = await shop.bot.rest.repos.getEnvironment({ ...here, environment_name: "dev" });
    expect(one.data.protection_rules).toEqual([]);
    const none = shop.bot.rest.repos.getEnvironment({ ...here, environment_name: "moon" });
    expect((await refusal(none)).status).toBe(404);
  });
});
