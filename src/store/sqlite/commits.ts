/**
 * Transactions on the one writing connection, which share their commits: those that come while others are at work are run one after the other within the
 * same transaction of the database, each undone by itself where it fails, and all of them are on disk before any of them is answered. The wait for the
 * disk is most of what a short transaction costs, and so it is waited for once.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { DatabaseSync } from "node:sqlite";
import type { Kysely } from "kysely";
import type { Tables, Trx } from "../database.ts";

/** So many at most, so that the first does not wait long for the last: some milliseconds. */
const MOST_IN_ONE_COMMIT = 32;

type Work<Result> = (trx: Trx) => Promise<Result>;

interface Waiting {
  /** Does the work; answers what to tell once it is on disk. */
  readonly attempt: Work<() => void>;
  readonly fail: (error: unknown) => void;
}

export class SharedCommits {
  readonly #writer: Kysely<Tables>;
  readonly #connection: DatabaseSync;
  readonly #waiting: Waiting[] = [];
  #atWork = false;

  constructor(writer: Kysely<Tables>, connection: DatabaseSync) {
    this.#writer = writer;
    this.#connection = connection;
  }

  /**
   * Runs `work` in a transaction and answers when that is on disk. What others have done within the same commit is seen by statements of `trx`, and not
   * yet by other connections. Rejects with what `work` threw, which undoes this work alone, or with what kept the commit from the disk.
   */
  run<Result>(work: Work<Result>): Promise<Result> {
    // Whoever begins a commit does it for others, too: their log lines are not to carry its fields.
    const inOwnContext = AsyncLocalStorage.snapshot();
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        attempt: async (trx) => {
          const result = await inOwnContext(work, trx);
          return () => resolve(result);
        },
        fail: reject,
      });
      if (!this.#atWork) void this.#commitWhileAnyWait();
    });
  }

  async #commitWhileAnyWait(): Promise<void> {
    this.#atWork = true;
    for (let first = this.#waiting.shift(); first !== undefined; first = this.#waiting.shift())
      await this.#commitWith(first);
    this.#atWork = false;
  }

  async #commitWith(first: Waiting): Promise<void> {
    const taken = [first];
    const answers: (() => void)[] = [];
    try {
      await this.#writer.transaction().execute(async (trx) => {
        let next: Waiting | undefined = first;
        while (next !== undefined) {
          answers.push(await this.#apart(trx, next));
          next = taken.length < MOST_IN_ONE_COMMIT ? this.#waiting.shift() : undefined;
          if (next !== undefined) taken.push(next);
        }
      });
    } catch (error) {
      for (const { fail } of taken) fail(error);
      return;
    }
    for (const answer of answers) answer();
  }

  /** One of them, undone by itself where it fails. Throws where SQLite has undone the whole, as it does on a full disk (https://www.sqlite.org/lang_transaction.html). */
  async #apart(trx: Trx, { attempt, fail }: Waiting): Promise<() => void> {
    this.#connection.exec("savepoint work");
    try {
      const answer = await attempt(trx);
      this.#connection.exec("release work");
      return answer;
    } catch (error) {
      if (!this.#connection.isTransaction) throw error;
      this.#connection.exec("rollback to work; release work");
      return () => fail(error);
    }
  }
}
