import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callsProblems, webhookProblems } from "../support/openapi.ts";
import type { Received, Shop } from "./support.ts";
import { client, openReceiver, openShop, refusal } from "./support.ts";

const here = { owner: "acme", repo: "shop" };
let shop: Shop;
let receiver: Awaited<ReturnType<typeof openReceiver>>;

beforeEach(async () => {
  receiver = await openReceiver();
  shop = await openShop({ webhook: { url: receiver.url, secret: "a secret of tests" } });
  await shop.sandbox.settled();
  receiver.received.length = 0;
});

afterEach(async () => {
  for (const { event, action, payload } of shop.sandbox.deliveries) {
    expect(webhookProblems(event, action, JSON.parse(payload))).toEqual([]);
  }
  expect(callsProblems(shop.sandbox.record.calls)).toEqual([]);
  await shop.sandbox.close();
  await receiver.close();
});

type Payload = Record<string, unknown> & {
  action: string;
  installation: { id: number };
  repository: { full_name: string };
};

/** What arrived since the last time, as `event.action`, and the payloads. */
async function arrived(): Promise<{ names: string[]; payloads: Payload[] }> {
  await shop.sandbox.settled();
  const all: Received[] = receiver.received.splice(0);
  const payloads = all.map(({ body }) => JSON.parse(body) as Payload);
  return { names: all.map(({ event }, index) => `${event}.${payloads[index]?.action ?? ""}`), payloads };
}

describe("a repository is renamed", () => {
  test("the App is told, and the old name leads to the new one, for reading and for writing", async () => {
    shop.repository.rename("store", "ana");
    const { names, payloads } = await arrived();
    expect(names).toEqual(["repository.renamed"]);
    expect(payloads[0]).toMatchObject({
      changes: { repository: { name: { from: "shop" } } },
      repository: { full_name: "acme/store" },
      sender: { login: "ana" },
    });
    const { data } = await shop.bot.rest.repos.get(here);
    expect(data).toMatchObject({ id: shop.repository.id, full_name: "acme/store" });
    const made = await shop.bot.rest.issues.create({ ...here, title: "By the old name" });
    expect(made.data.url).toContain("/repos/acme/store/issues/");
    const statuses = shop.sandbox.record.calls.slice(-4).map((call) => [call.method, call.status]);
    expect(statuses).toEqual([
      ["GET", 301],
      ["GET", 200],
      ["POST", 307],
      ["POST", 201],
    ]);
    const query = '{ repository(owner: "acme", name: "shop") { nameWithOwner } }';
    expect(await shop.bot.graphql(query)).toEqual({ repository: { nameWithOwner: "acme/store" } });
  });

  test("a redirect says where to, with the query, and not to strangers", async () => {
    shop.repository.rename("store");
    const ask = (token: string): Promise<Response> =>
      fetch(`${shop.sandbox.url}/api/v3/repos/acme/shop/issues?state=all`, {
        redirect: "manual",
        headers: { authorization: `Bearer ${token}` },
      });
    const known = await ask(shop.sandbox.user("rea").token());
    const url = `${shop.sandbox.url}/api/v3/repositories/${shop.repository.id}/issues?state=all`;
    expect([known.status, known.headers.get("location")]).toEqual([301, url]);
    expect(await known.json()).toMatchObject({ message: "Moved Permanently", url });
    expect((await ask(shop.sandbox.user("sid").token())).status).toBe(404);
  });

  test("another repository may take the old name, and then it is that one's", async () => {
    shop.repository.rename("store");
    const second = shop.sandbox.repository("acme/shop");
    expect((await shop.bot.rest.repos.get(here)).data.id).toBe(second.id);
    expect(() => second.rename("store")).toThrow("There is a repository acme/store already.");
  });
});

test("an account is renamed: its repositories with it, and the App is told if it subscribed", async () => {
  shop.sandbox.setApp({ events: ["installation_target"] });
  shop.sandbox.renameAccount("acme", "acme-corp");
  const { names, payloads } = await arrived();
  expect(names).toEqual(["installation_target.renamed"]);
  expect(payloads[0]).toMatchObject({
    account: { login: "acme-corp" },
    changes: { login: { from: "acme" } },
    target_type: "Organization",
    installation: { id: shop.installationId },
  });
  expect((await shop.bot.rest.repos.get(here)).data.full_name).toBe("acme-corp/shop");
  expect(() => shop.sandbox.renameAccount("acme-corp", "ana")).toThrow("There is an account ana already.");
});

describe("a repository is transferred", () => {
  test("to an owner with the App: lost there, gained here, under another installation", async () => {
    shop.sandbox.repository("globex/site");
    await arrived();
    shop.repository.transfer("globex", { by: "ana" });
    const { names, payloads } = await arrived();
    expect(names).toEqual([
      "installation_repositories.removed",
      "installation_repositories.added",
      "repository.transferred",
    ]);
    const [lost, , moved] = payloads;
    expect(lost?.installation.id).toBe(shop.installationId);
    expect(moved?.installation.id).not.toBe(shop.installationId);
    expect(moved).toMatchObject({
      changes: { owner: { from: { organization: { login: "acme" } } } },
      repository: { full_name: "globex/shop", id: shop.repository.id },
    });
    expect((await refusal(shop.bot.rest.repos.get(here))).status).toBe(404);
  });

  test("to an owner without the App: it is only lost", async () => {
    shop.repository.transfer("elsewhere");
    expect((await arrived()).names).toEqual(["installation_repositories.removed"]);
    shop.repository.comment(shop.repository.openIssue({ title: "Quiet" }), "nobody hears this");
    expect((await arrived()).names).toEqual([]);
  });
});

describe("a repository ends", () => {
  test("archived: read-only until it is unarchived", async () => {
    shop.repository.archive();
    expect((await arrived()).names).toEqual(["repository.archived"]);
    expect(await refusal(shop.bot.rest.issues.create({ ...here, title: "x" }))).toMatchObject({
      status: 403,
      message: expect.stringContaining("Repository was archived so is read-only.") as string,
    });
    shop.repository.archive(false);
    expect((await arrived()).names).toEqual(["repository.unarchived"]);
    expect((await shop.bot.rest.issues.create({ ...here, title: "x" })).status).toBe(201);
  });

  test("deleted: its run ends unheard, and nobody finds it", async () => {
    shop.repository.script({ outcome: "hang" });
    await shop.bot.rest.actions.createWorkflowDispatch({
      ...here,
      workflow_id: "deploy.yml",
      ref: "main",
      inputs: { environment: "prod" },
    });
    await arrived();
    shop.repository.delete("ana");
    expect((await arrived()).names).toEqual(["repository.deleted", "installation_repositories.removed"]);
    expect((await refusal(shop.bot.rest.repos.get(here))).status).toBe(404);
    const { data } = await shop.bot.rest.apps.listReposAccessibleToInstallation();
    expect(data.repositories).toEqual([]);
  });
});

describe("the default branch", () => {
  test("renamed: its ref moves and open pull requests follow", async () => {
    const number = shop.repository.openPullRequest({ title: "feat: one", author: "wes" });
    const sha = shop.repository.sha();
    await arrived();
    shop.repository.renameDefaultBranch("trunk", "ana");
    const { names, payloads } = await arrived();
    expect(names).toEqual(["repository.edited", "pull_request.edited"]);
    expect(payloads[0]).toMatchObject({
      changes: { default_branch: { from: "main" } },
      repository: { default_branch: "trunk" },
    });
    expect([shop.repository.sha("trunk"), shop.repository.sha("main")]).toEqual([sha, null]);
    const { data } = await shop.bot.rest.pulls.get({ ...here, pull_number: number });
    expect(data.base.ref).toBe("trunk");
  });

  test("another one is chosen", async () => {
    shop.repository.commit({ branch: "next", message: "feat: next", files: { "n.txt": "n\n" } });
    await arrived();
    shop.repository.setDefaultBranch("next");
    expect((await arrived()).names).toEqual(["repository.edited"]);
    expect((await shop.bot.rest.repos.get(here)).data.default_branch).toBe("next");
    expect(() => shop.repository.setDefaultBranch("nowhere")).toThrow("no branch nowhere");
  });
});

describe("the installation", () => {
  test("uninstalled: old tokens are worth nothing; installed anew: another id", async () => {
    const { data } = await shop.app.rest.apps.createInstallationAccessToken({
      installation_id: shop.installationId,
    });
    shop.sandbox.uninstall("acme/shop");
    expect((await arrived()).names).toEqual(["installation.deleted"]);
    expect((await refusal(client(shop.sandbox, data.token).rest.repos.get(here))).status).toBe(401);
    expect((await refusal(shop.app.rest.apps.getRepoInstallation(here))).status).toBe(404);
    const again = shop.repository.install();
    expect(again).not.toBe(shop.installationId);
    const { names, payloads } = await arrived();
    expect([names, payloads[0]?.installation.id]).toEqual([["installation.created"], again]);
  });

  test("a repository leaves it and comes back", async () => {
    shop.repository.leaveInstallation();
    const left = await arrived();
    expect(left.names).toEqual(["installation_repositories.removed"]);
    expect(left.payloads[0]).toMatchObject({
      repositories_removed: [{ id: shop.repository.id, full_name: "acme/shop" }],
      repositories_added: [],
    });
    expect((await refusal(shop.bot.rest.repos.get(here))).status).toBe(404);
    expect(shop.repository.install()).toBe(shop.installationId);
    expect((await arrived()).names).toEqual(["installation_repositories.added"]);
  });

  test("suspended: no token, no webhook; unsuspended: both again", async () => {
    shop.sandbox.suspend("acme/shop");
    shop.repository.openIssue({ title: "Unheard" });
    expect((await arrived()).names).toEqual(["installation.suspend"]);
    const ask = shop.app.rest.apps.createInstallationAccessToken({ installation_id: shop.installationId });
    expect(await refusal(ask)).toMatchObject({
      status: 403,
      message: expect.stringContaining("This installation has been suspended") as string,
    });
    const { data } = await shop.app.rest.apps.getInstallation({ installation_id: shop.installationId });
    expect(data.suspended_at).not.toBeNull();
    shop.sandbox.suspend("acme/shop", false);
    shop.repository.openIssue({ title: "Heard" });
    expect((await arrived()).names).toEqual(["installation.unsuspend", "issues.opened"]);
  });

  test("the App asks for more: nothing changes until the account accepts", async () => {
    const { data: app } = await shop.app.rest.apps.getAuthenticated();
    const before = app?.permissions ?? {};
    shop.sandbox.setApp({
      permissions: { ...(before as Record<string, "read" | "write">), administration: "read" },
      events: [...(app?.events ?? []), "star"],
    });
    const read = async () =>
      (await shop.app.rest.apps.getInstallation({ installation_id: shop.installationId })).data;
    expect((await shop.app.rest.apps.getAuthenticated()).data).toMatchObject({
      permissions: { administration: "read" },
      events: expect.arrayContaining(["star"]) as string[],
    });
    expect((await read()).permissions).toEqual(before);
    shop.sandbox.acceptPermissions("acme/shop");
    expect((await arrived()).names).toEqual(["installation.new_permissions_accepted"]);
    expect(await read()).toMatchObject({
      permissions: { ...before, administration: "read" },
      events: expect.arrayContaining(["star"]) as string[],
    });
  });

  test("the App asks for less: it has less at once", async () => {
    shop.sandbox.setApp({ permissions: { metadata: "read", issues: "write" }, events: ["push"] });
    shop.repository.openIssue({ title: "Unheard" });
    expect((await arrived()).names).toEqual([]);
    const refused = await refusal(shop.bot.rest.repos.getContent({ ...here, path: "README.md" }));
    expect(refused).toMatchObject({ status: 403 });
  });

  test("two owners are two installations, and neither's token opens the other", async () => {
    const other = shop.sandbox.repository("globex/site", { collaborators: { gil: "admin" } });
    const { data } = await shop.app.rest.apps.listInstallations();
    expect(data.map((one) => one.account && "login" in one.account && one.account.login)).toEqual([
      "acme",
      "globex",
    ]);
    expect((await refusal(shop.bot.rest.repos.get({ owner: "globex", repo: "site" }))).status).toBe(404);
    await arrived();
    other.openIssue({ title: "Of globex" });
    const { payloads } = await arrived();
    expect(payloads[0]?.installation.id).toBe(data[1]?.id);
  });
});
