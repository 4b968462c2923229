/** When the coming release is expected, in words. */
import type { ExpectedView } from "../core/announced.ts";
import type { ExpectedDate } from "../core/calendar/expected.ts";
import { zonedDayText, zonedTimeText } from "./times.ts";

/** `Thursday 3 December 2026 14:00 (Europe/London)`, and of a whole day without the time. */
export function expectedText({ at, wholeDay, zone }: ExpectedDate): string {
  return wholeDay ? zonedDayText(at, zone) : zonedTimeText(at, zone);
}

/** What `expected.hbs` is given. */
export function expectedPage(view: ExpectedView): object {
  const { was, expected } = view;
  return {
    ...view,
    was: was === null ? null : expectedText(was),
    expected: expected === null ? null : expectedText(expected),
  };
}
