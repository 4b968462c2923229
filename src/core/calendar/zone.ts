/**
 * Time zones: what a clock on the wall shows. A local time is a number, too: the milliseconds from 1970-01-01 00:00 on that clock, as if it had
 * always stood at this offset. Zones by name are those of the IANA database as the runtime has it (ICU), which is data and no clock: the same
 * question has the same answer, on one version of Node.
 */
import { DAY_MS, MINUTE_MS, union, type Span } from "./spans.ts";

/** What a zone comes to. */
export interface Zone {
  /** How far its clock is ahead of UTC at a moment, in milliseconds. */
  readonly offsetAt: (at: number) => number;
}

export const UTC: Zone = { offsetAt: () => 0 };

/** `Europe/Berlin`, `UTC`, `Etc/GMT+1`; no offsets, no abbreviations with a sign. */
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;
const LONGEST_NAME = 64;
/** No two changes of a zone's offset are as close together as this. */
const CHANGES_APART_MS = 3 * DAY_MS;

const zones = new Map<string, Zone>();

/** The zone of an IANA name; null if there is none of that name. */
export function zoneNamed(name: string): Zone | null {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (name.length > LONGEST_NAME || !ZONE_NAME.test(name)) return null;
  const clock = clockOf(name);
  if (clock === null) return null;
  const zone: Zone = { offsetAt: (at) => offsetOf(clock, at) };
  zones.set(name, zone);
  return zone;
}

function clockOf(timeZone: string): Intl.DateTimeFormat | null {
  const numeric = "numeric";
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
  } catch {
    return null;
  }
}

function offsetOf(clock: Intl.DateTimeFormat, at: number): number {
  const whole = Math.floor(at / 1_000) * 1_000;
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of clock.formatToParts(whole)) shown[type] = Number(value);
  const { year = 0, month = 1, day, hour, minute, second } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}

/** What the clock shows at a moment. */
export function localOf(zone: Zone, at: number): number {
  return at + zone.offsetAt(at);
}

/**
 * The moment at which the clock shows a time. Of a time that comes twice the first; a time that is left out is taken by the offset before the
 * gap: where the clock goes from 02:00 to 03:00, 02:30 means 03:30.
 * https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5
 */
export function momentOf(zone: Zone, local: number): number {
  // A clock is at most 14 hours ahead and 12 behind: within a day of this number, taken as a moment, it shows the time.
  const [before, after] = [zone.offsetAt(local - DAY_MS), zone.offsetAt(local + DAY_MS)];
  const isShown = (offset: number): boolean => zone.offsetAt(local - offset) === offset;
  return local - (isShown(before) || !isShown(after) ? before : after);
}

/**
 * The moments at which the clock shows a time from `begin` up to, and without, `end`. Where the clock is set back within these times it
 * may be two spans, where it is set on over all of them none.
 */
export function spansOf(zone: Zone, [begin, end]: Span): Span[] {
  return union(
    regimes(zone, begin - DAY_MS, end + DAY_MS).map(({ from, to, offset }): Span => [
      Math.max(begin - offset, from),
      Math.min(end - offset, to),
    ]),
  );
}

interface Regime {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

/** The offsets that the zone has between two moments, one after the other. */
function regimes(zone: Zone, from: number, to: number): Regime[] {
  const found: Regime[] = [];
  let [begin, offset] = [from, zone.offsetAt(from)];
  for (let at = from; at < to;) {
    const next = Math.min(at + CHANGES_APART_MS, to);
    const after = zone.offsetAt(next);
    if (after !== offset) {
      const change = changeBetween(zone, at, next, offset);
      found.push({ from: begin, to: change, offset });
      [begin, offset] = [change, after];
    }
    at = next;
  }
  return [...found, { from: begin, to, offset }];
}

/** The first moment at which the zone has no longer the offset that it has at `from`. Zones change at whole seconds. */
function changeBetween(zone: Zone, from: number, to: number, offset: number): number {
  let [before, after] = [Math.floor(from / 1_000), Math.ceil(to / 1_000)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zone.offsetAt(middle * 1_000) === offset) before = middle;
    else after = middle;
  }
  return after * 1_000;
}

const MOMENT = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2}))?$/;

/** Reads `2026-12-24` (its beginning) or `2026-12-24 18:00` as a local time; null for any other text, also the 30th of February. */
export function readLocal(text: string): number | null {
  const [, year, month, day, hour = "00", minute = "00"] = MOMENT.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const isReal = new Date(at).toISOString().startsWith(`${year}-${month}-${day}`);
  const minutes = readClock(`${hour}:${minute}`);
  return isReal && minutes !== null ? at + minutes * MINUTE_MS : null;
}

/** Reads `09:00` as minutes from midnight; `24:00` is no time. Null for any other text. */
export function readClock(text: string): number | null {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour === undefined ? null : Number(hour) * 60 + Number(minute);
}
