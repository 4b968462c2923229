/** Recurrence rules: against days that others have worked out, and against rules that mean harm. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayOf } from "../../../src/core/calendar/days.ts";
import { recurrences } from "../../../src/core/calendar/recurrence.ts";
import { readRule, type Rule } from "../../../src/core/calendar/rule.ts";

function rule(text: string): Rule {
  const reading = readRule(text);
  if (!reading.ok) throw new Error(`${text}: ${reading.message}`);
  return reading.rule;
}
const days = (text: string, start: string, from: string, to: string): string[] =>
  recurrences(rule(text), number(start), number(from), number(to)).map((day) =>
    new Date(day * 86_400_000).toISOString().slice(0, 10),
  );
function number(date: string): number {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  return dayOf(year, month, day);
}

describe("a rule recurs on the days", () => {
  // 176 rules of all kinds, and their days from 2026-01-01 on for 800 days, as dateutil 2.9 (Python) has them.
  const known = readFileSync(join(import.meta.dirname, "rules.txt"), "utf8")
    .trim()
    .split("\n");
  it("that another implementation finds, too", () => {
    const from = number("2026-01-01");
    for (const line of known) {
      const [start = "", text = "", list = ""] = line.split(" ");
      const begin = number(start.replace(/(\d{4})(\d{2})(\d{2})/, "$1-$2-$3"));
      expect([text, recurrences(rule(text), begin, from, from + 800).join(",")]).toEqual([text, list]);
    }
    expect(known.length).toBeGreaterThan(150);
  });

  it.each([
    ["FREQ=YEARLY", "2024-02-29", "2024-01-01", "2033-01-01", ["2024-02-29", "2028-02-29", "2032-02-29"]],
    [
      "FREQ=MONTHLY;BYDAY=-1FR",
      "2026-01-01",
      "2026-01-01",
      "2026-03-31",
      ["2026-01-30", "2026-02-27", "2026-03-27"],
    ],
    [
      "FREQ=MONTHLY;BYMONTHDAY=31",
      "2026-01-01",
      "2026-01-01",
      "2026-06-01",
      ["2026-01-31", "2026-03-31", "2026-05-31"],
    ],
    [
      "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU",
      "1997-08-05",
      "1997-08-01",
      "1997-08-31",
      ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"],
    ],
    [
      "FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=TU,SU",
      "1997-08-05",
      "1997-08-01",
      "1997-08-31",
      ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"],
    ],
    [
      "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
      "1996-11-05",
      "1996-01-01",
      "2005-01-01",
      ["1996-11-05", "2000-11-07", "2004-11-02"],
    ],
    [
      "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
      "1997-05-12",
      "1997-01-01",
      "1999-12-31",
      ["1997-05-12", "1998-05-11", "1999-05-17"],
    ],
    [
      "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
      "1997-09-04",
      "1997-01-01",
      "1999-01-01",
      ["1997-09-04", "1997-10-07", "1997-11-06"],
    ],
    ["freq=daily;count=2", "2026-01-01", "2026-01-02", "2026-12-31", ["2026-01-02"]],
  ])("of %s", (text, start, from, to, expected) => {
    expect(days(text, start, from, to)).toEqual(expected);
  });

  it("does not depend on from when on one looks", () => {
    const some = fc.constantFrom(...known.map((line) => line.split(" ")));
    fc.assert(
      fc.property(some, fc.integer({ min: 0, max: 700 }), ([, text = ""], later) => {
        const [start, from, to] = [number("2024-05-17"), number("2026-01-01"), number("2028-01-01")];
        const whole = recurrences(rule(text), start, from, to);
        expect(recurrences(rule(text), start, from + later, to)).toEqual(
          whole.filter((day) => day >= from + later),
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe("a rule that", () => {
  it.each([
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=+6MO",
    "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=12",
    "FREQ=YEARLY;INTERVAL=1000;BYMONTHDAY=30;BYMONTH=2;COUNT=1000",
    "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=300",
  ])("never matches ends all the same: %s", (text) => {
    expect(days(text, "1900-01-01", "2026-01-01", "2036-01-01")).toEqual([]);
  });

  it("would be looked at for too long stops where its budget is used up", () => {
    const budget = { left: 100 };
    recurrences(rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), 0, 0, 1_000_000, budget);
    expect(budget.left).toBe(0);
  });

  it.each([
    ["FREQ=SECONDLY", /recurs within a day/],
    ["FREQ=HOURLY;COUNT=5", /recurs within a day/],
    ["FREQ=DAILY;BYHOUR=9", /BYHOUR is not read.*time of day/],
    ["FREQ=WEEKLYY", /there is no FREQ=WEEKLYY/],
    ["BYDAY=MO", /has no FREQ/],
    ["FREQ=DAILY;COUNT=1000000", /COUNT=1000000 is none that there is.*1 to 1000/],
    ["FREQ=DAILY;COUNT=0", /COUNT=0/],
    ["FREQ=DAILY;INTERVAL=-1", /INTERVAL=-1/],
    ["FREQ=DAILY;COUNT=2;UNTIL=20270101", /exclude each other/],
    ["FREQ=DAILY;FREQ=DAILY", /written twice/],
    ["FREQ=WEEKLY;BYDAY=XX", /no weekday XX/],
    ["FREQ=WEEKLY;BYDAY=2MO", /nth of a weekday/],
    ["FREQ=WEEKLY;BYMONTHDAY=1", /BYMONTHDAY does not go/],
    ["FREQ=DAILY;BYWEEKNO=1", /BYWEEKNO goes with FREQ=YEARLY/],
    ["FREQ=DAILY;BYYEARDAY=1", /BYYEARDAY goes with FREQ=YEARLY/],
    ["FREQ=MONTHLY;BYSETPOS=1", /BYSETPOS chooses/],
    ["FREQ=MONTHLY;BYMONTHDAY=0", /has no 0/],
    ["FREQ=YEARLY;BYMONTH=13", /BYMONTH=13/],
    ["FREQ=DAILY;UNTIL=2027-01-01", /UNTIL=2027-01-01 is no time/],
    ["FREQ=DAILY;BYDAYS=MO", /no part BYDAYS.*did you mean BYDAY/],
    ["every day", /not a rule/],
    ["", /not a rule/],
    [`FREQ=DAILY;BYMONTH=${"1,".repeat(300)}1`, /at most 500 characters/],
  ])("is none is refused with its mend: %s", (text, expected) => {
    const reading = readRule(text);
    expect(reading.ok ? "taken" : `${reading.message}: ${reading.mend}`).toMatch(expected);
  });

  it("is any text at all is read or refused, and never throws", () => {
    const part = fc.oneof(
      fc.constantFrom(
        "FREQ=DAILY",
        "FREQ=YEARLY",
        "COUNT=3",
        "BYDAY=MO,-1SU",
        "UNTIL=20270101T000000Z",
        "WKST=SU",
        ";",
        "=",
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const reading = readRule(parts.join(";"));
        if (reading.ok) recurrences(reading.rule, 20_000, 20_000, 20_400);
        else expect(reading.mend).not.toBe("");
      }),
    );
  });
});
