/**
 * What is in a calendar file: its events, laid out over a time. Everything in a file is somebody's text: its size, the number of its events and
 * how often they recur are bounded, and what is not understood is refused with its line.
 */
import {
  CalendarError,
  propertyNamed,
  readComponents,
  textOf,
  type CalendarProblem,
  type Component,
  type Property,
} from "./ical.ts";
import { recurrences, type Budget } from "./recurrence.ts";
import { readICalTime, readRule, type Rule } from "./rule.ts";
import { DAY_MS, MINUTE_MS, type Span } from "./spans.ts";
import { zonesOf, type ZoneLookup } from "./vtimezone.ts";
import { localOf, momentOf, UTC, type Zone } from "./zone.ts";

/** One time at which an event is. `floating`: by the clock of whoever looks, as local times (whole days are such); else as moments. */
export interface CalendarSpan {
  readonly span: Span;
  readonly floating: boolean;
  /** What it is called; empty without a name. */
  readonly summary: string;
}

export type CalendarReading =
  | { readonly ok: true; readonly spans: readonly CalendarSpan[] }
  | { readonly ok: false; readonly problems: readonly CalendarProblem[] };

export const MOST = { events: 1_000, spans: 2_000, days: 300_000, summary: 100 } as const;
/** An event may be on for so long. */
const LONGEST_MS = 366 * DAY_MS;

/**
 * Reads a calendar file: what of it is on at some moment from the first up to the last one. Never throws; its time is bounded whatever
 * the file holds.
 */
export function readCalendar(text: string, window: Span): CalendarReading {
  try {
    const calendar = readComponents(text);
    const budget: Budget = { left: MOST.days };
    const zones = zonesOf(calendar, window, budget);
    const events = calendar.components.filter(({ name }) => name === "VEVENT");
    const [first] = events.slice(MOST.events);
    if (first !== undefined)
      throw tooMuch(first, `the file has more than ${MOST.events} events`, "leave out what lies in the past");
    const replaced = replacedStarts(events, zones);
    const spans: CalendarSpan[] = [];
    for (const event of events) {
      spans.push(...spansOfEvent(event, leftToOthers(event, replaced), zones, window, budget));
      if (budget.left <= 0)
        throw tooMuch(event, "the rules of this file take too long to be worked out", "simplify them");
      if (spans.length > MOST.spans)
        throw tooMuch(event, `more than ${MOST.spans} times within a year`, "let it recur more rarely");
    }
    return { ok: true, spans: spans.toSorted((one, other) => one.span[0] - other.span[0]) };
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    return { ok: false, problems: [error.problem] };
  }
}

function tooMuch({ line, name }: Component, message: string, mend: string): CalendarError {
  return new CalendarError({ line, value: name }, message, mend);
}

/** When something begins: a local time, in a zone or (null) in that of whoever looks. */
interface Start {
  readonly local: number;
  readonly zone: Zone | null;
  readonly isDate: boolean;
}

/** The time that two are compared by: a moment, or where they float the local time. */
function keyOf({ local, zone }: Start): number {
  return zone === null ? local : momentOf(zone, local);
}

function startsOf(property: Property, zones: ZoneLookup): Start[] {
  return property.value.split(",").map((written) => {
    const time = readICalTime(written.split("/")[0]?.trim() ?? "");
    if (time === null)
      throw new CalendarError(property, "not a time", "write it as `20261224` or `20261224T180000Z`");
    const { at: local, isDate, utc } = time;
    const name = property.parameters.get("TZID");
    if (utc) return { local, zone: UTC, isDate };
    if (isDate || name === undefined) return { local, zone: null, isDate };
    const zone = zones(name);
    if (zone === null)
      throw new CalendarError(
        property,
        `there is no time zone ${name.slice(0, 60)}`,
        "name one of the IANA database, such as `Europe/Berlin`, or describe it by a VTIMEZONE",
      );
    return { local, zone, isDate };
  });
}

/** By a series' UID, the starts of its events that another event of the file stands for. */
function replacedStarts(
  events: readonly Component[],
  zones: ZoneLookup,
): ReadonlyMap<string, ReadonlySet<number>> {
  const replaced = new Map<string, Set<number>>();
  for (const event of events) {
    const original = propertyNamed(event, "RECURRENCE-ID");
    const id = propertyNamed(event, "UID")?.value;
    if (original === null || id === undefined) continue;
    const starts = replaced.get(id) ?? new Set();
    for (const start of startsOf(original, zones)) starts.add(keyOf(start));
    replaced.set(id, starts);
  }
  return replaced;
}

const NONE: ReadonlySet<number> = new Set();

/** The starts that an event leaves to others; one that stands for another itself leaves none. */
function leftToOthers(event: Component, replaced: ReturnType<typeof replacedStarts>): ReadonlySet<number> {
  if (propertyNamed(event, "RECURRENCE-ID") !== null) return NONE;
  return replaced.get(propertyNamed(event, "UID")?.value ?? "") ?? NONE;
}

function spansOfEvent(
  event: Component,
  replaced: ReadonlySet<number>,
  zones: ZoneLookup,
  [from, to]: Span,
  budget: Budget,
): CalendarSpan[] {
  if (propertyNamed(event, "STATUS")?.value.trim().toUpperCase() === "CANCELLED") return [];
  const written = propertyNamed(event, "DTSTART");
  if (written === null) throw tooMuch(event, "DTSTART is missing", "add `DTSTART:` here");
  const [start] = startsOf(written, zones);
  if (start === undefined) return [];
  const lengthMs = lengthOf(event, written, start, zones);
  const summary = propertyNamed(event, "SUMMARY");
  const name = summary === null ? "" : textOf(summary).trim().slice(0, MOST.summary).toWellFormed();
  const without = new Set([...replaced, ...dates(event, "EXDATE", zones).map(keyOf)]);
  const known = new Set<number>();
  return allStarts(event, start, zones, [from - lengthMs, to], budget).flatMap((one) => {
    const key = keyOf(one);
    // A day of slack on both sides: what floats is placed by whoever looks.
    const isNear = key + lengthMs > from - DAY_MS && key < to + DAY_MS;
    if (!isNear || without.has(key) || known.has(key)) return [];
    known.add(key);
    const span: Span = [key, key + lengthMs];
    return [{ span, floating: one.zone === null, summary: name }];
  });
}

function dates(event: Component, name: "EXDATE" | "RDATE", zones: ZoneLookup): Start[] {
  return event.properties.filter((one) => one.name === name).flatMap((one) => startsOf(one, zones));
}

/** All starts of an event that matter for the time. */
function allStarts(event: Component, start: Start, zones: ZoneLookup, span: Span, budget: Budget): Start[] {
  const refused = event.properties.find(({ name }) => name === "EXRULE");
  if (refused !== undefined)
    throw new CalendarError(refused, "EXRULE is not read", "name the dates in EXDATE in its place");
  const written = propertyNamed(event, "RRULE");
  const others = dates(event, "RDATE", zones);
  if (written === null) return [start, ...others];
  const reading = readRule(written.value);
  if (!reading.ok) throw new CalendarError(written, reading.message, reading.mend);
  return [start, ...recurringStarts(reading.rule, start, span, budget), ...others];
}

/** The starts by a rule, by the clock of the event's zone: the time of day stays where the clocks are changed. */
export function recurringStarts(rule: Rule, start: Start, [from, to]: Span, budget?: Budget): Start[] {
  const { local, zone } = start;
  const day = Math.floor(local / DAY_MS);
  const [first, last] = [Math.floor(from / DAY_MS) - 1, Math.ceil(to / DAY_MS) + 1];
  const { until } = rule;
  const latest = until === null ? null : until.utc ? localOf(zone ?? UTC, until.at) : until.at;
  return recurrences(rule, day, first, last, budget)
    .map((one): Start => ({ ...start, local: one * DAY_MS + (local - day * DAY_MS) }))
    .filter((one) => latest === null || one.local <= latest);
}

const LENGTH = /^\+?P(?:(\d{1,3})W)?(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$/;

/** How long each of an event's times is, in milliseconds. */
function lengthOf(event: Component, written: Property, start: Start, zones: ZoneLookup): number {
  const end = propertyNamed(event, "DTEND");
  const duration = propertyNamed(event, "DURATION");
  const at = end ?? duration ?? written;
  const length =
    end !== null
      ? endOf(end, start, zones) - keyOf(start)
      : duration !== null
        ? durationOf(duration)
        : start.isDate
          ? DAY_MS
          : 0;
  if (length <= 0)
    throw new CalendarError(
      at,
      "this event is over before it has begun",
      "give it a later DTEND, or a DURATION",
    );
  if (length > LONGEST_MS)
    throw new CalendarError(at, "this event lasts for longer than a year", "give it an earlier end");
  return length;
}

function endOf(end: Property, start: Start, zones: ZoneLookup): number {
  const [found] = startsOf(end, zones);
  if (found === undefined || found.isDate !== start.isDate || (found.zone === null) !== (start.zone === null))
    throw new CalendarError(
      end,
      "the end is not of the kind of the beginning",
      "write both as days, or both as times",
    );
  return keyOf(found);
}

function durationOf(property: Property): number {
  const found = LENGTH.exec(property.value.trim());
  if (found === null) throw new CalendarError(property, "not a duration", "write it as `PT8H` or `P1D`");
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((one) => Number(one ?? 0));
  return (weeks * 7 + days) * DAY_MS + (hours * 60 + minutes) * MINUTE_MS + seconds * 1_000;
}
