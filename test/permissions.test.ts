/**
 * What Waybill asks of GitHub, said in four places and made in a fifth: app.yml, docs/permissions.md, the tokens that it takes, the
 * webhooks that it acts on, and the calls in its code. None of them may ask for more or less than the others.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ProbotOctokit } from "probot";
import { parseDocument } from "yaml";
import { afterAll, describe, expect, it } from "vitest";
import { OPTIONAL_PERMISSIONS, readManifest } from "../src/cli/doctor/manifest.ts";
import { ORGANIZATION_PERMISSIONS, TOKEN_PERMISSIONS } from "../src/github/client.ts";
import { webhooks } from "../src/github/webhooks/index.ts";
import { lifecycleWebhooks } from "../src/github/webhooks/lifecycle.ts";
import { WEBHOOK_PATH } from "../src/http/server.ts";
import { apiRouter } from "../src/sandbox/http/api.ts";
import { startStory, type Story } from "./support/story.ts";

const ROOT = join(import.meta.dirname, "..");

/**
 * GitHub sends these to every App; they cannot be subscribed to.
 * Source: https://docs.github.com/webhooks/webhook-events-and-payloads#installation
 */
const ALWAYS_DELIVERED = ["installation", "installation_repositories", "github_app_authorization"];

/**
 * What each call takes, for what Waybill uses it for: permissions of the App, or `jwt` where it calls as the App itself. Comments are
 * one API for issues and pull requests, of which GitHub names either permission: each is what its own kind takes.
 * Source: https://docs.github.com/rest/authentication/permissions-required-for-github-apps
 */
const NEEDS: Readonly<Record<string, "jwt" | readonly string[]>> = {
  "GET /app": "jwt",
  "GET /app/installations": "jwt",
  "GET /app/installations/{installation_id}": "jwt",
  "GET /repos/{owner}/{repo}/installation": "jwt",
  "POST /app/installations/{installation_id}/access_tokens": "jwt",
  "GET /app/hook/deliveries": "jwt",
  "POST /app/hook/deliveries/{delivery_id}/attempts": "jwt",
  "GET /installation/repositories": ["metadata: read"],
  "GET /repos/{owner}/{repo}": ["metadata: read"],
  "GET /repos/{owner}/{repo}/actions/runs": ["actions: read"],
  "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs": ["actions: read"],
  "GET /repos/{owner}/{repo}/collaborators/{username}/permission": ["metadata: read"],
  "GET /repos/{owner}/{repo}/branches/{branch}": ["contents: read"],
  "GET /repos/{owner}/{repo}/rules/branches/{branch}": ["metadata: read"],
  "GET /repos/{owner}/{repo}/commits/{ref}/check-runs": ["checks: read"],
  "GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations": ["checks: read"],
  "POST /repos/{owner}/{repo}/check-runs": ["checks: write"],
  "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}": ["checks: write"],
  "GET /repos/{owner}/{repo}/commits/{ref}/status": ["statuses: read"],
  "GET /orgs/{org}/teams/{team_slug}/members": ["members: read"],
  "GET /repos/{owner}/{repo}/commits": ["contents: read"],
  "GET /repos/{owner}/{repo}/commits/{ref}": ["contents: read"],
  "GET /repos/{owner}/{repo}/compare/{basehead}": ["contents: read"],
  "GET /repos/{owner}/{repo}/contents/{path}": ["contents: read"],
  "GET /repos/{owner}/{repo}/git/blobs/{file_sha}": ["contents: read"],
  "GET /repos/{owner}/{repo}/git/matching-refs/{ref}": ["contents: read"],
  "GET /repos/{owner}/{repo}/git/ref/{ref}": ["contents: read"],
  "GET /repos/{owner}/{repo}/git/tags/{tag_sha}": ["contents: read"],
  "GET /repos/{owner}/{repo}/git/commits/{commit_sha}": ["contents: read"],
  "POST /repos/{owner}/{repo}/git/blobs": ["contents: write"],
  "POST /repos/{owner}/{repo}/git/trees": ["contents: write"],
  "POST /repos/{owner}/{repo}/git/commits": ["contents: write"],
  "PATCH /repos/{owner}/{repo}/git/refs/{ref}": ["contents: write"],
  "GET /repos/{owner}/{repo}/git/trees/{tree_sha}": ["contents: read"],
  "POST /repos/{owner}/{repo}/git/tags": ["contents: write"],
  "POST /repos/{owner}/{repo}/git/refs": ["contents: write"],
  "DELETE /repos/{owner}/{repo}/git/refs/{ref}": ["contents: write"],
  "GET /repos/{owner}/{repo}/releases": ["contents: read"],
  "GET /repos/{owner}/{repo}/releases/{release_id}": ["contents: read"],
  "GET /repos/{owner}/{repo}/releases/tags/{tag}": ["contents: read"],
  "GET /repos/{owner}/{repo}/releases/{release_id}/assets": ["contents: read"],
  "POST /repos/{owner}/{repo}/releases": ["contents: write"],
  "PATCH /repos/{owner}/{repo}/releases/{release_id}": ["contents: write"],
  "GET /repos/{owner}/{repo}/issues": ["issues: read"],
  "POST /repos/{owner}/{repo}/issues": ["issues: write"],
  "GET /repos/{owner}/{repo}/issues/{issue_number}": ["issues: read"],
  "PATCH /repos/{owner}/{repo}/issues/{issue_number}": ["issues: write"],
  "GET /repos/{owner}/{repo}/issues/comments": ["issues: read", "pull_requests: read"],
  "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": ["issues: write", "pull_requests: write"],
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments": ["issues: read", "pull_requests: read"],
  "POST /repos/{owner}/{repo}/issues/{issue_number}/labels": ["issues: write"],
  "POST /repos/{owner}/{repo}/releases/{release_id}/assets": ["contents: write"],
  "DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}": ["contents: write"],
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments": ["issues: write", "pull_requests: write"],
  "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions": ["issues: write"],
  "GET /repos/{owner}/{repo}/pulls": ["pull_requests: read"],
  "GET /repos/{owner}/{repo}/pulls/{pull_number}": ["pull_requests: read"],
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits": ["pull_requests: read"],
  "POST /repos/{owner}/{repo}/pulls": ["pull_requests: write"],
  "PATCH /repos/{owner}/{repo}/pulls/{pull_number}": ["pull_requests: write"],
  "GET /repos/{owner}/{repo}/deployments": ["deployments: read"],
  "POST /repos/{owner}/{repo}/deployments": ["deployments: write"],
  "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses": ["deployments: read"],
  "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses": ["deployments: write"],
  "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches": ["actions: write"],
  "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs": ["actions: read"],
  "GET /repos/{owner}/{repo}/actions/runs/{run_id}": ["actions: read"],
  "GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}": ["actions: read"],
  "POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel": ["actions: write"],
  "POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule": ["deployments: write"],
  "POST /repos/{owner}/{repo}/actions/runs/{run_id}/force-cancel": ["actions: write"],
  // Commits, comparisons, and the pull requests that brought them; what several effects say and set together.
  "POST /graphql": ["contents: read", "deployments: write", "issues: write", "pull_requests: write"],
};

type Grants = Readonly<Record<string, string>>;

/** Every call that the code can make, as method and route. */
function callsInCode(): string[] {
  const folder = join(ROOT, "src", "github");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const text = files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  const { rest } = new ProbotOctokit() as unknown as {
    rest: Record<string, Record<string, { endpoint: { DEFAULTS: { method: string; url: string } } }>>;
  };
  const methods = [...text.matchAll(/\brest\s*\.(\w+)\s*\.(\w+)/g)].map(([whole, area = "", name = ""]) => {
    const known = rest[area]?.[name];
    if (known === undefined) throw new Error(`Octokit has no ${whole}`);
    // Without the names of its query (`{?name,label}`).
    return `${known.endpoint.DEFAULTS.method} ${known.endpoint.DEFAULTS.url.replace(/\{\?.*\}$/, "")}`;
  });
  const plain = [...text.matchAll(/\brequest\(\s*["'`]([A-Z]+ \/[^"'`]+)["'`]/g)].map(
    ([, call = ""]) => call,
  );
  const graphql = /\boctokit\s*\.graphql\b/.test(text) ? ["POST /graphql"] : [];
  // Made by @octokit/auth-app.
  const token = "POST /app/installations/{installation_id}/access_tokens";
  return [...new Set([...methods, ...plain, ...graphql, token])].sort();
}

/** The least grants with which all these calls are allowed. */
function leastFor(calls: readonly string[]): Grants {
  const least: Record<string, string> = {};
  for (const need of calls.flatMap((call) => NEEDS[call] ?? [])) {
    const [name = "", level = ""] = need.split(": ");
    if (need !== "jwt" && least[name] !== "write") least[name] = level;
  }
  return least;
}

/** `name: level` of each grant that has a comment behind it in app.yml, with the comment; and events likewise. */
function reasonsInManifest(): Record<"permissions" | "events", Record<string, string>> {
  const text = readFileSync(join(ROOT, "app.yml"), "utf8");
  expect(parseDocument(text).errors).toEqual([]);
  const below = (key: string, line: RegExp): Record<string, string> => {
    const part = text.split(`\n${key}:\n`)[1]?.split(/\n(?=\S)/)[0] ?? "";
    return Object.fromEntries([...part.matchAll(line)].map(([, name = "", reason = ""]) => [name, reason]));
  };
  return {
    permissions: below("default_permissions", /^ {2}(\w+: \w+)(?: # (.+))?$/gm),
    events: below("default_events", /^ {2}- (\w+)(?: # (.+))?$/gm),
  };
}

/** The rows of one table in docs/permissions.md, by what they begin with. */
function reasonsInDocs(heading: string): Record<string, string> {
  const text = readFileSync(join(ROOT, "docs", "permissions.md"), "utf8");
  const table = text.split(`| ${heading} | Why |\n`)[1]?.split("\n\n")[0] ?? "";
  return Object.fromEntries(
    [...table.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)].map(([, name = "", reason = ""]) => [name, reason]),
  );
}

const manifest = readManifest();
const permissions = Object.entries(manifest.permissions).map(([name, level]) => `${name}: ${level}`);

describe("every permission and event has its reason", () => {
  it.each([
    ["permissions in app.yml", permissions, reasonsInManifest().permissions],
    ["permissions in docs/permissions.md", permissions, reasonsInDocs("Permission")],
    [
      "optional permissions in docs/permissions.md",
      Object.entries(OPTIONAL_PERMISSIONS).map(([name, level]) => `${name}: ${level}`),
      reasonsInDocs("Optional permission"),
    ],
    ["events in app.yml", manifest.events, reasonsInManifest().events],
    ["events in docs/permissions.md", manifest.events, reasonsInDocs("Event")],
  ])("%s", (_what, asked, reasons) => {
    expect(Object.keys(reasons).sort()).toEqual([...asked].sort());
    const without = Object.entries(reasons).filter(([, reason]) => reason.trim().length < 8);
    expect(without).toEqual([]);
  });
});

describe("the link in docs/install.md that fills in GitHub's form", () => {
  it("asks for what app.yml asks for", () => {
    const text = readFileSync(join(ROOT, "docs", "install.md"), "utf8");
    const query = new URL(/^https:\/\/github\.com\/settings\/apps\/new\?.*$/m.exec(text)?.[0] ?? "")
      .searchParams;
    const {
      name,
      url,
      public: open,
      webhook_active,
      webhook_url,
      "events[]": _,
      ...granted
    } = Object.fromEntries(query);
    expect(granted).toEqual(manifest.permissions);
    expect(query.getAll("events[]").sort()).toEqual([...manifest.events].sort());
    expect({ name, url, open, webhook_active, webhook_url }).toEqual({
      name: "waybill-YOUR-NAME",
      url: "https://YOUR-HOST",
      open: "false",
      webhook_active: "true",
      webhook_url: `https://YOUR-HOST${WEBHOOK_PATH}`,
    });
  });
});

describe("what is asked is what is used", () => {
  it("every call in the code has a row here, and every row a call in the code", () => {
    expect(Object.keys(NEEDS).sort()).toEqual(callsInCode());
  });

  it("the calls take all that app.yml asks, and nothing that it does not", () => {
    expect(leastFor(callsInCode())).toEqual({ ...manifest.permissions, ...OPTIONAL_PERMISSIONS });
  });

  it("fewer calls would ask for less", () => {
    // Guards the test itself: a sum that nothing changes would hold for ever.
    const withoutDispatch = callsInCode().filter((call) => !/dispatches|cancel/.test(call));
    const all = { ...manifest.permissions, ...OPTIONAL_PERMISSIONS };
    expect(leastFor(withoutDispatch)).toEqual({ ...all, actions: "read" });
    const withoutComments = callsInCode().filter((call) => !/comments|pulls|graphql/.test(call));
    const others = Object.entries(all).filter(([name]) => name !== "pull_requests");
    expect(leastFor(withoutComments)).toEqual(Object.fromEntries(others));
  });

  it("the tokens that Waybill takes may do what app.yml asks, and no more", () => {
    expect(TOKEN_PERMISSIONS).toEqual(manifest.permissions);
    expect(ORGANIZATION_PERMISSIONS).toEqual(OPTIONAL_PERMISSIONS);
  });

  it("the events that Waybill acts on are those of app.yml, and those that come unasked", () => {
    const subscribed = Object.keys({ ...webhooks, ...lifecycleWebhooks }).filter(
      (event) => !ALWAYS_DELIVERED.includes(event),
    );
    expect(subscribed.sort()).toEqual([...manifest.events].sort());
    expect(manifest.events.filter((event) => ALWAYS_DELIVERED.includes(event))).toEqual([]);
  });

  it("the stand-in asks for these permissions too, so that every story is told with no more", () => {
    const { routes } = apiRouter();
    const wrong = Object.entries(NEEDS).flatMap(([call, needs]) => {
      const route = routes.find(({ method, template }) => `${method} ${template}` === call);
      if (route === undefined) return [`${call} is not in the stand-in`];
      if (needs === "jwt") return route.need.kind === "jwt" ? [] : [`${call} takes no JWT`];
      if (route.need.kind !== "repository") return [];
      const accepted = route.need.permissions.map((permission) => permission.replace(":", ": "));
      const odd = needs.filter((need) => !accepted.includes(need));
      return odd.map((need) => `${call} does not take ${need}, but ${accepted.join(" or ")}`);
    });
    expect(wrong).toEqual([]);
  });
});

describe("a release from the merge to production, with the App as app.yml registers it", () => {
  let story: Story | undefined;
  afterAll(() => story?.end());

  it("makes no call that is not listed here, and none that is refused", async () => {
    story = await startStory();
    story.sandbox.setApp({ permissions: { ...manifest.permissions }, events: manifest.events });
    story.merge("feat(api): accept vouchers");
    await story.settle();
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    await story.comment("/promote prod", "ana", 1);
    const calls = story.sandbox.record.calls.filter(({ actor }) => /^(app|installation:)/.test(actor));
    const made = new Set(calls.map(({ method, route }) => `${method} ${route}`));
    expect([...made].filter((call) => !(call in NEEDS))).toEqual([]);
    expect(calls.filter(({ status }) => status === 401 || status === 403)).toEqual([]);
    expect(story.sandbox.record.deployments.at(-1)).toMatchObject({
      environment: "prod",
      outcome: "succeed",
    });
  });
});
