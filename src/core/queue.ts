/**
 * The queue of one environment: who is next. First in, first out, by GitHub's comment id among commands, since the
 * order in which webhooks arrive is no order.
 */
import type { Promotion } from "./promotion.ts";

/** The queue with one more entry: a command goes before waiting commands that were written later; all else goes last. */
export function enqueue(waiting: readonly Promotion[], entry: Promotion): readonly Promotion[] {
  const before = waiting.findIndex((other) => wasAskedLater(other, entry));
  return before === -1 ? [...waiting, entry] : [...waiting.slice(0, before), entry, ...waiting.slice(before)];
}

function wasAskedLater(other: Promotion, entry: Promotion): boolean {
  return (
    other.cause.kind === "command" &&
    entry.cause.kind === "command" &&
    other.cause.commentId > entry.cause.commentId
  );
}
