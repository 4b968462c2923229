/**
 * What a decision consists of, and the small builder with which deciders write one down.
 */
import type { Effect, PlannedEffect } from "./effects.ts";

/** One line for the audit log; the engine adds time and scope. */
export interface AuditEntry {
  /** `user:583231`, `waybill` or `github`. */
  readonly actor: string;
  readonly type: string;
  readonly ref: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Operator's timings that decisions depend on. Milliseconds. */
export interface Policy {
  /** How often a run in flight is looked at, should its webhook be lost. */
  readonly lookEveryMs: number;
  /** How often GitHub is asked for a run whose dispatch was not answered. */
  readonly traceEveryMs: number;
}

export interface Decision<State> {
  readonly state: State;
  readonly effects: readonly PlannedEffect[];
  readonly audit: readonly AuditEntry[];
}

/** Collects effects and audit lines while a decision is made; local to one call of `decide`, so that stays pure. */
export interface Minutes {
  readonly effects: PlannedEffect[];
  readonly audit: AuditEntry[];
}

export function newMinutes(): Minutes {
  return { effects: [], audit: [] };
}

/** Orders an effect under its idempotency key. */
export function order(
  minutes: Minutes,
  id: string,
  effect: Effect,
  options: { readonly delayMs?: number; readonly serial?: string; readonly coalesce?: boolean } = {},
): void {
  minutes.effects.push({
    id,
    effect,
    delayMs: options.delayMs ?? 0,
    serial: options.serial ?? null,
    coalesce: options.coalesce ?? false,
  });
}

/** Writes one line for the audit log. */
export function record(
  minutes: Minutes,
  actor: string,
  type: string,
  ref: string,
  data: Readonly<Record<string, unknown>> = {},
): void {
  minutes.audit.push({ actor, type, ref, data });
}
