import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Route } from "../../src/sandbox/http/context.ts";
import { apiRouter } from "../../src/sandbox/http/api.ts";
import type { Permissions } from "../../src/sandbox/state.ts";
import type { Shop } from "./support.ts";
import { openShop } from "./support.ts";

const LACKING = "Resource not accessible by integration";
/** Every permission that a route names, and some that none does. */
const EVERYTHING: Permissions = {
  ...Object.fromEntries(
    apiRouter()
      .routes.flatMap((route) => permissionsOf(route))
      .map((permission) => [permission.split(":")[0], "write"]),
  ),
  pages: "write",
};

function permissionsOf(route: Route): readonly string[] {
  return "permissions" in route.need ? route.need.permissions : [];
}

let shop: Shop;

beforeAll(async () => {
  shop = await openShop();
  shop.sandbox.setApp({ permissions: EVERYTHING });
  shop.sandbox.acceptPermissions("acme/shop");
});

afterAll(() => shop.sandbox.close());

/** A path with something in every place; whether it is there does not matter. */
function pathOf(route: Route): string {
  const values: Record<string, string> = {
    owner: "acme",
    repo: "shop",
    org: "acme",
    basehead: "main...main",
  };
  return route.template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? "1");
}

async function ask(
  route: Route,
  permissions: Permissions,
): Promise<{ refused: boolean; accepted: string | null }> {
  const { data } = await shop.app.rest.apps.createInstallationAccessToken({
    installation_id: shop.installationId,
    permissions,
  });
  const answer = await fetch(`${shop.sandbox.url}/api/v3${pathOf(route)}`, {
    method: route.method,
    headers: { authorization: `Bearer ${data.token}`, "content-type": "application/json" },
    ...(route.method === "GET" ? {} : { body: "{}" }),
  });
  const text = await answer.text();
  const accepted = answer.headers.get("x-accepted-github-permissions");
  return { refused: answer.status === 403 && text.includes(LACKING), accepted };
}

const guarded = apiRouter().routes.filter((route) => permissionsOf(route).length > 0);

describe("every route asks the App for its permission", () => {
  test("there are many, and only the App's own and GitHub's general ones ask for none", () => {
    expect(guarded.length).toBeGreaterThan(70);
    const free = apiRouter().routes.filter((route) => route.need.kind === "token");
    expect(free.map((route) => route.template).sort()).toEqual([
      "/graphql",
      "/installation/repositories",
      "/meta",
      "/rate_limit",
      "/repositories/{repository_id}",
      "/users/{username}",
    ]);
  });

  test.each(guarded.map((route) => [`${route.method} ${route.template}`, route] as const))(
    "%s",
    async (_name, route) => {
      const all = permissionsOf(route);
      for (const permission of all) {
        const [name = "", level] = permission.split(":");
        const enough = await ask(route, { [name]: level === "write" ? "write" : "read" });
        expect(enough.refused, `refused with ${permission}`).toBe(false);
        expect(enough.accepted).toBe(all.join("; ").replaceAll(":", "="));
        // Every token may read the metadata: there is nothing below that.
        if (name === "metadata") continue;
        const less = await ask(route, level === "write" ? { [name]: "read" } : { pages: "write" });
        expect(less.refused, `let through below ${permission}`).toBe(true);
        expect(less.accepted).toBe(enough.accepted);
      }
    },
  );

  test("GitHub's own list says the same of those that are easily got wrong", () => {
    const asked = new Map(
      guarded.map((route) => [`${route.method} ${route.template}`, permissionsOf(route)]),
    );
    const base = "/repos/{owner}/{repo}";
    // Source: https://docs.github.com/rest/authentication/permissions-required-for-github-apps
    const expected: Record<string, string[]> = {
      [`GET ${base}/issues/{issue_number}`]: ["issues:read"],
      [`PATCH ${base}/issues/{issue_number}`]: ["issues:write", "pull_requests:write"],
      [`POST ${base}/issues/{issue_number}/comments`]: ["issues:write", "pull_requests:write"],
      [`POST ${base}/issues/comments/{comment_id}/reactions`]: ["issues:write"],
      [`GET ${base}/commits/{commit_sha}/pulls`]: ["pull_requests:read"],
      [`GET ${base}/pulls/{pull_number}`]: ["pull_requests:read", "contents:read"],
      [`PUT ${base}/pulls/{pull_number}/merge`]: ["contents:write"],
      [`GET ${base}/tags`]: ["metadata:read"],
      [`GET ${base}/collaborators/{username}/permission`]: ["metadata:read"],
      [`GET ${base}/environments/{environment_name}`]: ["actions:read"],
      [`POST ${base}/actions/workflows/{workflow_id}/dispatches`]: ["actions:write"],
    };
    for (const [route, permissions] of Object.entries(expected))
      expect(asked.get(route)).toEqual(permissions);
  });
});
