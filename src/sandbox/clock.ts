/** The time that everything in the stand-in is dated by. Times are epoch milliseconds. */
export interface SandboxClock {
  now(): number;
  advance(milliseconds: number): Promise<void> | void;
}

/** A clock that runs with the machine's and can be moved forwards, so that tokens expire and dates pass in a test. */
export function realClock(): SandboxClock {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    advance(milliseconds) {
      offset += milliseconds;
    },
  };
}

/** An epoch time as GitHub writes it: UTC, to the second (`2026-11-20T19:02:00Z`). */
export function isoTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Like {@link isoTime}, and null for what has not happened. */
export function isoTimeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : isoTime(milliseconds);
}
