/**
 * What surrounds the code while a case is told: time, timers, chance and the way to the network are the case's own, so that the same seed leads to
 * the same case. The code is the real one; it is `setTimeout`, `Date`, `Math.random` and `fetch` that are not.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** A process of Waybill's, as far as its surroundings know it: what it has begun goes on only while it lives. */
export interface Being {
  alive: boolean;
  /** By how much its clock is wrong. */
  skewMs: number;
  /** It stands still until then, by the case's time. */
  stallsUntil: number;
}

/** `outside`: the store's own work, which waits for a real database and so keeps real time. */
type Whose = Being | "outside" | null;

interface Timer {
  readonly serial: number;
  readonly whose: Whose;
  readonly run: () => void;
  readonly everyMs: number | null;
  at: number;
}

const whose = new AsyncLocalStorage<Whose>();
const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  Date: globalThis.Date,
};

/** The surroundings that are in force; null between cases, where everything is as it is anywhere. */
let current: Surroundings | null = null;
/** What is to be done in the next turn of the event loop. */
const immediates = new Set<NodeJS.Immediate>();

/** Who does what is being done now: a process of Waybill's, or nobody in particular (people, GitHub). */
export function being(): Being | null {
  const now = whose.getStore();
  return now === undefined || now === "outside" ? null : now;
}

/** Does something as one of Waybill's processes; with null, as GitHub or people. */
export function as<Result>(who: Being | null, work: () => Result): Result {
  return whose.run(who, work);
}

/** Does the store's own work: real time, and nothing of it is interrupted. */
export function outside<Result>(work: () => Result): Result {
  return whose.run("outside", work);
}

export function isOutside(): boolean {
  return whose.getStore() === "outside";
}

/** The time of everything in the process is from now on this case's. */
function putInForce(surroundings: Surroundings): void {
  if (current !== null) throw new Error("a case is being told already");
  current = surroundings;
}

/** A case's own time, timers, chance and network. Times are epoch milliseconds. */
export class Surroundings {
  now: number;
  readonly random: () => number;
  /** For what is done amid the store's own work: apart, as the store takes from it too, for each of its statements. */
  readonly storeRandom: () => number;
  /** Whoever has the network puts it here. */
  fetch: typeof fetch = () => Promise.reject(new Error("there is no network"));
  #timers: Timer[] = [];
  #serial = 0;
  /** Pieces of work that wait for something real, and who is told when there are none any more. */
  #busy = 0;
  #onIdle: () => void = () => {};

  constructor(now: number, random: () => number, storeRandom: () => number) {
    this.now = now;
    this.random = random;
    this.storeRandom = storeRandom;
  }

  /** Puts these surroundings in force; answers the way back. */
  enter(): () => void {
    putInForce(this);
    return () => {
      current = null;
      this.#timers = [];
    };
  }

  setTimer(run: () => void, ms: number, everyMs: number | null): Timer {
    this.#serial += 1;
    // As Node has it: at least a millisecond, and what is no number is one.
    const wait = Math.max(Number.isFinite(ms) ? ms : 1, 1);
    const timer = Object.assign(Object.create(handle) as object, {
      serial: this.#serial,
      whose: whose.getStore() ?? null,
      run,
      everyMs,
      at: this.now + wait,
    });
    this.#timers.push(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    const at = this.#timers.indexOf(timer as Timer);
    if (at !== -1) this.#timers.splice(at, 1);
  }

  /** When the next timer goes off; null where there is none. Those of the dead are gone. */
  get nextTimer(): number | null {
    return this.#next()?.at ?? null;
  }

  /** Whether people, GitHub, or a start are still to come. */
  get isAwaited(): boolean {
    return this.#timers.some((timer) => timer.whose === null);
  }

  #next(): { readonly timer: Timer; readonly at: number } | null {
    let first: { readonly timer: Timer; readonly at: number } | null = null;
    for (const timer of this.#timers) {
      if (isDead(timer.whose)) continue;
      // What stands still does not hear its timers.
      const at = isBeing(timer.whose) ? Math.max(timer.at, timer.whose.stallsUntil) : timer.at;
      if (first === null || at < first.at || (at === first.at && timer.serial < first.timer.serial))
        first = { timer, at };
    }
    return first;
  }

  /** Lets the next timer go off; time goes on to it if it must. */
  goOff(): void {
    const next = this.#next();
    if (next === null) throw new Error("there is no timer");
    const { timer, at } = next;
    this.now = Math.max(this.now, at);
    if (timer.everyMs === null) this.clearTimer(timer);
    else timer.at = this.now + Math.max(timer.everyMs, 1);
    whose.run(timer.whose, timer.run);
  }

  /** Forgets the timers of those that are dead. */
  bury(): void {
    this.#timers = this.#timers.filter((timer) => !isDead(timer.whose));
  }

  /** Has something done by people or by GitHub, after a while. */
  later(ms: number, run: () => void): void {
    as(null, () => this.setTimer(run, ms, null));
  }

  /** Waits for something real, which no other step of the case goes on beside. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      if (this.#busy === 0) this.#onIdle();
    }
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Resolves when nothing goes on any more by itself: everybody waits for a gate, a timer, or for ever. */
  async quiet(): Promise<void> {
    do {
      // Told, and not asked at each turn: asking while a server of PostgreSQL's answers was nine tenths of what a case on it cost.
      if (this.#busy > 0) await this.#idle();
      await turn();
    } while (immediates.size > 0 || this.#busy > 0);
  }
}

function isBeing(one: Whose): one is Being {
  return one !== null && one !== "outside";
}

function isDead(one: Whose): boolean {
  return isBeing(one) && !one.alive;
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    real.setImmediate(resolve);
  });
}

/** What `setTimeout` answers in Node, as far as anybody uses it. */
const handle = {
  unref() {
    return this;
  },
  ref() {
    return this;
  },
  hasRef: () => true,
};

/** The case's time for whoever asks; the real one outside of cases and for the store's own work. */
function surroundings(): Surroundings | null {
  return current === null || isOutside() ? null : current;
}

function now(): number {
  return current === null ? real.Date.now() : current.now + (being()?.skewMs ?? 0);
}

/** Dates by the case's time. */
class CaseDate extends real.Date {
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

type Callback = (...values: unknown[]) => void;

/** Puts the doors to time, chance and network in place, once for a process and before the code is loaded. */
export function install(): void {
  const timer =
    (usual: (run: Callback, ms: number, ...values: unknown[]) => unknown, repeats: boolean) =>
    (run: Callback, ms = 1, ...values: unknown[]): unknown => {
      const own = surroundings();
      if (own === null) return usual(run, ms, ...values);
      return own.setTimer(() => run(...values), ms, repeats ? ms : null);
    };
  const clear = (usual: (timer: never) => void) => (one: unknown) => {
    if (typeof one === "object" && one !== null && handle.isPrototypeOf(one)) current?.clearTimer(one);
    else usual(one as never);
  };
  const random = Math.random;
  const network = globalThis.fetch;
  Math.random = () => (isOutside() ? current?.storeRandom() : current?.random()) ?? random();
  Object.assign(globalThis, {
    Date: CaseDate,
    setTimeout: timer(real.setTimeout as never, false),
    setInterval: timer(real.setInterval as never, true),
    clearTimeout: clear(real.clearTimeout),
    clearInterval: clear(real.clearInterval),
    setImmediate: (run: Callback, ...values: unknown[]) => {
      const one = real.setImmediate(() => {
        immediates.delete(one);
        run(...values);
      });
      immediates.add(one);
      return one;
    },
    clearImmediate: (one: NodeJS.Immediate) => {
      immediates.delete(one);
      real.clearImmediate(one);
    },
    fetch: (...request: Parameters<typeof fetch>) => (surroundings()?.fetch ?? network)(...request),
  });
  // The network of a case says itself what was never answered.
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (ms) => (surroundings() === null ? timeout(ms) : new AbortController().signal);
}
