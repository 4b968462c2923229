/** Days as numbers: how many since 1970-01-01, in the Gregorian calendar, without any zone. */
import { DAY_MS } from "./spans.ts";

/** The day of a year, a month (1 to 12) and a day of it; days that are too many go on in the next month. */
export function dayOf(year: number, month: number, day: number): number {
  return Math.floor(Date.UTC(year, month - 1, day) / DAY_MS);
}

/** The year, the month (1 to 12) and the day of it. */
export function dateOf(day: number): {
  readonly year: number;
  readonly month: number;
  readonly date: number;
} {
  const at = new Date(day * DAY_MS);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, date: at.getUTCDate() };
}

/** 0 for Sunday, 6 for Saturday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** The first day of the week that a day is in, where weeks begin by `weekStart` (0 for Sunday). */
export function weekOf(day: number, weekStart: number): number {
  return day - ((weekdayOf(day) - weekStart + 7) % 7);
}

/** The week's number in the year that most of it is in, and how many weeks that year has; 1 is the first with four days of it. */
export function weekNumberOf(
  day: number,
  weekStart: number,
): { readonly week: number; readonly weeks: number } {
  const begin = weekOf(day, weekStart);
  const { year } = dateOf(begin + 3);
  const first = weekOf(dayOf(year, 1, 4), weekStart);
  const next = weekOf(dayOf(year + 1, 1, 4), weekStart);
  return { week: (begin - first) / 7 + 1, weeks: (next - first) / 7 };
}
