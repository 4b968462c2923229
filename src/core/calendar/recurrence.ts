/**
 * On which days a rule recurs. Day by day and period by period, so that it ends whatever the rule says: a rule that never matches costs as many
 * looks as there are days to be looked at, and no more.
 */
import { dateOf, dayOf, weekdayOf, weekNumberOf, weekOf } from "./days.ts";
import type { Rule } from "./rule.ts";

/** How many more days may be looked at; what is worked out for somebody's file counts down one of these. */
export interface Budget {
  left: number;
}

/** A rule may be asked about so many days in one go, and not more. */
export const PLENTY: Readonly<Budget> = { left: Number.POSITIVE_INFINITY };

/**
 * The days from `from` to `to`, both included, on which a rule recurs that began on the day `start`. Its end is not looked at but for COUNT,
 * as UNTIL speaks of times. Stops early where the budget is used up.
 */
export function recurrences(
  rule: Rule,
  start: number,
  from: number,
  to: number,
  budget: Budget = { ...PLENTY },
): number[] {
  const found: number[] = [];
  let counted = 0;
  // Without COUNT nothing before the asked days matters.
  const first = rule.count === null ? periodBefore(rule, start, from) : 0;
  for (let index = first; budget.left > 0; index += 1) {
    const days = periodDays(rule, start, index);
    const [begin = to + 1] = days;
    if (begin > to) break;
    budget.left -= days.length;
    for (const day of chosen(rule, start, days)) {
      if (day < start) continue;
      counted += 1;
      if (rule.count !== null && counted > rule.count) return found;
      if (day >= from && day <= to) found.push(day);
    }
  }
  return found;
}

/** The index of a period that is not after the day, and of which few are between. */
function periodBefore({ frequency, interval, weekStart }: Rule, start: number, day: number): number {
  const [begin, end] = [dateOf(start), dateOf(day)];
  const passed = {
    DAILY: day - start,
    WEEKLY: (weekOf(day, weekStart) - weekOf(start, weekStart)) / 7,
    MONTHLY: (end.year - begin.year) * 12 + end.month - begin.month,
    YEARLY: end.year - begin.year,
  }[frequency];
  return Math.max(0, Math.floor(passed / interval));
}

/** The days of the nth period of a rule: that day, that week, that month, or of that year the months in question. */
function periodDays(rule: Rule, start: number, index: number): number[] {
  const { frequency, interval, weekStart } = rule;
  const { year, month } = dateOf(start);
  const ahead = index * interval;
  switch (frequency) {
    case "DAILY":
      return [start + ahead];
    case "WEEKLY": {
      const begin = weekOf(start, weekStart) + ahead * 7;
      return Array.from({ length: 7 }, (_none, offset) => begin + offset);
    }
    case "MONTHLY":
      return daysOfMonth(year, month + ahead);
    case "YEARLY":
      return monthsInQuestion(rule, month).flatMap((one) => daysOfMonth(year + ahead, one));
  }
}

function daysOfMonth(year: number, month: number): number[] {
  const begin = dayOf(year, month, 1);
  return Array.from({ length: dayOf(year, month + 1, 1) - begin }, (_none, offset) => begin + offset);
}

const ALL_MONTHS = Array.from({ length: 12 }, (_none, index) => index + 1);

function monthsInQuestion({ months, weekNumbers, yearDays, monthDays, days }: Rule, start: number): number[] {
  if (months.length > 0) return months.toSorted((one, other) => one - other);
  const isOpen = [weekNumbers, yearDays, monthDays, days].some((list) => list.length > 0);
  return isOpen ? ALL_MONTHS : [start];
}

/** The days of a period on which the rule recurs. */
function chosen(rule: Rule, start: number, days: readonly number[]): number[] {
  const { positions } = rule;
  const matching = days.filter((day) => recursOn(rule, start, day));
  if (positions.length === 0) return matching;
  const places = positions.map((one) => (one > 0 ? one - 1 : matching.length + one));
  return matching.filter((_day, index) => places.includes(index));
}

function recursOn(rule: Rule, start: number, day: number): boolean {
  const { months, weekNumbers, yearDays, monthDays, days, weekStart } = rule;
  const { year, month, date } = dateOf(day);
  if (months.length > 0 && !months.includes(month)) return false;
  if (weekNumbers.length > 0) {
    const { week, weeks } = weekNumberOf(day, weekStart);
    if (!weekNumbers.some((one) => one === week || weeks + 1 + one === week)) return false;
  }
  if (yearDays.length > 0 && !isAmong(yearDays, day, dayOf(year, 1, 1), dayOf(year + 1, 1, 1))) return false;
  const [begin, end] = [dayOf(year, month, 1), dayOf(year, month + 1, 1)];
  if (monthDays.length > 0 && !isAmong(monthDays, day, begin, end)) return false;
  if (days.length > 0) {
    const isOfMonth = rule.frequency === "MONTHLY" || months.length > 0;
    const [first, last] = isOfMonth ? [begin, end] : [dayOf(year, 1, 1), dayOf(year + 1, 1, 1)];
    return days.some(({ nth, weekday }) => weekday === weekdayOf(day) && isNth(nth, day, first, last));
  }
  return isUsualDay(rule, start, day, date);
}

/** Whether a day is among those that are counted from the first one on, or from the end backwards. */
function isAmong(numbers: readonly number[], day: number, first: number, end: number): boolean {
  return numbers.some((one) => (one > 0 ? first + one - 1 === day : end + one === day));
}

function isNth(nth: number, day: number, first: number, end: number): boolean {
  if (nth === 0) return true;
  return nth > 0 ? Math.floor((day - first) / 7) + 1 === nth : Math.floor((end - 1 - day) / 7) + 1 === -nth;
}

/** Where no day is named, it is the one on which the rule began: by its weekday, or by its number in the month. */
function isUsualDay(rule: Rule, start: number, day: number, date: number): boolean {
  const { frequency, weekNumbers, yearDays, monthDays } = rule;
  if (frequency === "DAILY" || yearDays.length > 0 || monthDays.length > 0) return true;
  if (frequency === "WEEKLY" || weekNumbers.length > 0) return weekdayOf(day) === weekdayOf(start);
  return date === dateOf(start).date;
}
