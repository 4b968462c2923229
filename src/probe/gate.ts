/**
 * Asks a service whether something may begin: one signed POST, guarded as every request whose address stands in a repository's config. It is
 * signed as Standard Webhooks have it.
 */
import { createHash } from "node:crypto";
import type { GateReply, GateRequest } from "../core/gates/external.ts";
import type { AskGate, Clock } from "../core/ports.ts";
import type { AllowedRange } from "./addresses.ts";
import { readText } from "./answer.ts";
import { exchange } from "./exchange.ts";
import { signatureHeaders } from "./signature.ts";
import { systemResolve } from "./target.ts";

/** What asking needs: the operator's allow-list, a clock, and the keys to sign by. */
export interface GateOptions {
  readonly allow: readonly AllowedRange[];
  readonly clock: Clock;
  /** The keys, newest first: each signs, so that a service may know one of them. Without any, nothing is asked. */
  readonly keys: readonly Uint8Array[];
}

/** The longest answer that is read, in bytes: a verdict and a sentence. */
const MAX_BYTES = 16 * 1_024;
const NO_KEY = "whoever runs Waybill has not set WAYBILL_GATE_SECRET, without which no service is asked";

/** Makes the asker. It never rejects: what goes wrong is a reply. */
export function createGateAsker({ allow, clock, keys }: GateOptions): AskGate {
  const guard = { allow, resolve: systemResolve };
  return async (request): Promise<GateReply> => {
    if (keys.length === 0) return { kind: "barred", reason: NO_KEY };
    const { url, timeoutMs, body } = request;
    const headers = {
      accept: "application/json",
      "content-type": "application/json",
      ...signed(request, clock.now(), keys),
    };
    const message = { url, timeoutMs, method: "POST", headers, body } as const;
    const exchanged = await exchange(message, guard, (response) => readText(response, MAX_BYTES));
    if (exchanged.kind === "refused") return { kind: "barred", reason: exchanged.reason };
    if (exchanged.kind !== "answered") return { kind: "silent", reason: exchanged.reason };
    const { read } = exchanged;
    if (read.kind !== "text") return { kind: "silent", reason: read.reason };
    return { kind: "answered", text: read.text };
  };
}

/** The id is the same whenever the same is asked. */
function signed(
  { key: question, body }: GateRequest,
  at: number,
  keys: readonly Uint8Array[],
): Readonly<Record<string, string>> {
  const id = `gate_${createHash("sha256").update(question).digest("hex").slice(0, 32)}`;
  return signatureHeaders(id, at, body, keys);
}
