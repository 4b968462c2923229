import type {
  AuditRecord,
  ClaimedJob,
  LaneKey,
  NewJob,
  Parking,
  RepositoryKey,
  StoredLane,
  StoredPromotion,
  StoreTransaction,
} from "../core/ports.ts";
import type { LookSubject, StoredLook } from "../core/reconciling.ts";
import type { InstallationId } from "../core/ids.ts";
import { appendAudit } from "./audit.ts";
import type { Database, Trx } from "./database.ts";
import { forgetComment, hearComments } from "./heard.ts";
import { settleQueue } from "./jobs/add.ts";
import { endJob } from "./jobs/finish.ts";
import { lockLane, saveLane, savePromotion } from "./lanes.ts";
import { forgetLook, saveLook } from "./looks.ts";
import { setParking } from "./parked.ts";

/**
 * What a caller may do inside a transaction. What it does to the queue is kept until its work is over and then done at once, so that
 * the locks of the queue are taken in one order. Whatever failed inside fails the whole, even if the caller caught it:
 * PostgreSQL would refuse to commit, and SQLite would commit the half.
 */
export class TransactionScope implements StoreTransaction {
  readonly #database: Database;
  readonly #trx: Trx;
  readonly #jobs: NewJob[] = [];
  readonly #released: string[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #woken = false;
  #over = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(database: Database, trx: Trx) {
    this.#database = database;
    this.#trx = trx;
  }

  lockLane(key: LaneKey): Promise<StoredLane> {
    return this.#run(() => lockLane(this.#database, this.#trx, key));
  }

  saveLane(key: LaneKey, rev: number, state: unknown): Promise<void> {
    return this.#run(() => saveLane(this.#database, this.#trx, key, rev, state));
  }

  savePromotion(key: LaneKey, promotion: StoredPromotion): Promise<void> {
    return this.#run(() => savePromotion(this.#database, this.#trx, key, promotion));
  }

  setParking(repository: RepositoryKey, parking: Parking | null, now: number): Promise<void> {
    return this.#run(async () => {
      await setParking(this.#trx, repository, parking, now);
      this.#woken = true;
    });
  }

  appendAudit(installation: InstallationId, records: readonly AuditRecord[]): Promise<void> {
    return this.#run(() => appendAudit(this.#database, this.#trx, installation, records));
  }

  saveLook(look: StoredLook): Promise<void> {
    return this.#run(() => saveLook(this.#trx, look));
  }

  forgetLook(subject: LookSubject): Promise<void> {
    return this.#run(() => forgetLook(this.#trx, subject));
  }

  hearComments(repository: RepositoryKey, comments: readonly number[]): Promise<ReadonlySet<number>> {
    return this.#run(() => hearComments(this.#trx, repository, comments));
  }

  forgetComment(repository: RepositoryKey, comment: number): Promise<void> {
    return this.#run(() => forgetComment(this.#trx, repository, comment));
  }

  addJobs(jobs: readonly NewJob[]): Promise<void> {
    return this.#run(async () => {
      this.#jobs.push(...jobs);
    });
  }

  completeJob(job: ClaimedJob, at: number): Promise<void> {
    return this.#run(async () => {
      await endJob(this.#database, this.#trx, job, "done", at, null);
      if (job.key !== null) this.#released.push(job.key);
    });
  }

  /**
   * Runs the caller's part. At its end, waits for operations that the caller began and did not await: their statements would
   * else run on the connection after the rollback, outside any transaction.
   */
  async during<Result>(work: (tx: StoreTransaction) => Promise<Result>): Promise<Result> {
    try {
      return await work(this);
    } finally {
      this.#over = true;
      if (this.#running.size > 0) {
        this.#failure ??= {
          error: new Error("a store transaction ended before all its operations were awaited"),
        };
        await Promise.allSettled(this.#running);
      }
    }
  }

  /** After the caller's part: does what the caller asked of the queue; answers whether work may be due. Throws what failed inside. */
  async settle(now: number): Promise<boolean> {
    if (this.#failure !== null) throw this.#failure.error;
    await settleQueue(this.#database, this.#trx, now, this.#jobs, this.#released);
    return this.#woken || this.#jobs.length + this.#released.length > 0;
  }

  async #run<Result>(operation: () => Promise<Result>): Promise<Result> {
    if (this.#over) throw new Error("a store transaction was used after its end");
    const running = operation();
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    } finally {
      this.#running.delete(running);
    }
  }
}
