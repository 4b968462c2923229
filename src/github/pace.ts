/**
 * Pacing of writes. GitHub asks for about 80 content-creating requests a minute at most (docs, rate limits for the REST API), so
 * each installation has a bucket: a burst for a rollout's first moments, then a steady drip.
 */
import { RetryLaterError, type Clock } from "../core/ports.ts";

const BURST = 20;
const LONGEST_SLEEP_MS = 5_000;

interface Bucket {
  tokens: number;
  at: number;
}

export interface Pace {
  /** Resolves when this installation's next write may go out. */
  beforeWrite(installation: number): Promise<void>;
}

/** Paces writes to so many a minute for each installation, after a burst of 20; 0: no pause at all. */
export function createPace(clock: Clock, writesPerMinute: number, sleep: Sleep = sleepFor): Pace {
  if (writesPerMinute === 0) return { beforeWrite: () => Promise.resolve() };
  const refillMs = 60_000 / writesPerMinute;
  const buckets = new Map<number, Bucket>();
  return {
    async beforeWrite(installation) {
      const now = clock.now();
      const bucket = buckets.get(installation) ?? { tokens: BURST, at: now };
      const refilled = Math.min(BURST, bucket.tokens + Math.max(0, now - bucket.at) / refillMs);
      const pause = Math.max(0, (1 - refilled) * refillMs);
      // Sleeping longer would hold a worker's hand that another installation could use: nothing was written, come back then.
      if (pause > LONGEST_SLEEP_MS) throw new RetryLaterError("writes are paced", now + pause);
      // Below zero the bucket is in debt: each further write waits for its own token, in the order of asking.
      buckets.set(installation, { tokens: refilled - 1, at: now });
      if (pause > 0) await sleep(pause);
    },
  };
}

type Sleep = (ms: number) => Promise<void>;

function sleepFor(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}
