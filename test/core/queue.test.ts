/** Who is next: first in, first out by the ids of comments. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PromotionId } from "../../src/core/ids.ts";
import {
  classOf,
  newPromotion,
  type Promotion,
  type PromotionCause,
  type PromotionClass,
} from "../../src/core/promotion.ts";
import { enqueue, putBack } from "../../src/core/queue.ts";
import { byCommand, NOON, planOf, request } from "./given.ts";

function entry(id: string, cause: PromotionCause): Promotion {
  return newPromotion(request({ id: id as PromotionId, cause }), NOON);
}
const command = (commentId: number) => entry(`c${commentId}`, byCommand(commentId));
const urgent = (commentId: number, as: PromotionClass): Promotion => ({ ...command(commentId), class: as });
const auto = (serial: number) => entry(`a${serial}`, { kind: "auto" });
const placed = (promotion: Promotion, queue: string): Promotion => ({
  ...promotion,
  plan: planOf("prod", `environments: { prod: { queue: ${queue} } }`),
});
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
  it("lets a hotfix before all that is normal, and a rollback before both, each among its own as they were written", () => {
    const queue = queueOf(
      auto(1),
      command(3),
      urgent(9, "hotfix"),
      urgent(11, "rollback"),
      urgent(8, "hotfix"),
      urgent(10, "rollback"),
      command(2),
    );
    expect(ids(queue)).toBe("c10 c11 c8 c9 a1 c2 c3");
  });
  it("takes one whose turn had come back before its like, but behind what is more urgent", () => {
    const queue = queueOf(urgent(11, "rollback"), urgent(9, "hotfix"), command(3));
    expect(ids(putBack(queue, command(5)))).toBe("c11 c9 c5 c3");
    expect(ids(putBack(queue, urgent(12, "rollback")))).toBe("c12 c11 c9 c3");
  });
  it("goes by the order that the environment's config gives to the classes, or by none", () => {
    const all = (queue: string) =>
      ids(
        queueOf(
          ...[command(3), urgent(9, "hotfix"), urgent(11, "rollback"), urgent(2, "hotfix"), command(1)].map(
            (one) => placed(one, queue),
          ),
        ),
      );
    expect(all("[hotfix, normal, rollback]")).toBe("c2 c9 c1 c3 c11");
    expect(all("[normal, rollback, hotfix]")).toBe("c1 c3 c11 c2 c9");
    expect(all("fifo")).toBe("c1 c2 c3 c9 c11");
    const queue = [urgent(11, "rollback"), command(3)].map((one) => placed(one, "fifo"));
    expect(ids(putBack(queue, placed(command(5), "fifo")))).toBe("c5 c11 c3");
  });
  it("keeps two commands of one comment in their order", () => {
    const first = entry("c5", byCommand(5));
    const second = entry("c5.2", byCommand(5));
    expect(ids(queueOf(first, second))).toBe("c5 c5.2");
  });

  it("loses nobody, doubles nobody, and never lets a later command before an earlier one", () => {
    const someone = fc
      .tuple(
        fc.oneof(fc.integer({ min: 1, max: 50 }).map(command), fc.integer({ min: 1, max: 50 }).map(auto)),
        fc.constantFrom<PromotionClass[]>("rollback", "hotfix", "normal"),
      )
      .map(([one, as]): Promotion => ({ ...one, class: as }));
    fc.assert(
      fc.property(fc.array(someone, { maxLength: 12 }), (entries) => {
        const queue = queueOf(...entries);
        expect(new Set(queue)).toEqual(new Set(entries));
        expect(queue).toHaveLength(entries.length);
        const classes = ["rollback", "hotfix", "normal"] as const;
        expect(queue).toEqual(classes.flatMap((as) => queue.filter((one) => classOf(one) === as)));
        for (const as of classes) {
          const order = queue.flatMap((one) =>
            one.cause.kind === "command" && classOf(one) === as ? [one.cause.commentId] : [],
          );
          expect(order).toEqual(order.toSorted((one, other) => one - other));
        }
      }),
    );
  });
});
