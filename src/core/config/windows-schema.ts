/** The shape of deploy windows and scheduled freezes. What goes together is checked after it, in `windows.ts` and `freezes.ts`. */
import { z } from "zod";
import { readRule } from "../calendar/rule.ts";
import { readClock, readLocal, zoneNamed } from "../calendar/zone.ts";
import { closest } from "../suggest.ts";
import { durationField, nameField, ruled } from "./fields.ts";

const MOST = { windows: 20, freezes: 50, environments: 50, reason: 200 } as const;

export const DAY_NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

const zoneField = ruled((text) => {
  if (zoneNamed(text) !== null) return null;
  const near = closest(text, Intl.supportedValuesOf("timeZone"));
  const message = "there is no such time zone";
  const mend =
    near === null
      ? "write a name of the IANA database, such as `Europe/Berlin`"
      : `did you mean \`${near}\`?`;
  return { message, mend };
});

const daysField = ruled(
  (text) => {
    const names = text.split("-");
    const unknown = names.find((name) => !DAY_NAMES.some((one) => one === name));
    if (unknown === undefined && names.length <= 2) return null;
    const short = DAY_NAMES.find((one) => unknown?.toLowerCase().startsWith(one));
    return {
      message: "not a day of the week, nor a range of them",
      mend: short === undefined ? "write `mon`, or `mon-fri`" : `did you mean \`${short}\`?`,
    };
  },
  { pattern: `^(${DAY_NAMES.join("|")})(-(${DAY_NAMES.join("|")}))?$` },
);

const clockField = ruled(
  (text) =>
    text === "24:00" || readClock(text) !== null
      ? null
      : {
          message: "not a time of the day",
          mend: "write hour and minute in two digits each, such as `09:00`",
        },
  { pattern: "^([01][0-9]|2[0-4]):[0-5][0-9]$" },
);

const momentField = ruled(
  (text) =>
    readLocal(text) !== null
      ? null
      : { message: "not a day, nor a day and a time", mend: "write `2026-12-24` or `2026-12-24 18:00`" },
  { pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2})?$" },
);

const ruleField = ruled((text) => {
  const reading = readRule(text);
  return reading.ok ? null : reading;
});

/** A calendar file of the repository, from its root. */
const calendarField = ruled(
  (text) => {
    const mend = "write its path from the repository's root, such as `.github/holidays.ics`";
    if (!/\.ics$/i.test(text)) return { message: "a calendar file ends in `.ics`", mend };
    return /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(text) && !text.includes("..") && text.length <= 200
      ? null
      : { message: "not the path of a file in the repository", mend };
  },
  { pattern: "^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*\\.[iI][cC][sS]$" },
);

const reasonField = ruled((text) => {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text))
    return { message: "a reason has one line and no control characters", mend: "write it on one line" };
  return text.length <= MOST.reason
    ? null
    : { message: `a reason has at most ${MOST.reason} characters`, mend: "shorten it" };
});

const windowSchema = z
  .strictObject({
    days: z
      .union([daysField, z.array(daysField).min(1).max(7)])
      .optional()
      .describe("The weekdays on which it opens: `mon-fri`, or `[mon, wed]`. Default: all of them."),
    from: clockField.optional().describe("The time of the day at which it opens. Default: `00:00`."),
    to: clockField
      .optional()
      .describe(
        "The time of the day at which it closes; where that is not later than `from`, on the next day. Default: `24:00`.",
      ),
    rrule: ruleField
      .optional()
      .describe(
        "In place of `days`, `from` and `to`: a recurrence rule of RFC 5545 (`FREQ=WEEKLY;BYDAY=MO,TU`).",
      ),
    start: momentField
      .optional()
      .describe("With `rrule`: from when on it recurs, and at which time of the day: `2026-01-05 09:00`."),
    duration: durationField("1m", "7d")
      .optional()
      .describe("With `rrule`: for how long it is open each time."),
    zone: zoneField
      .default("UTC")
      .describe("The IANA time zone by whose clock all this is meant, such as `Europe/Berlin`."),
  })
  .describe("A time in which something may begin.");

export const windowsField = z
  .union([windowSchema, z.array(windowSchema).min(1).max(MOST.windows)])
  .optional()
  .describe("When something may begin here: one window or a list. What has begun goes on to its end.");

export const holidaysField = calendarField
  .optional()
  .describe(
    "An iCalendar file of the repository (`.github/holidays.ics`): no window is open on what is in it.",
  );

const freezeSchema = z
  .strictObject({
    from: momentField.optional().describe("When it begins: `2026-12-20` or `2026-12-20 18:00`."),
    until: momentField
      .optional()
      .describe("When it ends: the first moment at which it holds nothing any more."),
    reason: reasonField.optional().describe("Why, for those who have to wait."),
    calendar: calendarField
      .optional()
      .describe("In place of `from` and `until`: an iCalendar file, each event of which is a freeze."),
    environments: z
      .union([z.enum(["all"]), z.array(nameField).min(1).max(MOST.environments)])
      .default("all")
      .describe("What is frozen: `all`, or environments by name."),
    zone: zoneField.default("UTC").describe("The IANA time zone in which the times are meant."),
  })
  .describe("A freeze that comes and goes by itself.");

export const freezesField = z
  .union([freezeSchema, z.array(freezeSchema).max(MOST.freezes)])
  .optional()
  .describe("Freezes that are known beforehand: one or a list (docs/windows.md).");

export type WrittenWindow = z.output<typeof windowSchema>;
export type WrittenFreeze = z.output<typeof freezeSchema>;

/** The weekdays that are written as `mon-fri` or `[mon, wed]`, 0 for Sunday, in their order; all of them for nothing. */
export function weekdaysOf(written: string | readonly string[] | undefined): readonly number[] {
  const all = DAY_NAMES.map((_name, index) => index);
  if (written === undefined) return all;
  const ranges = [written].flat().map((text) => text.split("-").map(numberOf));
  const isIn = (day: number): boolean =>
    ranges.some(([first = 0, last = first]) =>
      first <= last ? day >= first && day <= last : day >= first || day <= last,
    );
  return all.filter(isIn);
}

function numberOf(name: string): number {
  return DAY_NAMES.findIndex((one) => one === name);
}
