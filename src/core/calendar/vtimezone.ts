/**
 * The time zones that a calendar file speaks of. A name of the IANA database is that zone, whatever the file says of it: what programs write
 * beside their own names for them (`W. Europe Standard Time`) is what counts for the others.
 * https://www.rfc-editor.org/rfc/rfc5545#section-3.6.5
 */
import { CalendarError, propertyNamed, type CalendarProblem, type Component, type Property } from "./ical.ts";
import { recurrences, type Budget } from "./recurrence.ts";
import { readICalTime, readRule } from "./rule.ts";
import { DAY_MS, type Span } from "./spans.ts";
import { zoneNamed, type Zone } from "./zone.ts";

/** From when on a zone has an offset. Both in milliseconds. */
interface Onset {
  readonly at: number;
  readonly offset: number;
}

/** A zone by the name that the file uses; null if there is none such. */
export type ZoneLookup = (name: string) => Zone | null;

/**
 * The zones of a file, as far as they matter for the time asked about. What is wrong with one is said where it is used, so that a zone that
 * nothing is in does no harm.
 */
export function zonesOf(calendar: Component, [from, to]: Span, budget: Budget): ZoneLookup {
  const written = new Map<string, Component>();
  for (const component of calendar.components) {
    const id = component.name === "VTIMEZONE" ? propertyNamed(component, "TZID")?.value : undefined;
    if (id !== undefined) written.set(id, component);
  }
  const known = new Map<string, Zone>();
  return (name) => {
    const found = known.get(name) ?? zoneNamed(ianaName(name));
    if (found !== null) return found;
    const component = written.get(name);
    if (component === undefined) return null;
    const zone = zoneByOnsets(component, [from, to], budget);
    known.set(name, zone);
    return zone;
  };
}

/** Some programs write `/example.org/Europe/Berlin` in place of the name. */
function ianaName(name: string): string {
  return name.startsWith("/") ? (/[A-Za-z_]+\/[A-Za-z_]+$/.exec(name)?.[0] ?? name) : name;
}

function zoneByOnsets(component: Component, span: Span, budget: Budget): Zone {
  const observances = component.components.filter(({ name }) => name === "STANDARD" || name === "DAYLIGHT");
  const onsets = observances
    .flatMap((one) => onsetsOf(one, span, budget))
    .toSorted((one, other) => one.at - other.at);
  const [first] = onsets;
  if (first === undefined)
    throw new CalendarError(
      { line: component.line, value: component.name },
      "this time zone has no STANDARD and no DAYLIGHT",
      "name a zone of the IANA database, such as `Europe/Berlin`",
    );
  const offsetAt = (at: number): number => (onsets.findLast((one) => one.at <= at) ?? first).offset;
  return { offsetAt };
}

/** When an observance begins: the last time before the span, and each time in it. */
function onsetsOf(observance: Component, [from, to]: Span, budget: Budget): Onset[] {
  const start = needed(observance, "DTSTART");
  const begin = readICalTime(start.value);
  if (begin === null) throw new CalendarError(start, "not a time", "write it as `19961027T030000`");
  const offset = offsetOf(needed(observance, "TZOFFSETTO"));
  const before = offsetOf(needed(observance, "TZOFFSETFROM"));
  const onset = (local: number): Onset => ({ at: local - before, offset });
  const dates = observance.properties
    .filter(({ name }) => name === "RDATE")
    .flatMap(({ value }) => value.split(","))
    .flatMap((one) => readICalTime(one) ?? []);
  const written = [begin, ...dates].map(({ at }) => onset(at));
  const rule = propertyNamed(observance, "RRULE");
  if (rule === null) return written;
  const reading = readRule(rule.value);
  if (!reading.ok) throw new CalendarError(rule, reading.message, reading.mend);
  const { until } = reading.rule;
  const day = Math.floor(begin.at / DAY_MS);
  const end = Math.min(to, until?.at ?? to);
  // A zone changes every year or not at all: the two years before tell with which offset the span begins.
  const first = Math.floor(Math.min(from, end) / DAY_MS) - 2 * 366;
  const days = recurrences(reading.rule, day, first, Math.ceil(end / DAY_MS), budget);
  const time = begin.at - day * DAY_MS;
  const recurring = days.map((one) => onset(one * DAY_MS + time));
  const isInTime = ({ at }: Onset): boolean => until === null || at + (until.utc ? 0 : before) <= until.at;
  return [...written, ...recurring.filter(isInTime)];
}

function needed(component: Component, name: string): Property {
  const found = propertyNamed(component, name);
  if (found !== null) return found;
  const at: Pick<CalendarProblem, "line" | "value"> = { line: component.line, value: component.name };
  throw new CalendarError(at, `${name} is missing`, `add \`${name}:\` here`);
}

/** `+0100`, `-023000`. */
function offsetOf(property: Property): number {
  const [, sign, hours, minutes, seconds = "0"] =
    /^([+-])(\d{2})(\d{2})(\d{2})?$/.exec(property.value.trim()) ?? [];
  if (hours === undefined || minutes === undefined)
    throw new CalendarError(property, "not an offset", "write it as `+0100`");
  const amount = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  return sign === "-" ? -amount : amount;
}
