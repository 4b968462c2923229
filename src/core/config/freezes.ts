/** Scheduled freezes, from the config's `freezes`: what each environment is to expect. */
import { DAY_MS } from "../calendar/spans.ts";
import { momentOf, readLocal, UTC, zoneNamed } from "../calendar/zone.ts";
import { crossOutTokens } from "../secrets.ts";
import type { Findings } from "./findings.ts";
import type { Path } from "./located.ts";
import type { FreezeCalendar, ScheduledFreeze } from "./windows-model.ts";
import type { WrittenFreeze } from "./windows-schema.ts";

/** A freeze that ends later than a year after it has begun is one without an end, or a slip of the pen. */
const LONGEST_MS = 366 * DAY_MS;

/** The freezes of a config: those with dates by the environment, in the order in which they begin, and the calendars of others. */
export interface Freezes {
  readonly dated: ReadonlyMap<string, readonly ScheduledFreeze[]>;
  readonly calendars: readonly FreezeCalendar[];
}

/** Settles which environment is frozen when; refuses names that there are not, and times that are none. */
export function resolveFreezes(
  written: WrittenFreeze | readonly WrittenFreeze[] | undefined,
  names: readonly string[],
  found: Findings,
): Freezes {
  const dated = new Map<string, ScheduledFreeze[]>();
  const calendars: FreezeCalendar[] = [];
  const isList = (one: typeof written): one is readonly WrittenFreeze[] => Array.isArray(one);
  const entries = written === undefined ? [] : isList(written) ? written : [written];
  for (const [index, entry] of entries.entries()) {
    const at: Path = isList(written) ? ["freezes", index] : ["freezes"];
    const environments = meant(entry, names, at, found);
    if (entry.calendar !== undefined) {
      if (entry.from !== undefined || entry.until !== undefined)
        found.refuse(
          [...at, entry.from === undefined ? "until" : "from"],
          "the times of a calendar's freezes are in the calendar",
          "remove this, or write an entry of its own for it",
        );
      calendars.push({ calendar: entry.calendar, zone: entry.zone, environments, at });
      continue;
    }
    const freeze = freezeOf(entry, at, found);
    if (freeze === null) continue;
    for (const name of environments) dated.set(name, inOrder([...(dated.get(name) ?? []), freeze]));
  }
  return { dated, calendars };
}

/** Freezes in the order in which they begin. */
export function inOrder(freezes: readonly ScheduledFreeze[]): ScheduledFreeze[] {
  return freezes.toSorted((one, other) => one.from - other.from || one.until - other.until);
}

function meant(
  { environments }: WrittenFreeze,
  names: readonly string[],
  at: Path,
  found: Findings,
): readonly string[] {
  if (environments === "all") return names;
  for (const [index, name] of environments.entries()) {
    if (!names.includes(name)) found.unknown([...at, "environments", index], "environment", name, names);
  }
  return [...new Set(environments)];
}

function freezeOf(entry: WrittenFreeze, at: Path, found: Findings): ScheduledFreeze | null {
  const { from, until, reason, zone } = entry;
  if (from === undefined || until === undefined) {
    found.refuse(
      at,
      `a freeze needs \`${from === undefined ? "from" : "until"}\``,
      "write `from` and `until`, or `calendar` for a file with the times",
    );
    return null;
  }
  const clock = zoneNamed(zone) ?? UTC;
  const [begin, end] = [from, until].map((text) => momentOf(clock, readLocal(text) ?? 0));
  if (begin === undefined || end === undefined) return null;
  if (end <= begin || end - begin > LONGEST_MS) {
    found.refuse(
      [...at, "until"],
      end <= begin ? "this freeze ends before it has begun" : "this freeze lasts for longer than a year",
      end <= begin ? "write a later time than `from`; a day alone is its beginning" : "end it earlier",
    );
    return null;
  }
  return { from: begin, until: end, reason: reason === undefined ? null : crossOutTokens(reason) };
}
