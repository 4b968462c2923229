/**
 * Recovery points: the backup of an environment's database runs before a rollout's components, tells the moment to which it can be put back, and
 * that is kept with what ran there at the time, so that a rollback knows where to go.
 */
import type { DatabaseConfig } from "../config/index.ts";
import { order, type Minutes } from "../decision.ts";
import type { Disturbed } from "../disturbed.ts";
import type { CommitSha } from "../ids.ts";
import { withStep, type Promotion, type Step } from "../promotion.ts";
import type { RecoveryPoint, RestoreOffer } from "./model.ts";
import { isSameRelease } from "../release.ts";

/** More are kept of no environment. */
const POINTS_KEPT = 20;

/** Has the run of a backup asked for its recovery point: the `looks`-th time. */
export function orderPoint(step: Step, looks: number, delayMs: number, minutes: Minutes): void {
  const { correlationId, runId } = step;
  order(
    minutes,
    `recovery:${correlationId}:${looks}`,
    { type: "readRecoveryPoint", correlationId, runId },
    { delayMs },
  );
}

/** The run of a backup has succeeded: before anything else begins it is asked for its recovery point. */
export function askForPoint(promotion: Promotion, step: Step, minutes: Minutes): Promotion {
  orderPoint(step, 1, 0, minutes);
  return withStep(promotion, step.correlationId, () => ({ ...step, stage: "proving" }));
}

/** The points that an environment knows after promotions have come to their ends; `disturbed` is what might have run there besides before that. */
export function recoveryAfter(
  before: readonly RecoveryPoint[] | undefined,
  ended: readonly Promotion[],
  disturbed: Disturbed | null,
): readonly RecoveryPoint[] | undefined {
  const found = ended.flatMap((one) => pointOf(one, disturbed) ?? []);
  return found.length === 0 ? before : [...(before ?? []), ...found].slice(-POINTS_KEPT);
}

/** All points, also that of what is under way. */
export function pointsIn({
  recoveryPoints = [],
  active,
  disturbed = null,
}: {
  readonly recoveryPoints?: readonly RecoveryPoint[];
  readonly active: Promotion | null;
  readonly disturbed?: Disturbed | null;
}): readonly RecoveryPoint[] {
  return active === null ? recoveryPoints : [...recoveryPoints, ...[pointOf(active, disturbed) ?? []].flat()];
}

/** Where anything else may have run there, nobody knows which release fits the database: that point is nobody's. */
function pointOf(
  { steps, replaces, replacesByHand, id }: Promotion,
  disturbed: Disturbed | null,
): RecoveryPoint | null {
  const backup = steps.find(({ role, stage }) => role === "backup" && stage === "succeeded");
  const point = backup?.recovery?.point ?? null;
  const runId = backup?.runId ?? null;
  const isMixed = disturbed !== null || replacesByHand !== undefined;
  if (point === null || runId === null || replaces === null || isMixed) return null;
  return { point, version: replaces.version, sha: replaces.sha, promotionId: id, runId };
}

/** The newest point at which nothing but this release ran there; null where none is known. */
export function pointFor(
  release: { readonly version: string; readonly sha: CommitSha },
  points: readonly RecoveryPoint[],
): RecoveryPoint | null {
  return points.findLast((one) => isSameRelease(one, release)) ?? null;
}

/** What could be restored before going back to a release; null where the config names no workflow for that. */
export function offerFor(
  database: DatabaseConfig | undefined,
  target: { readonly version: string; readonly sha: CommitSha },
  points: readonly RecoveryPoint[],
): RestoreOffer | null {
  if (database?.restore === undefined) return null;
  return { workflow: database.restore.workflow, point: pointFor(target, points)?.point ?? null };
}
