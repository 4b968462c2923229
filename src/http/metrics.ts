/**
 * The metrics' own listener. Not a route of the server that GitHub reaches: what is on another port, and on this machine's own address by
 * default, no reverse proxy passes on by accident.
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "pino";

/** One look at all metrics, in Prometheus's text format. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

export interface MetricsServerOptions {
  readonly scrape: () => Promise<Scrape>;
  readonly logger: Pick<Logger, "error">;
}

export interface MetricsServer {
  /** Starts to listen; answers the real port. Rejects with Node's error, as EADDRINUSE. */
  listen(host: string, port: number): Promise<{ readonly port: number }>;
  /** Closes everything at once. */
  close(): Promise<void>;
}

const METRICS_PATH = "/metrics";
const PLAIN = "text/plain; charset=utf-8";

/** Makes the listener. However many ask at a time, the metrics are gathered once for all of them. */
export function createMetricsServer({ scrape, logger }: MetricsServerOptions): MetricsServer {
  let gathering: Promise<Scrape> | null = null;
  const gathered = (): Promise<Scrape> => {
    gathering ??= scrape().finally(() => {
      gathering = null;
    });
    return gathering;
  };
  const server = createServer({
    headersTimeout: 5_000,
    requestTimeout: 5_000,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 8 * 1_024,
  });
  server.maxConnections = 50;
  server.on("request", (request, response) => {
    answer(request, response, gathered).catch((error: unknown) => {
      logger.error({ err: error }, "the metrics could not be gathered");
      if (response.headersSent) response.destroy();
      else write(response, 500, { contentType: PLAIN, text: "internal\n" });
    });
  });
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port }, () => {
          server.off("error", reject);
          const address = server.address();
          resolve({ port: typeof address === "object" && address !== null ? address.port : port });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  scrape: () => Promise<Scrape>,
): Promise<void> {
  // Nothing is asked for with a body here; one that is announced is not waited for.
  const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
  if (length !== "0" || encoding !== undefined)
    return write(response, 400, { contentType: PLAIN, text: "no body is expected\n" });
  const [path] = (request.url ?? "").split("?", 1);
  if (path !== METRICS_PATH) return write(response, 404, { contentType: PLAIN, text: "not found\n" });
  if (request.method !== "GET" && request.method !== "HEAD")
    return write(response, 405, { contentType: PLAIN, text: "method not allowed\n" }, { allow: "GET, HEAD" });
  write(response, 200, await scrape());
}

function write(
  response: ServerResponse,
  status: number,
  { contentType, text }: Scrape,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
    "content-type": contentType,
    "content-length": body.length,
    ...(status === 400 ? { connection: "close" } : {}),
  });
  response.end(body);
}
