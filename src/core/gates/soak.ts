/**
 * Gate: the release has soaked. The environments that this one comes after (as many as it takes) have run it for long enough, each in one stay.
 * Looks at what their lanes know; opens at a moment that is known, and says it.
 */
import { lackingOf, neededOf } from "../after.ts";
import { judgedBy } from "./findings.ts";
import { PASS, type GateFacts, type Verdict } from "./gate.ts";

/** How long one environment has run a release, at the moment at which that was looked at. Times in milliseconds. */
export interface Soaked {
  readonly environment: string;
  /** Since when it has been running it without a break; null where it does not run it now. */
  readonly since: number | null;
  /** The longest stay that has ended; 0 where there is none. */
  readonly longestMs: number;
}

/** One for each environment before. */
export interface SoakFacts {
  readonly environments: readonly Soaked[];
}

export interface SoakHold {
  readonly gate: "soak";
  readonly wantedMs: number;
  /** Those that have not run it for long enough. */
  readonly environments: readonly Soaked[];
  /** When enough of them will have; null where too few run it. */
  readonly opensAt: number | null;
}

/** Waits until the release has run for long enough in enough of the environments before. */
export function releaseHasSoaked({ at, promotion }: GateFacts): Verdict {
  const { environment } = promotion.plan;
  const wantedMs = environment.gates?.soakMs;
  if (wantedMs === undefined) return PASS;
  return judgedBy("soak", promotion.findings?.soak, ({ environments }) => {
    const hasSoaked = (name: string): boolean =>
      environments.some((one) => one.environment === name && opening(one, wantedMs) <= at);
    const lacking = lackingOf(environment, hasSoaked);
    if (lacking.length === 0) return PASS;
    const missing = environments.filter((one) => lacking.includes(one.environment));
    const wanted = neededOf(environment) - environment.after.filter(hasSoaked).length;
    const [opens = Infinity] = missing
      .map((one) => opening(one, wantedMs))
      .sort((one, other) => one - other)
      .slice(wanted - 1);
    const hold = { gate: "soak", wantedMs, environments: missing } as const;
    // By then the stays may have been broken off; right before anything begins they are looked at anew.
    return opens === Infinity
      ? { verdict: "wait", hold: { ...hold, opensAt: null }, look: "soak" }
      : { verdict: "wait", hold: { ...hold, opensAt: opens }, next: opens, look: "soak" };
  });
}

/** From when on an environment has run it for long enough, epoch milliseconds; Infinity where it will not. */
function opening({ since, longestMs }: Soaked, wantedMs: number): number {
  if (longestMs >= wantedMs) return 0;
  return since === null ? Infinity : since + wantedMs;
}
