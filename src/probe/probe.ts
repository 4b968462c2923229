/** Asks a running system: for its version over HTTP, or only whether it answers. */
import { readJsonPath } from "../core/jsonpath.ts";
import type { ProbeConfig } from "../core/config/index.ts";
import { readPattern } from "../core/pattern.ts";
import type { Clock } from "../core/ports.ts";
import type { AllowedRange } from "./addresses.ts";
import { readAnswer } from "./answer.ts";
import type { Wanted } from "./answer.ts";
import { tryConnection } from "./connect.ts";
import { exchange } from "./exchange.ts";
import { isSocket, systemResolve } from "./target.ts";
import type { Resolve } from "./target.ts";

/** What to ask: a URL, or `tcp://HOST:PORT`, which only answers or does not. With neither `json` nor `header`, the value is the body's text. */
export interface ProbeRequest {
  readonly url: string;
  /** Where the value stands in a JSON body, as `$.version`; see core/jsonpath. */
  readonly json?: string | null;
  /** The response header that carries the value. */
  readonly header?: string | null;
  /** A pattern whose first group is the value, in the header or in the body's text; see core/pattern. */
  readonly matches?: string;
  /** `answer`: that it answers is all that is wanted. */
  readonly expect?: ProbeConfig["expect"] | "number";
  /** The time for everything: resolving, connecting and the whole body, in milliseconds. */
  readonly timeoutMs: number;
  /** The longest body that is read, in bytes. Default: 64 KiB. */
  readonly maxBytes?: number;
}

/**
 * - `observed`: the system said `value` (untrusted text of at most 256 characters without control characters)
 * - `answered`: it is there, which is all that was wanted: a connection came about, or a status of 2xx
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
  | { readonly kind: "answered"; readonly address: string }
  | { readonly kind: "unreachable"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string; readonly address?: string }
  | { readonly kind: "unreadable"; readonly status: number; readonly reason: string };

/** What a probe needs: the operator's allow-list, a clock, and a resolver (default: the operating system's). */
export interface ProbeOptions {
  readonly allow: readonly AllowedRange[];
  readonly clock: Clock;
  readonly resolve?: Resolve;
}

/** What is sent along, and what of it must not come back. */
export interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

export type Probe = (request: ProbeRequest, sent?: Sent) => Promise<ProbeResult>;

const NOTHING: Sent = { headers: {}, secrets: [] };
const ACCEPT = "application/json, text/plain;q=0.9, */*;q=0.1";
const DEFAULT_MAX_BYTES = 64 * 1_024;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/** Makes the probe. It never rejects: what goes wrong is a result. How each request is guarded: `exchange.ts`. */
export function createProbe(options: ProbeOptions): Probe {
  const guard = { allow: options.allow, resolve: options.resolve ?? systemResolve };
  return async (request, { headers, secrets } = NOTHING) => {
    const started = performance.now();
    const read = readWanted(request);
    if (typeof read === "string") return { kind: "refused", reason: read };
    const wanted = { ...read, secrets };
    const { url, timeoutMs } = request;
    if (isSocket(url)) {
      const connected = await tryConnection(url, timeoutMs, guard);
      return connected.kind === "connected" ? { ...connected, kind: "answered" } : connected;
    }
    const message = {
      url,
      timeoutMs,
      method: "GET",
      headers: { accept: ACCEPT, ...lowered(headers) },
    } as const;
    const exchanged = await exchange(message, guard, (response) => readAnswer(response, wanted));
    if (exchanged.kind === "upgraded") return { kind: "unreadable", status: 101, reason: exchanged.reason };
    if (exchanged.kind !== "answered") return exchanged;
    const { read: answer, address } = exchanged;
    if (answer.kind === "answered") return { kind: "answered", address };
    if (answer.kind !== "value") return answer;
    const ms = Math.round(performance.now() - started);
    return { ...answer, kind: "observed", address, at: options.clock.now(), ms };
  };
}

/** So that one of Waybill's own is replaced, whatever its case. */
function lowered(headers: Sent["headers"]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function readWanted(request: ProbeRequest): Omit<Wanted, "secrets"> | string {
  const { json = null, header = null, matches = null, maxBytes = DEFAULT_MAX_BYTES } = request;
  if (json !== null && (header !== null || matches !== null))
    return "a value is read at the JSON path, or in a header or by a pattern, not both";
  if (header !== null && !HEADER_NAME.test(header)) return "that is no name of a header";
  const path = json === null ? null : readJsonPath(json);
  if (path !== null && !path.ok) return path.problem;
  const reading = matches === null ? null : readPattern(matches);
  if (reading !== null && !reading.ok) return reading.problem;
  const isAnswerEnough = request.expect === "answer";
  const takes = request.expect === "number" ? "any" : "whole";
  return {
    takes,
    steps: path?.steps ?? null,
    header,
    pattern: reading?.pattern ?? null,
    maxBytes,
    isAnswerEnough,
  };
}
