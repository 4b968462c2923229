/**
 * Which of GitHub's refusals are believed, that is, taken for its last word on an effect: those that the very same call of the effect has met
 * several times in a row. The first one may come of a replica of GitHub's that lags behind, and half a second later the same words may be taken. How
 * often the effect was tried says nothing of that: the attempts before may have failed for any reason, at any other call.
 *
 * A process counts what it is refused itself, in its memory of the repository. Where another one makes the next attempt, or this one is started anew, the
 * count begins anew and the call is made once more, which is harmless; it is given up with all other effects after the engine's last attempt.
 */
import { createHash } from "node:crypto";
import type { Effect } from "../core/effects.ts";
import type { Clock } from "../core/ports.ts";
import { failureOf } from "./failure.ts";
import { rememberRefused, type RefusedCalls, type RepositoryMemory } from "./memory.ts";

/** What GitHub said no with. */
export interface Refusal {
  readonly status: number;
  /** GitHub's own sentence, shortened and without credentials. */
  readonly message: string;
  /** Whether it was said often enough, and for long enough, to be its last word. */
  readonly isBelieved: boolean;
}

/** What makes a refusal an answer. */
export interface Measure {
  /** The statuses that count; any other refusal ends the row as a server's error does. Default: each of them counts. */
  readonly statuses?: readonly number[];
  /** How long the row must have lasted when the call is refused once more, in milliseconds. Default: 0. */
  readonly forMs?: number;
}

/** The refusals of one effect. */
export interface Refusals {
  /** What a call was refused with, which is counted by this; null where it failed in any other way, which ends the row. */
  heard(error: unknown, measure?: Measure): Refusal | null;
  /** The effect has come to its end: what is refused when it comes again is the first refusal of a new row. */
  end(): void;
}

/** Refusals in a row that are believed. */
const BELIEVED_TIMES = 2;
/** Longer than any pause between two attempts: a quarter of an hour of the engine's, or an hour of GitHub's limits. */
const REMEMBERED_MS = 2 * 60 * 60_000;

/** The refusals of an effect in an environment, as far as this process has met them. */
export function refusalsOf(
  { memory, clock }: { readonly memory: RepositoryMemory; readonly clock: Clock },
  environment: string,
  effect: Effect,
): Refusals {
  return {
    heard(error, { statuses, forMs = 0 } = {}) {
      const now = clock.now();
      const failure = failureOf(error, now);
      // A limit says nothing of the call.
      if (failure.kind === "limited") return null;
      const name = nameOf(environment, effect);
      const known = memory.refused.get(name);
      const calls: RefusedCalls = known ?? new Map();
      const call = callOf(error);
      const counts = failure.kind === "refused" && (statuses?.includes(failure.status) ?? true);
      if (!counts) {
        calls.delete(call);
        return failure.kind === "refused" ? { ...failure, isBelieved: false } : null;
      }
      const before = calls.get(call);
      const goesOn = before !== undefined && now - before.last <= REMEMBERED_MS;
      const row = { first: goesOn ? before.first : now, last: now, times: (goesOn ? before.times : 0) + 1 };
      calls.set(call, row);
      rememberRefused(memory, name, calls);
      return { ...failure, isBelieved: row.times >= BELIEVED_TIMES && now - row.first >= forMs };
    },
    end() {
      if (memory.refused.size > 0) memory.refused.delete(nameOf(environment, effect));
    },
  };
}

/** An effect is stored as it is, so each of its attempts has the same name, and no other effect has it. */
function nameOf(environment: string, effect: Effect): string {
  return createHash("sha256")
    .update(JSON.stringify([environment, effect]))
    .digest("base64url");
}

/** `POST https://api.github.com/repos/acme/shop/git/refs`. Within one effect, that is always the same request. */
function callOf(error: unknown): string {
  if (!(error instanceof Error) || !("request" in error)) return "";
  const { method, url } = error.request as { readonly method?: string; readonly url?: string };
  return `${method} ${url}`;
}
