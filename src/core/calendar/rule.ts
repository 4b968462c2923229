/**
 * Recurrence rules, read. Of RFC 5545 all that speaks of days: a rule that recurs within one is refused, since the time of day is that of
 * the beginning. https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10
 */
import { closest } from "../suggest.ts";
import { dayOf } from "./days.ts";
import { DAY_MS } from "./spans.ts";

export type Frequency = "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY";

/** A day of the week (0 for Sunday), or its nth in the month or the year; `nth` counts from the end where it is negative, 0 means each. */
export interface RuleDay {
  readonly nth: number;
  readonly weekday: number;
}

/** A rule, as plain data. Empty lists limit nothing. */
export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  /** The last moment at which it recurs: a local time, or a moment of UTC. */
  readonly until: { readonly at: number; readonly utc: boolean } | null;
  readonly count: number | null;
  readonly months: readonly number[];
  readonly weekNumbers: readonly number[];
  readonly yearDays: readonly number[];
  readonly monthDays: readonly number[];
  readonly days: readonly RuleDay[];
  readonly positions: readonly number[];
  readonly weekStart: number;
}

export type RuleReading =
  | { readonly ok: true; readonly rule: Rule }
  | { readonly ok: false; readonly message: string; readonly mend: string };

export const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"] as const;
const PARTS =
  "FREQ INTERVAL UNTIL COUNT BYMONTH BYWEEKNO BYYEARDAY BYMONTHDAY BYDAY BYSETPOS WKST BYHOUR BYMINUTE BYSECOND".split(
    " ",
  );
const WITHIN_A_DAY = ["BYHOUR", "BYMINUTE", "BYSECOND"];
const LONGEST_RULE = 500;
const LARGEST_COUNT = 1_000;
const LARGEST_INTERVAL = 1_000;

class Refusal extends Error {
  readonly mend: string;

  constructor(message: string, mend: string) {
    super(message);
    this.mend = mend;
  }
}

/** Reads what stands after `RRULE:`. Never throws. */
export function readRule(text: string): RuleReading {
  try {
    return { ok: true, rule: ruleOf(partsOf(text)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, message: error.message, mend: error.mend };
  }
}

function partsOf(text: string): ReadonlyMap<string, string> {
  if (text.length > LONGEST_RULE)
    throw new Refusal(`a rule has at most ${LONGEST_RULE} characters`, "write several rules");
  const parts = new Map<string, string>();
  for (const part of text
    .replace(/^RRULE:/i, "")
    .replace(/;$/, "")
    .split(";")) {
    const [, name = "", value = ""] = /^([A-Z]+)=(.+)$/.exec(part.trim().toUpperCase()) ?? [];
    if (name === "") throw new Refusal("not a rule", "write one such as `FREQ=WEEKLY;BYDAY=MO,TU`");
    if (!PARTS.includes(name)) {
      const near = closest(name, PARTS);
      throw new Refusal(
        `a rule has no part ${name.slice(0, 40)}`,
        near === null ? `known are ${PARTS.slice(0, -3).join(", ")}` : `did you mean ${near}?`,
      );
    }
    if (WITHIN_A_DAY.includes(name))
      throw new Refusal(`${name} is not read`, "leave it out: the time of day is that of the beginning");
    if (parts.has(name)) throw new Refusal(`${name} is written twice`, "keep one of the two");
    parts.set(name, value);
  }
  return parts;
}

function ruleOf(parts: ReadonlyMap<string, string>): Rule {
  const frequency = frequencyOf(parts.get("FREQ"));
  const numbers = (name: string, least: number, most: number): number[] =>
    (parts.get(name)?.split(",") ?? []).map((one) => numberOf(name, one, least, most));
  const signed = (name: string, most: number): number[] => {
    const found = numbers(name, -most, most);
    if (found.includes(0)) throw new Refusal(`${name} has no 0`, `count from 1, or from -1 backwards`);
    return found;
  };
  const rule: Rule = {
    frequency,
    interval: numbers("INTERVAL", 1, LARGEST_INTERVAL)[0] ?? 1,
    until: untilOf(parts.get("UNTIL")),
    count: numbers("COUNT", 1, LARGEST_COUNT)[0] ?? null,
    months: numbers("BYMONTH", 1, 12),
    weekNumbers: signed("BYWEEKNO", 53),
    yearDays: signed("BYYEARDAY", 366),
    monthDays: signed("BYMONTHDAY", 31),
    days: (parts.get("BYDAY")?.split(",") ?? []).map(ruleDayOf),
    positions: signed("BYSETPOS", 366),
    weekStart: weekdayNamed(parts.get("WKST") ?? "MO", "WKST"),
  };
  for (const refuse of CONTRADICTIONS) {
    const [message, mend] = refuse(rule) ?? [];
    if (message !== undefined && mend !== undefined) throw new Refusal(message, mend);
  }
  return rule;
}

/** What the RFC forbids to be written together. */
const CONTRADICTIONS: readonly ((rule: Rule) => readonly [message: string, mend: string] | null)[] = [
  ({ until, count }) =>
    until !== null && count !== null ? ["UNTIL and COUNT exclude each other", "keep one of the two"] : null,
  ({ frequency, weekNumbers }) =>
    weekNumbers.length > 0 && frequency !== "YEARLY"
      ? ["BYWEEKNO goes with FREQ=YEARLY alone", "leave BYWEEKNO out, or write FREQ=YEARLY"]
      : null,
  ({ frequency, yearDays }) =>
    yearDays.length > 0 && frequency !== "YEARLY"
      ? ["BYYEARDAY goes with FREQ=YEARLY alone", "leave BYYEARDAY out, or write FREQ=YEARLY"]
      : null,
  ({ frequency, monthDays }) =>
    monthDays.length > 0 && frequency === "WEEKLY"
      ? ["BYMONTHDAY does not go with FREQ=WEEKLY", "write FREQ=MONTHLY, or BYDAY in its place"]
      : null,
  ({ frequency, weekNumbers, days }) =>
    days.some(({ nth }) => nth !== 0) &&
    (frequency === "DAILY" || frequency === "WEEKLY" || weekNumbers.length > 0)
      ? [
          "the nth of a weekday is one of a month or a year",
          "write the weekday alone (`MO`), or FREQ=MONTHLY",
        ]
      : null,
  ({ positions, months, weekNumbers, yearDays, monthDays, days }) =>
    positions.length > 0 &&
    [months, weekNumbers, yearDays, monthDays, days].every((list) => list.length === 0)
      ? ["BYSETPOS chooses among what another part names", "add BYDAY, or another, or leave BYSETPOS out"]
      : null,
];

function frequencyOf(written: string | undefined): Frequency {
  switch (written) {
    case "DAILY":
    case "WEEKLY":
    case "MONTHLY":
    case "YEARLY":
      return written;
    case undefined:
      throw new Refusal("the rule has no FREQ", "begin it with FREQ=WEEKLY, or another");
    case "HOURLY":
    case "MINUTELY":
    case "SECONDLY":
      throw new Refusal(
        `FREQ=${written} recurs within a day, which is not read`,
        "write one of DAILY, WEEKLY, MONTHLY, YEARLY; the length says for how long",
      );
    default:
      throw new Refusal(
        `there is no FREQ=${written.slice(0, 40)}`,
        "write one of DAILY, WEEKLY, MONTHLY, YEARLY",
      );
  }
}

function numberOf(name: string, written: string, least: number, most: number): number {
  const number = /^[+-]?\d{1,4}$/.test(written) ? Number(written) : null;
  if (number !== null && number >= least && number <= most) return number;
  throw new Refusal(
    `${name}=${written.slice(0, 40)} is none that there is`,
    `write a number from ${least} to ${most}`,
  );
}

function ruleDayOf(written: string): RuleDay {
  const [, nth = "", name = ""] = /^([+-]?\d{0,2})([A-Z]{2})$/.exec(written) ?? [];
  const weekday = weekdayNamed(name === "" ? written : name, "BYDAY");
  if (nth === "" || nth === "+" || nth === "-") return { nth: 0, weekday };
  const number = numberOf("BYDAY", nth, -53, 53);
  if (number === 0) throw new Refusal("BYDAY has no 0", "count from 1, or from -1 backwards");
  return { nth: number, weekday };
}

function weekdayNamed(name: string, part: string): number {
  const index = WEEKDAYS.findIndex((one) => one === name);
  if (index !== -1) return index;
  throw new Refusal(
    `${part}: there is no weekday ${name.slice(0, 40)}`,
    `write one of ${WEEKDAYS.join(", ")}`,
  );
}

function untilOf(written: string | undefined): Rule["until"] {
  if (written === undefined) return null;
  const read = readICalTime(written);
  if (read === null)
    throw new Refusal(
      `UNTIL=${written.slice(0, 40)} is no time`,
      "write it as `20261231` or `20261231T235959Z`",
    );
  // A day as a whole: the last one on which it recurs.
  return { at: read.isDate ? read.at + DAY_MS - 1 : read.at, utc: read.utc };
}

/** A date or a time as iCalendar writes it. `at` is a local time, or where `utc` says so a moment. */
export interface ICalTime {
  readonly at: number;
  readonly isDate: boolean;
  readonly utc: boolean;
}

/** Reads `20261224`, `20261224T180000` or `20261224T180000Z`; null for any other text, also the 30th of February. */
export function readICalTime(text: string): ICalTime | null {
  const [, year, month, day, time, hour = "0", minute = "0", second = "0", utc] =
    /^(\d{4})(\d{2})(\d{2})(T(\d{2})(\d{2})(\d{2})(Z?))?$/.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const at = dayOf(Number(year), Number(month), Number(day)) * DAY_MS;
  const isReal = new Date(at).toISOString().startsWith(`${year}-${month}-${day}`);
  // 60 is a leap second.
  if (!isReal || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Math.min(Number(second), 59);
  return { at: at + seconds * 1_000, isDate: time === undefined, utc: utc === "Z" };
}
