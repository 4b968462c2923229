/**
 * Asks a running system for its version over HTTP. URLs come from repositories' configs, so every request is guarded against
 * being turned on the operator's own network (threat 13 of the promises).
 */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";
import { readJsonPath } from "../core/jsonpath.ts";
import type { Clock } from "../core/ports.ts";
import type { AllowedRange } from "./addresses.ts";
import { readAnswer } from "./answer.ts";
import type { Wanted } from "./answer.ts";
import { codeOf, pinAddresses, readTarget, systemResolve } from "./target.ts";
import type { PinnedAddress, Resolve, Target } from "./target.ts";

/** What to ask. With neither `json` nor `header`, the value is the body's text. */
export interface ProbeRequest {
  readonly url: string;
  /** Where the value stands in a JSON body, as `$.version`; see core/jsonpath. */
  readonly json?: string | null;
  /** The response header that carries the value. */
  readonly header?: string | null;
  /** The time for everything: resolving, connecting and the whole body, in milliseconds. */
  readonly timeoutMs: number;
  /** The longest body that is read, in bytes. Default: 64 KiB. */
  readonly maxBytes?: number;
}

/**
 * - `observed`: the system said `value` (untrusted text of at most 256 characters without control characters)
 * - `unreachable`: no answer, so nothing is known
 * - `refused`: the guard did not let the request out; `reason` says who can allow it
 * - `unreadable`: there was an answer, but it carries no value
 *
 * Reasons are safe to publish. A refused `address` is for the operator's log only.
 */
export type ProbeResult =
  | {
      readonly kind: "observed";
      readonly value: string;
      readonly status: number;
      readonly address: string;
      /** Epoch milliseconds by the given clock. */
      readonly at: number;
      /** How long the answer took, resolving included. */
      readonly ms: number;
    }
  | { readonly kind: "unreachable"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string; readonly address?: string }
  | { readonly kind: "unreadable"; readonly status: number; readonly reason: string };

/** What a probe needs: the operator's allow-list, a clock, and a resolver (default: the operating system's). */
export interface ProbeOptions {
  readonly allow: readonly AllowedRange[];
  readonly clock: Clock;
  readonly resolve?: Resolve;
}

export type Probe = (request: ProbeRequest) => Promise<ProbeResult>;

type Outcome =
  | Exclude<ProbeResult, { kind: "observed" }>
  | { readonly kind: "observed"; readonly value: string; readonly status: number; readonly address: string };

const DEFAULT_MAX_BYTES = 64 * 1_024;
const MAX_HEADER_BYTES = 16 * 1_024;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/**
 * Makes the probe. It never rejects: what goes wrong is a result.
 *
 * Each request resolves the name once, judges all addresses, and connects to one of just these (so a name that changes its
 * answer in between gains nothing), with no proxy, no kept connection, no redirect and no compression, and verifies TLS against the name.
 */
export function createProbe(options: ProbeOptions): Probe {
  const resolve = options.resolve ?? systemResolve;
  return async (request) => {
    const started = performance.now();
    const wanted = readWanted(request);
    if (typeof wanted === "string") return { kind: "refused", reason: wanted };
    const reading = readTarget(request.url);
    if (!reading.ok) return { kind: "refused", reason: reading.reason };
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
    try {
      const late = whenAborted(deadline.signal, request.timeoutMs);
      const asked = ask(reading.target, wanted, options.allow, resolve, deadline.signal);
      const outcome = await Promise.race([asked, late]);
      if (outcome.kind !== "observed") return outcome;
      return { ...outcome, at: options.clock.now(), ms: Math.round(performance.now() - started) };
    } finally {
      clearTimeout(timer);
      // Also after an early answer: whatever still hangs on the connection ends now.
      deadline.abort();
    }
  };
}

function readWanted(request: ProbeRequest): Wanted | string {
  const maxBytes = request.maxBytes ?? DEFAULT_MAX_BYTES;
  const header = request.header ?? null;
  const path = request.json ?? null;
  if (header !== null && path !== null)
    return "a value is read from the JSON body or from a header, not from both";
  if (header !== null) {
    return HEADER_NAME.test(header) ? { steps: null, header, maxBytes } : "that is no name of a header";
  }
  if (path === null) return { steps: null, header: null, maxBytes };
  const reading = readJsonPath(path);
  return reading.ok ? { steps: reading.steps, header: null, maxBytes } : reading.problem;
}

function whenAborted(signal: AbortSignal, timeoutMs: number): Promise<Outcome> {
  return new Promise((answer) => {
    const reason = `there was no whole answer within ${timeoutMs} ms`;
    signal.addEventListener("abort", () => answer({ kind: "unreachable", reason }), { once: true });
  });
}

async function ask(
  target: Target,
  wanted: Wanted,
  allow: readonly AllowedRange[],
  resolve: Resolve,
  signal: AbortSignal,
): Promise<Outcome> {
  const pin = await pinAddresses(target, allow, resolve);
  if (pin.kind === "unresolved") return { kind: "unreachable", reason: pin.reason };
  if (pin.kind === "refused") return pin;
  if (signal.aborted) return { kind: "unreachable", reason: "the time was up before the request was sent" };
  return exchange(target, pin.addresses, wanted, signal);
}

function exchange(
  target: Target,
  addresses: readonly PinnedAddress[],
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Outcome> {
  return new Promise((answer) => {
    const outgoing = open(target, addresses, signal);
    outgoing.on("error", (error) => {
      answer({ kind: "unreachable", reason: `the connection failed (${codeOf(error)})` });
    });
    // Without this listener Node would hand the connection over; an upgrade is no answer.
    outgoing.on("upgrade", (_response, socket) => {
      socket.destroy();
      answer({ kind: "unreadable", status: 101, reason: "the server changed the protocol" });
    });
    outgoing.on("response", (response: IncomingMessage) => {
      const address = response.socket.remoteAddress ?? "";
      void readAnswer(response, wanted).then((read) => {
        response.destroy();
        answer(read.kind === "value" ? observed(read.value, read.status, address, addresses) : read);
      });
    });
    outgoing.end();
  });
}

function observed(value: string, status: number, address: string, pinned: readonly PinnedAddress[]): Outcome {
  const known = pinned.some((pin) => pin.address === address || `::ffff:${pin.address}` === address);
  // The pin rests on Node asking our `lookup`; should that ever change, no answer counts rather than a wrong one.
  if (!known)
    return { kind: "unreachable", reason: "the answer came from another address than the one judged" };
  return { kind: "observed", value, status, address };
}

function open(target: Target, addresses: readonly PinnedAddress[], signal: AbortSignal): ClientRequest {
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
      method: "GET",
      lookup: pinnedLookup(addresses),
      autoSelectFamily: true,
      signal,
      maxHeaderSize: MAX_HEADER_BYTES,
      rejectUnauthorized: true,
      headers: {
        host: url.host,
        accept: "application/json, text/plain;q=0.9, */*;q=0.1",
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

function pinnedLookup(addresses: readonly PinnedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all === true || first === undefined) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}
