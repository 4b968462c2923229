/**
 * A rollback: the promotion of an earlier release. It goes first, no gate holds it, and it is the one way in which an older release follows a newer
 * one (promise P3). Which release that may be is said here, once for the command and once more for the lane that hears it.
 */
import semver from "semver";
import type { RestoreOrder } from "../database/model.ts";
import type { Disturbed } from "../disturbed.ts";
import type { Delivered } from "../environment.ts";
import type { CommitSha, PromotionId } from "../ids.ts";
import { classOf, type Problem, type Promotion, type PromotionClass } from "../promotion.ts";
import type { MigrationsPassed } from "./floor.ts";
import { isQuarantined, standingPin, type Pin } from "./pin.ts";
import { isSameRelease } from "../release.ts";

/** What only rollbacks carry. */
export interface RollbackOrder {
  /** What whoever asked for it gave as the reason. */
  readonly reason: string | null;
  /** The promotion after whose failure Waybill goes back by itself; absent where a person asked. */
  readonly after?: PromotionId;
  /** The migrations that it was found to go past when it was asked for; absent: none, or nobody looked. */
  readonly past?: MigrationsPassed;
  /** What the database is put back to before the release is deployed; absent where nobody has asked for that. */
  readonly restore?: RestoreOrder;
  /** Workflows that were found unfit at the release when it was asked for: today's take their place. Absent: none were, or nobody looked. */
  readonly todays?: readonly TodaysWorkflow[];
}

/**
 * Why a release's own workflow file cannot be used: there is none, it cannot be read, `on:` has no `workflow_dispatch`, or its inputs are not those
 * that Waybill gives.
 */
export type UnfitWorkflow = "missing" | "unreadable" | "not-dispatchable" | "inputs";

/** A component whose rollback runs by today's workflow with the old commit as its input. */
export interface TodaysWorkflow {
  readonly component: string;
  /** The file's name: `deploy.yml`. */
  readonly workflow: string;
  readonly why: UnfitWorkflow;
  /** The inputs that the release's own file lacks. */
  readonly lacks: readonly string[];
}

/** What the road back is judged by: an environment's lane, or its summary. */
export interface Ground {
  readonly name: string;
  readonly delivered: readonly Delivered[];
  readonly disturbed?: Disturbed | null;
  readonly pin?: Pin | null;
  /** Its commit is absent in summaries of an earlier Waybill. */
  readonly active: {
    readonly version: string;
    readonly sha?: CommitSha;
    readonly class: PromotionClass;
  } | null;
}

/** Some version. */
interface Target {
  readonly version: string;
  /** Null where its tag was not looked at yet. */
  readonly sha: CommitSha | null;
}

/** The ground that a lane gives. */
export function groundOf(
  name: string,
  lane: Pick<Ground, "delivered" | "disturbed" | "pin"> & {
    readonly active: Promotion | null;
    readonly waiting: readonly Promotion[];
  },
): Ground {
  const { delivered, disturbed = null, active } = lane;
  const pin = standingPin(lane.pin ?? null, lane.waiting);
  return {
    name,
    delivered,
    disturbed,
    pin,
    active:
      active === null
        ? null
        : { version: active.cargo.version, sha: active.cargo.sha, class: classOf(active) },
  };
}

/** Whether something other than what was delivered last may run here by now, or by the time at which its turn comes. */
function isHalfDone({ disturbed, active }: Ground): boolean {
  return (disturbed ?? null) !== null || (active !== null && active.class !== "rollback");
}

/**
 * The release that a rollback without a version means: the last one delivered before what runs; after a rollout that was left half done, the one
 * delivered last. Never what is in quarantine, and never a build, of which there is no tag. Null where there is none.
 */
export function releaseBefore(ground: Ground): Delivered | null {
  const running = ground.delivered.at(-1);
  if (running === undefined) return null;
  return (
    ground.delivered.findLast(
      (one) =>
        one.tag !== null &&
        !isQuarantined(ground.pin ?? null, one) &&
        (semver.lt(one.version, running.version) || (isSameRelease(one, running) && isHalfDone(ground))),
    ) ?? null
  );
}

/** Why nothing goes back to a version; null where nothing stands against it. */
export function objectionToRollback({ version, sha }: Target, ground: Ground): Problem | null {
  const { name: environment, pin = null } = ground;
  const running = ground.delivered.at(-1) ?? null;
  const top = running?.version ?? ground.disturbed?.version ?? ground.active?.version;
  if (top === undefined) return { code: "nothing-to-roll-back", detail: { environment, version } };
  if (isQuarantined(pin, { version, sha })) return quarantined(environment, { version, sha }, pin);
  const isRunning = running !== null && running.version === version && (sha ?? running.sha) === running.sha;
  if (isRunning)
    return isHalfDone(ground)
      ? null
      : { code: "already-delivered", detail: { version, environment, at: running.at } };
  // What was deployed by hand may have no version: then whoever names one means it.
  if (semver.valid(top) === null || semver.lt(version, top)) return null;
  return { code: "rollback-not-lower", detail: { version, environment, running: top } };
}

/** Why a version in quarantine is not taken. `pin` is the one that has put it there, maybe by another name of the same commit. */
export function quarantined(environment: string, { version, sha }: Target, pin: Pin | null): Problem {
  const sameName = pin?.bad.find((bad) => bad.version === version);
  const bad = sameName ?? pin?.bad.find((one) => one.sha === sha);
  const detail = {
    environment,
    version,
    bad: bad?.version ?? version,
    good: pin?.version ?? null,
    by: pin?.by ?? null,
    at: pin?.at ?? null,
    reason: pin?.reason ?? null,
  };
  return { code: "quarantined", detail };
}
