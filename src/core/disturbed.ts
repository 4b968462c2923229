/**
 * What may run in an environment besides what was delivered there last. A rollout that began and did not come to its end leaves the environment
 * between two versions; and where a person gave it free without anybody knowing how it went, perhaps in the newer one.
 */
import { isRestore } from "./database/restore.ts";
import type { CommitSha, PromotionId } from "./ids.ts";
import type { Problem, Promotion, Step } from "./promotion.ts";
import { everRan, isComponent } from "./step-stage.ts";
import { anyTellsVersion } from "./reachability.ts";
import { isSameRelease } from "./release.ts";

/** What people brought past Waybill. */
export interface ByHand {
  /** Its version, or the beginning of its SHA where none is known. */
  readonly version: string;
  readonly sha: CommitSha;
  /** Who: a login, or null where GitHub does not say. */
  readonly by: string | null;
  /** Of the run. */
  readonly url: string;
  /** When it had ended, epoch milliseconds. */
  readonly at: number;
}

/**
 * - `failed`: runs of it began, and it was not delivered: parts of it may run
 * - `unsure`: nobody knows how it ended: all of it may run, so that nothing older may follow (promise P3)
 * - `out-of-band`: it was deployed past Waybill (`byHand`)
 */
export interface Disturbed {
  readonly kind: "failed" | "unsure" | "out-of-band";
  readonly version: string;
  readonly sha: CommitSha;
  /** Null where it was no promotion. */
  readonly promotionId: PromotionId | null;
  /** The newest that was deployed past Waybill since the last delivery, whatever came after it; absent where nothing was. */
  readonly byHand?: ByHand;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Ends of a step after which nobody knows whether it did its work. */
const UNKNOWN_ENDS: ReadonlySet<string> = new Set(["resolved", "run-rerun"]);

/** What may run besides, after promotions have come to their ends: a delivery takes the place of everything before it. */
export function disturbedAfter(before: Disturbed | null, ended: readonly Promotion[]): Disturbed | null {
  return ended.reduce<Disturbed | null>(afterEnd, before);
}

function afterEnd(before: Disturbed | null, promotion: Promotion): Disturbed | null {
  const { stage, id, cargo, finishedAt, requestedAt } = promotion;
  // Hooks bring no version anywhere; but a database that was put back does not fit what runs.
  const steps = promotion.steps.filter((step) => isComponent(step) || isRestore(step));
  if (stage === "delivered") return besides(before?.byHand ?? null, promotion);
  const isUnsure = steps.some(hasUnknownEnd);
  const hasStopped = stage === "failed" || stage === "cancelled";
  if (!hasStopped || !(isUnsure || steps.some(hasRun))) return before;
  const now: Disturbed = {
    kind: isUnsure ? "unsure" : "failed",
    version: cargo.version,
    sha: cargo.sha,
    promotionId: id,
    at: finishedAt ?? requestedAt,
    ...(before?.byHand === undefined ? {} : { byHand: before.byHand }),
  };
  // What may be the newest here stays so, though something of an attempt after it has failed.
  return before?.kind === "unsure" && now.kind === "failed" ? before : now;
}

/** After something was deployed past Waybill: what may be the newest here stays so. */
export function disturbedByHand(before: Disturbed | null, byHand: ByHand): Disturbed {
  if (before?.kind === "unsure") return { ...before, byHand };
  const { version, sha, at } = byHand;
  return { kind: "out-of-band", version, sha, promotionId: null, at, byHand };
}

/** What was deployed by hand in the middle of a rollout may have come after parts of it; unless the running system itself was asked in the end. */
function besides(byHand: ByHand | null, delivered: Promotion): Disturbed | null {
  const isBefore = byHand === null || byHand.at < (delivered.startedAt ?? delivered.requestedAt);
  const isSame = byHand !== null && isSameRelease(byHand, delivered.cargo);
  if (isBefore || isSame || anyTellsVersion(delivered.plan.environment.verify)) return null;
  return disturbedByHand(null, byHand);
}

function hasUnknownEnd({ problem }: Step): boolean {
  return problem !== null && UNKNOWN_ENDS.has(problem.code) && !isFoundFailed(problem);
}

/** Also where only a person knows of the run: half of it may be there. */
function hasRun(step: Step): boolean {
  const { problem } = step;
  return everRan(step) || (problem !== null && isFoundFailed(problem));
}

/** A person has looked, and it is not there. */
function isFoundFailed({ code, detail }: Problem): boolean {
  return code === "resolved" && detail["outcome"] === "failed";
}
