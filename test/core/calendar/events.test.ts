/** Calendar files as programs write them, and as somebody might who means harm. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCalendar, type CalendarReading } from "../../../src/core/calendar/events.ts";
import { LARGEST_CALENDAR } from "../../../src/core/calendar/ical.ts";
import type { Span } from "../../../src/core/calendar/spans.ts";

const YEAR: Span = [Date.UTC(2026, 0), Date.UTC(2027, 0)];
const calendar = (...lines: readonly string[]): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR", ""].join("\r\n");
const event = (...lines: readonly string[]): string[] => ["BEGIN:VEVENT", ...lines, "END:VEVENT"];

/** What a file comes to, to be read: `2026-12-25 00:00 to 2026-12-26 00:00 floating Christmas`; or what is wrong with it. */
function shown(reading: CalendarReading): string[] {
  const time = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");
  if (!reading.ok) return reading.problems.map((one) => `line ${one.line}: ${one.message}: ${one.mend}`);
  return reading.spans.map(({ span: [begin, end], floating, summary }) =>
    `${time(begin)} to ${time(end)}${floating ? " floating" : ""} ${summary}`.trimEnd(),
  );
}
const read = (...lines: readonly string[]): string[] => shown(readCalendar(calendar(...lines), YEAR));

describe("an event", () => {
  it("of a day is that day by the clock of whoever looks, with its name", () => {
    expect(read(...event("DTSTART;VALUE=DATE:20261225", "SUMMARY:Christmas\\, at last\\nand again"))).toEqual(
      ["2026-12-25 00:00 to 2026-12-26 00:00 floating Christmas, at last and again"],
    );
  });
  it("of several days ends before the day that is named", () => {
    expect(read(...event("DTSTART:20261224", "DTEND:20261227"))).toEqual([
      "2026-12-24 00:00 to 2026-12-27 00:00 floating",
    ]);
  });
  it("of a time is a moment: in UTC, or by the clock of its zone", () => {
    expect(read(...event("DTSTART:20261224T120000Z", "DURATION:PT90M"))).toEqual([
      "2026-12-24 12:00 to 2026-12-24 13:30",
    ]);
    expect(
      read(
        ...event(
          "DTSTART;TZID=Europe/Berlin:20261224T120000",
          'DTEND;TZID="America/New_York":20261224T120000',
        ),
      ),
    ).toEqual(["2026-12-24 11:00 to 2026-12-24 17:00"]);
    expect(read(...event("DTSTART:20261224T120000", "DURATION:P1DT2H"))).toEqual([
      "2026-12-24 12:00 to 2026-12-25 14:00 floating",
    ]);
  });
  it("is there where some of it is within the time, and not where none is", () => {
    expect(read(...event("DTSTART:20251220", "DTEND:20260107"))).toHaveLength(1);
    expect(read(...event("DTSTART:20251220", "DTEND:20251222"), ...event("DTSTART:20280101"))).toEqual([]);
  });
  it("that is cancelled is none", () => {
    expect(read(...event("DTSTART:20261225", "STATUS:CANCELLED"))).toEqual([]);
  });
  it("that takes up nobody's time is one all the same: so are holidays written", () => {
    expect(
      read(...event("DTSTART:20261225", "TRANSP:TRANSPARENT", "BEGIN:VALARM", "TRIGGER:-P1D", "END:VALARM")),
    ).toHaveLength(1);
  });
  it("may be written on folded lines, with any line ends and a mark at the beginning", () => {
    const text = `\uFEFF${calendar(...event("DTSTART;VALUE=DATE:2026", " 1225", "SUMMARY:Christ", "\tmas"))}`;
    const expected = ["2026-12-25 00:00 to 2026-12-26 00:00 floating Christmas"];
    expect(shown(readCalendar(text, YEAR))).toEqual(expected);
    expect(shown(readCalendar(text.replaceAll("\r\n", "\n"), YEAR))).toEqual(expected);
  });
});

describe("an event that recurs", () => {
  it("stays at its time of the day where the clocks are changed", () => {
    const weekly = [
      "DTSTART;TZID=Europe/Berlin:20261018T090000",
      "DURATION:PT1H",
      "RRULE:FREQ=WEEKLY;COUNT=3",
    ];
    expect(read(...event(...weekly))).toEqual([
      "2026-10-18 07:00 to 2026-10-18 08:00",
      "2026-10-25 08:00 to 2026-10-25 09:00",
      "2026-11-01 08:00 to 2026-11-01 09:00",
    ]);
  });
  it("began long ago", () => {
    expect(read(...event("DTSTART;VALUE=DATE:19701225", "RRULE:FREQ=YEARLY"))).toEqual([
      "2026-12-25 00:00 to 2026-12-26 00:00 floating",
    ]);
  });
  it.each([
    ["UNTIL=20260103", ["01-01", "01-02", "01-03"]],
    ["UNTIL=20260102T080000Z", ["01-01", "01-02"]],
    ["UNTIL=20260102T085959", ["01-01"]],
    ["UNTIL=20260102T090000", ["01-01", "01-02"]],
    ["COUNT=2", ["01-01", "01-02"]],
  ])("ends as its rule says: %s", (end, days) => {
    const daily = event(
      "DTSTART;TZID=Europe/Berlin:20260101T090000",
      "DURATION:PT1H",
      `RRULE:FREQ=DAILY;${end}`,
    );
    expect(read(...daily)).toEqual(days.map((day) => `2026-${day} 08:00 to 2026-${day} 09:00`));
  });
  it("leaves out what is excepted, and has what is added", () => {
    const days = event(
      "DTSTART;VALUE=DATE:20260101",
      "RRULE:FREQ=MONTHLY;COUNT=4",
      "EXDATE;VALUE=DATE:20260201,20260401",
      "EXDATE;VALUE=DATE:20260501",
      "RDATE;VALUE=DATE:20261224,20260301",
    );
    expect(read(...days).map((line) => line.slice(5, 10))).toEqual(["01-01", "03-01", "12-24"]);
  });
  it("has its first time also where the rule would not have it", () => {
    const odd = event("DTSTART;VALUE=DATE:20260102", "RRULE:FREQ=MONTHLY;BYMONTHDAY=1;COUNT=2");
    expect(read(...odd).map((line) => line.slice(5, 10))).toEqual(["01-02", "02-01", "03-01"]);
  });
  it("gives way to the one that stands for it, moved or cancelled", () => {
    const series = event(
      "UID:a",
      "DTSTART;VALUE=DATE:20260105",
      "RRULE:FREQ=WEEKLY;COUNT=3",
      "SUMMARY:Stocktaking",
    );
    const moved = event(
      "UID:a",
      "RECURRENCE-ID;VALUE=DATE:20260112",
      "DTSTART;VALUE=DATE:20260114",
      "SUMMARY:Moved",
    );
    const cancelled = event(
      "UID:a",
      "RECURRENCE-ID;VALUE=DATE:20260119",
      "DTSTART:20260119",
      "STATUS:CANCELLED",
    );
    expect(
      read(...series, ...moved, ...cancelled).map((line) => `${line.slice(5, 10)} ${line.split(" ").at(-1)}`),
    ).toEqual(["01-05 Stocktaking", "01-14 Moved"]);
  });
});

describe("a time zone that the file describes", () => {
  const own = (name: string, until = ""): string[] => [
    "BEGIN:VTIMEZONE",
    `TZID:${name}`,
    "BEGIN:STANDARD",
    "DTSTART:16010101T030000",
    `RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10${until}`,
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:16010101T020000",
    `RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3${until}`,
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
  ];
  const at = (name: string, date: string): string[] =>
    event(`DTSTART;TZID=${name}:${date}T120000`, "DURATION:PT1H");

  it("counts where its name is no name of the IANA database", () => {
    const name = "W. Europe Standard Time";
    const all = ["20260115", "20260328", "20260329", "20260715", "20261025", "20261224"];
    expect(
      read(...own(name), ...all.flatMap((date) => at(name, date))).map((line) => line.slice(5, 16)),
    ).toEqual(["01-15 11:00", "03-28 11:00", "03-29 10:00", "07-15 10:00", "10-25 11:00", "12-24 11:00"]);
  });
  it("keeps the last offset that it had, where its rules have ended", () => {
    expect(read(...own("Old", ";UNTIL=20101231T000000Z"), ...at("Old", "20260715"))[0]).toContain(
      "07-15 11:00",
    );
  });
  it("does not count against the database, and is not needed for its names", () => {
    const lying = own("Asia/Tokyo");
    expect(read(...lying, ...at("Asia/Tokyo", "20260115"))).toEqual(["2026-01-15 03:00 to 2026-01-15 04:00"]);
    expect(read(...at("/freeassociation.sourceforge.net/Europe/Berlin", "20260115"))[0]).toContain(
      "01-15 11:00",
    );
  });
  it.each([
    ["is not there", at("Middle Earth", "20260115"), /line 4: there is no time zone Middle Earth.*IANA/],
    [
      "is empty",
      ["BEGIN:VTIMEZONE", "TZID:X", "END:VTIMEZONE", ...at("X", "20260115")],
      /line 3: .*no STANDARD/,
    ],
    [
      "has no offset",
      [...own("X").filter((line) => line !== "TZOFFSETTO:+0100"), ...at("X", "20260115")],
      /line 5: TZOFFSETTO is missing/,
    ],
    [
      "has one that is none",
      [...own("X").map((line) => line.replace("TO:+0100", "TO:+1")), ...at("X", "20260115")],
      /line 9: not an offset/,
    ],
  ])("that %s is refused where it is used", (_what, lines, expected) => {
    expect(read(...lines).join("\n")).toMatch(expected);
  });
  it("harms nobody who does not use it", () => {
    expect(read("BEGIN:VTIMEZONE", "TZID:X", "END:VTIMEZONE", ...event("DTSTART:20261225"))).toHaveLength(1);
  });
});

describe("a file that is wrong is refused with the line and the mend", () => {
  it.each([
    ["no calendar", "hello", /line 1: not a line of a calendar/],
    ["empty", "", /line 1: not a calendar.*BEGIN:VCALENDAR/],
    ["an event alone", "BEGIN:VEVENT\nEND:VEVENT\n", /line 1: not a calendar/],
    ["two calendars", calendar() + calendar(), /line 4: the file holds more than one calendar/],
    ["cut off", calendar().replace("END:VCALENDAR", ""), /line 1: this is not ended.*END:VCALENDAR/],
    ["ended twice", `${calendar()}END:VCALENDAR\n`, /line 4: nothing named VCALENDAR is open/],
    [
      "crossed",
      calendar("BEGIN:VEVENT", "END:VTODO"),
      /line 4: nothing named VTODO is open here.*END:VEVENT/,
    ],
    ["deep", calendar(..."ABCDEFGH".split("").map((name) => `BEGIN:${name}`)), /nested too deeply/],
    ["text between", `X-A:1\n${calendar()}`, /line 1: this stands outside/],
  ])("%s", (_what, text, expected) => {
    expect(shown(readCalendar(text, YEAR)).join("\n")).toMatch(expected);
  });

  it.each([
    [["SUMMARY:x"], /line 3: DTSTART is missing/],
    [["DTSTART:20260230"], /line 4: not a time/],
    [["DTSTART:tomorrow"], /line 4: not a time.*20261224/],
    [["DTSTART:20260101T090000Z"], /line 4: this event is over before it has begun.*DTEND/],
    [["DTSTART:20260102", "DTEND:20260101"], /line 5: this event is over/],
    [["DTSTART:20260102", "DTEND:20260103T100000Z"], /line 5: the end is not of the kind/],
    [["DTSTART:20260102", "DURATION:-P1D"], /line 5: not a duration/],
    [["DTSTART:20260102", "DTEND:20280102"], /line 5: this event lasts for longer than a year/],
    [["DTSTART:20260102", "DTSTART:20260103"], /line 5: DTSTART is written twice/],
    [["DTSTART:20260102", "RRULE:FREQ=SECONDLY"], /line 5: FREQ=SECONDLY recurs within a day/],
    [["DTSTART:20260102", "RRULE:FREQ=DAILY;COUNT=99999999"], /line 5: COUNT/],
    [["DTSTART:20260102", "EXRULE:FREQ=DAILY"], /line 5: EXRULE is not read.*EXDATE/],
    [["DTSTART:20260102", "RRULE:FREQ=DAILY", "RRULE:FREQ=DAILY"], /line 6: RRULE is written twice/],
  ])("%j", (lines, expected) => {
    expect(read(...event(...lines)).join("\n")).toMatch(expected);
  });
});

describe("a file that means harm", () => {
  const many = (count: number, ...lines: string[]): string[] =>
    Array.from({ length: count }, () => event("DTSTART:20260101", ...lines)).flat();

  it.each([
    ["is too large", [`X-A:${"a".repeat(LARGEST_CALENDAR)}`], /line 1: the file is larger than 256 KiB/],
    ["has too many events", many(1_001), /line 3003: the file has more than 1000 events/],
    ["is on all the time", many(10, "RRULE:FREQ=DAILY"), /more than 2000 times/],
    [
      "has rules that never match",
      many(900, "RRULE:FREQ=YEARLY;BYMONTHDAY=30;BYDAY=MO;BYYEARDAY=60;COUNT=1000").map((line) =>
        line.replace("DTSTART:2026", "DTSTART:1601"),
      ),
      /take too long/,
    ],
  ])("by what it holds (%s) is refused", (_what, lines, expected) => {
    const begin = performance.now();
    expect(read(...lines).join("\n")).toMatch(expected);
    expect(performance.now() - begin).toBeLessThan(3_000);
  });

  it("or is any text at all is read or refused, and never throws", () => {
    const line = fc.oneof(
      fc.constantFrom(
        ..."BEGIN:VEVENT|END:VEVENT|BEGIN:VTIMEZONE|END:VTIMEZONE|TZID:X|DTSTART:20260101|DTSTART;TZID=X:20260101T000000|DTEND:20260102".split(
          "|",
        ),
        "RRULE:FREQ=DAILY;COUNT=3",
        "BEGIN:STANDARD",
        "END:STANDARD",
        "TZOFFSETTO:+0100",
        "TZOFFSETFROM:+0100",
        "EXDATE:20260101,,x",
        "RECURRENCE-ID:20260101",
        "UID:a",
      ),
      fc.string({ unit: "binary", maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const reading = readCalendar(calendar(...lines), YEAR);
        if (!reading.ok) for (const problem of reading.problems) expect(problem.mend).not.toBe("");
      }),
    );
  });
});
