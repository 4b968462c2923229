/** Deploy windows, from the config's `gates.windows` and `gates.holidays`: what cannot open is refused. */
import { recurrences } from "../calendar/recurrence.ts";
import { readRule, type Rule } from "../calendar/rule.ts";
import { DAY_MS } from "../calendar/spans.ts";
import { readClock, readLocal } from "../calendar/zone.ts";
import type { Findings } from "./findings.ts";
import type { Path } from "./located.ts";
import { durationMs } from "./names.ts";
import type { DeployWindow, WindowsConfig } from "./windows-model.ts";
import { weekdaysOf, type WrittenWindow } from "./windows-schema.ts";

/** Every rule that recurs at all does so within these years: the 29th of February is at most eight away. */
const YEARS_LOOKED_AT = 9;
const DAY_MINUTES = 24 * 60;

interface Written {
  readonly windows?: WrittenWindow | readonly WrittenWindow[] | undefined;
  readonly holidays?: string | undefined;
}

/** The windows of an environment; undefined where the config names none. `at` is the path of its `gates`. */
export function resolveWindows(
  { windows, holidays }: Written,
  at: Path,
  found: Findings,
): WindowsConfig | undefined {
  if (windows === undefined) {
    if (holidays !== undefined)
      found.refuse(
        [...at, "holidays"],
        "holidays close windows, and there is none",
        "add `windows: { zone: Europe/Berlin }` with your zone: a window that is always open but then",
      );
    return undefined;
  }
  const isList = (written: typeof windows): written is readonly WrittenWindow[] => Array.isArray(written);
  const open = isList(windows)
    ? windows.flatMap((one, index) => windowOf(one, [...at, "windows", index], found) ?? [])
    : [windowOf(windows, [...at, "windows"], found)].filter((one) => one !== null);
  return { open, calendar: holidays ?? null };
}

function windowOf(written: WrittenWindow, at: Path, found: Findings): DeployWindow | null {
  const { days, from, to, rrule, start, duration, zone } = written;
  if (rrule === undefined) {
    const [alone] = Object.entries({ start, duration }).find(([, value]) => value !== undefined) ?? [];
    if (alone !== undefined) {
      found.refuse(
        [...at, alone],
        `\`${alone}\` goes with \`rrule\``,
        "add `rrule`, or write `days`, `from` and `to`",
      );
      return null;
    }
    return weeklyWindow({ days, from, to, zone }, at, found);
  }
  const [other] = Object.entries({ days, from, to }).find(([, value]) => value !== undefined) ?? [];
  if (other !== undefined) {
    found.refuse(
      [...at, other],
      `\`${other}\` does not go with \`rrule\``,
      "say it in the rule, `start` and `duration`",
    );
    return null;
  }
  const begin = start === undefined ? null : readLocal(start);
  const reading = readRule(rrule);
  if (begin === null || duration === undefined || !reading.ok) {
    const missing = begin === null ? "start" : "duration";
    found.refuse(
      at,
      `a window by rule needs \`${missing}\``,
      missing === "start"
        ? 'add `start: "2026-01-05 09:00"`, from when on it recurs'
        : "add `duration: 8h`, for how long it is open each time",
    );
    return null;
  }
  if (!recursEver(reading.rule, Math.floor(begin / DAY_MS), found)) {
    found.refuse(
      [...at, "rrule"],
      "this rule never recurs",
      "check its parts against one another and `start`",
    );
    return null;
  }
  return { kind: "rule", rule: reading.rule, start: begin, lengthMs: durationMs(duration) ?? 0, zone };
}

function weeklyWindow(
  { days, from = "00:00", to = "24:00", zone }: Pick<WrittenWindow, "days" | "from" | "to" | "zone">,
  at: Path,
  found: Findings,
): DeployWindow | null {
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  if (begin === end || begin === DAY_MINUTES) {
    found.refuse(
      [...at, begin === end ? "to" : "from"],
      "this window is never open",
      "leave `from` and `to` out for the whole day",
    );
    return null;
  }
  return { kind: "weekly", days: weekdaysOf(days), from: begin, to: end, zone };
}

function minuteOf(text: string): number {
  return readClock(text) ?? DAY_MINUTES;
}

/** Whether a rule recurs at all, as far as can be seen in some years; where too much was looked at already, it is believed to. */
function recursEver(rule: Rule, start: number, { budget }: Findings): boolean {
  const { until } = rule;
  for (let year = 0; year < YEARS_LOOKED_AT; year += 1) {
    const from = start + year * 366;
    const [first] = recurrences(rule, start, from, from + 365, budget);
    if (first !== undefined) return until === null || first * DAY_MS <= until.at;
  }
  return budget.left <= 0;
}
