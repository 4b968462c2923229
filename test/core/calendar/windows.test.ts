/** Deploy windows: when they are open, and when next. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCalendar } from "../../../src/core/calendar/events.ts";
import type { Span } from "../../../src/core/calendar/spans.ts";
import { openingAt, type Opening } from "../../../src/core/calendar/windows.ts";
import { layOut, withCalendars } from "../../../src/core/config/calendars.ts";
import { environmentNamed, parseConfig } from "../../../src/core/config/index.ts";
import type { WindowsConfig } from "../../../src/core/config/windows-model.ts";

const TIME: Span = [Date.UTC(2026, 0), Date.UTC(2027, 5)];

/** The windows of an environment, as its config has them; with what is in its calendar, where there is one. */
function windows(text: string, calendar?: string): WindowsConfig {
  const holidays = calendar === undefined ? "" : ", holidays: holidays.ics";
  const yaml = `environments: { prod: { gates: { windows: ${text}${holidays} } } }`;
  const reading = parseConfig(yaml, { path: "waybill.yml", repositoryName: "shop" });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  const laidOut = layOut(calendar ?? "BEGIN:VCALENDAR\nEND:VCALENDAR", "holidays.ics", TIME);
  expect(laidOut.problems).toEqual([]);
  const config = withCalendars(reading.config, () => laidOut.spans, TIME);
  const found = environmentNamed(config, "prod")?.gates?.windows;
  if (found === undefined) throw new Error("no windows");
  return found;
}

function days(...dates: readonly string[]): string {
  const events = dates.map((date) => `BEGIN:VEVENT\nDTSTART:${date.replaceAll("-", "")}\nEND:VEVENT\n`);
  return `BEGIN:VCALENDAR\n${events.join("")}END:VCALENDAR\n`;
}

const at = (text: string): number => Date.parse(`${text.replace(" ", "T")}:00Z`);
function shown(opening: Opening): string {
  return opening.kind === "opens"
    ? new Date(opening.at).toISOString().slice(0, 16).replace("T", " ")
    : opening.kind;
}

const BERLIN = "zone: Europe/Berlin";
const OFFICE = `{ days: mon-thu, from: "09:00", to: "17:00", ${BERLIN} }`;
const NIGHT = `{ days: fri, from: "22:00", to: "04:00", ${BERLIN} }`;

describe("a window by days and times", () => {
  it.each([
    [OFFICE, "2026-11-26 07:59", "2026-11-26 08:00", "opens in a minute"],
    [OFFICE, "2026-11-26 08:00", "open", "opens now"],
    [OFFICE, "2026-11-26 15:59", "open", "closes in a minute"],
    [OFFICE, "2026-11-26 16:00", "2026-11-30 08:00", "has closed for a long weekend"],
    [OFFICE, "2026-07-02 15:30", "2026-07-06 07:00", "closes an hour earlier by UTC in summer"],
    [OFFICE, "2026-10-23 12:00", "2026-10-26 08:00", "opens after the clocks were set back"],
    ["{}", "2026-11-28 03:00", "open", "is always open"],
    ["{ days: [sat, sun] }", "2026-11-27 23:59", "2026-11-28 00:00", "opens at midnight"],
    ['{ days: fri-mon, to: "12:00" }', "2026-11-30 11:59", "open", "on days over the week's end"],
    ['{ days: fri-mon, to: "12:00" }', "2026-11-30 12:00", "2026-12-04 00:00", "and not between"],
    [NIGHT, "2026-11-27 20:59", "2026-11-27 21:00", "opens in the evening"],
    [NIGHT, "2026-11-28 02:59", "open", "goes on past midnight"],
    [NIGHT, "2026-11-28 03:00", "2026-12-04 21:00", "closes in the morning"],
    [`[${OFFICE}, ${NIGHT}]`, "2026-11-26 16:00", "2026-11-27 21:00", "of two the next one"],
    [
      '{ from: "22:00", to: "06:00", zone: Pacific/Kiritimati }',
      "2026-11-27 07:59",
      "2026-11-27 08:00",
      "14 hours ahead",
    ],
    ["{ days: sat, zone: Pacific/Apia }", "2011-12-29 12:00", "2011-12-30 10:00", "where a day was left out"],
  ])("%s at %s: %s (%s)", (text, moment, expected) => {
    expect(shown(openingAt(windows(text), at(moment)))).toBe(expected);
  });

  it.each([
    // Spring: 02:00 is followed by 03:00, at 01:00 UTC.
    [
      "02:30",
      "04:00",
      "2026-03-29 00:59",
      "2026-03-29 01:00",
      "begins in the missing hour: when the clock has passed it",
    ],
    ["02:30", "04:00", "2026-03-29 01:59", "open", "and ends when it always does"],
    ["02:30", "04:00", "2026-03-29 02:00", "2026-03-30 00:30", "no sooner and no later"],
    [
      "02:10",
      "02:50",
      "2026-03-29 00:30",
      "2026-03-30 00:10",
      "all of it is missing: it does not open that night",
    ],
    ["01:30", "02:30", "2026-03-29 00:59", "open", "ends in the missing hour"],
    ["01:30", "02:30", "2026-03-29 01:00", "2026-03-29 23:30", "with its beginning"],
    ["22:00", "04:00", "2026-03-29 01:59", "open", "crosses midnight and the missing hour"],
    ["22:00", "04:00", "2026-03-29 02:00", "2026-03-29 20:00", "and is an hour shorter"],
    // Autumn: 03:00 is followed by 02:00, at 01:00 UTC.
    ["02:15", "02:45", "2026-10-25 00:30", "open", "the first 02:30"],
    ["02:15", "02:45", "2026-10-25 00:50", "2026-10-25 01:15", "closed in between"],
    ["02:15", "02:45", "2026-10-25 01:30", "open", "the second 02:30"],
    ["02:15", "02:45", "2026-10-25 01:45", "2026-10-26 01:15", "and not a third time"],
    ["22:00", "04:00", "2026-10-25 02:59", "open", "crosses midnight and both"],
    ["22:00", "04:00", "2026-10-25 03:00", "2026-10-25 21:00", "and is an hour longer"],
  ])("from %s to %s in Berlin, at %s UTC: %s (%s)", (from, to, moment, expected) => {
    expect(shown(openingAt(windows(`{ from: "${from}", to: "${to}", ${BERLIN} }`), at(moment)))).toBe(
      expected,
    );
  });
});

describe("a window by rule", () => {
  const rule = (text: string, start: string, duration = "8h", zone = "Europe/Berlin"): string =>
    `{ rrule: "${text}", start: "${start}", duration: ${duration}, zone: ${zone} }`;

  it.each([
    [rule("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH", "2026-01-01 09:00"), "2026-11-26 15:59", "open"],
    [rule("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH", "2026-01-01 09:00"), "2026-11-26 16:00", "2026-11-30 08:00"],
    [rule("FREQ=WEEKLY;BYDAY=MO", "2026-12-07 09:00"), "2026-11-20 12:00", "2026-12-07 08:00"],
    [rule("FREQ=MONTHLY;BYDAY=-1SA", "2026-01-01 22:00", "12h"), "2026-11-29 08:59", "open"],
    [rule("FREQ=MONTHLY;BYDAY=-1SA", "2026-01-01 22:00", "12h"), "2026-11-29 09:00", "2026-12-26 21:00"],
    [rule("FREQ=MONTHLY", "2026-01-01 09:00", "4d"), "2026-11-05 07:59", "open"],
    [rule("FREQ=DAILY;COUNT=3", "2026-11-20 09:00"), "2026-11-22 16:00", "never"],
    [rule("FREQ=DAILY;UNTIL=20261122T120000Z", "2026-11-20 09:00"), "2026-11-21 16:00", "2026-11-22 08:00"],
    [rule("FREQ=DAILY;UNTIL=20261122T075959Z", "2026-11-20 09:00"), "2026-11-21 16:00", "never"],
    [rule("FREQ=YEARLY", "2024-02-29 09:00"), "2026-11-21 16:00", "2028-02-29 08:00"],
    [rule("FREQ=DAILY", "2026-01-01 02:30", "1h"), "2026-03-29 01:29", "2026-03-29 01:30"],
    [rule("FREQ=DAILY", "2026-01-01 02:30", "1h"), "2026-03-29 02:29", "open"],
    [rule("FREQ=DAILY", "2026-01-01 02:30", "1h"), "2026-10-25 00:30", "open"],
    [rule("FREQ=DAILY", "2026-01-01 02:30", "1h"), "2026-10-25 01:30", "2026-10-26 01:30"],
  ])("%s at %s UTC: %s", (text, moment, expected) => {
    expect(shown(openingAt(windows(text), at(moment)))).toBe(expected);
  });
});

describe("on a holiday no window is open", () => {
  it.each([
    ["2026-12-24 22:59", "2026-12-24 23:00", "open", "before"],
    ["2026-12-24 23:00", "2026-12-26 23:00", "2026-12-26 23:00", "by the clock of the window's zone"],
  ])("an always open one: %s", (moment, _until, expected) => {
    const config = windows(`{ ${BERLIN} }`, days("2026-12-25", "2026-12-26"));
    expect(shown(openingAt(config, at(moment)))).toBe(expected);
  });
  it("what crosses midnight ends when it begins, and the next one opens after it", () => {
    const config = windows(`{ from: "22:00", to: "04:00", ${BERLIN} }`, days("2026-12-25"));
    expect(shown(openingAt(config, at("2026-12-24 22:59")))).toBe("open");
    // On the 25th nothing, not even its evening; after its midnight the evening's window goes on.
    expect(shown(openingAt(config, at("2026-12-24 23:00")))).toBe("2026-12-25 23:00");
  });
  it("a timed one is an hour, wherever the window is", () => {
    const text =
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261126T100000Z\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR";
    const config = windows(OFFICE, text);
    expect(shown(openingAt(config, at("2026-11-26 09:59")))).toBe("open");
    expect(shown(openingAt(config, at("2026-11-26 10:00")))).toBe("2026-11-26 11:00");
  });
  it("holds for every window, each by its own clock", () => {
    const config = windows(
      '[{ zone: Pacific/Kiritimati, to: "01:00" }, { zone: UTC, to: "01:00" }]',
      days("2026-12-25"),
    );
    // It is the 25th there from the 24th 10:00 UTC on.
    expect(shown(openingAt(config, at("2026-12-24 02:00")))).toBe("2026-12-25 10:00");
  });
  it("is only known for some time: after it nobody knows", () => {
    const everyDay =
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEND:VEVENT\nEND:VCALENDAR";
    expect(openingAt(windows("{ days: mon }", everyDay), at("2026-11-26 10:00"))).toEqual({
      kind: "unknown",
      until: TIME[1],
    });
    expect(openingAt(windows("{}", days("2026-12-25")), TIME[1] + 1).kind).toBe("unknown");
  });
  it("of which the file was never read, nobody knows anything", () => {
    const { holidays: _none, ...unread } = windows("{}", days());
    expect(openingAt(unread, at("2026-11-26 10:00")).kind).toBe("unknown");
  });
});

describe("the next opening", () => {
  const clock = fc.constantFrom(
    "00:00",
    "01:30",
    "02:00",
    "02:30",
    "03:00",
    "09:00",
    "17:00",
    "22:00",
    "23:59",
  );
  const zone = fc.constantFrom(
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
  );
  const weekly = fc
    .tuple(
      fc.subarray(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], { minLength: 1 }),
      clock,
      clock,
      zone,
    )
    .filter(([, from, to]) => from !== to)
    .map(
      ([names, from, to, place]) =>
        `{ days: [${names.join(", ")}], from: "${from}", to: "${to}", zone: ${place} }`,
    );
  const byRule = fc
    .tuple(
      fc.constantFrom("FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=SU,WE", "FREQ=MONTHLY;BYMONTHDAY=-1,10"),
      clock,
      fc.constantFrom("30m", "8h", "2d"),
      zone,
    )
    .map(
      ([text, from, length, place]) =>
        `{ rrule: "${text}", start: "2026-01-04 ${from}", duration: ${length}, zone: ${place} }`,
    );
  const holidays = fc.array(
    fc.constantFrom("2026-03-29", "2026-03-30", "2026-10-24", "2026-10-25", "2026-10-26"),
    { maxLength: 4 },
  );
  /** Around the days on which the clocks are changed. */
  const moment = fc
    .tuple(
      fc.constantFrom("2026-03-08", "2026-03-29", "2026-04-05", "2026-10-25", "2026-11-01"),
      fc.integer({ min: -2_880, max: 2_880 }),
    )
    .map(([day, minutes]) => at(`${day} 00:00`) + minutes * 60_000);

  it("is open, and no moment before it is; what is open now opens now", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(weekly, byRule), { minLength: 1, maxLength: 3 }),
        holidays,
        moment,
        (texts, dates, now) => {
          const config = windows(`[${texts.join(", ")}]`, days(...dates));
          const opening = openingAt(config, now);
          const isOpen = (time: number): boolean => openingAt(config, time).kind === "open";
          if (opening.kind !== "opens") {
            expect([opening.kind, isOpen(now)]).toEqual(["open", true]);
            return;
          }
          expect(opening.at).toBeGreaterThan(now);
          expect(isOpen(opening.at)).toBe(true);
          expect(isOpen(opening.at - 1)).toBe(false);
          const step = Math.max(60_000, Math.ceil((opening.at - now) / 40 / 60_000) * 60_000);
          for (let time = now; time < opening.at; time += step) {
            const between = openingAt(config, time);
            expect(between).toEqual(opening);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("of weekly windows is what the clock on the wall says, minute by minute", () => {
    const shownBy = (time: number, timeZone: string): { day: string; minute: number } => {
      const parts = Object.fromEntries(
        new Intl.DateTimeFormat("en-US", {
          timeZone,
          weekday: "short",
          hour: "2-digit",
          minute: "2-digit",
          hourCycle: "h23",
        })
          .formatToParts(time)
          .map(({ type, value }) => [type, value]),
      );
      return {
        day: (parts["weekday"] ?? "").toLowerCase(),
        minute: Number(parts["hour"]) * 60 + Number(parts["minute"]),
      };
    };
    const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
    const names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    fc.assert(
      fc.property(fc.constantFrom(...names), clock, clock, zone, moment, (day, from, to, place, now) => {
        if (from === to) return;
        const config = windows(`{ days: ${day}, from: "${from}", to: "${to}", zone: ${place} }`);
        const wall = shownBy(now, place);
        const [begin, end] = [minutes(from), minutes(to)];
        const next = names[(names.indexOf(day) + 1) % 7];
        const expected =
          begin < end
            ? wall.day === day && wall.minute >= begin && wall.minute < end
            : (wall.day === day && wall.minute >= begin) || (wall.day === next && wall.minute < end);
        expect(openingAt(config, now).kind === "open").toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});

it("what is read of a calendar is what it holds", () => {
  expect(readCalendar(days("2026-12-25"), TIME)).toMatchObject({ ok: true, spans: [{ floating: true }] });
});
