/** The queue of an environment, from the config's `queue`: who goes first. */
import { z } from "zod";
import type { PromotionClass } from "../promotion.ts";
import type { Findings } from "./findings.ts";
import type { PipelinePlace } from "./pipeline.ts";

/** The classes of promotions, as they go where the config says nothing: the most urgent first. */
export const CLASSES = ["rollback", "hotfix", "normal"] as const satisfies readonly PromotionClass[];

/** - `fifo`: all are alike, and go as they were asked for · a list: by class, the first one first */
export type QueueOrder = "fifo" | readonly PromotionClass[];

export const queueField = z
  .union([z.enum(["fifo"]), z.array(z.enum(CLASSES)).min(1).max(CLASSES.length)])
  .optional()
  .describe(
    "Who goes first among those that wait: `fifo` for the order in which they were asked for, or the classes in their order. Default: `[rollback, hotfix, normal]`.",
  );

/** The order of an environment's queue; undefined where the config names none. */
export function resolveQueue({ name, own }: PipelinePlace, found: Findings): QueueOrder | undefined {
  const { queue } = own;
  if (queue === undefined || queue === "fifo") return queue;
  if (new Set(queue).size === CLASSES.length) return queue;
  found.refuse(
    ["environments", name, "queue"],
    "each class has one place in the queue",
    `name each of ${CLASSES.join(", ")} once, or write \`fifo\``,
  );
  return undefined;
}
