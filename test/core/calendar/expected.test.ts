/** When a release is expected, as teams write it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextExpected, readExpected, type ExpectedRule } from "../../../src/core/calendar/expected.ts";

/** Friday. */
const NOON = Date.UTC(2026, 10, 20, 12);

function ruleOf(text: string): ExpectedRule {
  const reading = readExpected(text);
  if (!reading.ok) throw new Error(reading.message);
  return reading.rule;
}

const next = (text: string, at = NOON): string => new Date(nextExpected(ruleOf(text), at).at).toISOString();

describe("when it is expected", () => {
  it.each([
    ["2026-12-03", "2026-12-03T00:00:00.000Z"],
    ["2026-12-03 14:00", "2026-12-03T14:00:00.000Z"],
    ["2026-12-03 14:00 Europe/London", "2026-12-03T14:00:00.000Z"],
    ["2026-07-03 14:00 Europe/London", "2026-07-03T13:00:00.000Z"],
    ["2026-12-03 Asia/Tokyo", "2026-12-02T15:00:00.000Z"],
    ["Thursdays 14:00 Europe/London", "2026-11-26T14:00:00.000Z"],
    ["thursday 14:00", "2026-11-26T14:00:00.000Z"],
    ["Tues and Thu 10:00", "2026-11-24T10:00:00.000Z"],
    ["Mondays, Wednesdays, and Fridays 09:30 America/New_York", "2026-11-20T14:30:00.000Z"],
    ["weekdays 16:00 Europe/Berlin", "2026-11-20T15:00:00.000Z"],
    ["daily 11:00", "2026-11-21T11:00:00.000Z"],
  ])("%s", (text, wanted) => {
    expect(next(text)).toBe(wanted);
  });

  it("by a rule is strictly later, by a date the same for ever", () => {
    expect(next("Fridays 12:00", NOON)).toBe("2026-11-27T12:00:00.000Z");
    expect(next("Fridays 12:00", NOON - 1)).toBe("2026-11-20T12:00:00.000Z");
    expect(next("2026-11-20 11:00", NOON)).toBe("2026-11-20T11:00:00.000Z");
  });

  it("by a rule is at the same time by the clock, whether that was set on or back", () => {
    const friday = Date.UTC(2026, 9, 23, 15);
    expect(next("Fridays 14:00 Europe/London", friday - 1)).toBe("2026-10-30T14:00:00.000Z");
    expect(next("Fridays 14:00 Europe/London", friday - 3 * 3_600_000)).toBe("2026-10-23T13:00:00.000Z");
  });

  it("by a rule is at most eight days away and after now, whatever the days, the zone and the moment", () => {
    const rule = fc.record({
      kind: fc.constant("weekly" as const),
      days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }),
      minute: fc.integer({ min: 0, max: 1_439 }),
      zone: fc.constantFrom(
        "UTC",
        "Europe/London",
        "America/St_Johns",
        "Pacific/Apia",
        "Australia/Lord_Howe",
      ),
    });
    const moment = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) });
    fc.assert(
      fc.property(rule, moment, (written, at) => {
        const found = nextExpected(written, at).at;
        return found > at && found <= at + 8 * 24 * 3_600_000;
      }),
    );
  });
});

describe("what is no date", () => {
  it.each([
    ["soon", "`soon` names no days of the week"],
    ["Thursdays", "a rule needs the time of the day"],
    ["Thursdays 14h Europe/London", "`Thursdays 14h` names no days of the week"],
    ["Thursdays 25:00", "`25:00` is no time of the day"],
    ["Thursdays 14:00 Europe/Londn", "there is no time zone `Europe/Londn`"],
    ["2026-02-30", "`2026-02-30` is no day of a calendar"],
    ["2026-12-3 14:00", "`2026-12-3` is no day of a calendar"],
    ["", "`` names no days of the week"],
    ["first Thursday 14:00", "`first Thursday` names no days of the week"],
    ["x".repeat(200), "this is no date"],
  ])("%s", (text, message) => {
    expect(readExpected(text)).toMatchObject({ ok: false, message, mend: expect.stringMatching(/^write /) });
  });

  it("never throws, whatever is written", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const reading = readExpected(text);
        if (reading.ok) nextExpected(reading.rule, NOON);
      }),
    );
  });
});
