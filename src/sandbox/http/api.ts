import { createHash, randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { type FaultKind, underFault } from "../faults.ts";
import { answerGraphql } from "../graphql/answer.ts";
import { recordCall } from "../record.ts";
import { restRoutes } from "../rest/index.ts";
import type { World } from "../world.ts";
import { authenticate } from "./auth.ts";
import { BodyTooLarge, readBody } from "./body.ts";
import type { Actor, Context, Reply, Route } from "./context.ts";
import { actorName } from "./context.ts";
import { ApiError, notFound } from "./errors.ts";
import type { Match } from "./router.ts";
import { Router } from "./router.ts";
import { shapedFor, USUAL_VERSION, versionOf } from "./versions.ts";

const BODY_MAXIMUM = 25 * 1024 * 1024;
const BODY_RECORDED = 2 * 1024 * 1024;

const graphqlRoute: Route = {
  method: "POST",
  template: "/graphql",
  need: { kind: "token" },
  handle: answerGraphql,
};

let router: Router | undefined;

/** Every route of the API, in the order in which they are tried. */
export function apiRouter(): Router {
  router ??= new Router([graphqlRoute, ...restRoutes()]);
  return router;
}

interface Call {
  path: string;
  url: URL;
  route: Route | null;
  params: Record<string, string>;
  actor: Actor;
  version: string;
  fault: FaultKind | null;
  reply: Reply;
  requestBody: unknown;
}

/** A call as it comes in, over a socket or without one. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** By their names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** @throws BodyTooLarge, or the connection's error */
  readonly body: () => Promise<Buffer>;
  /** Whether the caller went away before it had asked. */
  readonly isGone: () => boolean;
}

/** What becomes of a call: an answer, a connection that breaks off, or nothing at all. */
export type ApiAnswer =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly data: Buffer | null;
    }
  | { readonly kind: "reset" }
  | { readonly kind: "silence" };

/** Answers one call that came over HTTP. */
export async function answerApi(
  world: World,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const answer = await answerRequest(world, {
    method: incoming.method ?? "GET",
    url: incoming.url ?? "/",
    headers: incoming.headers,
    body: () => readBody(incoming, BODY_MAXIMUM),
    // A caller that died while it was writing has asked nothing.
    isGone: () => !incoming.complete,
  });
  if (answer.kind === "reset") incoming.socket.destroy();
  else if (answer.kind === "answer")
    outgoing.writeHead(answer.status, answer.headers).end(answer.data ?? undefined);
  // Silence: the connection stays open without an answer until the caller gives up or the stand-in closes.
}

/** Answers one call of the REST or GraphQL API: credentials, faults, route, record. */
export async function answerRequest(world: World, request: ApiRequest): Promise<ApiAnswer> {
  const { method, headers } = request;
  const url = new URL(request.url, world.url);
  const path =
    url.pathname.replace(/^\/api\/(v3|uploads)(?=\/|$)/, "").replace(/^\/api\/graphql$/, "/graphql") || "/";
  const at = world.clock.now();
  const call = await perform(world, request, url, path);
  const text = call.reply.body === undefined ? null : JSON.stringify(call.reply.body);
  const gone = request.isGone();
  const silent =
    typeof call.fault === "string" && (call.fault.startsWith("timeout") || call.fault.startsWith("reset"));
  recordCall(world.record, {
    id: world.ids.next("call"),
    at,
    method,
    path,
    query: Object.fromEntries(url.searchParams),
    route: call.route?.template ?? null,
    status: gone || silent ? 0 : call.reply.status,
    actor: actorName(call.actor),
    apiVersion: header(headers, "x-github-api-version") ?? null,
    mediaType: header(headers, "accept") ?? null,
    requestBody: call.requestBody,
    responseBody: gone || !world.recordsAnswers ? undefined : recordable(text),
    fault: gone ? "the caller went away" : call.fault === null ? null : JSON.stringify(call.fault),
  });
  world.changed();
  if (gone || call.fault === "reset-before" || call.fault === "reset-after") return { kind: "reset" };
  return silent ? { kind: "silence" } : answerOf(world, request, call, text);
}

async function perform(world: World, request: ApiRequest, url: URL, path: string): Promise<Call> {
  const { method, headers } = request;
  const match = findRoute(method, path);
  const call: Call = {
    path,
    url,
    route: match?.route ?? null,
    params: match?.params ?? {},
    actor: { kind: "anonymous" },
    version: USUAL_VERSION,
    fault: null,
    reply: { status: 500 },
    requestBody: undefined,
  };
  try {
    const raw = await request.body();
    call.actor = authenticate(world, header(headers, "authorization"));
    call.fault = world.faults.strike(method, call.route?.template ?? null, path, faultActor(call.actor));
    if (call.fault !== null) refuseByFault(call.fault);
    if (!call.route?.takesFile) call.requestBody = parseJson(raw);
    call.version = versionOf(header(headers, "x-github-api-version"), world.ghes);
    // Asking how much is left costs nothing.
    if (path !== "/rate_limit") world.limiter.admit(actorName(call.actor), method, path, world.clock.now());
    if (!call.route) throw notFound();
    checkNeed(call.route, call.actor);
    call.reply = await call.route.handle(contextOf(world, request, call, raw));
    call.reply.body = shapedFor(call.version, call.route.template, call.reply.body);
    noteCreated(world, call.reply);
    call.reply = underFault(call.fault, call.reply);
  } catch (error) {
    call.reply = refusal(error);
  }
  return call;
}

/** Every route of a repository can be reached by the repository's id, too; that is where redirects lead. */
function findRoute(method: string, path: string): Match | null {
  const [, id, rest] = /^\/repositories\/(\d{1,15})(\/.+)$/.exec(path) ?? [];
  if (id === undefined || rest === undefined) return apiRouter().find(method, path);
  const match = apiRouter().find(method, `/repos/-/-${rest}`);
  return match && { ...match, params: { ...match.params, repository_id: id } };
}

function contextOf(world: World, { method, headers }: ApiRequest, call: Call, raw: Buffer): Context {
  return {
    world,
    method,
    path: call.path,
    params: call.params,
    query: call.url.searchParams,
    body: call.requestBody,
    raw,
    contentType: header(headers, "content-type") ?? "application/octet-stream",
    accept: header(headers, "accept") ?? "application/json",
    apiVersion: call.version,
    actor: call.actor,
  };
}

/** Faults that strike before the call has any effect end it here. */
function refuseByFault(fault: FaultKind): void {
  if (fault === "not-found-after-create") throw notFound();
  if (fault === "timeout-before" || fault === "reset-before") throw new ApiError(500, "struck by a fault");
  if (typeof fault !== "object") return;
  const usual: Record<number, string> = {
    401: "Bad credentials",
    403: "Resource not accessible by integration",
    404: "Not Found",
    409: "Conflict",
    422: "Validation Failed",
    429: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    502: "Server Error",
    503: "Service unavailable",
  };
  throw new ApiError(fault.status, fault.message ?? usual[fault.status] ?? "Server Error", {
    headers: {
      ...(fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) }),
      ...fault.headers,
    },
  });
}

function faultActor(actor: Actor): "app" | "job" | "user" {
  return actor.kind === "job" ? "job" : actor.kind === "user" ? "user" : "app";
}

/** A resource that was just created may be missing for a moment, if a fault says so. */
function noteCreated(world: World, reply: Reply): void {
  if (reply.status !== 201 || typeof reply.body !== "object" || reply.body === null) return;
  const url: unknown = "url" in reply.body ? reply.body.url : undefined;
  if (typeof url === "string") world.faults.noteCreated(new URL(url).pathname.replace(/^\/api\/v3/, ""));
}

function refusal(error: unknown): Reply {
  if (error instanceof ApiError) {
    return { status: error.status, body: error.body(), headers: { ...error.headers } };
  }
  if (error instanceof BodyTooLarge) return { status: 413, body: { message: "Request body too large" } };
  // A bug of the stand-in: shown as such, since a silent 500 would look like a fault on demand.
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 500, body: { message: `The stand-in failed: ${detail}`, documentation_url: "" } };
}

function parseJson(raw: Buffer): unknown {
  if (raw.length === 0) return undefined;
  try {
    return JSON.parse(raw.toString("utf8"));
  } catch {
    throw new ApiError(400, "Problems parsing JSON");
  }
}

function checkNeed(route: Route, actor: Actor): void {
  if (actor.kind === "anonymous" && route.template !== "/meta") {
    throw new ApiError(401, "Requires authentication");
  }
  if (route.need.kind === "jwt" && actor.kind !== "app") {
    throw new ApiError(401, "A JSON web token could not be decoded");
  }
  if (route.need.kind !== "jwt" && actor.kind === "app") {
    throw new ApiError(403, "This endpoint requires you to be authenticated.");
  }
}

/** What was answered, as it was then. */
function recordable(text: string | null): unknown {
  return text === null || text.length > BODY_RECORDED ? undefined : (JSON.parse(text) as unknown);
}

/** Source: https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#insufficient-permissions */
function acceptedPermissions(route: Route | null): Record<string, string> {
  if (!route || !("permissions" in route.need)) return {};
  return { "x-accepted-github-permissions": route.need.permissions.join("; ").replaceAll(":", "=") };
}

/** @param text the answer's JSON, or null where it has none */
function answerOf(world: World, request: ApiRequest, call: Call, text: string | null): ApiAnswer {
  const { reply } = call;
  const { status } = reply;
  const data = reply.raw?.data ?? (text === null ? null : Buffer.from(text));
  const headers: Record<string, string> = {
    ...world.limiter.headers(actorName(call.actor), world.clock.now()),
    // Octokit corrects its clock by this header, so it follows ours.
    date: new Date(world.clock.now()).toUTCString(),
    server: "github.com",
    "x-github-media-type": "github.v3; format=json",
    "x-github-request-id": randomUUID().toUpperCase(),
    "x-github-api-version-selected": call.version,
    ...(world.ghes === null ? {} : { "x-github-enterprise-version": `enterprise-server@${world.ghes}` }),
    ...acceptedPermissions(call.route),
    ...reply.headers,
  };
  if (data === null) return { kind: "answer", status, headers, data };
  headers["content-type"] = reply.raw?.type ?? "application/json; charset=utf-8";
  if (request.method === "GET" && status === 200) {
    headers.etag = `"${createHash("sha256").update(data).digest("hex")}"`;
    // Source: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api (conditional requests)
    if (header(request.headers, "if-none-match")?.replace(/^W\//, "") === headers.etag)
      return { kind: "answer", status: 304, headers, data: null };
  }
  headers["content-length"] = String(data.length);
  return { kind: "answer", status, headers, data };
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
