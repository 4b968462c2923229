/** What `waybill validate` does about times: it reads the calendars that a config names, and says when something may begin. */
import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { LARGEST_CALENDAR } from "../core/calendar/ical.ts";
import type { CalendarSpan } from "../core/calendar/events.ts";
import { layOut, timeLaidOut, withCalendars } from "../core/config/calendars.ts";
import type { Config, ConfigProblem, parseConfig } from "../core/config/index.ts";
import type { DeployWindow } from "../core/config/windows-model.ts";
import { DAY_NAMES } from "../core/config/windows-schema.ts";

type Reading = ReturnType<typeof parseConfig>;

/**
 * The config with what is in its calendars, as Waybill will read them; or what is wrong with them. They are looked for in the repository that
 * the file is in; where it is in none, as it is not in a `.github`, one that is not to be found is only said.
 */
export function withCalendarsBeside(file: string, reading: Reading, now: number): Reading {
  if (!reading.ok || reading.calendars === undefined) return reading;
  const isInPlace = basename(dirname(resolve(file))) === ".github";
  const root = isInPlace ? join(dirname(file), "..") : dirname(file);
  const time = timeLaidOut(now);
  const spans = new Map<string, readonly CalendarSpan[]>();
  const problems: ConfigProblem[] = [];
  const missing: ConfigProblem[] = [];
  for (const calendar of reading.calendars) {
    const place = join(root, calendar.path);
    const text = textOf(place);
    if (text === null) missing.push(calendar.missing);
    else {
      const laidOut = layOut(text, place, time);
      problems.push(...laidOut.problems);
      spans.set(calendar.path, laidOut.spans);
    }
  }
  if (isInPlace) problems.push(...missing);
  if (problems.length > 0) return { ok: false, problems };
  const config = withCalendars(reading.config, (path) => spans.get(path) ?? [], time);
  return { ...reading, config, warnings: [...reading.warnings, ...missing] };
}

function textOf(place: string): string | null {
  try {
    const about = statSync(place);
    if (!about.isFile()) return null;
    // A larger file is refused by its size alone.
    return about.size > LARGEST_CALENDAR * 4 ? " ".repeat(LARGEST_CALENDAR + 1) : readFileSync(place, "utf8");
  } catch {
    return null;
  }
}

/** When something may begin, and what is frozen: a line for each environment that says so; empty without any. */
export function timesText({ environments, freezes = [] }: Config): string {
  const windows = environments.flatMap(({ name, gates }) => {
    if (gates?.windows === undefined) return [];
    const { open, calendar } = gates.windows;
    const closed = calendar === null ? "" : `; none on what is in ${calendar}`;
    return [`windows   ${name}: ${open.map(windowText).join(", or ")}${closed}\n`];
  });
  const dated = environments.flatMap(({ name, freezes: own = [] }) =>
    own.map(({ from, until, reason }) => {
      const why = reason === null ? "" : `: ${reason}`;
      return `freezes   ${name}: from ${momentText(from)} until ${momentText(until)}${why}\n`;
    }),
  );
  const calendars = freezes.map(
    ({ calendar, environments: names }) => `freezes   ${names.join(", ")}: what is in ${calendar}\n`,
  );
  return [...windows, ...dated, ...calendars].join("");
}

function windowText(window: DeployWindow): string {
  const { zone } = window;
  if (window.kind === "rule") return `by rule, for ${window.lengthMs / 60_000} minutes each (${zone})`;
  const days = window.days.length === 7 ? "every day" : window.days.map((day) => DAY_NAMES[day]).join(" ");
  return `${days} ${clockText(window.from)} to ${clockText(window.to)} (${zone})`;
}

function clockText(minutes: number): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
