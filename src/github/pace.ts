/**
 * Pacing of writes. GitHub asks for about 80 content-creating requests a minute at most (docs, rate limits for the REST API), so
 * each installation has a bucket: a burst for a rollout's first moments, then one write a second.
 */
import type { Clock } from "../core/ports.ts";

const BURST = 20;
const REFILL_MS = 1_000;

interface Bucket {
  tokens: number;
  at: number;
}

export interface Pace {
  /** Resolves when this installation's next write may go out. */
  beforeWrite(installation: number): Promise<void>;
}

/** No pause between writes, for a GitHub that has no limits: the local stand-in. */
export const unpaced: Pace = { beforeWrite: () => Promise.resolve() };

export function createPace(
  clock: Clock,
  sleep: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
): Pace {
  const buckets = new Map<number, Bucket>();
  return {
    async beforeWrite(installation) {
      const now = clock.now();
      const bucket = buckets.get(installation) ?? { tokens: BURST, at: now };
      const refilled = Math.min(BURST, bucket.tokens + Math.max(0, now - bucket.at) / REFILL_MS);
      // Below zero the bucket is in debt: each further write waits for its own token, in the order of asking.
      buckets.set(installation, { tokens: refilled - 1, at: now });
      if (refilled < 1) await sleep((1 - refilled) * REFILL_MS);
    },
  };
}
