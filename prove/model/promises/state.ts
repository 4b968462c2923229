/** A state of the world of the promises: numbers of interned values, and how a tick of time changes them. */
import type { Effect } from "../../../src/core/effects.ts";
import type { WaybillEvent } from "../../../src/core/events.ts";
import { Interner } from "../interning.ts";
import { settled } from "./forgetting.ts";
import type { GitHub, Run } from "./github.ts";
import type { Rows } from "./shell.ts";
import { oneTickOlder } from "./times.ts";

/** A job of the queue that matters here. `due`: in how many ticks; `attempts`: how often it was begun. */
export interface Job {
  readonly lane: number;
  readonly dedupe: string;
  readonly due: number;
  readonly attempts: number;
  readonly effect: Effect | null;
  /** A timer's event. */
  readonly event: WaybillEvent | null;
}

/** A job in a worker's hand: done at GitHub, and not yet written down. */
export interface InHand {
  readonly job: Job;
  readonly events: readonly WaybillEvent[];
  readonly retried: boolean;
  /** Which gates stood closed at GitHub in the moment of the last look. */
  readonly closed: readonly string[];
}

/** Webhooks that may come, and how often each has come. One that never comes is lost. */
export interface Mail {
  readonly words: readonly { readonly heard: number }[];
  /** What the webhook of a run's end says, as it was then; in the order of the runs' and attempts' numbers. */
  readonly runs: readonly { readonly run: Run; readonly heard: number }[];
  /** One for each time that a check has changed. They say only where to look. */
  readonly checks: readonly { readonly heard: number }[];
}

/** Everything by number, each list in the order of its numbers, as its own order means nothing. */
export interface State {
  /** By environment. */
  readonly lanes: readonly number[];
  readonly jobs: readonly number[];
  readonly hands: readonly number[];
  /** Jobs in the hands of workers that stand still: another has them by now, but these may still act. */
  readonly stalled: readonly number[];
  readonly github: number;
  readonly mail: number;
  /** What people were told: comments and reactions. */
  readonly said: number;
  readonly spent: readonly number[];
}

/** The values behind the numbers. */
export class Values {
  readonly rows = new Interner<Rows>();
  readonly jobs = new Interner<Job>();
  readonly hands = new Interner<InHand>();
  readonly github = new Interner<GitHub>();
  readonly mail = new Interner<Mail>();
  readonly said = new Interner<readonly string[]>();
  readonly events = new Interner<WaybillEvent>();
  readonly #older = new Map<string, number>();
  readonly #oldestMs: number;

  constructor(oldestMs: number) {
    this.#oldestMs = oldestMs;
  }

  /** The state when a tick has passed. */
  older(state: State): State {
    return {
      ...state,
      lanes: state.lanes.map((id) => this.#once("rows", id)),
      jobs: sorted(state.jobs.map((id) => this.#once("jobs", id))),
      hands: sorted(state.hands.map((id) => this.#once("hands", id))),
      stalled: sorted(state.stalled.map((id) => this.#once("jobs", id))),
      github: this.#once("github", state.github),
    };
  }

  /**
   * A lane's rows when no look of its is under way: by which number a look is known matters only to the one that is to come back, and so to
   * nobody.
   */
  unnumbered(rows: number): number {
    const name = `unnumbered ${rows}`;
    const known = this.#older.get(name);
    if (known !== undefined) return known;
    const without = this.rows.changed(rows, (json) => json.replaceAll(LOOK_NUMBERS, '"look":{"nr":0,'));
    this.#older.set(name, without);
    return without;
  }

  #once(kind: Kind, id: number): number {
    const name = `${kind} ${id}`;
    const known = this.#older.get(name);
    if (known !== undefined) return known;
    const older = this[kind].changed(id, (json) => CHANGES[kind](json, this.#oldestMs));
    this.#older.set(name, older);
    return older;
  }
}

/** The numbers of looks in a promotion's JSON. */
const LOOK_NUMBERS = /"look":\{"nr":\d+,/g;

type Kind = "rows" | "jobs" | "hands" | "github";

/** What a tick makes of each, as JSON. */
const CHANGES: Readonly<Record<Kind, (json: string, oldestMs: number) => string>> = {
  rows: (json, oldestMs) => JSON.stringify(settled(JSON.parse(oneTickOlder(json, oldestMs)) as Rows)),
  jobs: (json, oldestMs) => {
    const job = JSON.parse(oneTickOlder(json, oldestMs)) as Job;
    return JSON.stringify({ ...job, due: Math.max(job.due - 1, 0) });
  },
  hands: oneTickOlder,
  github: oneTickOlder,
};

export function sorted(ids: readonly number[]): readonly number[] {
  return ids.toSorted((one, other) => one - other);
}

/** Without one of these. */
export function without(ids: readonly number[], id: number): readonly number[] {
  const at = ids.indexOf(id);
  return [...ids.slice(0, at), ...ids.slice(at + 1)];
}

/**
 * All that matters for what may happen next, but for what is used up of the bounds. How often webhooks have come is of the latter kind, once a command's
 * has come at all; which there are is in GitHub's runs, and in how often its check has changed.
 */
export function keyOf({ lanes, jobs, hands, stalled, github, said }: State, mail: Mail): string {
  const heard = mail.words.map((one) => (one.heard > 0 ? 1 : 0)).join("");
  return `${lanes.join()};${jobs.join()};${hands.join()};${stalled.join()};${github};${heard};${said}`;
}

/** What of the bounds is used up, and how often webhooks have come. */
export function spentOf(state: State, { words, runs, checks }: Mail): readonly number[] {
  return [...state.spent, ...[...words, ...runs, ...checks].map(({ heard }) => heard)];
}
