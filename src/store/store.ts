import { sql } from "kysely";
import { StoreUnavailableError } from "../core/ports.ts";
import type {
  ChainedAuditRecord,
  ClaimedJob,
  Clock,
  DeliveryOutcome,
  LaneKey,
  NewDelivery,
  Parking,
  RepositoryKey,
  Store,
  StoredDelivery,
  StoredLane,
  StoredPromotion,
  StoreTransaction,
  Workload,
} from "../core/ports.ts";
import type { LookSubject, LookTimes, StoredLook } from "../core/reconciling.ts";
import type { InstallationId, PromotionId, RepositoryId } from "../core/ids.ts";
import type { StoredReceipt } from "../core/receipt/place.ts";
import { auditRecords } from "./audit.ts";
import type { AuditAnchor } from "./audit-chain.ts";
import { Batches } from "./batches.ts";
import type { Database, JobState, Trx } from "./database.ts";
import { GatheredReads } from "./gathered.ts";
import { readDelivery, receiveDeliveries } from "./inbox.ts";
import { settleQueue } from "./jobs/add.ts";
import { claimJobs, lineUpTimers, lookForDue } from "./jobs/claim.ts";
import { endJob, renewLeases, retryJob } from "./jobs/finish.ts";
import { jobCounts, nextDue } from "./jobs/look.ts";
import { readLook, readLookTimes } from "./looks.ts";
import { hasOrphans, SWEEP_AT_ONCE, sweepJobs } from "./jobs/requeue.ts";
import { workload } from "./jobs/workload.ts";
import { environmentsOf, knownRepositories, readLane, readPromotion } from "./lanes.ts";
import { holdJob, readParkings } from "./parked.ts";
import { prune } from "./prune.ts";
import { auditHead, keepReceipt, readReceipt } from "./receipts.ts";

/** How often a transaction of the store's own is begun again when the database made it give way to another. */
const VICTIM_ATTEMPTS = 5;

/** Runs `work`; an error that means "not reachable, not writable" becomes a StoreUnavailableError with it as its cause. */
export async function whenAvailable<Result>(
  database: Database,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!database.isUnavailable(error)) throw error;
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    const text = error instanceof Error ? error.message : "";
    throw new StoreUnavailableError(`the database cannot be reached or written${code}: ${text}`, {
      cause: error,
    });
  }
}

/** The store over an open, migrated database of either kind. */
export class SqlStore implements Store {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #batches: Batches;
  /** Asked for with nearly every job. */
  readonly #parkings: GatheredReads<RepositoryKey, Parking | null>;
  #closing: Promise<void> | null = null;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#parkings = new GatheredReads((keys) => this.#available(() => readParkings(database, keys)));
    this.#batches = new Batches({
      database,
      begin: (work) => this.#available(() => this.#begin(work)),
      now: () => clock.now(),
      atOnce: database.batchesAtOnce,
    });
  }

  async receive(deliveries: readonly NewDelivery[]): Promise<readonly DeliveryOutcome[]> {
    if (deliveries.length === 0) return [];
    const outcomes = await this.#own((trx) =>
      receiveDeliveries(this.#database, trx, this.#clock.now(), deliveries),
    );
    if (outcomes.some((outcome) => outcome !== "duplicate")) this.#database.work.announce();
    return outcomes;
  }

  delivery(deliveryId: string): Promise<StoredDelivery | null> {
    return this.#available(() => readDelivery(this.#database, deliveryId));
  }

  async claim(owner: string, now: number, limit: number, leaseUntil: number): Promise<readonly ClaimedJob[]> {
    let due = await this.#available(() => lookForDue(this.#database, now));
    if (due.timers) {
      await this.#own((trx) => lineUpTimers(this.#database, trx, now));
      due = await this.#available(() => lookForDue(this.#database, now));
    }
    const { priorities } = due;
    if (priorities.length === 0 || limit <= 0) return [];
    return this.#own((trx) => claimJobs(this.#database, trx, priorities, { owner, now, limit, leaseUntil }));
  }

  renew(owner: string, jobs: readonly ClaimedJob[], leaseUntil: number): Promise<readonly number[]> {
    if (jobs.length === 0) return Promise.resolve([]);
    return this.#own((trx) => renewLeases(this.#database, trx, owner, jobs, leaseUntil));
  }

  async retry(
    job: ClaimedJob,
    runAt: number,
    error: string,
    attempt: "count" | "keep" = "count",
  ): Promise<void> {
    const again = { runAt, error, keepAttempt: attempt === "keep", now: this.#clock.now() };
    await this.#own((trx) => retryJob(this.#database, trx, job, again));
    this.#database.work.announce();
  }

  async hold(job: ClaimedJob, repository: RepositoryKey, until: number): Promise<void> {
    const times = { until, now: this.#clock.now() };
    await this.#own((trx) => holdJob(this.#database, trx, job, repository, times));
    this.#database.work.announce();
  }

  async bury(job: ClaimedJob, at: number, error: string): Promise<void> {
    const released = job.key === null ? [] : [job.key];
    await this.#own(async (trx) => {
      await endJob(this.#database, trx, { job, state: "dead", at, error });
      await settleQueue(this.#database, trx, at, [], released);
    });
    if (released.length > 0) this.#database.work.announce();
  }

  async sweep(now: number, all: boolean): Promise<number> {
    if (!(await this.#available(() => hasOrphans(this.#database, now, all)))) return 0;
    let total = 0;
    let after = 0;
    for (;;) {
      const from = after;
      const { swept, last } = await this.#own((trx) => sweepJobs(this.#database, trx, now, from, all));
      total += swept;
      after = last;
      if (swept < SWEEP_AT_ONCE) break;
    }
    if (total > 0) this.#database.work.announce();
    return total;
  }

  nextDue(): Promise<number | null> {
    return this.#available(() => nextDue(this.#database));
  }

  transaction<Result>(work: (tx: StoreTransaction) => Promise<Result>): Promise<Result> {
    // Not begun again for a victim: only the caller knows whether its work may run twice.
    return this.#batches.run(work);
  }

  readLane(key: LaneKey): Promise<StoredLane | null> {
    return this.#available(() => readLane(this.#database, key));
  }

  parking(repository: RepositoryKey): Promise<Parking | null> {
    return this.#parkings.of(repository);
  }

  environments(repository: RepositoryKey): Promise<readonly string[]> {
    return this.#available(() => environmentsOf(this.#database, repository));
  }

  repositories(installation?: InstallationId): Promise<readonly RepositoryKey[]> {
    return this.#available(() => knownRepositories(this.#database, installation));
  }

  looks(): Promise<readonly LookTimes[]> {
    return this.#available(() => readLookTimes(this.#database));
  }

  readLook(subject: LookSubject): Promise<StoredLook | null> {
    return this.#available(() => readLook(this.#database, subject));
  }

  readPromotion(
    installation: InstallationId,
    repository: RepositoryId,
    id: PromotionId,
  ): Promise<StoredPromotion | null> {
    return this.#available(() => readPromotion(this.#database, installation, repository, id));
  }

  auditRecords(
    installation: InstallationId,
    afterSeq: number,
    limit: number,
  ): Promise<readonly ChainedAuditRecord[]> {
    return this.#available(() => auditRecords(this.#database, installation, afterSeq, limit));
  }

  auditHead(installation: InstallationId): Promise<AuditAnchor> {
    return this.#available(() => auditHead(this.#database, installation));
  }

  readReceipt(
    installation: InstallationId,
    repository: RepositoryId,
    promotion: PromotionId,
  ): Promise<StoredReceipt | null> {
    return this.#available(() => readReceipt(this.#database, installation, repository, promotion));
  }

  keepReceipt(receipt: StoredReceipt): Promise<StoredReceipt> {
    return this.#own((trx) => keepReceipt(trx, receipt));
  }

  jobCounts(): Promise<Readonly<Record<JobState, number>>> {
    return this.#available(() => jobCounts(this.#database));
  }

  workload(now: number): Promise<Workload> {
    return this.#available(() => workload(this.#database, now));
  }

  onWork(callback: () => void): () => void {
    return this.#database.work.subscribe(callback);
  }

  async ping(): Promise<void> {
    await this.#available(async () => {
      await sql`select 1`.execute(this.#database.reader);
      // Who cannot write any more is not ready, so that webhooks go to those that can.
      await this.#database.checkSchema(this.#database.reader);
    });
  }

  prune(jobsBefore: number, payloadsBefore: number): Promise<void> {
    return prune((work) => this.#own(work), jobsBefore, payloadsBefore);
  }

  close(): Promise<void> {
    this.#closing ??= this.#database.work.close().then(() => this.#database.close());
    return this.#closing;
  }

  /** A transaction of ours; begun again when the database made it give way. */
  async #own<Result>(work: (trx: Trx) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#available(() => this.#begin(work));
      } catch (error) {
        const reason = error instanceof StoreUnavailableError ? error.cause : null;
        if (attempt >= VICTIM_ATTEMPTS || !this.#database.isVictim(reason)) throw error;
      }
    }
  }

  #begin<Result>(work: (trx: Trx) => Promise<Result>): Promise<Result> {
    if (this.#database.readOnly) throw new Error("this store was opened for reading only");
    return this.#database.transaction(async (trx) => {
      await this.#database.checkSchema(trx);
      return work(trx);
    });
  }

  async #available<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== null) throw new StoreUnavailableError("the store is closed");
    return whenAvailable(this.#database, work);
  }
}
