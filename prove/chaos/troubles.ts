/** What goes wrong in a case: how often each thing may, and what exactly. */
import type { FaultKind } from "../../src/sandbox/faults.ts";
import type { Random } from "../random.ts";
import { LEASE_MS } from "./process.ts";
import type { Fare } from "./github.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How likely each trouble is, at each step at which it may happen, and how often it happens at most. */
export interface Temper {
  /** Calls to GitHub that go wrong. */
  readonly calls: number;
  /** Calls of workflows' jobs that go wrong. */
  readonly jobs: number;
  /** Webhooks that are lost, fail, or come twice. */
  readonly webhooks: number;
  /** A process dies. */
  readonly deaths: number;
  /** A process stands still, its clock jumps, or time goes by although there is something to do. */
  readonly stalls: number;
  readonly jumps: number;
  readonly delays: number;
}

export const CALM: Temper = { calls: 0, jobs: 0, webhooks: 0, deaths: 0, stalls: 0, jumps: 0, delays: 0 };

/** The kinds of trouble, of which a small case has one or none; the more often, the more there is to come of it. */
const SINGLE: readonly Partial<Temper>[] = [
  {},
  { calls: 0.1 },
  { calls: 0.1 },
  { jobs: 0.1 },
  { webhooks: 0.3 },
  { webhooks: 0.3 },
  { deaths: 0.01 },
  { deaths: 0.01 },
  { stalls: 0.003 },
  { jumps: 0.003 },
  { delays: 0.05 },
  { delays: 0.05 },
];

/** Troubles: of all kinds in a large case, which mostly has some of them; of one kind at most in a small one. */
export function drawTemper(random: Random, isSmall: boolean): Temper {
  if (isSmall) return { ...CALM, ...random.of(SINGLE) };
  const some = (rates: readonly number[], share: number): number =>
    random.happens(share) ? random.of(rates) : 0;
  return {
    calls: some([0.02, 0.1], 0.4),
    jobs: some([0.1], 0.2),
    webhooks: some([0.1, 0.3], 0.4),
    deaths: some([0.002, 0.01], 0.5),
    stalls: some([0.003], 0.25),
    jumps: some([0.003], 0.15),
    delays: some([0.01, 0.05], 0.4),
  };
}

/** Only order, number and loss of webhooks. */
export const ONLY_WEBHOOKS: Temper = { ...CALM, webhooks: 0.3 };

/** How often each trouble may happen in a case: a world in which nothing works proves nothing. */
const MOST = { calls: 6, jobs: 2, webhooks: 8, deaths: 3, stalls: 2, jumps: 1, delays: 50 } as const;

/**
 * So much more often does trouble strike where GitHub is being told something: what is lost, done twice or believed wrongly comes of that, and most of a
 * case is reading and looking.
 */
const WRITES_TIMES = 4;

type Kind = keyof Temper;

/** GitHub's refusals and failures. It does not lie: it never denies what is there, but where something has just been made. */
const CALL_FAULTS: readonly FaultKind[] = [
  "timeout-before",
  "timeout-after",
  "timeout-after",
  "reset-before",
  "reset-after",
  "reset-after",
  "malformed-answer",
  "empty-answer",
  { status: 401 },
  { status: 403, message: "You have exceeded a secondary rate limit.", retryAfter: 60 },
  { status: 429, retryAfter: 30 },
  { status: 500 },
  { status: 502 },
  { status: 503 },
];

const FARES: readonly Fare[] = ["lost", "fails", "twice"];

export class Troubles {
  readonly #random: Random;
  readonly #left: Record<Kind, number> = { ...MOST };
  #temper: Temper = CALM;

  constructor(random: Random) {
    this.#random = random;
  }

  /** From now on this is how it goes; before, all goes well. */
  turn(temper: Temper): void {
    this.#temper = temper;
  }

  #strikes(kind: Kind, isWrite = false): boolean {
    const rate = this.#temper[kind] * (isWrite ? WRITES_TIMES : 1);
    if (this.#left[kind] <= 0 || !this.#random.happens(rate)) return false;
    this.#left[kind] -= 1;
    return true;
  }

  /** What becomes of a call that is about to be made. */
  ofCall(isOfJob: boolean, isWrite: boolean): FaultKind | undefined {
    return this.#strikes(isOfJob ? "jobs" : "calls", isWrite) ? this.#random.of(CALL_FAULTS) : undefined;
  }

  /** What becomes of a webhook that is on its way. */
  ofWebhook(): Fare {
    return this.#strikes("webhooks") ? this.#random.of(FARES) : "arrives";
  }

  /** Whether a process dies now; answers for how long it is gone, in milliseconds. */
  ofLife(isWriting: boolean): number | null {
    return this.#strikes("deaths", isWriting)
      ? this.#random.of([0, 0, 5 * SECOND, MINUTE, 30 * MINUTE])
      : null;
  }

  /** Whether a process stands still now, and for how long: often for longer than its leases. */
  ofStanding(isWriting: boolean): number | null {
    return this.#strikes("stalls", isWriting)
      ? this.#random.of([MINUTE, 1.5 * LEASE_MS, 3 * LEASE_MS])
      : null;
  }

  /** Whether a process's clock jumps now, and by how much it is wrong then. */
  ofClock(): number | null {
    return this.#strikes("jumps") ? this.#random.of([-HOUR, HOUR, HOUR, 24 * HOUR]) : null;
  }

  /** Whether time goes by although somebody could go on. */
  ofTime(): boolean {
    return this.#strikes("delays");
  }
}
