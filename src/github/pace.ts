/**
 * Pacing of writes. GitHub asks for at most about 80 content-creating requests a minute and 500 an hour
 * (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits). So each installation has a
 * burst of 20 for a rollout's first moments, then a steady drip, 80 together in any minute; and a book of what it wrote in the last hour.
 *
 * Each process paces for itself: what GitHub counts over several replicas is held by its own refusals (limits.ts), which each of them heeds.
 */
import { RetryLaterError, type Clock } from "../core/ports.ts";

const BURST = 20;
const HOUR_MS = 60 * 60_000;
const WRITES_PER_HOUR = 500;
/** At so many a minute after the burst GitHub's 80 a minute hold; the hour's 500 grow with it where an operator allows more. */
const USUAL_PER_MINUTE = 60;
/** The part of an hour's writes that is kept for promotions. */
const KEPT_FOR_PROMOTIONS = 0.2;
const LONGEST_SLEEP_MS = 5_000;

interface Book {
  /** When the bucket is full again, were nothing more written: each write moves it on by one drip. */
  full: number;
  /** When each write of the last hour went out, or will, oldest first. */
  written: number[];
  /** When it was last asked, to notice a clock that jumps back. */
  at: number;
}

export interface Pace {
  /**
   * Resolves when this installation's next write may go out. Background work leaves a fifth of the hour's writes to promotions.
   *
   * @param count of how many things a single request makes, at most a burst: GitHub does not say whether it counts them as one, so they
   *   are counted one by one
   * @throws RetryLaterError where that takes longer than a few seconds; nothing is reserved then
   * @throws Error where it is more than goes out in an hour
   */
  beforeWrite(installation: number, background?: boolean, count?: number): Promise<void>;
}

/** Paces writes to so many a minute for each installation, after a burst of 20; 0: no pause at all. */
export function createPace(clock: Clock, writesPerMinute: number, sleep: Sleep = sleepFor): Pace {
  if (writesPerMinute === 0) return { beforeWrite: () => Promise.resolve() };
  const dripMs = 60_000 / writesPerMinute;
  const perHour = Math.ceil((WRITES_PER_HOUR * writesPerMinute) / USUAL_PER_MINUTE);
  const books = new Map<number, Book>();
  return {
    async beforeWrite(installation, background = false, count = 1) {
      const now = clock.now();
      const book = bookAt(books.get(installation) ?? { full: now, written: [], at: now }, now);
      books.set(installation, book);
      const allowed = Math.max(1, Math.floor(background ? perHour * (1 - KEPT_FOR_PROMOTIONS) : perHour));
      if (count > allowed) throw new Error("this many at once are more than may be written in an hour");
      const full = Math.max(book.full, now);
      const turn = Math.max(
        now,
        full - (BURST - count) * dripMs,
        hourAllows(book.written, allowed - count + 1),
      );
      // Sleeping longer would hold a worker's hand that another installation could use: nothing was written, come back then.
      if (turn - now > LONGEST_SLEEP_MS) throw new RetryLaterError("writes are paced", Math.ceil(turn));
      book.full = Math.max(full, turn) + count * dripMs;
      for (let nr = 0; nr < count; nr += 1) book.written.push(turn);
      if (turn > now) await sleep(turn - now);
    },
  };
}

/** The book without what is older than an hour. A clock that jumped back takes the book along: it gives nothing away and takes nothing. */
function bookAt(book: Book, now: number): Book {
  const back = Math.max(0, book.at - now);
  book.at = now;
  book.full -= back;
  if (back > 0) book.written = book.written.map((at) => at - back);
  const first = book.written.findIndex((at) => at > now - HOUR_MS);
  book.written.splice(0, first === -1 ? book.written.length : first);
  return book;
}

/** When the last so many writes but one are an hour old, so that a further one makes no more than that in an hour. */
function hourAllows(written: readonly number[], allowed: number): number {
  const first = written.at(-allowed);
  return first === undefined ? 0 : first + HOUR_MS;
}

type Sleep = (ms: number) => Promise<void>;

function sleepFor(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}
