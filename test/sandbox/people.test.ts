import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callsProblems } from "../support/openapi.ts";
import type { Shop } from "./support.ts";
import { client, openShop, refusal } from "./support.ts";

const here = { owner: "acme", repo: "shop" };
let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(async () => {
  expect(callsProblems(shop.sandbox.record.calls)).toEqual([]);
  await shop.sandbox.close();
});

async function roleName(username: string): Promise<[string, string]> {
  const { data } = await shop.bot.rest.repos.getCollaboratorPermissionLevel({ ...here, username });
  return [data.permission, data.role_name];
}

describe("collaborators", () => {
  test("are listed with their roles; a stranger is none of them", async () => {
    shop.sandbox.user("sid");
    const { data } = await shop.bot.rest.repos.listCollaborators(here);
    expect(data.map(({ login, role_name }) => [login, role_name])).toEqual([
      ["ana", "maintain"],
      ["wes", "write"],
      ["tri", "triage"],
      ["rea", "read"],
    ]);
    const pushing = await shop.bot.rest.repos.listCollaborators({ ...here, permission: "push" });
    expect(pushing.data.map(({ login }) => login)).toEqual(["ana", "wes"]);
    expect((await shop.bot.rest.repos.checkCollaborator({ ...here, username: "rea" })).status).toBe(204);
    const sid = shop.bot.rest.repos.checkCollaborator({ ...here, username: "sid" });
    expect((await refusal(sid)).status).toBe(404);
  });

  test("a role that the organization made has its own name, and the rights of what it is made from", async () => {
    shop.repository.setCustomRole("rea", { name: "release-captain", base: "write" });
    expect(await roleName("rea")).toEqual(["write", "release-captain"]);
    const rea = client(shop.sandbox, shop.sandbox.user("rea").token());
    const sha = shop.repository.sha() ?? "";
    expect((await rea.rest.git.createRef({ ...here, ref: "refs/heads/topic", sha })).status).toBe(201);
  });
});

describe("teams", () => {
  beforeEach(() => {
    shop.sandbox.team("acme/releasers", {
      name: "The releasers",
      members: ["rea", "tom"],
      maintainers: ["ana"],
      repositories: { "acme/shop": "maintain" },
    });
  });

  test("are listed, with their members; who is none is a 404", async () => {
    const { data: teams } = await shop.bot.rest.teams.list({ org: "acme" });
    expect(teams.map(({ slug, name }) => [slug, name])).toEqual([["releasers", "The releasers"]]);
    const team = { org: "acme", team_slug: "releasers" };
    expect((await shop.bot.rest.teams.getByName(team)).data).toMatchObject({
      members_count: 3,
      repos_count: 1,
    });
    const { data: members } = await shop.bot.rest.teams.listMembersInOrg(team);
    expect(members.map(({ login }) => login)).toEqual(["rea", "tom", "ana"]);
    const maintainers = await shop.bot.rest.teams.listMembersInOrg({ ...team, role: "maintainer" });
    expect(maintainers.data.map(({ login }) => login)).toEqual(["ana"]);
    const tom = await shop.bot.rest.teams.getMembershipForUserInOrg({ ...team, username: "tom" });
    expect(tom.data).toMatchObject({ role: "member", state: "active" });
    const wes = shop.bot.rest.teams.getMembershipForUserInOrg({ ...team, username: "wes" });
    expect((await refusal(wes)).status).toBe(404);
    const none = shop.bot.rest.teams.getByName({ ...team, team_slug: "nobody" });
    expect((await refusal(none)).status).toBe(404);
  });

  test("give their members a role; somebody who leaves loses it", async () => {
    expect(await roleName("tom")).toEqual(["write", "maintain"]);
    shop.sandbox.team("acme/releasers", { members: ["rea"] });
    expect(await roleName("tom")).toEqual(["none", "none"]);
  });

  test("of another organization are not the App's to see", async () => {
    shop.sandbox.repository("globex/site");
    shop.sandbox.team("globex/crew", { members: ["gil"] });
    expect(await refusal(shop.bot.rest.teams.list({ org: "globex" }))).toMatchObject({
      status: 403,
      message: expect.stringContaining("Resource not accessible by integration") as string,
    });
  });
});

describe("what is said of a commit", () => {
  test("statuses: the newest of each context counts, and together they make one", async () => {
    const sha = shop.repository.sha() ?? "";
    const combined = async () =>
      (await shop.bot.rest.repos.getCombinedStatusForRef({ ...here, ref: "main" })).data;
    expect(await combined()).toMatchObject({ state: "pending", total_count: 0 });
    shop.repository.setStatus("main", { state: "pending", context: "ci/unit" });
    shop.repository.setStatus("main", { state: "success", context: "ci/unit" });
    expect(await combined()).toMatchObject({ state: "success", total_count: 1 });
    const wes = client(shop.sandbox, shop.sandbox.user("wes").token());
    await wes.rest.repos.createCommitStatus({
      ...here,
      sha,
      state: "error",
      context: "ci/load",
      description: "slow",
    });
    expect((await combined()).state).toBe("failure");
    const { data } = await shop.bot.rest.repos.listCommitStatusesForRef({ ...here, ref: sha });
    expect(data.map(({ context, state }) => `${context} ${state}`)).toEqual([
      "ci/load error",
      "ci/unit success",
      "ci/unit pending",
    ]);
  });

  test("the App only reads them", async () => {
    const sha = shop.repository.sha() ?? "";
    const write = shop.bot.rest.repos.createCommitStatus({ ...here, sha, state: "success" });
    expect((await refusal(write)).status).toBe(403);
  });

  test("a deployment that asks for all checks is refused while a status is not good", async () => {
    shop.repository.setStatus("main", { state: "failure", context: "ci/unit" });
    const make = (contexts?: string[]) =>
      shop.bot.rest.repos.createDeployment({
        ...here,
        ref: "main",
        auto_merge: false,
        ...(contexts ? { required_contexts: contexts } : {}),
      });
    expect((await refusal(make())).status).toBe(409);
    expect((await make([])).status).toBe(201);
  });

  test("checks: fifty annotations a request add up, fifty-one are refused", async () => {
    const annotation = (line: number) => {
      return {
        path: "README.md",
        start_line: line,
        end_line: line,
        annotation_level: "warning" as const,
        message: `line ${line}`,
      };
    };
    const annotations = (count: number) => Array.from({ length: count }, (_, index) => annotation(index + 1));
    const output = { title: "Lines", summary: "Some." };
    const head_sha = shop.repository.sha() ?? "";
    const { data: check } = await shop.bot.rest.checks.create({
      ...here,
      name: "lines",
      head_sha,
      output: { ...output, annotations: annotations(50) },
    });
    const check_run_id = check.id;
    await shop.bot.rest.checks.update({
      ...here,
      check_run_id,
      output: { ...output, annotations: annotations(2) },
    });
    const many = shop.bot.rest.checks.update({
      ...here,
      check_run_id,
      output: { ...output, annotations: annotations(51) },
    });
    expect((await refusal(many)).status).toBe(422);
    const { data } = await shop.bot.rest.checks.get({ ...here, check_run_id });
    expect(data.output.annotations_count).toBe(52);
    const listed = await shop.bot.rest.checks.listAnnotations({ ...here, check_run_id, per_page: 100 });
    expect(listed.data).toHaveLength(52);
    await shop.bot.rest.checks.create({ ...here, name: "lines", head_sha, conclusion: "success" });
    const newest = await shop.bot.rest.checks.listForRef({ ...here, ref: head_sha });
    expect(newest.data.check_runs.map(({ conclusion }) => conclusion)).toEqual(["success"]);
    const all = await shop.bot.rest.checks.listForRef({ ...here, ref: head_sha, filter: "all" });
    expect(all.data.total_count).toBe(2);
  });
});
