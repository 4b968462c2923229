/**
 * `/retry`: goes on from what failed. The last rollout that did not come to a delivery is remembered with what had succeeded of it; a retry is a
 * promotion of its own, of the same release, in which that counts as done as long as nothing else ran there since. All else is run anew, under
 * new correlation ids.
 */
import { orderToRetry } from "./database/restore.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { PromotionId } from "./ids.ts";
import { isTouchedSince } from "./out-of-band.ts";
import type { Cargo, Problem, Promotion, Step, StepPlan } from "./promotion.ts";
import type { RollbackOrder } from "./rollback/rollback.ts";
import type { Skips } from "./skips.ts";
import { isComponent } from "./step-stage.ts";

/** A rollout that began and was not delivered: what a retry goes on from. */
export interface Unfinished {
  readonly promotionId: PromotionId;
  readonly cargo: Cargo;
  /** Absent: `normal`. */
  readonly class?: Promotion["class"];
  readonly rollback?: RollbackOrder;
  /** It, and what it had gone on from, oldest first. */
  readonly tries: readonly Try[];
  /** The components that had succeeded. */
  readonly done: readonly Step[];
}

/** One promotion in a row of attempts at the same release. */
export interface Try {
  readonly promotionId: PromotionId;
  readonly end: "failed" | "cancelled";
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What a retry asks for: to go on from this promotion. */
export interface RetryOrder {
  readonly of: PromotionId;
}

/** What a retry goes on from, as found when it began. */
export type Resumed = Pick<Unfinished, "tries" | "done">;

/** What a retry would go on from, after promotions have come to their ends; a delivery leaves nothing to go on from. */
export function unfinishedAfter(before: Unfinished | null, ended: readonly Promotion[]): Unfinished | null {
  return ended.reduce<Unfinished | null>(afterEnd, before);
}

function afterEnd(before: Unfinished | null, promotion: Promotion): Unfinished | null {
  const { stage, steps, id, cargo, resumed, finishedAt, requestedAt } = promotion;
  if (stage === "delivered") return null;
  // What has not even been prepared has left nothing behind.
  if ((stage !== "failed" && stage !== "cancelled") || steps.length === 0) return before;
  const rollback = orderToRetry(promotion);
  const last: Try = { promotionId: id, end: stage, at: finishedAt ?? requestedAt };
  return {
    promotionId: id,
    cargo,
    ...(promotion.class === undefined ? {} : { class: promotion.class }),
    ...(rollback === undefined ? {} : { rollback }),
    tries: [...(resumed?.tries ?? []), last],
    done: steps.filter((step) => isComponent(step) && step.stage === "succeeded"),
  };
}

/** Why a retry is turned away: there is nothing any more to go on from. Null where it goes, and for all else. */
export function refusalOfRetry(
  { unfinished = null, delivered }: Pick<EnvironmentLane, "unfinished" | "delivered">,
  { retry, environment }: Promotion,
): Problem | null {
  if (retry === undefined || unfinished?.promotionId === retry.of) return null;
  const running = delivered.at(-1)?.version ?? null;
  return {
    code: "nothing-to-retry",
    detail: { environment, delivered: running, other: unfinished?.cargo.version ?? null },
  };
}

/**
 * What a promotion goes on from when it begins: nothing where it is no retry. What somebody else ran since a component was dispatched, and however
 * that ended, may have changed it; so may anything while nobody could look.
 */
export function resumedFrom(
  {
    unfinished = null,
    disturbed = null,
    ...lane
  }: Pick<EnvironmentLane, "unfinished" | "disturbed" | "outOfBand">,
  { retry }: Promotion,
): { readonly resumed?: Resumed } {
  if (retry === undefined || unfinished === null) return {};
  const { tries, done } = unfinished;
  // What an earlier Waybill has stored knows of no touch but this one.
  const byHandAt = disturbed?.byHand?.at ?? -Infinity;
  const isAsItWas = ({ dispatchedAt }: Step): boolean => {
    const since = dispatchedAt ?? tries.at(-1)?.at ?? 0;
    return byHandAt < since && !isTouchedSince(lane, since);
  };
  return { resumed: { tries, done: done.filter(isAsItWas) } };
}

/** The steps that had succeeded in an earlier attempt and, by the plan as it is now, need not be run once more; by component. */
export function carriedSteps(
  { resumed, retry }: Promotion,
  plans: readonly StepPlan[],
  skips: Skips,
): ReadonlyMap<string, Step> {
  const carried = new Map<string, Step>();
  if (retry === undefined) return carried;
  const components = plans.filter(isComponent);
  for (const plan of components) {
    // What was left as it is was judged anew.
    const earlier = resumed?.done.find(
      ({ component, skipped }) => component === plan.component && skipped === undefined,
    );
    if (earlier !== undefined && isSamePlan(earlier, plan))
      carried.set(plan.component, { ...earlier, needs: plan.needs, carried: earlier.carried ?? retry.of });
  }
  const names = components.map(({ component }) => component);
  // What is run once more comes before what needs it.
  const stays = (name: string): boolean => carried.has(name) || typeof skips.get(name) === "object";
  const isLate = ({ needs }: Step): boolean => needs.some((need) => names.includes(need) && !stays(need));
  for (
    let late = [...carried.values()].filter(isLate);
    late.length > 0;
    late = [...carried.values()].filter(isLate)
  )
    for (const { component } of late) carried.delete(component);
  return carried;
}

function isSamePlan(one: StepPlan, other: StepPlan): boolean {
  return one.workflow === other.workflow && one.ref === other.ref && asText(one) === asText(other);
}

function asText({ inputs }: StepPlan): string {
  const { correlation_id: _id, ...own } = inputs;
  return JSON.stringify(Object.entries(own).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
