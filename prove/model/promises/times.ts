/**
 * Time in the world of the promises. It passes in ticks of a minute, and it is always noon: when a tick passes, everything that bears a time
 * becomes a minute older instead. So two states that differ only in when they came about are one state.
 *
 * Sound, because the code compares times only by their distance, and only with limits below OLDEST_MS: the half minute for which a look at the
 * gates counts, the patience with a run that is not seen, and, where a gate asks for what is at GitHub, the pause between two looks at that. (Of an
 * order that is held for hours, `lateToBegin`, of approvals that expire after minutes, and of freezes that last for days nothing is said here.) What
 * is older than that is kept at that age.
 */
export const NOON = Date.UTC(2026, 10, 20, 12);
export const TICK_MS = 60_000;
/** How long a run is looked for whose dispatch was not answered: three looks, at once and after each tick. */
export const PATIENCE_MS = 2 * TICK_MS;
export const OLDEST_MS = 3 * TICK_MS;
/** The same where gates look: ten times the pause between two looks at a run, `core/looks`. */
export const OLDEST_LOOK_MS = 11 * TICK_MS;

/** What falls due later than this does so in no story here: approvals expire after days. */
export const FAR_MS = 60 * TICK_MS;

/** Every time within JSON: epoch milliseconds have thirteen digits; also those in the names of looks. */
const TIMES = /\b1\d{12}\b/g;

/** JSON as it is when a tick has passed. */
export function oneTickOlder(json: string, oldestMs: number): string {
  return json.replace(TIMES, (time) => String(Math.max(Number(time) - TICK_MS, NOON - oldestMs)));
}

/** When a job falls due, in whole ticks: pauses shorter than one (half a second before an attempt) are taken for none. */
export function inTicks(runAt: number): number {
  return NOON + Math.floor(Math.max(runAt - NOON, 0) / TICK_MS) * TICK_MS;
}
