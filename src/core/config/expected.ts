/** When the coming release is expected, from the config's `release.expected`. */
import { readExpected } from "../calendar/expected.ts";
import { ruled } from "./fields.ts";
import type { Findings } from "./findings.ts";
import type { ReleaseConfig, ReleaseMode } from "./model.ts";

export const expectedField = ruled((text) => {
  const reading = readExpected(text);
  return reading.ok ? null : reading;
})
  .optional()
  .describe(
    "When the coming release is expected, for those who read the notice: a date (`2026-12-03 14:00 Europe/London`), or weekdays and a time (`Thursdays 14:00 Europe/London`). Without a zone: UTC.",
  );

/** The date or the rule that is written; nothing where nothing is. */
export function resolveExpected(
  written: string | undefined,
  on: ReleaseMode,
  found: Findings,
): Pick<ReleaseConfig, "expected"> {
  if (written === undefined) return {};
  if (on === "merge")
    found.doubtful.push({
      path: ["release", "expected"],
      part: "value",
      message: "every merge is released by itself, so nobody has to wait for this date",
      mend: "remove it, or write `on: tag`",
    });
  const reading = readExpected(written);
  return reading.ok ? { expected: reading.rule } : {};
}
