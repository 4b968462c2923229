import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderMarkdown } from "../../src/sandbox/page/markdown.ts";
import type { Shop } from "./support.ts";
import { openShop } from "./support.ts";

let shop: Shop;
let notice: number;

beforeAll(async () => {
  shop = await openShop();
  const here = { owner: "acme", repo: "shop" };
  const { data } = await shop.bot.rest.issues.create({
    ...here,
    title: "Next: <b>1.5.0</b>",
    body: "| a | b |\n|---|---|\n| 1 | 2 |",
  });
  notice = data.number;
  const pull = shop.repository.openPullRequest({ title: "feat: search", author: "wes" });
  shop.repository.mergePullRequest(pull, { by: "ana", method: "squash" });
  await shop.bot.rest.repos.createRelease({
    ...here,
    tag_name: "v1.5.0",
    name: "1.5.0",
    body: "- search (#2)",
  });
  const inputs = { environment: "dev", component: "api", version: "1.5.0" };
  await shop.bot.rest.actions.createWorkflowDispatch({
    ...here,
    workflow_id: "deploy.yml",
    ref: "v1.5.0",
    inputs,
  });
  await shop.sandbox.settled();
  // Answers that carry addresses for people.
  await shop.bot.rest.actions.listWorkflowRunsForRepo(here);
  await shop.bot.rest.issues.listForRepo({ ...here, state: "all" });
  await shop.bot.rest.repos.getCommit({ ...here, ref: "main" });
  await shop.bot.rest.repos.getContent({ ...here, path: "README.md", ref: "v1.5.0" });
  await shop.bot.rest.repos.compareCommits({ ...here, base: "v1.5.0", head: "main" });
  const [run] = shop.repository.runs();
  await shop.bot.rest.actions.listJobsForWorkflowRun({ ...here, run_id: run?.id ?? 0 });
});

afterAll(() => shop.sandbox.close());

const open = (path: string, init: RequestInit = {}) =>
  fetch(`${shop.sandbox.url}${path}`, { redirect: "manual", ...init });

describe("the watch page", () => {
  test("shows what happens, with nothing from elsewhere and no inline script", async () => {
    const answer = await open("/");
    const text = await answer.text();
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
    for (const word of [
      "acme",
      "Next: &lt;b&gt;1.5.0&lt;/b&gt;",
      "PR merged",
      "1.5.0",
      "Deploy api 1.5.0 to dev",
      "success",
    ]) {
      expect(text).toContain(word);
    }
    expect(text).not.toMatch(/(src|href)="(?!\/)/);
    expect(text).not.toMatch(/<script(?! type="module" src="\/assets\/watch\.js")/);
    expect(text).not.toMatch(/ on\w+=|style="/);
  });

  test("every address that the API hands out for people leads somewhere", async () => {
    const addresses = new Set<string>();
    const collect = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [name, inner] of Object.entries(value)) {
        if (name === "html_url" && typeof inner === "string") addresses.add(inner);
        collect(inner);
      }
    };
    for (const call of shop.sandbox.record.calls) collect(call.responseBody);
    const pages = [...addresses].filter((address) => address.includes("/acme/shop"));
    expect(pages.length).toBeGreaterThan(9);
    for (const page of [
      ...pages,
      `${shop.sandbox.url}/acme/shop/deployments`,
      `${shop.sandbox.url}/acme/shop/issues`,
    ]) {
      expect([page, (await fetch(page)).status]).toEqual([page, 200]);
    }
    expect((await open("/acme/shop/issues/999")).status).toBe(404);
    expect((await open("/%E0%A4%A/x")).status).toBe(404);
  });

  test("takes a comment from its own form, as a person, and from nowhere else", async () => {
    const form = new URLSearchParams({
      repository: "acme/shop",
      number: String(notice),
      by: "ana",
      body: "/status\r\n",
    });
    const send = (origin: string | undefined, over: Record<string, string> = {}) =>
      open("/_sandbox/comments", {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          ...(origin === undefined ? {} : { origin }),
        },
        body: new URLSearchParams({ ...Object.fromEntries(form), ...over }),
      });
    const taken = await send(shop.sandbox.url);
    expect(taken.status).toBe(303);
    const [comment] = shop.repository.comments(notice);
    expect(comment).toMatchObject({ body: "/status", author: "ana", byApp: false });
    expect(taken.headers.get("location")).toBe(`/acme/shop/issues/${notice}#issuecomment-${comment?.id}`);
    expect((await send("https://evil.example")).status).toBe(403);
    expect((await send(undefined)).status).toBe(403);
    expect((await send(shop.sandbox.url, { by: "waybill[bot]" })).status).toBe(422);
    expect((await send(shop.sandbox.url, { by: "nobody" })).status).toBe(422);
    expect((await send(shop.sandbox.url, { body: " " })).status).toBe(422);
    expect(shop.repository.comments(notice)).toHaveLength(1);
  });

  test("is told at once when something changed", async () => {
    const answer = await open("/events");
    const reader = answer.body?.getReader();
    const read = async (): Promise<string> => new TextDecoder().decode((await reader?.read())?.value);
    expect(await read()).toContain("retry");
    shop.repository.comment(notice, "news", "wes");
    expect(await read()).toContain("data: changed");
    await reader?.cancel();
  });
});

describe("comments are rendered without danger", () => {
  const render = (text: string): string => renderMarkdown(text, "/acme/shop").text;

  test("Markdown of GitHub's kind is understood", () => {
    expect(render("| a |\n|---|\n| **1** |")).toContain("<td><strong>1</strong></td>");
    expect(render("- [x] done")).toContain('<input type="checkbox" disabled="" checked="" />');
    expect(render("fixes #12, `#13`, see @ana")).toBe(
      '<p>fixes <a href="/acme/shop/issues/12">#12</a>, <code>#13</code>, see <span class="mention">@ana</span></p>',
    );
    expect(render("> [!WARNING]\n> careful")).toContain("<b>Warning</b>");
  });

  test("HTML comments are hidden, also over several lines and unclosed", () => {
    expect(render("a <!-- waybill:x --> b")).toBe("<p>a  b</p>");
    expect(render("<!-- waybill\n{}\n-->\n\ntext")).not.toContain("waybill");
    expect(render("<!-- never closed\n\nsecret")).not.toContain("secret");
  });

  test.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<details ontoggle="alert(1)" open>x</details>',
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    '<a href="javascript:alert(1)">x</a>',
    "<!--><img src=x onerror=alert(1)>-->",
    "<b <script>alert(1)</script>>",
    "![x](javascript:alert(1))",
    "<style>*{display:none}</style>",
    "<iframe src=//evil.example></iframe>",
    '<p style="position:fixed">x</p>',
    "<sc<!-- -->ript>alert(1)</sc<!-- -->ript>",
    "#1<img src=x onerror=alert(1)>@ana",
  ])("%s does nothing", (text) => {
    const rendered = render(text);
    const tags = [...rendered.matchAll(/<\/?([a-z0-9]+)([^>]*)>/gi)];
    for (const [, name, attributes = ""] of tags) {
      expect(["p", "a", "b", "details", "img", "span", "code"]).toContain(name);
      expect(attributes).not.toMatch(/on\w+\s*=|style|javascript:/i);
    }
    expect(rendered).not.toMatch(/<(script|svg|style|iframe|img src=x)/i);
  });
});
