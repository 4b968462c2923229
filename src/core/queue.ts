/**
 * The queue of one environment: who is next. By class first; within one, first in, first out, by GitHub's comment id among commands, since the
 * order in which webhooks arrive is no order.
 */
import { classOf, type Promotion, type PromotionClass } from "./promotion.ts";

/** Who goes first, from the most urgent. */
const CLASSES: readonly PromotionClass[] = ["rollback", "hotfix", "normal"];

/** The queue with one more entry: behind what is more urgent or was asked for earlier, before all else. */
export function enqueue(waiting: readonly Promotion[], entry: Promotion): readonly Promotion[] {
  const before = waiting.findIndex((other) => isLessUrgent(other, entry) || wasAskedLater(other, entry));
  return before === -1 ? [...waiting, entry] : [...waiting.slice(0, before), entry, ...waiting.slice(before)];
}

/** The queue with an entry whose turn had come already: before all that are not more urgent. */
export function putBack(waiting: readonly Promotion[], entry: Promotion): readonly Promotion[] {
  const before = waiting.filter((other) => isLessUrgent(entry, other));
  return [...before, entry, ...waiting.filter((other) => !before.includes(other))];
}

/** Whether another one goes after the entry by its class alone. */
function isLessUrgent(other: Promotion, entry: Promotion): boolean {
  return rankOf(other) > rankOf(entry);
}

function rankOf(promotion: Promotion): number {
  return CLASSES.indexOf(classOf(promotion));
}

function wasAskedLater(other: Promotion, entry: Promotion): boolean {
  return (
    rankOf(other) === rankOf(entry) &&
    other.cause.kind === "command" &&
    entry.cause.kind === "command" &&
    other.cause.commentId > entry.cause.commentId
  );
}
