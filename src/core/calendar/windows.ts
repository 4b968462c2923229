/** When deploy windows are open: now, or when next. */
import type { DeployWindow, Holidays, WindowsConfig } from "../config/windows-model.ts";
import { recurringStarts } from "./events.ts";
import { DAY_MS, difference, MINUTE_MS, union, type Span } from "./spans.ts";
import { weekdayOf } from "./days.ts";
import { momentOf, spansOf, UTC, zoneNamed, type Zone } from "./zone.ts";

/**
 * - `opens`: closed now; the first moment at which one of them is open, and the zone of that one
 * - `never`: none will open any more · `unknown`: it may be a holiday, for the calendar is only known up to that moment
 */
export type Opening =
  | { readonly kind: "open" }
  | { readonly kind: "opens"; readonly at: number; readonly zone: string }
  | { readonly kind: "never" }
  | { readonly kind: "unknown"; readonly until: number };

/** How far ahead is looked where nothing else sets an end: what recurs more rarely is taken for what never does. */
const HORIZON_MS = 9 * 366 * DAY_MS;
/** Looked at piece by piece, since the next opening is nearly always near. */
const FIRST_PIECE_MS = 4 * DAY_MS;

/** What the windows of an environment come to at a moment. */
export function openingAt(config: WindowsConfig, at: number): Opening {
  const { calendar, holidays } = config;
  // A calendar that nobody has read knows no working day.
  const known = calendar === null ? null : (holidays?.until ?? Number.NEGATIVE_INFINITY);
  const end = known ?? at + HORIZON_MS;
  let length = FIRST_PIECE_MS;
  for (let from = at; from < end; length *= 4) {
    const piece: Span = [from, Math.min(from + length, end)];
    const [first] = config.open
      .flatMap((window) =>
        openSpans(window, holidays, piece).map(([begin]) => ({ at: begin, zone: window.zone })),
      )
      .toSorted((one, other) => one.at - other.at);
    if (first !== undefined) return first.at === at ? { kind: "open" } : { kind: "opens", ...first };
    [, from] = piece;
  }
  return known === null ? { kind: "never" } : { kind: "unknown", until: known };
}

/** When a window is open within a time, without the holidays. */
function openSpans(window: DeployWindow, holidays: Holidays | undefined, [from, to]: Span): Span[] {
  const zone = zoneNamed(window.zone) ?? UTC;
  const written =
    window.kind === "weekly" ? weekly(window, zone, [from, to]) : byRule(window, zone, [from, to]);
  const within = union(written.map(([begin, end]): Span => [Math.max(begin, from), Math.min(end, to)]));
  return holidays === undefined || within.length === 0
    ? within
    : difference(within, closed(holidays, zone, [from, to]));
}

/** The holidays of a time as moments. */
function closed({ floating, fixed }: Holidays, zone: Zone, [from, to]: Span): Span[] {
  const isNear = ([begin, end]: Span): boolean => end > from - DAY_MS && begin < to + DAY_MS;
  return union([...fixed.filter(isNear), ...floating.filter(isNear).flatMap((span) => spansOf(zone, span))]);
}

function weekly(
  { days, from, to }: Extract<DeployWindow, { kind: "weekly" }>,
  zone: Zone,
  [begin, end]: Span,
): Span[] {
  const spans: Span[] = [];
  // Two days of slack: the day's number is that of the clock there, and yesterday's window may go on past midnight.
  for (let day = Math.floor(begin / DAY_MS) - 2; day <= Math.floor(end / DAY_MS) + 1; day += 1) {
    if (!days.includes(weekdayOf(day))) continue;
    const midnight = day * DAY_MS;
    const closing = midnight + to * MINUTE_MS + (to <= from ? DAY_MS : 0);
    spans.push(...spansOf(zone, [midnight + from * MINUTE_MS, closing]));
  }
  return spans;
}

function byRule(
  { rule, start, lengthMs }: Extract<DeployWindow, { kind: "rule" }>,
  zone: Zone,
  [begin, end]: Span,
): Span[] {
  const starts = recurringStarts(rule, { local: start, zone, isDate: false }, [begin - lengthMs, end]);
  return starts.map(({ local }): Span => {
    const opens = momentOf(zone, local);
    return [opens, opens + lengthMs];
  });
}
