/**
 * The calendar files that a config names. They are read at the config's own commit and laid out over the coming year, so that whatever is
 * decided later needs no file. A broken one breaks the config like any other mistake in it.
 */
import { readCalendar, type CalendarReading, type CalendarSpan } from "../calendar/events.ts";
import { DAY_MS, union, type Span } from "../calendar/spans.ts";
import { spansOf, UTC, zoneNamed, type Zone } from "../calendar/zone.ts";
import { crossOutTokens } from "../secrets.ts";
import { inOrder } from "./freezes.ts";
import type { GatesConfig } from "./gates-model.ts";
import type { Path } from "./located.ts";
import type { Config, EnvironmentConfig } from "./model.ts";
import { shown, shownSentence, type ConfigProblem } from "./problems.ts";
import type { Holidays, ScheduledFreeze } from "./windows-model.ts";

/** For how long a calendar is laid out. A promotion that waits for longer asks for a new look by being asked for anew. */
const LAID_OUT_MS = 400 * DAY_MS;
const MOST = { spans: 400, freezes: 200 } as const;

/** A calendar file, and where the config names it first. */
export interface NamedCalendar {
  readonly path: string;
  readonly at: Path;
}

/** The calendar files of a config, each once. */
export function calendarsOf({
  environments,
  freezes = [],
}: Pick<Config, "environments" | "freezes">): NamedCalendar[] {
  const named = [
    ...environments.flatMap(({ name, gates }): NamedCalendar[] => {
      const path = gates?.windows?.calendar ?? null;
      return path === null ? [] : [{ path, at: ["environments", name, "gates", "holidays"] }];
    }),
    ...freezes.map(({ calendar: path, at }): NamedCalendar => ({ path, at: [...at, "calendar"] })),
  ];
  return named.filter(({ path }, index) => named.findIndex((one) => one.path === path) === index);
}

/** Over which time calendars are laid out that are read at a moment: from the day before it on, as it is another day elsewhere. */
export function timeLaidOut(now: number): Span {
  const day = Math.floor(now / DAY_MS) * DAY_MS;
  return [day - DAY_MS, day + LAID_OUT_MS];
}

/** Lays a calendar file out; its problems as those of a config. `path` is shown in them. */
export function layOut(
  text: string,
  path: string,
  time: Span,
): { readonly spans: readonly CalendarSpan[]; readonly problems: readonly ConfigProblem[] } {
  const reading: CalendarReading = readCalendar(text, time);
  if (reading.ok && reading.spans.length <= MOST.spans) return { spans: reading.spans, problems: [] };
  const problems = reading.ok
    ? [
        {
          line: 1,
          value: "",
          message: `this is on more than ${MOST.spans} times in the coming 400 days`,
          mend: "leave out what is no holiday and no freeze",
        },
      ]
    : reading.problems;
  return {
    spans: [],
    problems: problems.map(({ line, value, message, mend }) => ({
      path,
      line,
      column: 1,
      at: "",
      value: shown(value),
      message: shownSentence(message),
      mend: shownSentence(mend),
    })),
  };
}

/** The config with what is in its calendars: `spansIn` gives what each holds over the time. */
export function withCalendars(
  config: Config,
  spansIn: (path: string) => readonly CalendarSpan[],
  time: Span,
): Config {
  const withAll = (environment: EnvironmentConfig): EnvironmentConfig => {
    const own = (config.freezes ?? []).filter(({ environments }) => environments.includes(environment.name));
    const scheduled = own.flatMap(({ calendar, zone }) =>
      freezesIn(spansIn(calendar), zoneNamed(zone) ?? UTC),
    );
    const freezes = inOrder([...(environment.freezes ?? []), ...scheduled]).slice(0, MOST.freezes);
    return {
      ...environment,
      ...(environment.gates === undefined ? {} : { gates: withHolidays(environment.gates, spansIn, time) }),
      ...(freezes.length === 0 ? {} : { freezes }),
    };
  };
  return { ...config, environments: config.environments.map(withAll) };
}

function withHolidays(
  gates: GatesConfig,
  spansIn: (path: string) => readonly CalendarSpan[],
  [, until]: Span,
): GatesConfig {
  const { windows } = gates;
  if (windows === undefined || windows.calendar === null) return gates;
  const spans = spansIn(windows.calendar);
  const only = (floating: boolean): Span[] =>
    union(spans.filter((one) => one.floating === floating).map(({ span }) => span));
  const holidays: Holidays = { floating: only(true), fixed: only(false), until };
  return { ...gates, windows: { ...windows, holidays } };
}

function freezesIn(spans: readonly CalendarSpan[], zone: Zone): ScheduledFreeze[] {
  return spans.flatMap(({ span, floating, summary }) =>
    (floating ? spansOf(zone, span) : [span]).map(([from, until]) => ({
      from,
      until,
      reason: summary === "" ? null : crossOutTokens(summary),
    })),
  );
}
