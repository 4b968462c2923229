/** Many workers on several stores of one database, doing everything to the queue at once, at random. */
import { setTimeout as pause } from "node:timers/promises";
import { FenceLostError, StoreUnavailableError } from "../../src/core/ports.ts";
import type { ClaimedJob, NewJob, Store } from "../../src/core/ports.ts";
import { aJob, LEASE, NOW } from "./words.ts";

const KEYS = [null, "a", "b", "c"] as const;
const DEDUPES = [null, null, "x", "y", "z"] as const;

/** What came of it. */
export interface HammerResult {
  /** Keys of which two jobs ran at the same moment. */
  readonly overlaps: string[];
  /** Errors that no caller should ever see. */
  readonly errors: unknown[];
  /** How often each payload of a job without `dedupe` was completed. */
  readonly completions: ReadonlyMap<number, number>;
  /** The payloads of jobs without `dedupe` whose insertion was acknowledged. */
  readonly added: readonly number[];
  readonly unavailable: number;
}

/** Hammers for `steps` steps a worker, then works everything off. `random` answers numbers in [0, 1). */
export class Hammer {
  readonly #random: () => number;
  readonly #running = new Map<string, number>();
  readonly #overlaps: string[] = [];
  readonly #errors: unknown[] = [];
  readonly #completions = new Map<number, number>();
  readonly #added: number[] = [];
  #unavailable = 0;
  #next = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  async run(stores: readonly Store[], workers: number, steps: number): Promise<HammerResult> {
    const crew = stores.flatMap((store, index) =>
      Array.from({ length: workers }, (_, worker) => this.#work(store, `${index}/${worker}`, steps)),
    );
    await Promise.all(crew);
    const [store] = stores;
    if (store !== undefined) await this.#workOff(store);
    return {
      overlaps: this.#overlaps,
      errors: this.#errors,
      completions: this.#completions,
      added: this.#added,
      unavailable: this.#unavailable,
    };
  }

  async #work(store: Store, owner: string, steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1)
      try {
        const jobs = this.#newJobs();
        await store.transaction((tx) => tx.addJobs(jobs));
        this.#remember(jobs);
        const held = await store.claim(owner, NOW, 1 + Math.floor(this.#random() * 3), LEASE);
        for (const job of held) await this.#handle(store, job);
      } catch (error) {
        await this.#caught(error);
      }
  }

  async #handle(store: Store, job: ClaimedJob): Promise<void> {
    const finished = this.#begin(job);
    const dice = this.#random();
    try {
      if (dice < 0.15) {
        finished();
        await store.retry(job, NOW, "again");
      } else {
        const jobs = dice < 0.5 ? this.#newJobs() : [];
        // It is over for the others as soon as the transaction commits, which is before we hear of it.
        await store.transaction(async (tx) => {
          await tx.addJobs(jobs);
          await tx.completeJob(job, NOW);
          finished();
        });
        this.#remember(jobs);
        this.#count(job);
      }
    } finally {
      finished();
    }
  }

  /** Notes that a key's job runs; answers how to note its end. */
  #begin(job: ClaimedJob): () => void {
    const { key } = job;
    if (key === null) return () => {};
    const count = (this.#running.get(key) ?? 0) + 1;
    this.#running.set(key, count);
    if (count > 1) this.#overlaps.push(key);
    let over = false;
    return () => {
      if (!over) this.#running.set(key, (this.#running.get(key) ?? 1) - 1);
      over = true;
    };
  }

  #newJobs(): NewJob[] {
    return Array.from({ length: 1 + Math.floor(this.#random() * 2) }, () => {
      this.#next += 1;
      return aJob({
        key: this.#pick(KEYS),
        dedupe: this.#pick(DEDUPES),
        coalesce: this.#random() < 0.5,
        payload: this.#next,
        maxAttempts: 1_000,
      });
    });
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }

  #remember(jobs: readonly NewJob[]): void {
    for (const job of jobs) if (job.dedupe === null) this.#added.push(job.payload as number);
  }

  #count(job: ClaimedJob): void {
    const payload = job.payload as number;
    this.#completions.set(payload, (this.#completions.get(payload) ?? 0) + 1);
  }

  async #caught(error: unknown): Promise<void> {
    if (error instanceof StoreUnavailableError) {
      this.#unavailable += 1;
      await pause(20);
    } else if (!(error instanceof FenceLostError)) this.#errors.push(error);
  }

  /** Completes everything that is left; stops when nothing is claimable. */
  async #workOff(store: Store): Promise<void> {
    await store.sweep(NOW, true);
    for (;;) {
      const held = await store.claim("last", NOW, 50, LEASE);
      if (held.length === 0) return;
      for (const job of held) {
        await store.transaction((tx) => tx.completeJob(job, NOW));
        this.#count(job);
      }
    }
  }
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
