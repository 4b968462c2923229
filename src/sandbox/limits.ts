import { ApiError } from "./http/errors.ts";

/**
 * Limits as GitHub has them, each off unless it is set. Per caller (installation, user, the App itself).
 * Source: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export interface Limits {
  /** Requests an hour; GitHub: 5,000. Beyond it: 403 with nothing remaining. */
  requestsPerHour?: number;
  /** Requests a minute that create content; GitHub: 80. */
  contentPerMinute?: number;
  /** Requests an hour that create content; GitHub: 500. */
  contentPerHour?: number;
  /** Points a minute, 1 for reading and 5 for writing; GitHub: 900. */
  pointsPerMinute?: number;
  /** How a secondary limit is refused; GitHub does both. Default 403. */
  status?: 403 | 429;
  /** Whether `retry-after` says when to come back; default true. GitHub leaves it out at times. */
  retryAfter?: boolean;
}

interface Request {
  at: number;
  points: number;
  creates: boolean;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const HOURLY_LIMIT = 5000;
const DOCUMENTATION =
  "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits";

/** Counts what each caller asked, and refuses what is too much. Times are the stand-in's. */
export class RateLimiter {
  limits: Limits = {};
  readonly #requests = new Map<string, Request[]>();
  readonly #hours = new Map<string, { used: number; reset: number }>();

  /** Counts a call. @throws ApiError 403 or 429, and then it counts for nothing but the hour. */
  admit(caller: string, method: string, path: string, now: number): void {
    const hour = this.#hour(caller, now);
    hour.used += 1;
    const most = this.limits.requestsPerHour ?? Infinity;
    if (hour.used > most)
      throw new ApiError(403, `API rate limit exceeded for ${caller.replace(":", " ID ")}.`);
    const writes = method !== "GET" && path !== "/graphql";
    const request = { at: now, points: writes ? 5 : 1, creates: writes && createsContent(method, path) };
    const recent = this.#requests.get(caller) ?? [];
    this.#requests.set(caller, recent);
    // Oldest first: what is over is at the beginning.
    const over = recent.findIndex((one) => one.at > now - HOUR_MS);
    recent.splice(0, over === -1 ? recent.length : over);
    this.#refuseBeyond(recent, request, now);
    recent.push(request);
  }

  /** How much of the hour is left; `reset` in seconds since 1970. */
  rate(caller: string, now: number): { limit: number; used: number; remaining: number; reset: number } {
    const { used, reset } = this.#hour(caller, now);
    const limit = this.limits.requestsPerHour ?? HOURLY_LIMIT;
    return { limit, used, remaining: Math.max(0, limit - used), reset };
  }

  /** Source: the same page, "Checking the status of your rate limit". */
  headers(caller: string, now: number): Record<string, string> {
    const { limit, used, remaining, reset } = this.rate(caller, now);
    return {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-reset": String(reset),
      "x-ratelimit-used": String(used),
      "x-ratelimit-resource": "core",
    };
  }

  #hour(caller: string, now: number): { used: number; reset: number } {
    const seconds = Math.floor(now / 1000);
    const known = this.#hours.get(caller);
    if (known && known.reset > seconds) return known;
    const hour = { used: 0, reset: seconds + 3600 };
    this.#hours.set(caller, hour);
    return hour;
  }

  #refuseBeyond(recent: readonly Request[], request: Request, now: number): void {
    const { contentPerMinute, contentPerHour, pointsPerMinute } = this.limits;
    const one = (): number => 1;
    const points = ({ points: worth }: Request): number => worth;
    const created = request.creates ? recent.filter((earlier) => earlier.creates) : [];
    const waits = [
      request.creates ? waitFor(created, one, contentPerMinute, MINUTE_MS, now) : 0,
      request.creates ? waitFor(created, one, contentPerHour, HOUR_MS, now) : 0,
      waitFor(recent, points, pointsPerMinute, MINUTE_MS, now, request.points),
    ];
    const wait = Math.max(...waits);
    if (wait <= 0) return;
    const seconds = String(Math.ceil(wait / 1000));
    throw new ApiError(
      this.limits.status ?? 403,
      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
      {
        more: { documentation_url: DOCUMENTATION },
        ...(this.limits.retryAfter === false ? {} : { headers: { "retry-after": seconds } }),
      },
    );
  }
}

/** Tokens are no content, and a deployment's or check's reading is none either: only what people get to see. */
function createsContent(method: string, path: string): boolean {
  return method !== "DELETE" && !path.endsWith("/access_tokens");
}

/** How long until a further request of this worth fits into the window; 0 if it does now. */
function waitFor(
  earlier: readonly Request[],
  worth: (request: Request) => number,
  limit: number | undefined,
  windowMs: number,
  now: number,
  own = 1,
): number {
  if (limit === undefined) return 0;
  const inWindow = earlier.filter((request) => request.at > now - windowMs);
  let sum = inWindow.reduce((total, request) => total + worth(request), own);
  for (const request of inWindow) {
    if (sum <= limit) return 0;
    sum -= worth(request);
    if (sum <= limit) return request.at + windowMs - now;
  }
  return sum <= limit ? 0 : windowMs;
}
