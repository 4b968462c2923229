/** Posts what channels are told: guarded as every request whose address stands in a config. Of the answer only the status counts, so its body is not read. */
import type { IncomingMessage } from "node:http";
import type { PostGuarded } from "../core/channels/ports.ts";
import type { Clock } from "../core/ports.ts";
import type { AllowedRange } from "./addresses.ts";
import { exchange } from "./exchange.ts";
import { signatureHeaders } from "./signature.ts";
import { systemResolve, type Resolve } from "./target.ts";

export interface PostOptions {
  readonly allow: readonly AllowedRange[];
  readonly clock: Clock;
  /** Default: the operating system's. */
  readonly resolve?: Resolve;
}

/** Longer than that nobody is taken at his word. */
const LONGEST_PAUSE_MS = 24 * 60 * 60_000;

export function createPoster({ allow, clock, resolve = systemResolve }: PostOptions): PostGuarded {
  return async ({ url, headers: own, body, timeoutMs, signed }) => {
    const signature = signed === undefined ? {} : signatureHeaders(signed.id, clock.now(), body, signed.keys);
    const message = { url, timeoutMs, method: "POST", headers: { ...own, ...signature }, body } as const;
    const exchanged = await exchange(message, { allow, resolve }, (response) =>
      Promise.resolve({ status: response.statusCode ?? 0, retryAt: retryAtOf(response, clock.now()) }),
    );
    if (exchanged.kind === "answered") return { kind: "answered", ...exchanged.read };
    if (exchanged.kind === "refused") return { kind: "barred", reason: exchanged.reason };
    return { kind: "silent", reason: exchanged.reason };
  };
}

/** Seconds or a date. https://www.rfc-editor.org/rfc/rfc9110.html#name-retry-after */
function retryAtOf(response: IncomingMessage, now: number): number | null {
  const text = response.headers["retry-after"]?.trim() ?? "";
  const at = /^\d{1,9}$/.test(text) ? now + Number(text) * 1_000 : Date.parse(text);
  if (text === "" || Number.isNaN(at) || at <= now) return null;
  return Math.min(at, now + LONGEST_PAUSE_MS);
}
