/**
 * What the engine needs from the outside world, as interfaces. Adapters (`store/`, `github/`, `notify/`) implement
 * them; `main.ts` wires them. All times are epoch milliseconds.
 */
import type { Effect } from "./effects.ts";
import type { LaneEvent, WaybillEvent } from "./events.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { GateReply, GateRequest } from "./gates/external.ts";
import type { Spoken } from "./spoken.ts";
import type { Promotion } from "./promotion.ts";
import type { StoredReceipt } from "./receipt/place.ts";
import type { AuditPlace } from "./receipt/statement.ts";
import type { RepositoryLane } from "./repository.ts";
import type { InstallationId, PromotionId, RepositoryId } from "./ids.ts";
import type { LookSubject, LookTimes, StoredLook } from "./reconciling.ts";

/** Where time comes from. Only the shell asks it; the core gets times as data. */
export interface Clock {
  now(): number;
}

/** Asks a service whether something may begin; never rejects, since no answer is an answer too. */
export type AskGate = (request: GateRequest) => Promise<GateReply>;

/**
 * Hands out a secret that a config names, if the operator lets this repository use it. `host`: where it will be sent, or what it signs
 * will be, as a URL writes a host (with the port where it is not the scheme's own); null only where the secret is itself the address. A reason is part of a sentence,
 * fit for publishing: it does not tell whether a secret exists that the repository may not use.
 */
export type RevealSecret = (use: {
  readonly name: string;
  readonly repository: { readonly owner: string; readonly name: string };
  readonly host: string | null;
}) => { readonly ok: true; readonly value: string } | { readonly ok: false; readonly reason: string };

/** One repository of one tenant. */
export interface RepositoryKey {
  readonly installation: InstallationId;
  readonly repository: RepositoryId;
}

/**
 * One lane: the unit that is decided on at a time. `environment` is the environment's name, or the empty string for
 * the repository's own lane (its releases and its notice).
 */
export interface LaneKey extends RepositoryKey {
  readonly environment: string;
}

/** A webhook call, after its signature was found right. */
interface Delivery {
  readonly deliveryId: string;
  readonly event: string;
  /** The installation and repository named in the payload, or null where the event has none (`ping`). */
  readonly installation: InstallationId | null;
  readonly repository: RepositoryId | null;
  readonly receivedAt: number;
}

/** A delivery as it came in: `payload` is the JSON text in well-formed UTF-8, which nobody has read whole yet. */
export interface NewDelivery extends Delivery {
  readonly payload: Uint8Array;
}

/** A delivery as the store gives it back: `payload` is the JSON text. */
export interface StoredDelivery extends Delivery {
  readonly payload: string;
}

/** What became of a delivery: stored, known already, or known, dead, and now tried again. */
export type DeliveryOutcome = "accepted" | "duplicate" | "revived";

/**
 * - `delivery`: translate a stored webhook call into events (payload: `{ deliveryId }`)
 * - `event`: decide an event on its lane; with a `runAt` in the future it is a timer (payload: `{ lane, event, cause? }`)
 * - `effect`: perform an effect (payload: `{ lane, effect, cause? }`)
 * - `look`: ask GitHub what is true, for what webhooks may have missed (payload: `{ subject, always? }`)
 */
export type JobKind = "delivery" | "event" | "effect" | "look";

/** A job to be queued. */
export interface NewJob {
  readonly kind: JobKind;
  /** At most one job of a key runs at a time, first come first served; null: no such limit. */
  readonly key: string | null;
  /**
   * While a job with the same `dedupe` waits or is ready, no second one is queued. With `coalesce`, the waiting job takes the
   * payload of the new one (the last text of a comment is the one to write); without, the new one is dropped.
   */
  readonly dedupe: string | null;
  readonly coalesce?: boolean;
  /**
   * It goes behind every job of its key that was queued before it, also behind one that is not due yet. Without it, one that is due at once goes
   * before what waits for its time. Default: false.
   */
  readonly inOrder?: boolean;
  /** Smaller goes first. */
  readonly priority: number;
  readonly runAt: number;
  readonly maxAttempts: number;
  readonly payload: unknown;
}

/** A job in the hands of a worker. `attempts` counts this attempt: above 1, an earlier one may have done the work. */
export interface ClaimedJob {
  readonly id: number;
  readonly kind: JobKind;
  readonly key: string | null;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly payload: unknown;
  readonly owner: string;
}

/** A promotion's row: its lane's view of it, as JSON. `open` is false once it has come to its end. */
export interface StoredPromotion {
  readonly id: PromotionId;
  readonly rev: number;
  readonly open: boolean;
  readonly data: unknown;
}

/** A lane as loaded under lock: its own state (null when new) and all its open promotions. */
export interface StoredLane {
  readonly rev: number;
  readonly state: unknown;
  readonly promotions: readonly StoredPromotion[];
}

/** What the queue needs to know of a parked repository: `lost` where its work is not to be kept. */
export interface Parking {
  readonly lost: boolean;
}

/**
 * One line of the audit log, before the store chains it. `data` is JSON without secrets and without free text of payloads, but for the reason by which
 * a person overrules something.
 */
export interface AuditRecord {
  readonly at: number;
  /** Who: `user:583231`, `waybill`, `github`. */
  readonly actor: string;
  /** Where: `repository:12/environment:prod`. */
  readonly scope: string;
  readonly type: string;
  /** What it is about: a promotion's id, a version, a comment's id. */
  readonly ref: string;
  readonly data: unknown;
}

/** One chained line as read back: `hash` covers the record and `prevHash`. */
export interface ChainedAuditRecord extends AuditRecord {
  readonly seq: number;
  readonly installation: InstallationId;
  readonly prevHash: string;
  readonly hash: string;
}

/** Thrown by the store when a job is no longer this worker's: its lease ran out and another has it. The work is dropped. */
export class FenceLostError extends Error {
  override readonly name = "FenceLostError";
}

/** Thrown when the store cannot be reached or cannot write: the webhook answers 503, the worker waits and tries again. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
}

/** The queue in numbers. */
export interface Workload {
  /**
   * Jobs that are not done. `due`: could be begun now · `scheduled`: for later, also after a failure · `waiting`: behind another of its key ·
   * `running` · `dead`: given up
   */
  readonly jobs: readonly {
    readonly kind: JobKind;
    readonly state: "due" | "scheduled" | "waiting" | "running" | "dead";
    readonly count: number;
  }[];
  /** Since when the oldest due job could have been begun; null where none is due. */
  readonly oldestDue: number | null;
  /** Promotions that have not come to their end, and the environments that they are for. */
  readonly openPromotions: number;
  readonly busyEnvironments: number;
}

/** Everything that must be written together, inside one transaction. Never await the network in it. */
export interface StoreTransaction {
  /** Creates the lane if it is new, locks it until the transaction ends, and loads it. */
  lockLane(key: LaneKey): Promise<StoredLane>;
  /** Writes the lane's state; throws if `rev` is not the stored one. */
  saveLane(key: LaneKey, rev: number, state: unknown): Promise<void>;
  /** Inserts (`rev` 0) or updates a promotion where `rev` is the stored one; throws otherwise. */
  savePromotion(key: LaneKey, promotion: StoredPromotion): Promise<void>;
  /**
   * Parks a repository: jobs may be held for it from now on. With null, or `lost`, those that are held come up at once; so that none
   * is forgotten, this belongs in the transaction that saves its lane.
   */
  setParking(repository: RepositoryKey, parking: Parking | null, now: number): Promise<void>;
  /** Appends to the installation's hash chain, its head locked. */
  appendAudit(installation: InstallationId, records: readonly AuditRecord[]): Promise<void>;
  /** Remembers a look in place of the last one at its subject. */
  saveLook(look: StoredLook): Promise<void>;
  /** Forgets that a subject was ever looked at. */
  forgetLook(subject: LookSubject): Promise<void>;
  /**
   * Writes down that the commands of these comments are handed to the lanes, and answers the comments of which that was not written down
   * before. Of two transactions that write down the same one, the second waits for the first. Before `addJobs`.
   */
  hearComments(repository: RepositoryKey, comments: readonly number[]): Promise<ReadonlySet<number>>;
  /** Takes that back for a comment of whose commands nothing came. */
  forgetComment(repository: RepositoryKey, comment: number): Promise<void>;
  addJobs(jobs: readonly NewJob[]): Promise<void>;
  /** Marks the job done; throws FenceLostError if it is no longer this owner's at this attempt. */
  completeJob(job: ClaimedJob, at: number): Promise<void>;
}

/** The database. One interface, two implementations, one contract test. */
export interface Store {
  /** Stores deliveries and a `delivery` job for each new one, all in one transaction; answers in the order given. */
  receive(deliveries: readonly NewDelivery[]): Promise<readonly DeliveryOutcome[]>;
  /** A stored delivery, or null. */
  delivery(deliveryId: string): Promise<StoredDelivery | null>;
  /** Takes up to `limit` due jobs for `owner` and counts the attempt, in one transaction. */
  claim(owner: string, now: number, limit: number, leaseUntil: number): Promise<readonly ClaimedJob[]>;
  /** Renews the leases of exactly these jobs; answers the ids that were still this owner's. */
  renew(owner: string, jobs: readonly ClaimedJob[], leaseUntil: number): Promise<readonly number[]>;
  /** Puts a job back to be tried again at `runAt` (`attempt: "keep"` takes the counted attempt back: it was never begun). */
  retry(job: ClaimedJob, runAt: number, error: string, attempt?: "count" | "keep"): Promise<void>;
  /** Puts a job back, its attempt not counted, until its repository is parked no more, or until `until`; at once where it is not. */
  hold(job: ClaimedJob, repository: RepositoryKey, until: number): Promise<void>;
  /** Gives a job up: it stays, visible, until it is revived. */
  bury(job: ClaimedJob, at: number, error: string): Promise<void>;
  /**
   * Makes orphaned jobs ready again: those with an expired lease, and, where this process is the only writer (embedded, at start),
   * every running one. Answers how many.
   */
  sweep(now: number, all: boolean): Promise<number>;
  /** When the next job falls due, or null where nothing waits. */
  nextDue(): Promise<number | null>;
  /**
   * Runs `work` and writes what it wants, all or nothing, maybe together with others' in one transaction of the database. `work` may run twice, and so does
   * nothing but by `tx`. Rejects with what it threw, or with what kept it from being written.
   */
  transaction<Result>(work: (tx: StoreTransaction) => Promise<Result>): Promise<Result>;
  /** Reads a lane without locking it, for what another lane needs to know; null if there is none. */
  readLane(key: LaneKey): Promise<StoredLane | null>;
  /** Whether a repository is parked; null where it is not. */
  parking(repository: RepositoryKey): Promise<Parking | null>;
  /** The environments of a repository of which there is a lane, by name. */
  environments(repository: RepositoryKey): Promise<readonly string[]>;
  /** Every repository of which there is a lane, by installation and id; of one installation where it is named. */
  repositories(installation?: InstallationId): Promise<readonly RepositoryKey[]>;
  /** When each subject was looked at last. */
  looks(): Promise<readonly LookTimes[]>;
  /** The last look at a subject; null where there was none. */
  readLook(subject: LookSubject): Promise<StoredLook | null>;
  /** Reads one promotion, open or ended, without locking it; null if there is none. Keyed by tenant as everything is. */
  readPromotion(
    installation: InstallationId,
    repository: RepositoryId,
    id: PromotionId,
  ): Promise<StoredPromotion | null>;
  /** The installation's audit records after `afterSeq`, oldest first. */
  auditRecords(
    installation: InstallationId,
    afterSeq: number,
    limit: number,
  ): Promise<readonly ChainedAuditRecord[]>;
  /** The newest record's place in the installation's chain; number 0 before the first. */
  auditHead(installation: InstallationId): Promise<Pick<AuditPlace, "seq" | "hash">>;
  /** The receipt of a promotion; null where none is kept. */
  readReceipt(
    installation: InstallationId,
    repository: RepositoryId,
    promotion: PromotionId,
  ): Promise<StoredReceipt | null>;
  /** Keeps a receipt, unless one of its promotion is kept already; answers the one that is. */
  keepReceipt(receipt: StoredReceipt): Promise<StoredReceipt>;
  /** How many jobs are in each state, for health and tests. */
  jobCounts(): Promise<Readonly<Record<"waiting" | "ready" | "running" | "done" | "dead", number>>>;
  /** The queue in numbers, cheap enough to be asked every few seconds. */
  workload(now: number): Promise<Workload>;
  /** Calls back when another replica (or this one) may have queued due work; a hint only. Returns the way to stop it. */
  onWork(callback: () => void): () => void;
  /** Resolves when the store answers; rejects with StoreUnavailableError. */
  ping(): Promise<void>;
  /** Deletes done jobs and payloads older than the given times; delivery ids are kept. */
  prune(jobsBefore: number, payloadsBefore: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Translates a stored webhook call into events: reads the payload, asks GitHub for the facts. Throws UnreadableDeliveryError of what can never be
 * read, and anything else to be tried again.
 */
export interface DeliveryTranslator {
  translate(delivery: StoredDelivery): Promise<readonly LaneEvent[]>;
}

/** Performs effects at GitHub or at the running system, and answers what it observed. */
export interface EffectPerformer {
  /**
   * @param attempt 1 for the first; above 1 an earlier attempt may have done it, so it looks first
   * @throws RetryLaterError when GitHub says when to come back; any other error is tried again after a growing pause
   */
  perform(lane: LaneKey, effect: Effect & Spoken, attempt: number): Promise<readonly WaybillEvent[]>;
}

/** What a look at GitHub came to. */
export interface Look {
  /** What webhooks would have told, had they come. */
  readonly events: readonly LaneEvent[];
  /** Remembered for the next look at the same subject, as JSON. */
  readonly memory: unknown;
  /** What turned out to be worth a look as well. */
  readonly found: readonly LookSubject[];
  /** Whether there is so little to see that looking rarely is enough. */
  readonly idle: boolean;
}

/** Asks GitHub what is true, and answers in the events by which webhooks would have told it. */
export interface Reconciler {
  /**
   * @param memory what the last look at this subject remembered; null at the first
   * @throws RetryLaterError when GitHub says when to come back; any other error is tried again after a growing pause
   */
  look(subject: LookSubject, memory: unknown): Promise<Look>;
}

/** Nothing was done, and it is known when it may be tried again (a rate limit): the attempt does not count. */
export class RetryLaterError extends Error {
  override readonly name = "RetryLaterError";
  readonly retryAt: number;

  constructor(message: string, retryAt: number) {
    super(message);
    this.retryAt = retryAt;
  }
}

/** The pause until a job is offered again that only a newer process can do. */
const NEWER_MS = 5_000;

/**
 * A newer Waybill that works on the same database has queued what this one does not know: it is put back for that one, without counting an
 * attempt, for nothing of it was done.
 */
export function ofNewer({ type }: { readonly type: string }, clock: Clock): RetryLaterError {
  return new RetryLaterError(`${type} is of a newer Waybill, and left to it`, clock.now() + NEWER_MS);
}

/**
 * Nothing was done, and nothing can be done in this repository for now: the installation is suspended or gone, the repository is archived or
 * not the installation's any more. The attempt does not count; somebody has to look how the repository stands.
 */
export class OutOfReachError extends RetryLaterError {
  readonly repository: RepositoryKey;

  constructor(message: string, retryAt: number, repository: RepositoryKey) {
    super(message, retryAt);
    this.repository = repository;
  }
}

/** A stored delivery turned out to be no JSON: trying again would change nothing. */
export class UnreadableDeliveryError extends Error {
  override readonly name = "UnreadableDeliveryError";
}

/** The little that the shell needs of a logger; pino fits. */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Reads what lanes know, without locking them: facts for commands, routes for runs. */
export interface LaneReader {
  /** The repositories of an installation of which there is a lane. */
  repositories(installation: InstallationId): Promise<readonly RepositoryId[]>;
  /** The environments of which there is a lane, by name. */
  environments(repository: RepositoryKey): Promise<readonly string[]>;
  repository(installation: InstallationId, repository: RepositoryId): Promise<RepositoryLane | null>;
  environment(
    installation: InstallationId,
    repository: RepositoryId,
    environment: string,
  ): Promise<EnvironmentLane | null>;
  /** A promotion, open or ended, as the Waybill that last decided on it has stored it; null if it is not known. */
  promotion(repository: RepositoryKey, id: PromotionId): Promise<Promotion | null>;
}
