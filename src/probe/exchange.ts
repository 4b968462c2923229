/**
 * One guarded HTTP request. Its URL comes from a repository's config, so every request is guarded against being turned on the operator's own
 * network (threat 13 of the promises).
 */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import type { AllowedRange } from "./addresses.ts";
import { FROM_ELSEWHERE, inTime, isPinned, pinnedLookup } from "./pinned.ts";
import { codeOf, pinAddresses, readTarget } from "./target.ts";
import type { PinnedAddress, Resolve, Target } from "./target.ts";

/** What is sent. */
export interface Message {
  readonly url: string;
  readonly method: "GET" | "POST";
  /** Besides those that every request has. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The time for everything: resolving, connecting and the whole answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** What it may reach: public addresses, and what the operator allows besides. */
export interface Guard {
  readonly allow: readonly AllowedRange[];
  readonly resolve: Resolve;
}

/**
 * - `answered`: what was read out of the answer
 * - `unreachable`: no answer, so nothing is known
 * - `refused`: the guard did not let the request out; `reason` says who can allow it
 * - `upgraded`: the server wanted to speak something else
 *
 * Reasons are safe to publish. A refused `address` is for the operator's log only.
 */
export type Exchanged<Read> =
  | { readonly kind: "answered"; readonly read: Read; readonly address: string }
  | { readonly kind: "unreachable"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string; readonly address?: string }
  | { readonly kind: "upgraded"; readonly reason: string };

/** Reads an answer within limits of its own; never rejects. */
type Reader<Read> = (response: IncomingMessage) => Promise<Read>;

const MAX_HEADER_BYTES = 16 * 1_024;

/**
 * Sends a request and reads its answer. Never rejects: what goes wrong is a result.
 *
 * Each request resolves the name once, judges all addresses, and connects to one of just these (so a name that changes its
 * answer in between gains nothing), with no proxy, no kept connection, no redirect and no compression, and verifies TLS against the name.
 */
export async function exchange<Read>(
  message: Message,
  guard: Guard,
  read: Reader<Read>,
): Promise<Exchanged<Read>> {
  const reading = readTarget(message.url);
  if (!reading.ok) return { kind: "refused", reason: reading.reason };
  return inTime(message.timeoutMs, (signal) => ask(reading.target, message, guard, read, signal));
}

async function ask<Read>(
  target: Target,
  message: Message,
  { allow, resolve }: Guard,
  read: Reader<Read>,
  signal: AbortSignal,
): Promise<Exchanged<Read>> {
  const pin = await pinAddresses(target, allow, resolve);
  if (pin.kind === "unresolved") return { kind: "unreachable", reason: pin.reason };
  if (pin.kind === "refused") return pin;
  if (signal.aborted) return { kind: "unreachable", reason: "the time was up before the request was sent" };
  return send(target, pin.addresses, message, read, signal);
}

function send<Read>(
  target: Target,
  addresses: readonly PinnedAddress[],
  message: Message,
  read: Reader<Read>,
  signal: AbortSignal,
): Promise<Exchanged<Read>> {
  return new Promise((answer) => {
    const outgoing = open(target, addresses, message, signal);
    outgoing.on("error", (error) => {
      answer({ kind: "unreachable", reason: `the connection failed (${codeOf(error)})` });
    });
    // Without this listener Node would hand the connection over; an upgrade is no answer.
    outgoing.on("upgrade", (_response, socket) => {
      socket.destroy();
      answer({ kind: "upgraded", reason: "the server changed the protocol" });
    });
    outgoing.on("response", (response: IncomingMessage) => {
      const address = response.socket.remoteAddress ?? "";
      void read(response).then((found) => {
        response.destroy();
        answer(isPinned(address, addresses) ? { kind: "answered", read: found, address } : FROM_ELSEWHERE);
      });
    });
    outgoing.end(message.body);
  });
}

function open(
  target: Target,
  addresses: readonly PinnedAddress[],
  { method, headers, body }: Message,
  signal: AbortSignal,
): ClientRequest {
  const { url, host, port } = target;
  const secure = url.protocol === "https:";
  // A fresh agent each time: no connection of an earlier, perhaps differently judged, name is used again, and no
  // environment variable puts a proxy in between (only the global agent reads them).
  const agent = secure ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false });
  const options: RequestOptions & { servername?: string; rejectUnauthorized: true; autoSelectFamily: true } =
    {
      agent,
      host,
      port,
      path: url.pathname + url.search,
      method,
      lookup: pinnedLookup(addresses),
      autoSelectFamily: true,
      signal,
      maxHeaderSize: MAX_HEADER_BYTES,
      rejectUnauthorized: true,
      headers: {
        host: url.host,
        ...headers,
        ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
        "accept-encoding": "identity",
        "cache-control": "no-cache",
        "user-agent": "Waybill",
        connection: "close",
      },
    };
  // RFC 6066 allows no address as a server's name.
  if (secure && isIP(host) === 0) options.servername = host;
  return secure ? httpsRequest(options) : httpRequest(options);
}
