/**
 * Tells a case: again and again everybody is let go until they wait, and then one of those who wait is chosen to go on, or something goes wrong, or
 * time goes by. All that is chosen comes from the case's seed.
 */
import type { Random } from "../random.ts";
import type { Gate, Gates } from "./gates.ts";
import type { Process } from "./process.ts";
import type { Story } from "./story.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Troubles } from "./troubles.ts";

/** A case that takes more steps never comes to rest: the longest take some thousands. */
const MOST_STEPS = 60_000;

/** Those who live in a case, and how another one is started. */
export interface Lives {
  readonly all: readonly Process[];
  /** Somebody has died: another one takes its place after so long. */
  replace(dead: Process, afterMs: number): void;
}

/** A case did not come to rest. */
export class RestlessError extends Error {
  override readonly name = "RestlessError";
}

export interface TellerOptions {
  readonly random: Random;
  readonly surroundings: Surroundings;
  readonly gates: Gates;
  readonly troubles: Troubles;
  readonly lives: Lives;
  readonly story: Story;
  /** How likely a look for work waits when it could go on. */
  readonly claimsWait: number;
  /** Whether nothing is to come any more, once everybody waits for time to go by. */
  readonly isAtRest: () => Promise<boolean>;
}

export class Teller {
  steps = 0;
  readonly #options: TellerOptions;

  constructor(options: TellerOptions) {
    this.#options = options;
  }

  /** Goes on until nothing is to come any more. @throws RestlessError where that never is */
  async untilRest(): Promise<void> {
    const { surroundings, gates, isAtRest } = this.#options;
    for (;;) {
      await surroundings.quiet();
      this.steps += 1;
      if (this.steps > MOST_STEPS) throw new RestlessError(`it never comes to rest`);
      if (this.#goesWrong()) continue;
      const ready = gates.waiting.filter((gate) => !this.#stands(gate));
      const due = surroundings.nextTimer;
      const isDue = due !== null && due <= surroundings.now;
      if (ready.length === 0 && !isDue) {
        if (due === null || (await isAtRest())) return;
        surroundings.goOff();
        continue;
      }
      const chosen = this.#choose(ready, isDue);
      if (chosen === null) surroundings.goOff();
      else this.#open(chosen);
    }
  }

  #stands({ being }: Gate): boolean {
    return being !== null && being.stallsUntil > this.#options.surroundings.now;
  }

  /** One of those who wait; null for the timer that is due. */
  #choose(ready: readonly Gate[], isDue: boolean): Gate | null {
    const { random, claimsWait } = this.#options;
    const count = ready.length + (isDue ? 1 : 0);
    const first = ready[random.below(count)] ?? null;
    const isAgain = first?.what === "claim" && first.kind === "store" && random.happens(claimsWait);
    return isAgain ? (ready[random.below(count)] ?? null) : first;
  }

  #open(gate: Gate): void {
    const { gates, troubles, story } = this.#options;
    if (gate.kind === "webhook") {
      const fare = troubles.ofWebhook();
      story.add(`webhook ${gate.what} ${fare}`);
      gates.open(gate, fare);
    } else if (gate.kind === "call" || gate.kind === "job") {
      const fault = troubles.ofCall(gate.kind === "job", isWrite(gate));
      if (fault !== undefined) story.add(`${gate.what}: ${JSON.stringify(fault)}`);
      gates.open(gate, fault);
    } else gates.open(gate);
  }

  /** Something goes wrong, if its time has come. */
  #goesWrong(): boolean {
    const { random, surroundings, gates, troubles, lives, story } = this.#options;
    const isWriting = gates.waiting.some((gate) => gate.being !== null && isWrite(gate));
    const goneFor = troubles.ofLife(isWriting);
    const standsFor = troubles.ofStanding(isWriting);
    const skew = troubles.ofClock();
    const alive = lives.all.filter((one) => one.alive);
    if (alive.length === 0) return false;
    const one = random.of(alive);
    if (goneFor !== null) {
      story.add(`${one.name} is killed`);
      this.#kill(one, goneFor);
    } else if (standsFor !== null) {
      story.add(`${one.name} stands still for ${standsFor / 1_000} s`);
      one.stallsUntil = surroundings.now + standsFor;
      surroundings.later(standsFor, () => {});
    } else if (skew !== null) {
      story.add(`${one.name}'s clock is wrong by ${skew / 60_000} minutes`);
      one.skewMs = skew;
    } else if (surroundings.nextTimer !== null && troubles.ofTime()) {
      surroundings.goOff();
    } else return false;
    return true;
  }

  #kill(one: Process, goneFor: number): void {
    const { surroundings, gates, lives } = this.#options;
    one.kill();
    surroundings.bury();
    gates.bury();
    lives.replace(one, goneFor);
  }
}

/** Whether somebody is about to tell GitHub something, or has and waits for the answer. Who asks for a token tells nothing. */
function isWrite({ kind, what }: Gate): boolean {
  if (kind !== "call" && kind !== "answer") return false;
  return /^(POST|PUT|PATCH|DELETE) \/repos\//.test(what);
}
