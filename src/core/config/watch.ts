/** What an environment's config says of the time after a delivery: for how long it is asked again, and how often. */
import { z } from "zod";
import { durationField } from "./fields.ts";
import type { Findings } from "./findings.ts";
import type { Path } from "./located.ts";
import { durationMs } from "./names.ts";
import type { PipelinePlace } from "./pipeline.ts";
import { namesVersion } from "./probes.ts";

export interface WatchConfig {
  /** Since the delivery; null: until something else is delivered. */
  readonly forMs: number | null;
  readonly everyMs: number;
}

export const watchField = z
  .strictObject({
    for: z
      .union([durationField("1m", "30d"), z.literal("always")])
      .default("1h")
      .describe("For how long it is asked again; `always`: until something else is delivered."),
    every: durationField("1m", "1d").default("5m").describe("The pause between two looks."),
  })
  .optional()
  .describe(
    "After a delivery, `verify` is asked again: a version that nobody promoted is said aloud (docs/verification.md). Left out: never.",
  );

/** What the config says of it; undefined where it says nothing. */
export function resolveWatch({ name, own }: PipelinePlace, found: Findings): WatchConfig | undefined {
  const { watch } = own;
  if (watch === undefined) return undefined;
  const at: Path = ["environments", name, "watch"];
  const probes = [own, ...Object.values(own.components)].flatMap(({ verify }) => verify ?? []);
  if (!probes.some((probe) => namesVersion(probe) && probe.report === undefined))
    found.doubtful.push({
      path: at,
      part: "key",
      message: "nothing here can be asked for its version, so nothing is watched",
      mend: "add `verify` with a probe that tells the version",
    });
  const forMs = watch.for === "always" ? null : (durationMs(watch.for) ?? 0);
  const everyMs = durationMs(watch.every) ?? 0;
  if (forMs !== null && everyMs > forMs)
    found.refuse(
      [...at, "every"],
      `with pauses of ${watch.every} there is no look within ${watch.for}`,
      "write a shorter `every`, or a longer `for`",
    );
  return { forMs, everyMs };
}
