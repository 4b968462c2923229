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
import { appendAudit, type AuditPart } from "./audit.ts";
import type { Database, Trx } from "./database.ts";
import { forgetComment, hearComments } from "./heard.ts";
import { settleQueue } from "./jobs/add.ts";
import { endJobs, type Ending } from "./jobs/finish.ts";
import { nameOf, saveLanes, savePromotions, type LaneChange, type PromotionChange } from "./lanes.ts";
import { forgetLook, saveLook } from "./looks.ts";
import { setParking } from "./parked.ts";

/** What a caller wants written, kept until its work is over: so that the locks of what it touches are taken in one order, and with few statements. */
interface Wanted {
  readonly endings: Ending[];
  readonly lanes: LaneChange[];
  readonly promotions: PromotionChange[];
  readonly audit: AuditPart[];
  readonly jobs: NewJob[];
}

/**
 * What a caller may do inside a transaction. Whatever failed inside fails the whole, even if the caller caught it: PostgreSQL would refuse to commit, and
 * SQLite would commit the half.
 */
export class TransactionScope implements StoreTransaction {
  readonly #trx: Trx;
  readonly #lock: (key: LaneKey) => Promise<StoredLane>;
  readonly wanted: Wanted = { endings: [], lanes: [], promotions: [], audit: [], jobs: [] };
  readonly #running = new Set<Promise<unknown>>();
  #written = false;
  #woken = false;
  #over = false;
  #failure: { readonly error: unknown } | null = null;

  /** @param lock locks a lane and loads it */
  constructor(trx: Trx, lock: (key: LaneKey) => Promise<StoredLane>) {
    this.#trx = trx;
    this.#lock = lock;
  }

  /** Whether something of it stands in the database already, which only the end of the whole transaction can undo. */
  get hasWritten(): boolean {
    return this.#written;
  }

  /** Whether work may be due when it is committed. */
  get wakes(): boolean {
    const { jobs, endings } = this.wanted;
    return this.#woken || jobs.length > 0 || endings.some(({ job }) => job.key !== null);
  }

  lockLane(key: LaneKey): Promise<StoredLane> {
    return this.#run(async () => {
      // What is saved is written at the end, and would not be seen here.
      if (
        [...this.wanted.lanes, ...this.wanted.promotions].some((saved) => nameOf(saved.key) === nameOf(key))
      )
        throw new Error("a store transaction locks a lane before it saves anything of it");
      return this.#lock(key);
    });
  }

  saveLane(key: LaneKey, rev: number, state: unknown): Promise<void> {
    return this.#run(async () => void this.wanted.lanes.push({ key, rev, state }));
  }

  savePromotion(key: LaneKey, promotion: StoredPromotion): Promise<void> {
    return this.#run(async () => void this.wanted.promotions.push({ key, promotion }));
  }

  setParking(repository: RepositoryKey, parking: Parking | null, now: number): Promise<void> {
    return this.#write(async () => {
      await setParking(this.#trx, repository, parking, now);
      this.#woken = true;
    });
  }

  appendAudit(installation: InstallationId, records: readonly AuditRecord[]): Promise<void> {
    return this.#run(async () => void this.wanted.audit.push({ installation, records }));
  }

  saveLook(look: StoredLook): Promise<void> {
    return this.#write(() => saveLook(this.#trx, look));
  }

  forgetLook(subject: LookSubject): Promise<void> {
    return this.#write(() => forgetLook(this.#trx, subject));
  }

  hearComments(repository: RepositoryKey, comments: readonly number[]): Promise<ReadonlySet<number>> {
    return this.#write(() => hearComments(this.#trx, repository, comments));
  }

  forgetComment(repository: RepositoryKey, comment: number): Promise<void> {
    return this.#write(() => forgetComment(this.#trx, repository, comment));
  }

  addJobs(jobs: readonly NewJob[]): Promise<void> {
    return this.#run(async () => void this.wanted.jobs.push(...jobs));
  }

  completeJob(job: ClaimedJob, at: number): Promise<void> {
    return this.#run(async () => void this.wanted.endings.push({ job, state: "done", at, error: null }));
  }

  /**
   * Runs the caller's part. At its end, waits for operations that the caller began and did not await: their statements would
   * else run on the connection after the rollback, outside any transaction. Throws what failed inside.
   */
  async during<Result>(work: (tx: StoreTransaction) => Promise<Result>): Promise<Result> {
    try {
      const result = await work(this).catch((error: unknown) => {
        throw this.#failure === null ? error : this.#failure.error;
      });
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#running.size > 0)
        throw new Error("a store transaction ended before all its operations were awaited");
      return result;
    } finally {
      this.#over = true;
      await Promise.allSettled(this.#running);
    }
  }

  #write<Result>(operation: () => Promise<Result>): Promise<Result> {
    this.#written = true;
    return this.#run(operation);
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

/**
 * Writes what these scopes want, which are over, in the order in which they are given. Answers those of which nothing was written because their job is no
 * longer its owner's, with what is to be thrown for each. Throws where that cannot be told apart: the whole must be undone then.
 */
export async function writeWanted(
  database: Database,
  trx: Trx,
  now: number,
  scopes: readonly TransactionScope[],
): Promise<ReadonlyMap<TransactionScope, Error>> {
  const endings = scopes.flatMap(({ wanted }) => wanted.endings);
  const lost = await endJobs(database, trx, endings);
  const refused = new Map<TransactionScope, Error>();
  for (const scope of scopes) {
    const error = scope.wanted.endings.map(({ job }) => lost.get(job)).find((one) => one !== undefined);
    if (error === undefined) continue;
    if (scope.hasWritten || scope.wanted.endings.length > 1) throw error;
    refused.set(scope, error);
  }
  const wanted = scopes.filter((scope) => !refused.has(scope)).map((scope) => scope.wanted);
  const lanes = wanted.flatMap((one) => one.lanes);
  for (const changes of inRounds(lanes, ({ key }) => nameOf(key))) await saveLanes(database, trx, changes);
  const promotions = wanted.flatMap((one) => one.promotions);
  for (const changes of inRounds(promotions, ({ key, promotion }) => `${nameOf(key)} ${promotion.id}`))
    await savePromotions(database, trx, changes);
  const jobs = wanted.flatMap((one) => one.jobs);
  const released = wanted.flatMap((one) => one.endings.flatMap(({ job }) => job.key ?? []));
  await settleQueue(database, trx, now, jobs, released);
  // Last: all that an installation's lanes write waits for this lock, until the commit.
  await appendAudit(
    database,
    trx,
    wanted.flatMap((one) => one.audit),
  );
  return refused;
}

/** In as few lists as have each name once, in order: one statement cannot write a row twice. */
function inRounds<Change>(changes: readonly Change[], nameOf: (change: Change) => string): Change[][] {
  const rounds: Change[][] = [];
  const times = new Map<string, number>();
  for (const change of changes) {
    const name = nameOf(change);
    const round = times.get(name) ?? 0;
    times.set(name, round + 1);
    (rounds[round] ??= []).push(change);
  }
  return rounds;
}
