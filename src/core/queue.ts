/**
 * The queue of one environment: who is next. By class first, as the environment's config orders them; within one, first in, first out, by
 * GitHub's comment id among commands, since the order in which webhooks arrive is no order.
 */
import { CLASSES } from "./config/index.ts";
import { classOf, type Promotion } from "./promotion.ts";

/** The queue with one more entry: behind what is more urgent or was asked for earlier, before all else. */
export function enqueue(waiting: readonly Promotion[], entry: Promotion): readonly Promotion[] {
  const before = waiting.findIndex((other) => isLessUrgent(other, entry) || wasAskedLater(other, entry));
  return before === -1 ? [...waiting, entry] : [...waiting.slice(0, before), entry, ...waiting.slice(before)];
}

/** The queue with an entry whose turn had come already: before all that are not more urgent. */
export function putBack(waiting: readonly Promotion[], entry: Promotion): readonly Promotion[] {
  const rank = ranksFor(entry);
  const before = waiting.filter((other) => rank(other) < rank(entry));
  return [...before, entry, ...waiting.filter((other) => !before.includes(other))];
}

/** Whether another one goes after the entry by its class alone. */
function isLessUrgent(other: Promotion, entry: Promotion): boolean {
  const rank = ranksFor(entry);
  return rank(other) > rank(entry);
}

/** How urgent each is, 0 for the most, by the config that the entry was accepted with: of all in the queue it was read last. */
function ranksFor(entry: Promotion): (promotion: Promotion) => number {
  const order = entry.plan.environment.queue ?? CLASSES;
  return (promotion) => (order === "fifo" ? 0 : order.indexOf(classOf(promotion)));
}

function wasAskedLater(other: Promotion, entry: Promotion): boolean {
  const rank = ranksFor(entry);
  return (
    rank(other) === rank(entry) &&
    other.cause.kind === "command" &&
    entry.cause.kind === "command" &&
    other.cause.commentId > entry.cause.commentId
  );
}
