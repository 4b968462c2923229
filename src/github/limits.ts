/**
 * What GitHub said of its rate limits, for each installation: a limit that one call has met holds all of them, because GitHub bans Apps that
 * go on calling (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately);
 * and what is left of the hour goes to promotions first.
 */
import { RetryLaterError, type Clock } from "../core/ports.ts";
import type { GitHubFailure } from "./failure.ts";

/** Where GitHub does not say for how long: a minute, doubling at each repetition up to a quarter of an hour. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** After so long without a limit the next one is a first one again. */
const FORGIVEN_AFTER_MS = 60 * 60_000;
/** GitHub counts by the hour: a time beyond this is no limit of GitHub's, but of a clock that was set back. */
const FURTHEST_MS = 65 * 60_000;
/** Background work leaves this part of the hour's calls to promotions. */
const KEPT_FOR_PROMOTIONS = 0.1;

type Headers = Readonly<Record<string, string | number | undefined>>;

interface Standing {
  /** Nothing is sent before this time. */
  until: number;
  /** How many limits in a row came without a time of their own. */
  repetitions: number;
  /** What is left until `reset`, by the newest answer. */
  remaining: number;
  limit: number;
  reset: number;
}

export interface Limits {
  /** @throws RetryLaterError while the installation is limited; for background work also while little is left of the hour */
  beforeCall(installation: number, background: boolean): void;
  /** Takes GitHub's own count into account. */
  noteAnswer(installation: number, headers: Headers): void;
  /** Takes a limit into account. @returns when calls may go on, epoch ms */
  noteLimit(installation: number, failure: Extract<GitHubFailure, { kind: "limited" }>): number;
}

/** Keeps the standing of each installation, in memory: a process that has just started learns it by its first answer. */
export function createLimits(clock: Clock): Limits {
  const standings = new Map<number, Standing>();
  const standingOf = (installation: number): Standing => {
    const known = standings.get(installation);
    if (known !== undefined) return known;
    const fresh = { until: 0, repetitions: 0, remaining: Infinity, limit: 0, reset: 0 };
    standings.set(installation, fresh);
    return fresh;
  };
  return {
    beforeCall(installation, background) {
      const standing = standingOf(installation);
      const now = clock.now();
      const isHeld = (until: number): boolean => until > now && until <= now + FURTHEST_MS;
      if (isHeld(standing.until)) throw new RetryLaterError("GitHub asks for patience", standing.until);
      const isLittle = standing.remaining < standing.limit * KEPT_FOR_PROMOTIONS && isHeld(standing.reset);
      if (background && isLittle)
        throw new RetryLaterError("the rest of the hour's calls is for promotions", standing.reset + 1_000);
    },
    noteAnswer(installation, headers) {
      const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) =>
        Number(headers[`x-ratelimit-${name}`] ?? Number.NaN),
      ) as [number, number, number];
      // GraphQL and searches are counted apart; what is short there is refused there.
      const isOfRest = (headers["x-ratelimit-resource"] ?? "core") === "core";
      if (!isOfRest || ![limit, remaining, reset].every(Number.isFinite)) return;
      Object.assign(standingOf(installation), { limit, remaining, reset: reset * 1_000 });
    },
    noteLimit(installation, { retryAt, isTold }) {
      const standing = standingOf(installation);
      const now = clock.now();
      const isKnown = standing.until > now && standing.until <= now + FURTHEST_MS;
      if (isTold)
        standing.until = Math.max(isKnown ? standing.until : 0, Math.min(retryAt, now + FURTHEST_MS));
      else if (!isKnown) {
        // Calls that were under way together meet one limit: it counts once.
        const isForgiven = now - standing.until > FORGIVEN_AFTER_MS;
        standing.repetitions = isForgiven ? 0 : standing.repetitions + 1;
        standing.until =
          now + Math.min(FIRST_PAUSE_MS * 2 ** Math.min(standing.repetitions, 10), LONGEST_PAUSE_MS);
      }
      return standing.until;
    },
  };
}
