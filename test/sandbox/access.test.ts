import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { appKey } from "../support/app-key.ts";
import { callsProblems } from "../support/openapi.ts";
import type { Shop } from "./support.ts";
import { client, openShop, refusal } from "./support.ts";

const here = { owner: "acme", repo: "shop" };
const { privateKey } = appKey();
let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(async () => {
  expect(callsProblems(shop.sandbox.record.calls)).toEqual([]);
  await shop.sandbox.close();
});

function jwt(
  claims: Record<string, unknown>,
  key: string,
  head: Record<string, unknown> = { alg: "RS256" },
): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = `${part(head)}.${part(claims)}`;
  const signature =
    head.alg === "RS256"
      ? createSign("RSA-SHA256").update(body).sign(key, "base64url")
      : createHmac("sha256", key).update(body).digest("base64url");
  return `${body}.${signature}`;
}

async function askAsApp(token: string, sandbox = shop.sandbox): Promise<{ status: number; message: string }> {
  const answer = await fetch(`${sandbox.url}/api/v3/app`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { message = "" } = (await answer.json()) as { message?: string };
  return { status: answer.status, message };
}

describe("the App's JWT", () => {
  const claims = (over: Record<string, unknown> = {}): Record<string, unknown> => {
    const now = Math.floor(shop.sandbox.clock.now() / 1000);
    return { iat: now - 30, exp: now + 500, iss: shop.sandbox.app.id, ...over };
  };

  test("is accepted with the App's id or client id", async () => {
    const { clientId, id } = shop.sandbox.app;
    for (const iss of [id, String(id), clientId]) {
      expect((await askAsApp(jwt(claims({ iss }), privateKey))).status).toBe(200);
    }
  });

  test("is signed with a key that the stand-in has made, where nobody brought one", async () => {
    const own = await startSandbox();
    expect((await askAsApp(jwt(claims({ iss: own.app.id }), own.app.privateKeyPem), own)).status).toBe(200);
    expect((await askAsApp(jwt(claims({ iss: own.app.id }), privateKey), own)).status).toBe(401);
    await own.close();
  });

  test("is refused when it is another's, expired, too long, from the future, or not signed by RS256", async () => {
    const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const now = Math.floor(shop.sandbox.clock.now() / 1000);
    const pem = stranger.export({ type: "pkcs8", format: "pem" }).toString();
    expect(await askAsApp(jwt(claims(), pem))).toEqual({
      status: 401,
      message: "A JSON web token could not be decoded",
    });
    expect((await askAsApp(jwt(claims({ exp: now - 1 }), privateKey))).message).toContain(
      "'Expiration time' claim ('exp')",
    );
    expect((await askAsApp(jwt(claims({ exp: now + 4000 }), privateKey))).message).toContain(
      "too far in the future",
    );
    expect((await askAsApp(jwt(claims({ iat: now + 300 }), privateKey))).message).toContain(
      "'Issued at' claim ('iat')",
    );
    expect((await askAsApp(jwt(claims({ iss: 7 }), privateKey))).status).toBe(404);
    expect((await askAsApp(jwt(claims(), "guess", { alg: "HS256" }))).status).toBe(401);
    expect((await askAsApp("a.b.c")).status).toBe(401);
  });

  test("opens no repository by itself", async () => {
    const token = jwt(claims(), privateKey);
    const answer = await fetch(`${shop.sandbox.url}/api/v3/repos/acme/shop`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(403);
  });
});

describe("installation tokens", () => {
  const narrow = async (options: {
    repositories?: string[];
    permissions?: Record<string, "read" | "write">;
  }) => {
    const { data } = await shop.app.rest.apps.createInstallationAccessToken({
      installation_id: shop.installationId,
      ...options,
    });
    return data;
  };

  test("expire after an hour of the stand-in's clock", async () => {
    const { token, expires_at } = await narrow({});
    expect(Date.parse(expires_at) - shop.sandbox.clock.now()).toBeGreaterThan(3_590_000);
    expect((await client(shop.sandbox, token).rest.repos.get(here)).status).toBe(200);
    await shop.sandbox.clock.advance(3_601_000);
    expect(await refusal(client(shop.sandbox, token).rest.repos.get(here))).toMatchObject({ status: 401 });
  });

  test("reach only the repositories and permissions that were asked for", async () => {
    shop.sandbox.repository("acme/other");
    const { token } = await narrow({ repositories: ["shop"], permissions: { contents: "read" } });
    const narrowed = client(shop.sandbox, token);
    expect((await narrowed.rest.repos.getContent({ ...here, path: "README.md" })).status).toBe(200);
    expect(await refusal(narrowed.rest.repos.get({ owner: "acme", repo: "other" }))).toMatchObject({
      status: 404,
    });
    const sha = shop.repository.sha() ?? "";
    expect(await refusal(narrowed.rest.git.createRef({ ...here, ref: "refs/tags/x", sha }))).toMatchObject({
      status: 403,
      message: expect.stringContaining("Resource not accessible by integration") as string,
    });
    expect(shop.repository.sha("x")).toBeNull();
    expect(await refusal(narrowed.rest.issues.create({ ...here, title: "x" }))).toMatchObject({
      status: 403,
    });
  });

  test("cannot ask for more than the installation has", async () => {
    expect(await refusal(narrow({ permissions: { members: "write" } }))).toMatchObject({ status: 422 });
    expect(await refusal(narrow({ repositories: ["elsewhere"] }))).toMatchObject({ status: 422 });
  });

  test("end with the installation's suspension", async () => {
    const { token } = await narrow({});
    shop.sandbox.suspend("acme/shop");
    expect(await refusal(client(shop.sandbox, token).rest.repos.get(here))).toMatchObject({
      status: 403,
      message: expect.stringContaining("suspended") as string,
    });
    expect(await refusal(narrow({}))).toMatchObject({ status: 403 });
    shop.sandbox.suspend("acme/shop", false);
    expect((await client(shop.sandbox, token).rest.repos.get(here)).status).toBe(200);
  });

  test("see nothing of repositories where the App is not installed", async () => {
    shop.sandbox.repository("other/private", { install: false });
    expect(await refusal(shop.bot.rest.repos.get({ owner: "other", repo: "private" }))).toMatchObject({
      status: 404,
    });
  });
});

describe("people", () => {
  test("roles are told as GitHub tells them", async () => {
    const told = async (username: string) => {
      const { data } = await shop.bot.rest.repos.getCollaboratorPermissionLevel({ ...here, username });
      return [data.permission, data.role_name, data.user?.id];
    };
    const id = (login: string): number => shop.sandbox.user(login).id;
    expect(await told("ana")).toEqual(["write", "maintain", id("ana")]);
    expect(await told("wes")).toEqual(["write", "write", id("wes")]);
    expect(await told("tri")).toEqual(["read", "triage", id("tri")]);
    expect(await told("rea")).toEqual(["read", "read", id("rea")]);
    shop.sandbox.user("sid");
    expect(await told("sid")).toEqual(["none", "none", id("sid")]);
    expect(await told("ANA")).toEqual(["write", "maintain", id("ana")]);
  });

  test("may do what their role allows", async () => {
    const number = shop.repository.openIssue({ title: "Talk" });
    const as = (login: string) => client(shop.sandbox, shop.sandbox.user(login).token());
    const comment = { ...here, issue_number: number, body: "hi" };
    expect((await as("rea").rest.issues.createComment(comment)).status).toBe(201);
    expect(await refusal(as("rea").rest.repos.createRelease({ ...here, tag_name: "v1" }))).toMatchObject({
      status: 403,
    });
    expect(await refusal(as("sid").rest.issues.createComment(comment))).toMatchObject({ status: 404 });
    expect((await as("wes").rest.repos.createRelease({ ...here, tag_name: "v1" })).status).toBe(201);
  });

  test("nobody in particular is asked to say who they are", async () => {
    const answer = await fetch(`${shop.sandbox.url}/api/v3/repos/acme/shop`);
    expect(answer.status).toBe(401);
    expect(await refusal(client(shop.sandbox, "ghp_made_up").rest.repos.get(here))).toMatchObject({
      status: 401,
    });
  });
});

describe("lists and headers", () => {
  test("lists come in pages of at most 100, with links that lead through all of them", async () => {
    const issue_number = shop.repository.openIssue({ title: "Long" });
    for (let index = 0; index < 205; index += 1) shop.repository.comment(issue_number, `comment ${index}`);
    const first = await shop.bot.rest.issues.listComments({ ...here, issue_number, per_page: 100 });
    expect(first.data).toHaveLength(100);
    expect(first.headers.link).toMatch(/[?&]page=2>; rel="next", <.*[?&]page=3>; rel="last"/);
    const all = await shop.bot.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      ...here,
      issue_number,
      per_page: 50,
    });
    expect(all.map((comment) => comment.body)).toEqual(
      Array.from({ length: 205 }, (_, index) => `comment ${index}`),
    );
  });

  test("answers say what is left of the hour, and an unchanged answer is a 304", async () => {
    const one = await shop.bot.rest.repos.get(here);
    const two = await shop.bot.rest.repos.get(here);
    const left = (answer: typeof one): number => Number(answer.headers["x-ratelimit-remaining"]);
    expect(left(one) - left(two)).toBe(1);
    const again = shop.bot.rest.repos.get({ ...here, headers: { "if-none-match": two.headers.etag ?? "" } });
    expect(await refusal(again)).toMatchObject({ status: 304 });
  });

  test("malformed bodies and unknown versions of the API are refused", async () => {
    const headers = {
      authorization: `Bearer ${shop.sandbox.user("ana").token()}`,
      "content-type": "application/json",
    };
    const url = `${shop.sandbox.url}/api/v3/repos/acme/shop/issues`;
    const broken = await fetch(url, { method: "POST", headers, body: '{"title":' });
    expect([broken.status, ((await broken.json()) as { message: string }).message]).toEqual([
      400,
      "Problems parsing JSON",
    ]);
    const old = await fetch(url, { headers: { ...headers, "x-github-api-version": "2019-01-01" } });
    expect(old.status).toBe(400);
    const typed = await fetch(url, { method: "POST", headers, body: '{"title":7}' });
    expect(typed.status).toBe(422);
    const nameless = await fetch(url, { method: "POST", headers, body: '{"body":"x"}' });
    expect(await nameless.json()).toMatchObject({
      message: "Validation Failed",
      errors: [{ resource: "Issue", field: "title", code: "missing_field" }],
    });
    expect(shop.repository.issues()).toEqual([]);
  });

  test("bodies have GitHub's limits", async () => {
    const issue_number = shop.repository.openIssue({ title: "Long" });
    const body = "🚚".repeat(65_536);
    expect((await shop.bot.rest.issues.createComment({ ...here, issue_number, body })).status).toBe(201);
    const long = shop.bot.rest.issues.createComment({ ...here, issue_number, body: `${body}x` });
    expect(await refusal(long)).toMatchObject({ status: 422 });
    const release = { ...here, tag_name: "v1", draft: true };
    expect((await shop.bot.rest.repos.createRelease({ ...release, body: "x".repeat(125_000) })).status).toBe(
      201,
    );
    expect(
      await refusal(shop.bot.rest.repos.createRelease({ ...release, body: "x".repeat(125_001) })),
    ).toMatchObject({
      status: 422,
    });
  });

  test("an archived repository can be read, not written", async () => {
    const issue_number = shop.repository.openIssue({ title: "Old" });
    shop.repository.archive();
    expect((await shop.bot.rest.issues.get({ ...here, issue_number })).status).toBe(200);
    const write = shop.bot.rest.issues.createComment({ ...here, issue_number, body: "x" });
    expect(await refusal(write)).toMatchObject({
      status: 403,
      message: expect.stringContaining("archived") as string,
    });
  });
});
