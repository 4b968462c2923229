/** Deploy windows, holidays and scheduled freezes as the config has them. */
import { describe, expect, test } from "vitest";
import { calendarsOf, layOut, timeLaidOut, withCalendars } from "../../../src/core/config/calendars.ts";
import {
  environmentNamed,
  parseConfig,
  type Config,
  type EnvironmentConfig,
} from "../../../src/core/config/index.ts";

const context = { path: ".github/waybill.yml", repositoryName: "shop" };

function config(text: string): Config {
  const reading = parseConfig(text, context);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}
function problems(text: string): string[] {
  const reading = parseConfig(text, context);
  return reading.ok ? [] : reading.problems.map(({ at, message, mend }) => `${at}: ${message}: ${mend}`);
}
const prod = (gates: string): string => `environments: { prod: { gates: { ${gates} } } }`;
const windowsOf = (gates: string): unknown =>
  environmentNamed(config(prod(gates)), "prod")?.gates?.windows?.open;

describe("deploy windows", () => {
  test("are days of the week and times of the day, by the clock of a zone", () => {
    expect(windowsOf('windows: { days: mon-fri, from: "09:00", to: "17:30", zone: Europe/Berlin }')).toEqual([
      { kind: "weekly", days: [1, 2, 3, 4, 5], from: 540, to: 1_050, zone: "Europe/Berlin" },
    ]);
    expect(
      windowsOf("windows: [{ days: [sat, mon-tue] }, { days: fri-mon, from: 22:00, to: 06:00 }, {}]"),
    ).toEqual([
      { kind: "weekly", days: [1, 2, 6], from: 0, to: 1_440, zone: "UTC" },
      { kind: "weekly", days: [0, 1, 5, 6], from: 1_320, to: 360, zone: "UTC" },
      { kind: "weekly", days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 1_440, zone: "UTC" },
    ]);
  });
  test("or a rule, with its beginning and its length", () => {
    expect(
      windowsOf('windows: { rrule: "FREQ=WEEKLY;BYDAY=MO", start: "2026-01-05 09:00", duration: 8h }'),
    ).toMatchObject([
      {
        kind: "rule",
        rule: { frequency: "WEEKLY" },
        start: Date.UTC(2026, 0, 5, 9),
        lengthMs: 28_800_000,
        zone: "UTC",
      },
    ]);
  });
  test.each([
    ["windows: []", /gates\.windows: too few/],
    ["windows: { days: monday }", /days: not a day of the week.*did you mean `mon`/],
    ["windows: { days: mon-tue-wed }", /not a day of the week/],
    ['windows: { from: "9:00" }', /from: not a time of the day.*`09:00`/],
    ['windows: { to: "24:30" }', /to: not a time of the day/],
    ['windows: { from: "09:00", to: "09:00" }', /to: this window is never open/],
    ['windows: { from: "24:00" }', /this window is never open/],
    ["windows: { zone: Europe/Berln }", /zone: there is no such time zone: did you mean `Europe\/Berlin`/],
    ["windows: { zone: +02:00 }", /zone: there is no such time zone/],
    ["windows: { start: 2026-01-01 }", /start: `start` goes with `rrule`/],
    ['windows: { rrule: "FREQ=DAILY", days: mon }', /days: `days` does not go with `rrule`/],
    ['windows: { rrule: "FREQ=DAILY" }', /windows: a window by rule needs `start`/],
    ['windows: { rrule: "FREQ=DAILY", start: 2026-01-01 }', /needs `duration`/],
    [
      'windows: { rrule: "FREQ=SECONDLY", start: 2026-01-01, duration: 1h }',
      /rrule: FREQ=SECONDLY recurs within a day/,
    ],
    ['windows: { rrule: "FREQ=DAILY;COUNT=99999", start: 2026-01-01, duration: 1h }', /rrule: COUNT=99999/],
    [
      'windows: { rrule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", start: 2026-01-01, duration: 1h }',
      /this rule never recurs/,
    ],
    [
      'windows: { rrule: "FREQ=DAILY;UNTIL=20251231", start: 2026-01-01, duration: 1h }',
      /this rule never recurs/,
    ],
    ['windows: { rrule: "FREQ=DAILY", start: 2026-02-30, duration: 1h }', /start: not a day/],
    [
      'windows: { rrule: "FREQ=DAILY", start: 2026-01-01, duration: 30d }',
      /duration: a duration out of bounds/,
    ],
    ["holidays: .github/holidays.ics", /holidays: holidays close windows, and there is none/],
    ["windows: {}, holidays: ../holidays.ics", /holidays: not the path of a file in the repository/],
    ["windows: {}, holidays: /etc/holidays.ics", /not the path of a file/],
    ["windows: {}, holidays: 'https://x.example/holidays.ics'", /not the path of a file/],
    ["windows: {}, holidays: holidays.yml", /a calendar file ends in `.ics`/],
  ])("`%s` is refused, with its mend", (gates, expected) => {
    expect(problems(prod(gates)).join("\n")).toMatch(expected);
  });
  test("the 29th of February is no rule that never recurs", () => {
    expect(
      windowsOf(
        'windows: { rrule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", start: "2096-03-01", duration: 1h }',
      ),
    ).toHaveLength(1);
  });
  test("so many rules that never recur do not keep anybody waiting", () => {
    const begin = performance.now();
    const never = '{ rrule: "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", start: 2026-01-01, duration: 1h }';
    const environments = Array.from(
      { length: 30 },
      (_none, index) => `e${index}: { gates: { windows: [${Array(20).fill(never).join(", ")}] } }`,
    );
    problems(`environments: { ${environments.join(", ")} }`);
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});

describe("scheduled freezes", () => {
  const freezes = (text: string, name = "prod"): EnvironmentConfig["freezes"] =>
    environmentNamed(config(`environments: { staging: {}, prod: {} }\nfreezes: ${text}`), name)?.freezes;

  test("are for every environment, or for those that are named, by the clock of a zone", () => {
    const christmas =
      '{ from: "2026-12-20 18:00", until: 2027-01-03, reason: Christmas, zone: Europe/Berlin }';
    const expected = {
      from: Date.UTC(2026, 11, 20, 17),
      until: Date.UTC(2027, 0, 2, 23),
      reason: "Christmas",
    };
    expect(freezes(christmas)).toEqual([expected]);
    expect(freezes(`[${christmas}]`, "staging")).toEqual([expected]);
    const sale = "{ from: 2026-11-27, until: 2026-11-30, environments: [prod] }";
    expect(freezes(`[${christmas}, ${sale}]`)?.map(({ from }) => from)).toEqual([
      Date.UTC(2026, 10, 27),
      expected.from,
    ]);
    expect(freezes(sale, "staging")).toBeUndefined();
    expect(freezes("[]")).toBeUndefined();
  });
  test.each([
    ["{ from: 2026-12-20 }", /freezes: a freeze needs `until`/],
    ["[{ until: 2026-12-20 }]", /freezes\[0\]: a freeze needs `from`/],
    [
      "{ from: 2026-12-20, until: 2026-12-20 }",
      /until: this freeze ends before it has begun.*a day alone is its beginning/,
    ],
    ["{ from: 2026-12-20, until: 2028-12-20 }", /lasts for longer than a year/],
    ["{ from: 2026-12-20, until: 2027-12-32 }", /until: not a day/],
    [
      "{ from: 2026-12-20, until: 2027-01-02, environments: [prd] }",
      /environments\[0\]: there is no environment `prd`.*`prod`/,
    ],
    ["{ from: 2026-12-20, until: 2027-01-02, environments: every }", /environments: .*one of all/],
    ["{ from: 2026-12-20, calendar: a.ics }", /from: the times of a calendar's freezes are in the calendar/],
    [
      `{ from: 2026-12-20, until: 2027-01-02, reason: "${"a".repeat(201)}" }`,
      /reason: a reason has at most 200/,
    ],
    [
      `[${Array.from({ length: 11 }, (_none, index) => `{ calendar: a${index}.ics }`).join(", ")}]`,
      /freezes\[10\]\.calendar: more than 10 calendar files/,
    ],
  ])("`%s` is refused, with its mend", (text, expected) => {
    expect(problems(`environments: { staging: {}, prod: {} }\nfreezes: ${text}`).join("\n")).toMatch(
      expected,
    );
  });
  test("a token in a reason is crossed out, as it is wherever people write", () => {
    expect(
      freezes("{ from: 2026-12-20, until: 2026-12-21, reason: ghp_0123456789abcdefghij }")?.[0]?.reason,
    ).toBe("[redacted]");
  });
});

describe("calendars", () => {
  const TEXT = `environments:
  east: { gates: { windows: { zone: America/New_York }, holidays: .github/holidays.ics } }
  west: { gates: { windows: {}, holidays: .github/holidays.ics } }
freezes:
  - { calendar: .github/freezes.ics, environments: [west], zone: Europe/Berlin }
`;
  const time = timeLaidOut(Date.UTC(2026, 10, 20, 12));
  const file = (...lines: string[]): string =>
    ["BEGIN:VCALENDAR", "BEGIN:VEVENT", ...lines, "END:VEVENT", "END:VCALENDAR"].join("\n");

  test("are each named once, with the place where it is to be said that there is none", () => {
    const reading = parseConfig(TEXT, context);
    expect(calendarsOf(config(TEXT)).map(({ path }) => path)).toEqual([
      ".github/holidays.ics",
      ".github/freezes.ics",
    ]);
    expect(reading.ok && reading.calendars).toMatchObject([
      {
        path: ".github/holidays.ics",
        missing: { line: 2, at: "environments.east.gates.holidays", value: ".github/holidays.ics" },
      },
      { path: ".github/freezes.ics", missing: { line: 5, column: 17, at: "freezes[0].calendar" } },
    ]);
    expect(parseConfig("environments: { prod: {} }", context)).not.toHaveProperty("calendars");
  });
  test("are laid out over the coming 400 days, so that a plan needs no file", () => {
    const spans = layOut(
      file("DTSTART:20201225", "RRULE:FREQ=YEARLY", "SUMMARY:Christmas"),
      "x.ics",
      time,
    ).spans;
    const { environments } = withCalendars(config(TEXT), () => spans, time);
    const [east, west] = environments;
    const DAY = 86_400_000;
    const christmases = [2026, 2027].map((year) => Date.UTC(year, 11, 25));
    expect(east?.gates?.windows?.holidays).toEqual({
      floating: christmases.map((begin) => [begin, begin + DAY]),
      fixed: [],
      until: Date.UTC(2026, 10, 20) + 400 * DAY,
    });
    expect(east).not.toHaveProperty("freezes");
    // Days of freezes are meant by the clock of the zone that the config names.
    expect(west?.freezes).toEqual(
      christmases.map((begin) => ({
        from: begin - 3_600_000,
        until: begin + DAY - 3_600_000,
        reason: "Christmas",
      })),
    );
    expect(JSON.parse(JSON.stringify(environments))).toEqual(environments);
  });
  test("with something wrong are refused like the config: with file, line, value and mend", () => {
    expect(
      layOut(file("DTSTART:20261225", "RRULE:FREQ=HOURLY"), ".github/holidays.ics", time).problems,
    ).toEqual([
      {
        path: ".github/holidays.ics",
        line: 4,
        column: 1,
        at: "",
        value: "FREQ=HOURLY",
        message: "FREQ=HOURLY recurs within a day, which is not read",
        mend: "write one of DAILY, WEEKLY, MONTHLY, YEARLY; the length says for how long",
      },
    ]);
    const daily = file("DTSTART:20261225", "RRULE:FREQ=DAILY", "EXDATE:20261226");
    expect(
      layOut(
        daily.replace(
          "END:VEVENT",
          "END:VEVENT\nBEGIN:VEVENT\nDTSTART:20261101\nRRULE:FREQ=DAILY\nEND:VEVENT",
        ),
        "x.ics",
        time,
      ).problems[0]?.message,
    ).toMatch(/more than 400 times/);
  });
});
