import type { Generated, Kysely, Transaction } from "kysely";
import type { JobKind } from "../core/ports.ts";
import type { LookSubject } from "../core/reconciling.ts";

/** The two databases that Waybill knows. */
export type Dialect = "sqlite" | "postgres";

/**
 * - `waiting`: behind another job of its key, or (with `timer`) until its time
 * - `ready`: claimable once `run_at` has come; with a key, the head of its line
 * - `running`: in a worker's hands until `lease_until`
 * - `done`, `dead`: over; a dead one can be revived
 */
export type JobState = "waiting" | "ready" | "running" | "done" | "dead";

interface InboxTable {
  seq: Generated<number>;
  delivery_id: string;
  event: string;
  installation: number | null;
  repository: number | null;
  /** Where its payload stands (`packs.ts`). The pack is pruned one day; the row stays, so that a late redelivery is still known. */
  pack: number;
  pack_start: number;
  pack_length: number;
  received_at: number;
}

interface PackTable {
  id: Generated<number>;
  /** Of the newest delivery in it. */
  received_at: number;
  data: Uint8Array;
}

interface LaneTable {
  installation: number;
  repository: number;
  environment: string;
  rev: number;
  state: string;
}

/** The repositories in which nothing can be done for now, and with `lost` not any more. */
interface ParkedTable {
  installation: number;
  repository: number;
  lost: number;
}

interface PromotionTable {
  installation: number;
  repository: number;
  id: string;
  environment: string;
  rev: number;
  open: number;
  data: string;
}

interface JobTable {
  id: Generated<number>;
  kind: JobKind;
  key: string | null;
  dedupe: string | null;
  /** 1: when it meets a queued job with the same `dedupe`, that one takes this one's payload. */
  coalesces: number;
  priority: number;
  run_at: number;
  state: JobState;
  /** 1 while a job with a key waits for its time; it takes its place in the key's line only then. */
  timer: number;
  attempts: number;
  max_attempts: number;
  owner: string | null;
  lease_until: number | null;
  payload: string;
  error: string | null;
  /** The parked repository whose resumption it waits for. */
  held: string | null;
  finished_at: number | null;
}

interface AuditTable {
  installation: number;
  seq: number;
  at: number;
  actor: string;
  scope: string;
  type: string;
  ref: string;
  data: string;
  prev_hash: string;
  hash: string;
}

interface AuditHeadTable {
  installation: number;
  seq: number;
  hash: string;
}

interface LookTable {
  kind: LookSubject["kind"];
  /** 0 for what belongs to no tenant. */
  installation: number;
  repository: number;
  looked_at: number;
  pause: number;
  /** How many looks in a row have failed. */
  failures: number;
  memory: string;
}

/** Comments whose commands were handed on: they are kept for ever, as deliveries' ids are. */
interface HeardTable {
  installation: number;
  repository: number;
  comment: number;
}

/** What was signed when something was delivered; written once. */
interface ReceiptTable {
  installation: number;
  repository: number;
  promotion: string;
  environment: string;
  at: number;
  /** Of the key that has signed it; null where none did. */
  key_id: string | null;
  document: string;
}

/** The tables as the newest migration leaves them. Times are epoch milliseconds, JSON is text, booleans are 0 and 1. */
export interface Tables {
  inbox: InboxTable;
  pack: PackTable;
  lane: LaneTable;
  parked: ParkedTable;
  look: LookTable;
  heard: HeardTable;
  promotion: PromotionTable;
  receipt: ReceiptTable;
  job: JobTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
}

/** Something moved between looking what to lock and locking it: the transaction must begin again. */
export class LineMovedError extends Error {
  override readonly name = "LineMovedError";
}

/** A newer Waybill has brought the schema on while this process was running, and not so that an older one may go on: it must not write. */
export class NewerSchemaError extends Error {
  override readonly name = "NewerSchemaError";
}

/** An open transaction. */
export type Trx = Transaction<Tables>;

/** Tells this process and other replicas that work may be due. A hint: losing one costs a poll's time, never work. */
export interface WorkChannel {
  announce(): void;
  subscribe(callback: () => void): () => void;
  close(): Promise<void>;
}

/** What the two databases have in common, and all in which they differ. */
export interface Database {
  readonly dialect: Dialect;
  readonly readOnly: boolean;
  readonly writer: Kysely<Tables>;
  /**
   * Separate from the writer, so that a read inside somebody's transaction neither waits for that transaction (SQLite has
   * one writing connection) nor for a connection that only its end would free (PostgreSQL's pool is finite).
   */
  readonly reader: Kysely<Tables>;
  readonly work: WorkChannel;
  /** Runs `work` in a transaction of the writer, and answers when that is committed; what it throws undoes it. */
  transaction<Result>(work: (trx: Trx) => Promise<Result>): Promise<Result>;
  /** How many batches of transactions are worth being at work at a time. */
  readonly batchesAtOnce: number;
  /** Holds these names against other transactions until this one ends; taken in one order everywhere, so never deadlocking. */
  lock(trx: Trx, names: readonly string[]): Promise<void>;
  /**
   * Throws NewerSchemaError where a newer Waybill has migrated meanwhile, and not compatibly; if it passes in a transaction, nobody migrates
   * before that one ends. Needed only where several processes share a database: the embedded one's writer holds its lock.
   */
  checkSchema(db: Kysely<Tables>): Promise<void>;
  /** Whether the error says that the database cannot be reached or cannot write now, rather than that we asked nonsense. */
  isUnavailable(error: unknown): boolean;
  /** Whether the transaction was chosen as a victim by the database and would likely succeed if begun again. */
  isVictim(error: unknown): boolean;
  close(): Promise<void>;
}
