/**
 * A process's time: the machine's, and ahead of it by as much as it has been told to go on. Whatever timer would have gone off meanwhile goes off
 * then, so that nobody has to wait for a lease to run out or for a poll.
 */

interface Timer {
  readonly run: () => void;
  at: number;
  readonly everyMs: number | null;
}

type Callback = (...values: unknown[]) => void;
type Start = (run: Callback, ms?: number, ...values: unknown[]) => NodeJS.Timeout;

const RealDate = Date;
let aheadMs = 0;
const timers = new Map<unknown, Timer>();

function now(): number {
  return RealDate.now() + aheadMs;
}

class AheadDate extends RealDate {
  constructor(...parts: unknown[]) {
    super(...((parts.length === 0 ? [now()] : parts) as [number]));
  }

  static override now(): number {
    return now();
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return Object.prototype.toString.call(value) === "[object Date]";
  }
}

/** Puts this time in the place of the machine's, before anything else is loaded. */
export function keepTime(ahead: number): void {
  aheadMs = ahead;
  const clear = { timeout: globalThis.clearTimeout, interval: globalThis.clearInterval };
  Object.assign(globalThis, {
    Date: AheadDate,
    setTimeout: Object.assign(starting(globalThis.setTimeout as Start, false), globalThis.setTimeout),
    setInterval: Object.assign(starting(globalThis.setInterval as Start, true), globalThis.setInterval),
    clearTimeout: clearing(clear.timeout),
    clearInterval: clearing(clear.interval),
  });
}

function starting(start: Start, repeats: boolean): Start {
  return (run, ms = 1, ...values) => {
    const goOff = (): void => {
      if (repeats) timer.at = now() + ms;
      else timers.delete(handle);
      run(...values);
    };
    const handle = start(goOff, ms);
    const timer = { run: goOff, at: now() + ms, everyMs: repeats ? ms : null };
    timers.set(handle, timer);
    return handle;
  };
}

function clearing(clear: (handle: NodeJS.Timeout) => void) {
  return (handle: NodeJS.Timeout): void => {
    timers.delete(handle);
    clear(handle);
  };
}

/** Lets time go on by so many milliseconds at once. What it sets off is begun by then, no more. */
export function goOn(ms: number): void {
  aheadMs += ms;
  const due = [...timers].filter(([, { at }]) => at <= now()).sort(([, one], [, other]) => one.at - other.at);
  for (const [handle, { run, everyMs }] of due) {
    if (!timers.has(handle)) continue;
    if (everyMs === null) clearTimeout(handle as NodeJS.Timeout);
    run();
  }
}
