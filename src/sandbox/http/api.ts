import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FaultKind } from "../faults.ts";
import { answerGraphql } from "../graphql/answer.ts";
import { recordCall } from "../record.ts";
import { restRoutes } from "../rest/index.ts";
import type { World } from "../world.ts";
import { authenticate } from "./auth.ts";
import { BodyTooLarge, readBody } from "./body.ts";
import type { Actor, Context, Reply, Route } from "./context.ts";
import { actorName } from "./context.ts";
import { ApiError, notFound } from "./errors.ts";
import { Router } from "./router.ts";

const BODY_MAXIMUM = 25 * 1024 * 1024;
const API_VERSIONS = ["2022-11-28", "2026-03-10"];
const HOURLY_LIMIT = 5000;
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
  fault: FaultKind | null;
  reply: Reply;
  requestBody: unknown;
}

/** Answers one call of the REST or GraphQL API: credentials, faults, route, record. */
export async function answerApi(
  world: World,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? "/", world.url);
  const path = url.pathname.replace(/^\/api\/v3(?=\/|$)/, "").replace(/^\/api\/graphql$/, "/graphql") || "/";
  const at = world.clock.now();
  const call = await perform(world, incoming, url, path);
  // A caller that died while it was writing has asked nothing.
  const gone = !incoming.complete;
  const silent =
    typeof call.fault === "string" && (call.fault.startsWith("timeout") || call.fault.startsWith("reset"));
  recordCall(world.record, {
    id: world.ids.next("call"),
    at,
    method: incoming.method ?? "GET",
    path,
    query: Object.fromEntries(url.searchParams),
    route: call.route?.template ?? null,
    status: gone || silent ? 0 : call.reply.status,
    actor: actorName(call.actor),
    apiVersion: header(incoming, "x-github-api-version") ?? null,
    mediaType: header(incoming, "accept") ?? null,
    requestBody: call.requestBody,
    responseBody: gone ? undefined : recordable(call.reply),
    fault: gone ? "the caller went away" : call.fault === null ? null : JSON.stringify(call.fault),
  });
  world.changed();
  if (gone || call.fault === "reset-before" || call.fault === "reset-after") incoming.socket.destroy();
  else if (!silent) send(world, incoming, outgoing, call);
  // A timeout: the connection stays open without an answer until the caller gives up or the stand-in closes.
}

async function perform(world: World, incoming: IncomingMessage, url: URL, path: string): Promise<Call> {
  const method = incoming.method ?? "GET";
  const match = apiRouter().find(method, path);
  const call: Call = {
    path,
    url,
    route: match?.route ?? null,
    params: match?.params ?? {},
    actor: { kind: "anonymous" },
    fault: null,
    reply: { status: 500 },
    requestBody: undefined,
  };
  try {
    const raw = await readBody(incoming, BODY_MAXIMUM);
    call.actor = authenticate(world, header(incoming, "authorization"));
    call.fault = world.faults.strike(method, call.route?.template ?? null, path, faultActor(call.actor));
    if (call.fault !== null) refuseByFault(call.fault);
    call.requestBody = parseJson(raw);
    checkVersion(header(incoming, "x-github-api-version"));
    if (!call.route) throw notFound();
    checkNeed(call.route, call.actor);
    call.reply = await call.route.handle(contextOf(world, incoming, call, method));
    noteCreated(world, call.reply);
  } catch (error) {
    call.reply = refusal(error);
  }
  return call;
}

function contextOf(world: World, incoming: IncomingMessage, call: Call, method: string): Context {
  return {
    world,
    method,
    path: call.path,
    params: call.params,
    query: call.url.searchParams,
    body: call.requestBody,
    accept: header(incoming, "accept") ?? "application/json",
    apiVersion: header(incoming, "x-github-api-version") ?? API_VERSIONS[0] ?? "",
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

/** Source: https://docs.github.com/rest/about-the-rest-api/api-versions ("unsupported API version": 400) */
function checkVersion(version: string | undefined): void {
  if (version !== undefined && !API_VERSIONS.includes(version)) {
    throw new ApiError(400, `${version} is not a supported API version.`);
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

function recordable(reply: Reply): unknown {
  if (reply.body === undefined) return undefined;
  const text = JSON.stringify(reply.body);
  return text.length > BODY_RECORDED ? undefined : (JSON.parse(text) as unknown);
}

function send(world: World, incoming: IncomingMessage, outgoing: ServerResponse, call: Call): void {
  const { reply } = call;
  const data = reply.raw?.data ?? (reply.body === undefined ? null : Buffer.from(JSON.stringify(reply.body)));
  const headers: Record<string, string> = {
    ...rateHeaders(world, call.actor),
    // Octokit corrects its clock by this header, so it follows ours.
    date: new Date(world.clock.now()).toUTCString(),
    server: "github.com",
    "x-github-media-type": "github.v3; format=json",
    "x-github-request-id": randomUUID().toUpperCase(),
    "x-github-api-version-selected": header(incoming, "x-github-api-version") ?? API_VERSIONS[0] ?? "",
    ...(call.route?.need.kind === "repository"
      ? { "x-accepted-github-permissions": call.route.need.permissions.join("; ").replaceAll(":", "=") }
      : {}),
    ...reply.headers,
  };
  if (data === null) {
    outgoing.writeHead(reply.status, headers).end();
    return;
  }
  headers["content-type"] = reply.raw?.type ?? "application/json; charset=utf-8";
  if (incoming.method === "GET" && reply.status === 200) {
    headers.etag = `"${createHash("sha256").update(data).digest("hex")}"`;
    // Source: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api (conditional requests)
    if (header(incoming, "if-none-match")?.replace(/^W\//, "") === headers.etag) {
      outgoing.writeHead(304, headers).end();
      return;
    }
  }
  headers["content-length"] = String(data.length);
  outgoing.writeHead(reply.status, headers).end(data);
}

/** Source: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function rateHeaders(world: World, actor: Actor): Record<string, string> {
  const name = actorName(actor);
  const now = Math.floor(world.clock.now() / 1000);
  let rate = world.rateUsed.get(name);
  if (!rate || rate.reset <= now) {
    rate = { used: 0, reset: now + 3600 };
    world.rateUsed.set(name, rate);
  }
  rate.used += 1;
  return {
    "x-ratelimit-limit": String(HOURLY_LIMIT),
    "x-ratelimit-remaining": String(Math.max(0, HOURLY_LIMIT - rate.used)),
    "x-ratelimit-reset": String(rate.reset),
    "x-ratelimit-used": String(rate.used),
    "x-ratelimit-resource": "core",
  };
}

function header(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
