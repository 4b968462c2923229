/** Who is next: first in, first out by the ids of comments. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PromotionId } from "../../src/core/ids.ts";
import { newPromotion, type Promotion, type PromotionCause } from "../../src/core/promotion.ts";
import { enqueue } from "../../src/core/queue.ts";
import { byCommand, NOON, request } from "./given.ts";

function entry(id: string, cause: PromotionCause): Promotion {
  return newPromotion(request({ id: id as PromotionId, cause }), NOON);
}
const command = (commentId: number) => entry(`c${commentId}`, byCommand(commentId));
const auto = (serial: number) => entry(`a${serial}`, { kind: "auto" });
const ids = (queue: readonly Promotion[]) => queue.map((one) => one.id).join(" ");
const queueOf = (...entries: readonly Promotion[]) =>
  entries.reduce<readonly Promotion[]>((queue, one) => enqueue(queue, one), []);

describe("the queue", () => {
  it("takes commands in the order in which they were written", () => {
    expect(ids(queueOf(command(3), command(1), command(2)))).toBe("c1 c2 c3");
  });
  it("lets automatic ones wait behind all that are there", () => {
    expect(ids(queueOf(command(3), auto(1)))).toBe("c3 a1");
  });
  it("puts a command before later commands, also past an automatic one that stands between", () => {
    expect(ids(queueOf(command(5), auto(1), command(9), command(7)))).toBe("c5 a1 c7 c9");
    expect(ids(queueOf(command(5), auto(1), command(3)))).toBe("c3 c5 a1");
  });
  it("keeps two commands of one comment in their order", () => {
    const first = entry("c5", byCommand(5));
    const second = entry("c5.2", byCommand(5));
    expect(ids(queueOf(first, second))).toBe("c5 c5.2");
  });

  it("loses nobody, doubles nobody, and never lets a later command before an earlier one", () => {
    const someone = fc.oneof(
      fc.integer({ min: 1, max: 50 }).map(command),
      fc.integer({ min: 1, max: 50 }).map(auto),
    );
    fc.assert(
      fc.property(fc.array(someone, { maxLength: 12 }), (entries) => {
        const queue = queueOf(...entries);
        expect(new Set(queue)).toEqual(new Set(entries));
        expect(queue).toHaveLength(entries.length);
        const order = queue.flatMap(({ cause }) => (cause.kind === "command" ? [cause.commentId] : []));
        expect(order).toEqual(order.toSorted((one, other) => one - other));
      }),
    );
  });
});
