/**
 * The one HTTP server: webhooks, health, and whatever routes are added to it. On node:http itself, because what stands before the
 * signature check must cost a stranger's request as little as possible.
 */
import { createServer as createHttpServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Logger } from "pino";
import { createBodyBudget, release } from "./body.ts";
import { healthRoutes } from "./health.ts";
import { matchRoute } from "./routes.ts";
import type { Answer, Exchange, Route } from "./routes.ts";
import { createWebhookHandler, drainingAnswer } from "./webhook.ts";
import type { ReceiveDelivery } from "./webhook.ts";

/** Limits in bytes, milliseconds and counts. */
interface HttpLimits {
  /** GitHub caps payloads at 25 MB (docs.github.com/webhooks/webhook-events-and-payloads). */
  readonly maxBodyBytes: number;
  /** All bodies held at a time. */
  readonly maxHeldBytes: number;
  readonly maxConnections: number;
  readonly headersMs: number;
  /** From the first byte to the last of a request. */
  readonly requestMs: number;
  /** Longer than the idle time of the usual load balancers (60 s), so that they close first. */
  readonly keepAliveMs: number;
  readonly receiveMs: number;
  readonly readyMs: number;
  /** How long the rest of a refused body is read and dropped, so that the client sees the answer instead of a reset. */
  readonly lingerMs: number;
}

export interface ServerOptions {
  readonly receive: ReceiveDelivery;
  /** The webhook secrets, at least one. */
  readonly secrets: readonly string[];
  readonly ready: () => Promise<boolean>;
  readonly logger: Pick<Logger, "debug" | "info" | "warn" | "error">;
  readonly limits?: Partial<HttpLimits>;
  /** Further routes, asked after the server's own. */
  readonly routes?: readonly Route[];
  /** Hears of each answered request: for metrics. Must not throw. */
  readonly onRequest?: (report: RequestReport) => void;
}

/** An answered request as the log and the metrics tell it: nothing in it is a stranger's text. */
export interface RequestReport {
  /** The route's path in the table; `none` where there is none. */
  readonly route: string;
  readonly status: number;
  /** From the headers to the answer. */
  readonly durationMs: number;
  readonly note: Answer["note"];
}

export interface WaybillServer {
  /** Starts to listen; answers the real port. Rejects with Node's error, as EADDRINUSE. */
  listen(host: string, port: number): Promise<{ readonly port: number }>;
  /**
   * Refuses new work with 503 while the requests under way, and `until`, come to their end; then closes everything, after `ms` at the
   * latest. Afterwards nothing listens any more.
   */
  drain(ms: number, until?: Promise<unknown>): Promise<void>;
  /** Closes everything at once. */
  close(): Promise<void>;
}

/** The path that GitHub posts to; the App's settings name it. */
export const WEBHOOK_PATH = "/api/github/webhooks";

/** Asked every few seconds, for ever. */
const HEALTH_PATHS: ReadonlySet<string> = new Set(["/livez", "/readyz"]);

const DEFAULT_LIMITS: HttpLimits = {
  maxBodyBytes: 25 * 1_024 * 1_024,
  maxHeldBytes: 100 * 1_024 * 1_024,
  maxConnections: 2_000,
  headersMs: 5_000,
  requestMs: 10_000,
  keepAliveMs: 65_000,
  receiveMs: 8_000,
  readyMs: 2_000,
  lingerMs: 2_000,
};

const SECURITY_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

interface State {
  readonly routes: readonly Route[];
  readonly logger: ServerOptions["logger"];
  readonly onRequest: ServerOptions["onRequest"];
  readonly limits: HttpLimits;
  draining: boolean;
  underWay: number;
  /** Called when the last request under way has ended. */
  onIdle: () => void;
}

/** Makes the server; nothing listens before `listen`. */
export function createServer(options: ServerOptions): WaybillServer {
  if (options.secrets.length === 0) throw new Error("the server needs a webhook secret");
  const limits: HttpLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const state: State = {
    routes: [
      webhookRoute(options, limits),
      ...healthRoutes({ ...limits, ready: options.ready, isDraining: () => state.draining }),
      ...(options.routes ?? []),
    ],
    logger: options.logger,
    onRequest: options.onRequest,
    limits,
    draining: false,
    underWay: 0,
    onIdle: () => {},
  };
  const server = createHttpServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    // How often the two timeouts above are looked at; Node's default of 30 s would make them meaningless.
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 16 * 1_024,
  });
  server.maxConnections = limits.maxConnections;
  server.maxHeadersCount = 100;
  server.on("request", (request, response) => void serve(state, request, response, () => {}));
  // A client that asks before it sends a large body learns of a refusal without sending it.
  server.on(
    "checkContinue",
    (request, response) => void serve(state, request, response, () => response.writeContinue()),
  );
  return {
    listen: (host, port) => listen(server, host, port),
    drain: (ms, until) => drain(server, state, ms, until),
    close: () => closeAll(server),
  };
}

function webhookRoute(options: ServerOptions, limits: HttpLimits): Route {
  const handler = createWebhookHandler({
    receive: options.receive,
    secrets: options.secrets,
    maxBodyBytes: limits.maxBodyBytes,
    receiveMs: limits.receiveMs,
    budget: createBodyBudget(limits.maxHeldBytes),
    onBug: (error) => options.logger.error({ err: error }, "a delivery could not be stored"),
  });
  return { path: WEBHOOK_PATH, methods: { POST: handler } };
}

async function serve(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
  expectBody: () => void,
): Promise<void> {
  const started = performance.now();
  state.underWay += 1;
  const closed = new Promise((resolve) => response.once("close", resolve));
  request.on("error", ignore);
  response.on("error", ignore);
  const path = pathOf(request);
  const found = matchRoute(state.routes, request.method ?? "", path);
  try {
    const answer = await answerOf(state, found, { request, response, path, expectBody });
    const status = answer === "written" ? response.statusCode : answer.status;
    if (answer !== "written") await send(state, request, response, answer);
    log(state, request, status, found.kind === "notFound" ? "none" : found.route.path, started, answer);
    await closed;
  } finally {
    state.underWay -= 1;
    if (state.underWay === 0) state.onIdle();
  }
}

async function answerOf(
  state: State,
  found: ReturnType<typeof matchRoute>,
  exchange: Exchange,
): Promise<Answer | "written"> {
  if (found.kind === "notFound") return { status: 404, body: { error: "not found" } };
  if (found.kind === "wrongMethod") {
    return { status: 405, body: { error: "method not allowed" }, headers: { allow: found.allow } };
  }
  if (state.draining && found.route.whileDraining !== true) return drainingAnswer();
  try {
    return await found.handler(exchange);
  } catch (error) {
    state.logger.error({ err: error }, "a request handler failed");
    return { status: 500, body: { error: "internal" } };
  }
}

/** Writes an answer. If the request's body is not read to its end, the rest is dropped for a while before the connection closes. */
async function send(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  if (response.destroyed || response.headersSent) return void response.destroy();
  const body = Buffer.from(JSON.stringify(answer.body));
  const unread = hasUnreadBody(request);
  response.writeHead(answer.status, {
    ...SECURITY_HEADERS,
    ...answer.headers,
    "content-type": "application/json",
    "content-length": body.length,
    ...(unread || state.draining ? { connection: "close" } : {}),
  });
  if (!unread) return void response.end(body);
  // Node would close the connection with bytes waiting in it, which resets it and may swallow the answer. So the answer goes
  // out whole, and the end waits.
  response.write(body);
  await dropRest(request, response, state.limits.lingerMs);
  response.end();
}

function hasUnreadBody(request: IncomingMessage): boolean {
  if (request.complete) return false;
  return (
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0
  );
}

function dropRest(request: IncomingMessage, response: ServerResponse, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const finish = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.once("end", finish).once("close", finish);
    response.once("close", finish);
    request.on("data", release).resume();
  });
}

/** The path of the request's target. Only the log's route and the table see it; it is never sent back. */
function pathOf(request: IncomingMessage): string {
  const target = request.url ?? "";
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

function log(
  state: State,
  request: IncomingMessage,
  status: number,
  route: string,
  started: number,
  answer: Answer | "written",
): void {
  const durationMs = performance.now() - started;
  const ms = Math.round(durationMs * 10) / 10;
  const note = answer === "written" ? undefined : answer.note;
  state.onRequest?.({ route, status, durationMs, note });
  const line = { method: request.method, route, status, ms, ...note };
  if (status >= 500 && !state.draining) state.logger.warn(line, "request");
  else if (HEALTH_PATHS.has(route) && status < 400) state.logger.debug(line, "request");
  else state.logger.info(line, "request");
}

function listen(server: Server, host: string, port: number): Promise<{ readonly port: number }> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      const address = server.address();
      resolve({ port: typeof address === "object" && address !== null ? address.port : port });
    });
  });
}

async function drain(server: Server, state: State, ms: number, until?: Promise<unknown>): Promise<void> {
  state.draining = true;
  const idle = new Promise<void>((resolve) => {
    state.onIdle = resolve;
    if (state.underWay === 0) resolve();
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  // The listener stays open meanwhile: a load balancer that asks /readyz gets a 503, not a refused connection.
  await Promise.race([Promise.allSettled([idle, until]), late]);
  clearTimeout(timer);
  await closeAll(server);
}

function closeAll(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function ignore(): void {}
