/**
 * The calendar files that a config names, as they are at the config's own commit. What one holds is laid out anew every day, since the year that
 * matters goes on.
 */
import type { CalendarSpan } from "../core/calendar/events.ts";
import { layOut, timeLaidOut, withCalendars } from "../core/config/calendars.ts";
import type { CommitSha } from "../core/ids.ts";
import type { RepositoryClient } from "./client.ts";
import { rememberCalendar, type ConfigReading } from "./memory.ts";

/**
 * A config with what is in its calendars; or what is wrong with the first of them that cannot be used.
 *
 * @param textOf a file's text at that commit, null if there is none that can be read
 */
export async function readCalendars(
  client: RepositoryClient,
  reading: ConfigReading,
  sha: CommitSha,
  textOf: (path: string) => Promise<string | null>,
): Promise<ConfigReading> {
  if (!reading.ok || reading.calendars === undefined) return reading;
  const { memory, repo, clock } = client;
  const time = timeLaidOut(clock.now());
  const spans = new Map<string, readonly CalendarSpan[]>();
  for (const { path, missing } of reading.calendars) {
    const key = `${repo} ${sha} ${time[0]} ${path}`;
    const known = memory.calendars.get(key);
    const text = known === undefined ? await textOf(path) : null;
    if (known === undefined && text === null) return { ok: false, problems: [missing] };
    const laidOut = known ?? layOut(text ?? "", path, time);
    rememberCalendar(memory, key, laidOut);
    if (laidOut.problems.length > 0) return { ok: false, problems: laidOut.problems };
    spans.set(path, laidOut.spans);
  }
  return { ...reading, config: withCalendars(reading.config, (path) => spans.get(path) ?? [], time) };
}
