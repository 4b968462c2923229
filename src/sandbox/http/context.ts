import type { Account, App, PermissionLevel, Repository, Role, Token } from "../state.ts";
import type { World } from "../world.ts";
import { apiUrl } from "../views/accounts.ts";
import { findRepository, movedRepository, permissionAtLeast, roleAtLeast, roleOf } from "../world.ts";
import { ApiError, notAccessible, notFound } from "./errors.ts";

/** Who calls: the App by its JWT, the holder of a token, or nobody. */
export type Actor = { kind: "app" } | { kind: "anonymous" } | Token;

export interface Context {
  world: World;
  method: string;
  /** Below `/api/v3`, without the query. */
  path: string;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  body: unknown;
  /** The body as it came. */
  raw: Buffer;
  /** What the body is, by its own word. */
  contentType: string;
  accept: string;
  apiVersion: string;
  actor: Actor;
}

export interface Reply {
  status: number;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead of a body. */
  raw?: { type: string; data: Buffer };
  headers?: Record<string, string>;
}

/**
 * What a route asks for: the App's JWT; any token; in an organization, one of these permissions of the App; or, in a repository, one of
 * these permissions of the App (`contents:write`) and, for a person, this role.
 * Source of the permissions: https://docs.github.com/rest/authentication/permissions-required-for-github-apps
 */
export type Need =
  | { kind: "jwt" }
  | { kind: "token" }
  | { kind: "organization"; permissions: readonly string[] }
  | { kind: "repository"; permissions: readonly string[]; role: Role };

export interface Route {
  method: string;
  /** As in GitHub's reference; a name in `TAIL_PARAMETERS` takes the rest of the path. */
  template: string;
  need: Need;
  /** Whether the body is a file instead of JSON. */
  takesFile?: boolean;
  handle: (context: Context) => Reply | Promise<Reply>;
}

type RepositoryHandler = (context: Context, repository: Repository) => Reply | Promise<Reply>;

/** A route of a repository: permission and role first, then the handler. */
export function repositoryRoute(
  method: string,
  template: string,
  permissions: string | readonly string[],
  handler: RepositoryHandler,
  role: Role = method === "GET" ? "read" : "write",
): Route {
  const wanted = typeof permissions === "string" ? [permissions] : permissions;
  return {
    method,
    template,
    need: { kind: "repository", permissions: wanted, role },
    handle: (context) => {
      const repository = visibleRepository(context);
      requireAccess(context, repository, wanted, role);
      if (repository.archived && method !== "GET") {
        throw new ApiError(403, "Repository was archived so is read-only.");
      }
      return handler(context, repository);
    },
  };
}

type OrganizationHandler = (context: Context, organization: Account) => Reply;

/** A route of an organization: the installation's own, with the permission. People see every organization here. */
export function organizationRoute(
  method: string,
  template: string,
  permission: string,
  handler: OrganizationHandler,
): Route {
  return {
    method,
    template,
    need: { kind: "organization", permissions: [permission] },
    handle: (context) => {
      const { world, params, actor } = context;
      const account = world.accounts.get((params.org ?? "").toLowerCase());
      if (account?.type !== "Organization") throw notFound();
      if (actor.kind === "job") throw notAccessible();
      if (actor.kind === "installation") {
        const own = actor.installation.account.id === account.id;
        if (!own || !permits(actor.permissions, permission)) throw notAccessible();
      }
      return handler(context, account);
    },
  };
}

/** The repository of the path, if the caller may know of it; 404 otherwise, so that private names do not leak. */
export function visibleRepository(context: Context): Repository {
  const { world, params } = context;
  const repository =
    params.repository_id === undefined
      ? findRepository(world, params.owner ?? "", params.repo ?? "")
      : (world.repositories.get(Number(params.repository_id)) ?? null);
  if (repository && mayKnow(context.actor, repository)) return repository;
  throw movedAway(context) ?? notFound();
}

/**
 * The repository has another name by now: reading is redirected for good, writing by 307, which keeps method and body.
 * Source: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
 */
export function movedAway(context: Context): ApiError | null {
  const { world, params, method, path, query } = context;
  const moved = movedRepository(world, params.owner ?? "", params.repo ?? "");
  const known =
    context.actor.kind === "app" ? moved !== null : moved !== null && mayKnow(context.actor, moved);
  if (!moved || !known) return null;
  const rest = path.split("/").slice(4);
  const search = query.size > 0 ? `?${query.toString()}` : "";
  const url = [`${apiUrl(world)}/repositories/${moved.id}`, ...rest].join("/") + search;
  const status = method === "GET" ? 301 : 307;
  return new ApiError(status, "Moved Permanently", { headers: { location: url }, more: { url } });
}

/** Whether the caller may know that a repository exists. */
export function mayKnow(actor: Actor, repository: Repository): boolean {
  switch (actor.kind) {
    case "installation":
      return (
        actor.installation.repositories.has(repository.id) && (actor.repositories?.has(repository.id) ?? true)
      );
    case "job":
      return actor.repository.id === repository.id;
    case "user":
      return !repository.private || roleAtLeast(roleOf(repository, actor.user), "read");
    case "app":
    case "anonymous":
      return false;
  }
}

function requireAccess(
  context: Context,
  repository: Repository,
  permissions: readonly string[],
  role: Role,
): void {
  const { actor } = context;
  if (actor.kind === "user") {
    if (roleAtLeast(roleOf(repository, actor.user), role)) return;
    throw new ApiError(403, `Must have ${role} rights to Repository.`);
  }
  if (actor.kind === "installation" || actor.kind === "job") {
    if (permissions.some((permission) => permits(actor.permissions, permission))) return;
  }
  throw notAccessible();
}

function permits(held: Readonly<Record<string, PermissionLevel>>, wanted: string): boolean {
  const [name = "", level = "read"] = wanted.split(":");
  // Every token may read the metadata. Source: https://docs.github.com/rest/authentication/permissions-required-for-github-apps
  if (name === "metadata") return true;
  return permissionAtLeast(held[name], level as PermissionLevel);
}

/** Whether the caller may write contents, and so see drafts. */
export function mayPush(context: Context, repository: Repository): boolean {
  const { actor } = context;
  if (actor.kind === "user") return roleAtLeast(roleOf(repository, actor.user), "write");
  return (
    (actor.kind === "installation" || actor.kind === "job") && permits(actor.permissions, "contents:write")
  );
}

/** The account that what this call makes is shown under, and the App behind it. */
export function authorOf(context: Context): { account: Account; app: App | null } {
  const { world, actor } = context;
  switch (actor.kind) {
    case "user":
      return { account: actor.user, app: null };
    case "job":
      return { account: world.actionsBot, app: world.actionsApp };
    case "installation":
    case "app":
      return { account: world.appBot, app: world.app };
    case "anonymous":
      throw new ApiError(401, "Requires authentication");
  }
}

/** How the record names the caller. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case "installation":
      return `installation:${actor.installation.id}`;
    case "job":
      return `job:${actor.run.id}`;
    case "user":
      return `user:${actor.user.login}`;
    case "app":
    case "anonymous":
      return actor.kind;
  }
}

/** A number in the path, or 404. */
export function idParameter(context: Context, name: string): number {
  const text = context.params[name] ?? "";
  if (!/^\d{1,15}$/.test(text)) throw notFound();
  return Number(text);
}
