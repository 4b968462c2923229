/** What is known of an environment's database, as data: it is stored as JSON. Times are epoch milliseconds. */
import type { CommitSha, PromotionId } from "../ids.ts";

/** What a step does with the database; any other step has none. */
export type DatabaseRole = "backup" | "restore";

/** What a backup's run has told of the moment to which it can be put back. */
export interface RecoverySeen {
  /** Null where it has told none, or nobody could look. */
  readonly point: number | null;
  /** How often it was looked for. */
  readonly looks: number;
}

/** A moment to which the database can be put back, and what ran there then: nothing but that. */
export interface RecoveryPoint {
  readonly point: number;
  readonly version: string;
  readonly sha: CommitSha;
  readonly promotionId: PromotionId;
  /** Of the run that made the backup. */
  readonly runId: number;
}

/** What a person wants restored before an earlier release is deployed. */
export type RestoreOrder = Pick<RecoveryPoint, "point" | "runId">;

/** What could be restored: the workflow, and the point where one is known. */
export interface RestoreOffer {
  readonly workflow: string;
  readonly point: number | null;
}
