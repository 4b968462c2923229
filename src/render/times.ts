/** Moments and durations, as people read them. */

/** A moment for people of several time zones: `2026-11-20 19:05:07 UTC`. */
export function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A duration in its two largest units: `48 s`, `3 min 20 s`, `1 h 5 min`, `3 days 4 h`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} days` : `${days} days ${hours % 24} h`;
}

/** A moment by the clock of a time zone: `Monday 30 November 2026 09:00 (Europe/Berlin)`. */
export function zonedTimeText(at: number, timeZone: string): string {
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of zonedClock(timeZone).formatToParts(at)) shown[type] = value;
  const { weekday, day, month, year, hour, minute } = shown;
  return `${weekday} ${day} ${month} ${year} ${hour}:${minute} (${timeZone})`;
}

/** A day by the calendar of a time zone: `Monday 30 November 2026 (Europe/Berlin)`. */
export function zonedDayText(at: number, timeZone: string): string {
  return zonedTimeText(at, timeZone).replace(/ \d{2}:\d{2} \(/, " (");
}

function zonedClock(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}
