/**
 * Gate: nothing is at work in the environment that Waybill did not start. Looks at the runs that the lane has heard of; the end of one is heard of as
 * well. Unlike all others it holds rollbacks, too: two deployments at a time in one place are what nobody wants.
 */
import { PASS, type GateFacts, type Verdict } from "./gate.ts";

/** Somebody else's runs are at work in the environment. */
export interface OutOfBandHold {
  readonly gate: "out-of-band";
  readonly runs: readonly {
    readonly url: string;
    /** Who started it; null where GitHub does not say. */
    readonly by: string | null;
    /** Whether it is known to be for this environment. */
    readonly certain: boolean;
  }[];
}

/** Waits until the last of them has ended. */
export function nothingElseIsAtWork({ runs = [] }: GateFacts): Verdict {
  if (runs.length === 0) return PASS;
  const shown = runs.map(({ url, by, certain }) => ({ url, by, certain }));
  return { verdict: "wait", hold: { gate: "out-of-band", runs: shown } };
}
