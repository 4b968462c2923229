/** When a release is expected: on a date, or by a rule such as `Thursdays 14:00 Europe/London`. */
import { weekdayOf } from "./days.ts";
import { DAY_MS, MINUTE_MS } from "./spans.ts";
import { localOf, momentOf, readClock, readLocal, UTC, zoneNamed } from "./zone.ts";

/** What a team has said of the date. `local` is a local time (`zone.ts`); `minute` counts from midnight, weekdays from Sunday, which is 0. */
export type ExpectedRule =
  | { readonly kind: "date"; readonly local: number; readonly wholeDay: boolean; readonly zone: string }
  | {
      readonly kind: "weekly";
      readonly days: readonly number[];
      readonly minute: number;
      readonly zone: string;
    };

/** A moment, and by whose clock it is meant; of a whole day its beginning. Epoch milliseconds. */
export interface ExpectedDate {
  readonly at: number;
  readonly wholeDay: boolean;
  readonly zone: string;
}

export type ExpectedReading =
  | { readonly ok: true; readonly rule: ExpectedRule }
  | { readonly ok: false; readonly message: string; readonly mend: string };

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;
const SHORTEST_DAY = 3;
const LONGEST = 120;
const EXAMPLES = "`2026-12-03 14:00 Europe/London`, or `Thursdays 14:00 Europe/London`";

/** Reads `2026-12-03`, `2026-12-03 14:00 Europe/London`, `Tuesdays and Thursdays 10:00`, `weekdays 16:00 Europe/Berlin`, `daily 09:00`. Without a zone: UTC. */
export function readExpected(text: string): ExpectedReading {
  if (text.length > LONGEST) return refused("this is no date", `write ${EXAMPLES}`);
  const words = text.trim().split(/\s+/);
  const zone = words.length > 1 && /^[A-Za-z]/.test(words.at(-1) ?? "") ? words.pop() : undefined;
  if (zone !== undefined && zoneNamed(zone) === null)
    return refused(
      `there is no time zone \`${zone}\``,
      "write a name of the IANA database at the end, such as `Europe/Berlin`",
    );
  const last = words.at(-1) ?? "";
  const minute = readClock(last);
  if (minute === null && last.includes(":"))
    return refused(`\`${last}\` is no time of the day`, "write hour and minute in two digits each: `14:00`");
  const before = (minute === null ? words : words.slice(0, -1)).join(" ").replace(/T$/, "");
  return /^\d/.test(before)
    ? readDate(before, minute, zone ?? "UTC")
    : readDays(before, minute, zone ?? "UTC");
}

function readDate(text: string, minute: number | null, zone: string): ExpectedReading {
  const day = readLocal(text);
  if (day === null || text.includes(":"))
    return refused(`\`${text}\` is no day of a calendar`, `write ${EXAMPLES}`);
  const local = day + (minute ?? 0) * MINUTE_MS;
  return { ok: true, rule: { kind: "date", local, wholeDay: minute === null, zone } };
}

function readDays(text: string, minute: number | null, zone: string): ExpectedReading {
  const days = daysNamed(text.toLowerCase());
  if (days === null) return refused(`\`${text}\` names no days of the week`, `write ${EXAMPLES}`);
  if (minute === null)
    return refused("a rule needs the time of the day", `write it after the days: \`${text} 14:00\``);
  return { ok: true, rule: { kind: "weekly", days, minute, zone } };
}

function daysNamed(text: string): readonly number[] | null {
  if (text === "daily") return [0, 1, 2, 3, 4, 5, 6];
  if (text === "weekdays") return [1, 2, 3, 4, 5];
  const names = text.split(/(?:,\s*and|,|\band)\s*/).map((name) => name.trim().replace(/s$/, ""));
  const days = names.map((name) => (name.length < SHORTEST_DAY ? -1 : dayNamed(name)));
  return days.includes(-1) ? null : [...new Set(days)].sort((one, other) => one - other);
}

/** `thursday` and `thu`; the plural's end is cut off already, which `tues` and `weds` have, too. */
function dayNamed(name: string): number {
  return DAYS.findIndex((day) => day === name || day.slice(0, Math.max(SHORTEST_DAY, name.length)) === name);
}

function refused(message: string, mend: string): ExpectedReading {
  return { ok: false, message, mend };
}

/** When it is expected next, seen from a moment: by a rule strictly after that; a date is what it is, also when it is past. */
export function nextExpected(rule: ExpectedRule, at: number): ExpectedDate {
  const zone = zoneNamed(rule.zone) ?? UTC;
  if (rule.kind === "date")
    return { at: momentOf(zone, rule.local), wholeDay: rule.wholeDay, zone: rule.zone };
  const today = Math.floor(localOf(zone, at) / DAY_MS);
  // A day more than a week: today's time may be over, and a clock that is set on or back moves a time by an hour or so.
  for (let day = today; day <= today + 8; day += 1) {
    const moment = momentOf(zone, day * DAY_MS + rule.minute * MINUTE_MS);
    if (moment > at && rule.days.includes(weekdayOf(day)))
      return { at: moment, wholeDay: false, zone: rule.zone };
  }
  throw new Error("a week without any of its days");
}

/** Until when it is expected, in epoch milliseconds: a whole day lasts until its end. */
export function expectedUntil({ at, wholeDay }: ExpectedDate): number {
  return wholeDay ? at + DAY_MS : at;
}
