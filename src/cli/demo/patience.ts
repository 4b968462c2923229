/** Waiting for what must come true, with a useful account of what was seen instead. */
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_EVERY_MS = 40;
const STEP_WITHIN_MS = 60_000;

/** Thrown by a look that does not see it yet; the message is what was seen. */
class NotYet extends Error {}

/** A step that did not hold: what was expected, and what was seen. */
export class StepFailed extends Error {
  constructor(expected: string, seen: string) {
    super(`expected ${expected}; saw ${seen}`);
    this.name = "StepFailed";
  }
}

/** The demo was asked to end while it waited. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
    this.name = "Interrupted";
  }
}

/** Whom waiting depends on. */
export interface Watched {
  readonly signal: AbortSignal;
  /** Why nothing can come any more; null as long as it can. */
  readonly ended: () => string | null;
  /** How long a step may take; default a minute. */
  readonly patienceMs?: number;
}

/** What a look has to see; the second argument is what it saw instead. */
export function must(condition: boolean, seen: string): asserts condition {
  if (!condition) throw new NotYet(seen);
}

/**
 * Looks again and again until a look does not throw `NotYet` (see `must`), for a minute at most, or as long as is said.
 * @param expected what is waited for, as words that follow "expected".
 * @throws StepFailed, Interrupted
 */
export async function until<T>(watched: Watched, expected: string, look: () => T | Promise<T>): Promise<T> {
  const patience = performance.now() + (watched.patienceMs ?? STEP_WITHIN_MS);
  for (;;) {
    if (watched.signal.aborted) throw new Interrupted();
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      const ended = watched.ended();
      if (ended !== null) throw new StepFailed(expected, `${error.message}; the server is gone: ${ended}`);
      if (performance.now() > patience) throw new StepFailed(expected, error.message);
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** What must be so now. @throws StepFailed */
export function hold(condition: boolean, expected: string, seen: string): asserts condition {
  if (!condition) throw new StepFailed(expected, seen);
}

/** A rest for the reader's eyes. @throws Interrupted */
export async function rest(watched: Watched, milliseconds: number): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal: watched.signal });
  } catch {
    throw new Interrupted();
  }
}
