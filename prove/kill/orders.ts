/** What the teller of a story and the processes that live in it say to each other. */
import type { EffectType } from "../../src/core/effects.ts";
import type { CrashPoint } from "../../test/faults/crashing-store.ts";

/** A point at which a process dies by its own hand, as if by `kill -9`: before or after an effect of some type. */
export interface Boundary {
  readonly type: EffectType;
  readonly point: CrashPoint;
}

/** What a process is told at its start, as JSON in the variable `VARIABLE`. Only `life/begin.ts` reads it. */
export interface Orders {
  /** It dies at the first of these that it comes to, unless somebody else has come there before it. */
  readonly boundaries: readonly Boundary[];
  /** A folder with a file for each death that is still to come, of its boundary's name and a number: whoever takes it away dies there. */
  readonly tokens: string;
  /** By how much its time is ahead of the machine's, in milliseconds. */
  readonly aheadMs: number;
  /** The seeded bug that is put into its code; null for none. */
  readonly bug: string | null;
}

export const VARIABLE = "KILL_ORDERS";

/** To a process: its time goes on by so much (which it answers), and it looks for work. */
export interface GoOn {
  readonly goOnMs: number;
}

/** From a process: its store is open, and these files of its bug were not loaded by then; or its time has gone on. */
export type Word = { readonly opened: readonly string[] } | { readonly wentOn: true };

/** What a process writes before it dies at a boundary. */
export const LAST_WORDS = "killed at ";

export function nameOf({ type, point }: Boundary): string {
  return `${type} ${point}`;
}
