import { isoTime } from "../clock.ts";
import { makeToken } from "../domain/repositories.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { actorName, idParameter, movedAway, visibleRepository } from "../http/context.ts";
import { ApiError, notFound } from "../http/errors.ts";
import { Fields } from "../http/fields.ts";
import { countedReply, listReply, pageOf } from "../http/paging.ts";
import type { Installation, PermissionLevel, Permissions, Repository } from "../state.ts";
import { apiUrl, appView } from "../views/accounts.ts";
import { deliveryItem, deliveryView, installationView } from "../views/apps.ts";
import { minimalRepository, repositoryView } from "../views/repository.ts";
import type { Delivery } from "../webhooks/deliveries.ts";
import type { World } from "../world.ts";
import { findRepository, installationOf } from "../world.ts";

/** Source: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app */
const TOKEN_LIFETIME_MS = 3_600_000;

/** The App by its JWT: itself, its installations, their tokens, and its webhook deliveries. */
export function appRoutes(): Route[] {
  const jwt = (method: string, template: string, handle: Route["handle"]): Route => {
    return { method, template, need: { kind: "jwt" }, handle };
  };
  return [
    jwt("GET", "/app", ({ world }) => {
      return {
        status: 200,
        body: { ...appView(world, world.app), installations_count: world.installations.size },
      };
    }),
    jwt("GET", "/app/installations", (context) =>
      listReply(context, [...context.world.installations.values()], (installation) =>
        installationView(context.world, installation),
      ),
    ),
    jwt("POST", "/app/installations/{installation_id}/access_tokens", createToken),
    jwt("GET", "/app/installations/{installation_id}", (context) => {
      return { status: 200, body: installationView(context.world, installationOfPath(context)) };
    }),
    jwt("GET", "/repos/{owner}/{repo}/installation", (context) => {
      const { world, params } = context;
      const id = Number(params.repository_id);
      const repository =
        world.repositories.get(id) ?? findRepository(world, params.owner ?? "", params.repo ?? "");
      const installation = repository && installationOf(world, repository);
      if (!installation) throw (repository ? null : movedAway(context)) ?? notFound();
      return { status: 200, body: installationView(world, installation) };
    }),
    jwt("GET", "/app/hook/deliveries", listDeliveries),
    jwt("POST", "/app/hook/deliveries/{delivery_id}/attempts", (context) => {
      context.world.deliveries.redeliver(deliveryOfPath(context).id);
      return { status: 202, body: {} };
    }),
    jwt("GET", "/app/hook/deliveries/{delivery_id}", (context) => {
      const delivery = deliveryOfPath(context);
      const url = `${apiUrl(context.world)}/app/hook/deliveries/${delivery.id}`;
      return { status: 200, body: deliveryView(delivery, url) };
    }),
    jwt("GET", "/app/hook/config", ({ world }) => hookConfig(world)),
    jwt("PATCH", "/app/hook/config", updateHookConfig),
    {
      method: "GET",
      template: "/installation/repositories",
      need: { kind: "token" },
      handle: listRepositories,
    },
    {
      method: "GET",
      template: "/repositories/{repository_id}",
      need: { kind: "token" },
      handle: (context) => {
        return { status: 200, body: repositoryView(context.world, visibleRepository(context)) };
      },
    },
  ];
}

function installationOfPath(context: Context): Installation {
  const installation = context.world.installations.get(idParameter(context, "installation_id"));
  if (!installation) throw notFound();
  return installation;
}

function deliveryOfPath(context: Context): Delivery {
  const id = idParameter(context, "delivery_id");
  const delivery = context.world.deliveries.listed().find((candidate) => candidate.id === id);
  if (!delivery) throw notFound();
  return delivery;
}

/** The secret itself is never shown. Source: https://docs.github.com/rest/apps/webhooks#get-a-webhook-configuration-for-an-app */
function hookConfig(world: World): Reply {
  const { url = "", secret = "", contentType = "json", insecureSsl = false } = world.deliveries.target ?? {};
  const shown = secret === "" ? {} : { secret: "********" };
  return {
    status: 200,
    body: { content_type: contentType, insecure_ssl: insecureSsl ? "1" : "0", ...shown, url },
  };
}

function updateHookConfig({ world, body }: Context): Reply {
  const fields = new Fields(body, "Hook");
  const before = world.deliveries.target ?? { url: "", secret: "" };
  const url = fields.text("url", before.url);
  if (url !== "" && !/^https?:\/\//.test(url)) throw fields.invalid("url");
  const insecure = fields.values.insecure_ssl;
  world.deliveries.target = {
    url,
    secret: fields.text("secret", before.secret),
    contentType: fields.choice("content_type", ["json", "form"], before.contentType ?? "json"),
    insecureSsl:
      insecure === undefined ? (before.insecureSsl ?? false) : [1, "1"].includes(insecure as string),
  };
  return hookConfig(world);
}

function createToken(context: Context): Reply {
  const { world } = context;
  const installation = installationOfPath(context);
  if (installation.suspendedAt !== null) throw new ApiError(403, "This installation has been suspended");
  const fields = new Fields(context.body, "InstallationToken");
  const repositories = narrowedRepositories(context, installation, fields);
  const permissions = narrowedPermissions(installation, fields.values.permissions);
  const expiresAt = world.clock.now() + TOKEN_LIFETIME_MS;
  const ids = repositories && new Set(repositories.map((repository) => repository.id));
  const token = makeToken(world, {
    kind: "installation",
    installation,
    repositories: ids,
    permissions,
    expiresAt,
  });
  const chosen = repositories && {
    repositories: repositories.map((repository) => repositoryView(world, repository)),
  };
  return {
    status: 201,
    body: {
      token,
      expires_at: isoTime(expiresAt),
      permissions,
      repository_selection: "selected",
      ...chosen,
    },
  };
}

/** Source: the reference of "Create an installation access token for an app": 422 for what the installation lacks. */
function narrowedRepositories(
  { world }: Context,
  installation: Installation,
  fields: Fields,
): Repository[] | null {
  const names = fields.list("repositories");
  const ids = fields.values.repository_ids;
  if (names === undefined && ids === undefined) return null;
  const mine = [...installation.repositories].flatMap((id) => world.repositories.get(id) ?? []);
  const wanted: unknown[] = [...(names ?? []), ...(Array.isArray(ids) ? (ids as unknown[]) : [])];
  return wanted.map((name) => {
    const found = mine.find(
      (repository) => repository.id === name || repository.name.toLowerCase() === String(name).toLowerCase(),
    );
    if (found) return found;
    throw new ApiError(
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  });
}

function narrowedPermissions(installation: Installation, wanted: unknown): Permissions {
  const held = installation.permissions;
  if (wanted === undefined || wanted === null) return { ...held };
  const narrowed: Permissions = { metadata: "read" };
  for (const [name, level] of Object.entries(wanted as Record<string, PermissionLevel>)) {
    const have = held[name];
    if (have === undefined || (have === "read" && level !== "read")) {
      throw new ApiError(422, "The permissions requested are not granted to this installation.");
    }
    narrowed[name] = level;
  }
  return narrowed;
}

function listRepositories(context: Context): Reply {
  const { world, actor } = context;
  if (actor.kind !== "installation") throw new ApiError(403, "Resource not accessible by integration");
  const ids = actor.repositories ?? actor.installation.repositories;
  const repositories = [...ids].flatMap((id) => world.repositories.get(id) ?? []);
  return countedReply(context, "repositories", repositories, (repository) => {
    return { ...repositoryView(world, repository), ...minimalRepository(world, repository) };
  });
}

/** Newest first, in pages by cursor: the next page begins below the last id. */
function listDeliveries(context: Context): Reply {
  const { world, query } = context;
  const { perPage } = pageOf(query);
  const cursor = query.get("cursor");
  const status = query.get("status");
  const listed = world.deliveries
    .listed()
    .filter((delivery) => cursor === null || delivery.id < Number(cursor))
    .filter((delivery) => status === null || delivery.statusCode < 400 === (status === "success"))
    .toReversed();
  const page = listed.slice(0, perPage);
  const next = new URLSearchParams(query);
  next.set("cursor", String(page.at(-1)?.id ?? 0));
  const more = listed.length > page.length;
  return {
    status: 200,
    body: page.map(deliveryItem),
    headers: more ? { link: `<${apiUrl(world)}/app/hook/deliveries?${next.toString()}>; rel="next"` } : {},
  };
}

/** Small routes that belong to no area: the host's own description and users. */
export function metaRoutes(): Route[] {
  return [
    {
      method: "GET",
      template: "/meta",
      need: { kind: "token" },
      handle: ({ world }) => {
        const installed = world.ghes === null ? {} : { installed_version: world.ghes };
        return { status: 200, body: { verifiable_password_authentication: false, ...installed } };
      },
    },
    {
      method: "GET",
      template: "/rate_limit",
      need: { kind: "token" },
      handle: ({ world, actor }) => {
        const rate = world.limiter.rate(actorName(actor), world.clock.now());
        return { status: 200, body: { resources: { core: rate, search: rate }, rate } };
      },
    },
  ];
}
