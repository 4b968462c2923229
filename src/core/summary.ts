/** What other lanes, commands and pages need to know of an environment: a summary, taken without locking its lane. */
import type { RecoveryPoint } from "./database/model.ts";
import { pointsIn } from "./database/recovery.ts";
import type { ByHand, Disturbed } from "./disturbed.ts";
import type { Delivered, EnvironmentLane } from "./environment.ts";
import type { ScheduledFreeze } from "./config/windows-model.ts";
import type { Freeze, Held, Lifted } from "./gates/gate.ts";
import type { OutOfBandRun } from "./out-of-band.ts";
import type { CommitSha, PromotionId } from "./ids.ts";
import { classOf, type PromotionClass, type PromotionStage } from "./promotion.ts";
import type { Unfinished } from "./retry.ts";
import type { Pin } from "./rollback/pin.ts";
import { driftIn, type Drift } from "./watch.ts";
import { keptIn, type KeptComponent } from "./skips.ts";

export interface EnvironmentSummary {
  readonly name: string;
  readonly running: Delivered | null;
  /** Everything delivered here that is remembered, oldest first. */
  readonly delivered: readonly Delivered[];
  readonly active: {
    readonly id: PromotionId;
    readonly version: string;
    /** Absent in what an earlier Waybill queued. */
    readonly sha?: CommitSha;
    /** Absent: `normal`. */
    readonly class?: PromotionClass;
    readonly stage: PromotionStage;
    readonly requestedBy: string | null;
    readonly startedAt: number | null;
    /** Logins of those who approved it; absent where none were asked to. */
    readonly approvedBy?: readonly string[];
    /** Whether it is being cancelled; absent where it is not. */
    readonly cancelling?: boolean;
  } | null;
  readonly waiting: readonly {
    readonly version: string;
    /** Absent: `normal`. */
    readonly class?: PromotionClass;
    readonly requestedBy: string | null;
    readonly held: Held | null;
    /** The version that goes before it; null for the next to go, absent in what an earlier Waybill queued. */
    readonly behind?: string | null;
  }[];
  /** What was last said about a freeze, also one whose time has run out. */
  readonly freeze: Freeze | null;
  /** What was deployed past Waybill since its last delivery; absent or null where nothing was. */
  readonly byHand?: ByHand | null;
  /** Runs that Waybill did not start and that are at work here; absent: none. */
  readonly outOfBand?: readonly OutOfBandRun[];
  /** What a person has lifted of the freezes that the config foresees; absent where nothing is. */
  readonly lifted?: Lifted;
  /** Freezes that the config foresees, where they hold now or are near; absent in what an earlier Waybill queued. */
  readonly scheduled?: readonly (ScheduledFreeze & { readonly inForce: boolean })[];
  /** Addresses of runs that Waybill left under way earlier: what waits begins when they have ended. Absent: none. */
  readonly left?: readonly string[];
  /** Set while something else than what was delivered last may run; absent or null where nothing does. */
  readonly disturbed?: Disturbed | null;
  /** What a retry would go on from; absent or null where there is nothing. */
  readonly unfinished?: Pick<Unfinished, "promotionId" | "cargo" | "class" | "rollback"> | null;
  /** Components that run an earlier release, as nothing of them has changed since; absent: none. */
  readonly kept?: readonly KeptComponent[];
  /** What the last rollback has left; absent or null where nothing. */
  readonly pin?: Pin | null;
  /** What it names in place of what was delivered; absent where nothing else. */
  readonly drift?: Drift;
  /** Moments to which its database can be put back; absent in what an earlier Waybill queued. */
  readonly recoveryPoints?: readonly RecoveryPoint[];
}

/** Without what had succeeded, which only its own lane needs. */
function whatOf(unfinished: Unfinished | null): NonNullable<EnvironmentSummary["unfinished"]> | null {
  if (unfinished === null) return null;
  const { tries: _tries, done: _done, ...what } = unfinished;
  return what;
}

/** Summarises an environment's lane; null stands for a lane to which nothing has happened yet. */
export function summariseEnvironment(name: string, lane: EnvironmentLane | null): EnvironmentSummary {
  if (lane === null)
    return { name, running: null, delivered: [], active: null, waiting: [], freeze: null, left: [] };
  const asker = (promotion: NonNullable<EnvironmentLane["active"]>): string | null =>
    promotion.cause.kind === "command" ? promotion.cause.by.login : null;
  const { active } = lane;
  const drift = driftIn(lane);
  return {
    name,
    running: lane.delivered.at(-1) ?? null,
    delivered: lane.delivered,
    active:
      active === null
        ? null
        : {
            id: active.id,
            version: active.cargo.version,
            sha: active.cargo.sha,
            class: classOf(active),
            stage: active.stage,
            requestedBy: asker(active),
            startedAt: active.startedAt,
            ...(active.approvedBy === undefined
              ? {}
              : { approvedBy: active.approvedBy.map(({ login }) => login) }),
            ...(active.cancel === undefined ? {} : { cancelling: true }),
          },
    waiting: lane.waiting.map((promotion, index) => ({
      version: promotion.cargo.version,
      class: classOf(promotion),
      requestedBy: asker(promotion),
      held: promotion.held ?? null,
      behind: (lane.waiting[index - 1] ?? active)?.cargo.version ?? null,
    })),
    left: lane.left.kind === "looking" ? lane.left.runs.map(({ url }) => url) : [],
    freeze: lane.frozen?.freeze ?? null,
    byHand: lane.disturbed?.byHand ?? null,
    outOfBand: lane.outOfBand?.underWay ?? [],
    disturbed: lane.disturbed ?? null,
    unfinished: whatOf(lane.unfinished ?? null),
    pin: lane.pin ?? null,
    recoveryPoints: pointsIn(lane),
    kept: keptIn(lane),
    ...(drift === null ? {} : { drift }),
    ...(lane.frozen?.lifted === undefined ? {} : { lifted: lane.frozen.lifted }),
  };
}
