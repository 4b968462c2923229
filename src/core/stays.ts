/**
 * For how long an environment has run something without a break. A stay begins with a delivery, and ends where something else takes its place, or
 * where a rollout that did not come to its end has touched it.
 */
import type { Disturbed } from "./disturbed.ts";
import type { Delivered, EnvironmentLane } from "./environment.ts";
import type { Promotion } from "./promotion.ts";

/** Epoch milliseconds; `until` null while it goes on. */
export interface Stay {
  readonly from: number;
  readonly until: number | null;
}

type Lane = Pick<EnvironmentLane, "delivered" | "active" | "disturbed">;

/**
 * The stays of what `carries` knows, oldest first.
 *
 * @param chained whether a build that carries it, too, may take the place of another one without a break: where every merge is deployed
 */
export function staysOf(lane: Lane, carries: (delivered: Delivered) => boolean, chained: boolean): Stay[] {
  const { delivered, active } = lane;
  return delivered.reduce<Stay[]>((stays, one, index) => {
    if (!carries(one)) return stays;
    const until = one.disturbedAt ?? delivered[index + 1]?.at ?? endOfLast(lane, chained && active !== null);
    const before = stays.at(-1);
    const goesOn = chained && before?.until === one.at;
    return goesOn
      ? [...stays.slice(0, -1), { from: before.from, until }]
      : [...stays, { from: one.at, until }];
  }, []);
}

/** When what was delivered last stopped being all that runs; null where it is. */
function endOfLast({ active, disturbed }: Lane, isChained: boolean): number | null {
  if (disturbed !== null && disturbed !== undefined) return disturbed.at;
  return active === null || isChained ? null : touchedAt(active);
}

/** When runs of a rollout may have begun, epoch milliseconds; null where none has. */
function touchedAt({ steps, preparedAt, startedAt }: Promotion): number | null {
  return steps.some(({ dispatchedAt }) => dispatchedAt !== null) ? (preparedAt ?? startedAt) : null;
}

/** The deliveries, the last of them marked where something that was not delivered has touched the environment. */
export function markDisturbed(
  delivered: readonly Delivered[],
  disturbed: Disturbed | null,
  ended: readonly Promotion[],
): readonly Delivered[] {
  const last = delivered.at(-1);
  if (disturbed === null || last === undefined || last.disturbedAt !== undefined) return delivered;
  const by = ended.find(({ id }) => id === disturbed.promotionId);
  const disturbedAt = (by === undefined ? null : touchedAt(by)) ?? disturbed.at;
  return [...delivered.slice(0, -1), { ...last, disturbedAt }];
}
