import { afterEach, describe, expect, test } from "vitest";
import { callsProblems } from "../support/openapi.ts";
import type { Octokit, Shop } from "./support.ts";
import { openShop, refusal } from "./support.ts";

const LATER = "2026-03-10";
const here = { owner: "acme", repo: "shop" };
const dispatch = { ...here, workflow_id: "deploy.yml", ref: "main", inputs: { environment: "dev" } };
let shop: Shop;

afterEach(() => shop.sandbox.close());

/** From now on the client asks for this version. */
function asking(client: Octokit, version: string): Octokit {
  client.hook.before("request", (options) => {
    options.headers["x-github-api-version"] = version;
  });
  return client;
}

/** Something of each kind whose shape differs. */
async function readAll(
  bot: Octokit,
): Promise<{ pull: object; issue: object; repository: object; rate: object }> {
  const number = shop.repository.openPullRequest({ title: "feat: one", author: "wes" });
  shop.repository.mergePullRequest(number, { method: "squash" });
  const { data: issue } = await bot.rest.issues.create({ ...here, title: "One" });
  const { data: repository } = await bot.rest.repos.get(here);
  await bot.rest.pulls.list({ ...here, state: "closed" });
  await bot.rest.issues.listForRepo(here);
  await bot.rest.apps.listReposAccessibleToInstallation();
  const { data: pull } = await bot.rest.pulls.get({ ...here, pull_number: number });
  const { data: rate } = await bot.rest.rateLimit.get();
  return { pull, issue, repository, rate };
}

describe("the versions of the API", () => {
  test("the usual one has the fields that the later one dropped, and each conforms to its own description", async () => {
    shop = await openShop();
    const usual = await readAll(shop.bot);
    expect(usual.pull).toHaveProperty("merge_commit_sha");
    expect(usual.issue).toHaveProperty("assignee");
    expect(usual.repository).toHaveProperty("has_downloads");
    expect(usual.rate).toHaveProperty("rate");
    const later = await readAll(asking(shop.bot, LATER));
    expect(later.pull).not.toHaveProperty("merge_commit_sha");
    expect(later.pull).toHaveProperty("merged", true);
    expect(later.issue).not.toHaveProperty("assignee");
    expect(later.repository).not.toHaveProperty("has_downloads");
    expect(later.rate).not.toHaveProperty("rate");
    const { calls } = shop.sandbox.record;
    expect(new Set(calls.map((call) => call.apiVersion))).toEqual(new Set([null, LATER]));
    expect(callsProblems(calls)).toEqual([]);
  });

  test("a dispatch of the later one always answers with the run, and cannot be asked to", async () => {
    shop = await openShop();
    const bot = asking(shop.bot, LATER);
    const made = await bot.rest.actions.createWorkflowDispatch(dispatch);
    expect(made.status).toBe(200);
    await shop.sandbox.settled();
    expect(made.data).toMatchObject({ workflow_run_id: shop.repository.runs()[0]?.id });
    const asked = bot.rest.actions.createWorkflowDispatch({ ...dispatch, return_run_details: true });
    expect(await refusal(asked)).toMatchObject({ status: 422 });
    expect(callsProblems(shop.sandbox.record.calls)).toEqual([]);
  });

  test("an answer says which version it is of; an unknown one is refused", async () => {
    shop = await openShop();
    const { headers } = await asking(shop.bot, LATER).rest.repos.get(here);
    expect(headers["x-github-api-version-selected"]).toBe(LATER);
    const unknown = asking(shop.app, "2031-01-01").rest.apps.getAuthenticated();
    expect(await refusal(unknown)).toMatchObject({
      status: 400,
      message: expect.stringContaining("2031-01-01 is not a supported API version") as string,
    });
  });
});

describe("an older Enterprise Server", () => {
  test("says what it is, dispatches in the old way, and conforms to its own description", async () => {
    shop = await openShop({ ghes: "3.17.3" });
    await readAll(shop.bot);
    const { data: meta, headers } = await shop.bot.rest.meta.get();
    expect(meta).toMatchObject({ installed_version: "3.17.3" });
    expect(headers["x-github-enterprise-version"]).toBe("enterprise-server@3.17.3");
    const asked = shop.bot.rest.actions.createWorkflowDispatch({ ...dispatch, return_run_details: true });
    expect(await refusal(asked)).toMatchObject({
      status: 422,
      message: expect.stringContaining("return_run_details") as string,
    });
    expect((await shop.bot.rest.actions.createWorkflowDispatch(dispatch)).status).toBe(204);
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`input_${index}`, "x"]));
    const eleven = shop.bot.rest.actions.createWorkflowDispatch({ ...dispatch, inputs: many });
    expect((await refusal(eleven)).message).toContain("up to 10");
    expect(callsProblems(shop.sandbox.record.calls, "ghes-3.17")).toEqual([]);
  });

  test("does not know the later version", async () => {
    shop = await openShop({ ghes: "3.17.3" });
    const asked = asking(shop.bot, LATER).rest.repos.get(here);
    expect((await refusal(asked)).status).toBe(400);
  });
});
