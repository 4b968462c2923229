/**
 * Transactions that come at the same time are one transaction of the database: each statement is about all of them, where each way to the server and back,
 * and each wait for the disk, would else be one for each. One that fails is left out where nothing of it was written; where that cannot be told, the
 * whole is undone and each is done by itself.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  StoreUnavailableError,
  type LaneKey,
  type StoredLane,
  type StoreTransaction,
} from "../core/ports.ts";
import type { Database, Trx } from "./database.ts";
import { lockFreeLanes, lockLane, nameOf } from "./lanes.ts";
import { TransactionScope, writeWanted } from "./transaction.ts";

/** So many at most, so that the first does not wait long for the last. */
const MOST_IN_ONE = 32;

type Work<Result> = (tx: StoreTransaction) => Promise<Result>;
type Begin = <Result>(work: (trx: Trx) => Promise<Result>) => Promise<Result>;

interface Waiting {
  readonly work: Work<unknown>;
  readonly answer: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
}

export interface BatchOptions {
  readonly database: Database;
  /** Runs work in a transaction of the database; fails with StoreUnavailableError where that cannot be reached or written. */
  readonly begin: Begin;
  readonly now: () => number;
  /** How many batches may be at work at a time; those that come meanwhile are the next. */
  readonly atOnce: number;
}

/** Its lane is locked by somebody else, or new: it has to be done by itself. */
class AloneError extends Error {
  override readonly name = "AloneError";
}

export class Batches {
  readonly #options: BatchOptions;
  readonly #waiting: Waiting[] = [];
  #atWork = 0;

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /** Runs `work` in a transaction, maybe together with others, and maybe twice: what it does besides by `tx` must bear that. */
  run<Result>(work: Work<Result>): Promise<Result> {
    // Whoever begins a batch does it for others, too: their log lines are not to carry its fields.
    const inOwnContext = AsyncLocalStorage.snapshot();
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        work: (tx) => inOwnContext(work, tx),
        answer: (result) => resolve(result as Result),
        fail: reject,
      });
      if (this.#atWork < this.#options.atOnce) void this.#workWhileAnyWait();
    });
  }

  async #workWhileAnyWait(): Promise<void> {
    this.#atWork += 1;
    // Those that come in the same moment are one batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#together(this.#waiting.splice(0, MOST_IN_ONE));
    this.#atWork -= 1;
  }

  async #together(batch: readonly Waiting[]): Promise<void> {
    const { database, begin } = this.#options;
    try {
      const outcomes = await begin((trx) => this.#attempt(trx, batch));
      if (outcomes.some(({ wakes }) => wakes)) database.work.announce();
      for (const { end } of outcomes) end();
    } catch (error) {
      // Where nobody knows whether it was committed, it must not be done again here.
      const hasAlternative = batch.length > 1 || error instanceof AloneError;
      if (hasAlternative && this.#isUndone(error)) for (const one of batch) void this.#alone(one);
      else for (const { fail } of batch) fail(error);
    }
  }

  #isUndone(error: unknown): boolean {
    return !(error instanceof StoreUnavailableError) || this.#options.database.isVictim(error.cause);
  }

  /** Waits for its lane, which may take long: nobody else is to wait with it. */
  async #alone({ work, answer, fail }: Waiting): Promise<void> {
    const { database, begin, now } = this.#options;
    try {
      const { result, wakes } = await begin(async (trx) => {
        const scope = new TransactionScope(trx, (key) => lockLane(database, trx, key));
        const result = await scope.during(work);
        for (const [, error] of await writeWanted(database, trx, now(), [scope])) throw error;
        return { result, wakes: scope.wakes };
      });
      if (wakes) database.work.announce();
      answer(result);
    } catch (error) {
      fail(error);
    }
  }

  async #attempt(trx: Trx, batch: readonly Waiting[]): Promise<readonly Outcome[]> {
    const { database, now } = this.#options;
    const lanes = new LanesOfBatch(database, trx);
    const doings = batch.map((one) => {
      const scope = new TransactionScope(trx, (key) => lanes.lock(key));
      const result = scope.during(one.work).then(
        (value) => ({ value, error: null }),
        (error: unknown) => ({ value: null, error: { thrown: error } }),
      );
      return { one, scope, result };
    });
    const failure = await lanes.load();
    // All of them are over before anything is thrown: their statements would else run when the transaction is undone.
    const done = await Promise.all(
      doings.map(async ({ result, ...doing }) => ({ ...doing, ...(await result) })),
    );
    if (failure !== null) throw failure.thrown;
    // What was half written cannot be left out.
    for (const { scope, error } of done) if (error !== null && scope.hasWritten) throw error.thrown;
    const whole = done.filter(({ error }) => error === null);
    const refused = await writeWanted(
      database,
      trx,
      now(),
      whole.map(({ scope }) => scope),
    );
    return done.map(({ one, scope, value, error }): Outcome => {
      if (error?.thrown instanceof AloneError) return { wakes: false, end: () => void this.#alone(one) };
      const thrown = error?.thrown ?? refused.get(scope);
      if (error !== null || thrown !== undefined) return { wakes: false, end: () => one.fail(thrown) };
      return { wakes: scope.wakes, end: () => one.answer(value) };
    });
  }
}

interface Outcome {
  readonly wakes: boolean;
  /** Tells whoever waits for it, or has it done by itself. */
  readonly end: () => void;
}

/**
 * The lanes that the works of a batch want, which each asks for first of all: they are locked at once, without waiting for anybody. Who waited for a lane while
 * others' are locked could close a circle.
 */
class LanesOfBatch {
  readonly #database: Database;
  readonly #trx: Trx;
  readonly #wanted = new Map<
    string,
    { readonly key: LaneKey; readonly lane: PromiseWithResolvers<StoredLane> }
  >();
  #loaded = false;

  constructor(database: Database, trx: Trx) {
    this.#database = database;
    this.#trx = trx;
  }

  async lock(key: LaneKey): Promise<StoredLane> {
    const name = nameOf(key);
    if (this.#loaded || this.#wanted.has(name)) throw new AloneError("its lane is another's");
    const lane = Promise.withResolvers<StoredLane>();
    this.#wanted.set(name, { key, lane });
    return lane.promise;
  }

  /** Locks and loads what was asked for so far; whoever waits for it hears of it. Answers what the database threw, or null. */
  async load(): Promise<{ readonly thrown: unknown } | null> {
    this.#loaded = true;
    const wanted = [...this.#wanted.values()];
    if (wanted.length === 0) return null;
    try {
      const keys = wanted.map(({ key }) => key);
      const lanes = await lockFreeLanes(this.#database, this.#trx, keys);
      for (const [index, { lane }] of wanted.entries()) {
        const found = lanes[index] ?? null;
        if (found === null) lane.reject(new AloneError("its lane is new, or somebody else has it"));
        else lane.resolve(found);
      }
      return null;
    } catch (error) {
      for (const { lane } of wanted) lane.reject(error);
      return { thrown: error };
    }
  }
}
