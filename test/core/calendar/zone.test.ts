/** What clocks show, and when: with the hour that is left out in spring, and the one that comes twice in autumn. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  localOf,
  momentOf,
  readLocal,
  spansOf,
  UTC,
  zoneNamed,
  type Zone,
} from "../../../src/core/calendar/zone.ts";

function zone(name: string): Zone {
  const found = zoneNamed(name);
  if (found === null) throw new Error(`no zone ${name}`);
  return found;
}
const utc = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");
const local = (text: string): number => readLocal(text) ?? Number.NaN;

describe("a time by a clock is a moment", () => {
  it.each([
    ["Europe/Berlin", "2026-01-15 09:00", "2026-01-15 08:00", "in winter"],
    ["Europe/Berlin", "2026-07-15 09:00", "2026-07-15 07:00", "in summer"],
    ["Europe/Berlin", "2026-03-29 01:59", "2026-03-29 00:59", "right before the gap"],
    [
      "Europe/Berlin",
      "2026-03-29 02:30",
      "2026-03-29 01:30",
      "left out: as much later as the clock is set on",
    ],
    ["Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00", "right after the gap"],
    ["Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30", "twice: the first"],
    ["Europe/Berlin", "2026-10-25 03:00", "2026-10-25 02:00", "after both"],
    ["America/New_York", "2026-03-08 02:30", "2026-03-08 07:30", "left out, west of Greenwich"],
    ["America/New_York", "2026-11-01 01:30", "2026-11-01 05:30", "twice, west of Greenwich"],
    ["Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "twice, by half an hour"],
    ["Asia/Kathmandu", "2026-05-01 09:00", "2026-05-01 03:15", "three quarters of an hour off"],
    ["Pacific/Kiritimati", "2026-05-01 09:00", "2026-04-30 19:00", "14 hours ahead"],
    ["Pacific/Apia", "2011-12-30 12:00", "2011-12-30 22:00", "of a day that there was not"],
    ["UTC", "2026-12-31 24:00".replace(" 24:00", ""), "2026-12-31 00:00", "a day is its beginning"],
  ])("%s %s is %s UTC (%s)", (name, written, moment) => {
    expect(utc(momentOf(zone(name), local(written)))).toBe(moment);
  });

  it("shows that very time, but where it is left out", () => {
    const names = ["Europe/Berlin", "America/St_Johns", "Africa/Casablanca", "Australia/Lord_Howe", "UTC"];
    const minutes = fc.integer({ min: Date.UTC(2020, 0) / 60_000, max: Date.UTC(2036, 0) / 60_000 });
    fc.assert(
      fc.property(fc.constantFrom(...names), minutes, (name, minute) => {
        const [clock, written] = [zone(name), minute * 60_000];
        const at = momentOf(clock, written);
        const shown = localOf(clock, at);
        if (shown === written) return;
        // Left out: the offset changes here, and no moment shows it.
        expect(shown).toBeGreaterThan(written);
        expect(spansOf(clock, [written, written + 60_000])).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the moments at which a clock shows a time between two others", () => {
  const berlin = zone("Europe/Berlin");
  it.each([
    ["2026-01-15 09:00", "2026-01-15 17:00", ["2026-01-15 08:00 to 2026-01-15 16:00"], "a working day"],
    [
      "2026-03-28 22:00",
      "2026-03-29 04:00",
      ["2026-03-28 21:00 to 2026-03-29 02:00"],
      "a night that is an hour short",
    ],
    [
      "2026-10-24 22:00",
      "2026-10-25 04:00",
      ["2026-10-24 20:00 to 2026-10-25 03:00"],
      "a night that is an hour long",
    ],
    ["2026-03-29 02:30", "2026-03-29 04:00", ["2026-03-29 01:00 to 2026-03-29 02:00"], "begins in the gap"],
    ["2026-03-29 01:00", "2026-03-29 02:30", ["2026-03-29 00:00 to 2026-03-29 01:00"], "ends in the gap"],
    ["2026-03-29 02:10", "2026-03-29 02:50", [], "all of it in the gap"],
    [
      "2026-10-25 02:15",
      "2026-10-25 02:45",
      ["2026-10-25 00:15 to 2026-10-25 00:45", "2026-10-25 01:15 to 2026-10-25 01:45"],
      "both times that it is 02:30",
    ],
    [
      "2026-10-25 02:00",
      "2026-10-25 03:00",
      ["2026-10-25 00:00 to 2026-10-25 02:00"],
      "the whole hour, twice",
    ],
  ])("from %s to %s: %j (%s)", (begin, end, spans) => {
    const found = spansOf(berlin, [local(begin), local(end)]);
    expect(found.map(([from, to]) => `${utc(from)} to ${utc(to)}`)).toEqual(spans);
  });

  it("are those whose local time lies between them, tried minute by minute", () => {
    const around = fc.integer({ min: -1_500, max: 1_500 });
    const changes = ["2026-03-29 02:00", "2026-10-25 02:00"].map(local);
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        around,
        fc.integer({ min: 1, max: 600 }),
        (change, from, length) => {
          const begin = change + from * 60_000;
          const end = begin + length * 60_000;
          const spans = spansOf(berlin, [begin, end]);
          for (let at = begin - 4 * 3_600_000; at < end + 3_600_000; at += 60_000) {
            const shown = localOf(berlin, at);
            const isIn = spans.some(([one, other]) => at >= one && at < other);
            if (isIn !== (shown >= begin && shown < end)) expect([utc(at), isIn]).toEqual([utc(at), !isIn]);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("a time zone", () => {
  it.each([
    "Europe/Berlim",
    "+01:00",
    "GMT+25",
    "../etc/passwd",
    "Europe/Berlin\n",
    "",
    "a".repeat(200),
    "constructor",
  ])("there is not: %j", (name) => {
    expect(zoneNamed(name)).toBeNull();
  });
  it("is UTC by that name", () => {
    expect(zone("UTC").offsetAt(0)).toBe(UTC.offsetAt(0));
  });
});

it.each(["2026-02-30", "2026-13-01", "2026-1-1", "2026-01-01 24:00", "2026-01-01 9:00", "tomorrow", ""])(
  "%j is no time",
  (text) => {
    expect(readLocal(text)).toBeNull();
  },
);
