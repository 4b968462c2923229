/** What the HTTP tests share: a signer, raw connections, and a server with a recording end. */
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { Webhooks } from "@octokit/webhooks";
import { pino } from "pino";
import type { DeliveryOutcome } from "../../src/core/ports.ts";
import { createServer } from "../../src/http/server.ts";
import type { ServerOptions, WaybillServer } from "../../src/http/server.ts";
import type { VerifiedDelivery } from "../../src/http/webhook.ts";

export const SECRET = "a-secret-for-the-http-tests-0815";
export const WEBHOOKS = "/api/github/webhooks";

/** Signs as GitHub does, by the library that GitHub's users verify with. */
export function sign(body: string, secret = SECRET): Promise<string> {
  return new Webhooks({ secret }).sign(body);
}

export async function signedHeaders(body: string, secret = SECRET): Promise<Record<string, string>> {
  return {
    "content-type": "application/json",
    "x-github-event": "push",
    "x-github-delivery": randomUUID(),
    "x-hub-signature-256": await sign(body, secret),
  };
}

export interface Running {
  readonly server: WaybillServer;
  readonly url: string;
  readonly port: number;
  readonly received: VerifiedDelivery[];
  readonly log: string[];
}

/** Starts a server whose deliveries are recorded, deduplicated by their GUID. */
export async function start(options: Partial<ServerOptions> = {}): Promise<Running> {
  const received: VerifiedDelivery[] = [];
  const log: string[] = [];
  const receive = (delivery: VerifiedDelivery): Promise<DeliveryOutcome> => {
    if (received.some((known) => known.deliveryId === delivery.deliveryId))
      return Promise.resolve("duplicate");
    received.push(delivery);
    return Promise.resolve("accepted");
  };
  const server = createServer({
    receive,
    secrets: [SECRET],
    ready: () => Promise.resolve(true),
    logger: pino({ level: "trace" }, { write: (line: string) => void log.push(line) }),
    ...options,
  });
  const { port } = await server.listen("127.0.0.1", 0);
  return { server, port, url: `http://127.0.0.1:${port}`, received, log };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export async function reply(response: Promise<Response>): Promise<Reply> {
  const settled = await response;
  const text = await settled.text();
  return { status: settled.status, headers: settled.headers, body: text === "" ? null : JSON.parse(text) };
}

export function post(
  running: Running,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<Reply> {
  return reply(fetch(running.url + WEBHOOKS, { method: "POST", body, headers }));
}

/** A bare TCP connection, for what no HTTP client would send. `text` gathers all that comes back. */
export interface RawConnection {
  readonly socket: Socket;
  readonly text: () => string;
  readonly ended: Promise<string>;
  /** Resolves once what came back contains the words. */
  readonly sees: (words: string) => Promise<void>;
}

export function raw(port: number): RawConnection {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("latin1");
  socket.on("error", () => {});
  const ended = new Promise<string>((resolve) => socket.once("close", () => resolve(text)));
  const watchers = new Set<() => void>();
  socket.on("data", (chunk: string) => {
    text += chunk;
    for (const watcher of watchers) watcher();
  });
  const sees = (words: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (text.includes(words)) resolve();
      };
      watchers.add(check);
      socket.once("close", () => reject(new Error(`closed without ${words}: ${text}`)));
      check();
    });
  return { socket, text: () => text, ended, sees };
}
