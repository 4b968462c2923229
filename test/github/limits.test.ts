import { describe, expect, it } from "vitest";
import { createLimits } from "../../src/github/limits.ts";

const MINUTE = 60_000;

function limitsAt() {
  let now = 1_800_000_000_000;
  const limits = createLimits({ now: () => now });
  const meet = (told: number | null = null, installation = 1) =>
    limits.noteLimit(installation, {
      kind: "limited",
      retryAt: now + (told ?? MINUTE),
      isTold: told !== null,
      message: "slow down",
    }) - now;
  const mayCall = (background = false, installation = 1): boolean => {
    try {
      limits.beforeCall(installation, background);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ name: "RetryLaterError" });
      return false;
    }
  };
  const left = (remaining: number, limit = 5_000) =>
    limits.noteAnswer(1, {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-reset": String(now / 1_000 + 1_800),
    });
  return { limits, meet, mayCall, left, later: (ms: number) => void (now += ms) };
}

describe("a limit that GitHub has named", () => {
  it("holds every call of the installation until then, and nobody else's", () => {
    const { meet, mayCall, later } = limitsAt();
    expect(meet(7_000)).toBe(7_000);
    expect([mayCall(), mayCall(false, 2)]).toEqual([false, true]);
    later(7_000);
    expect(mayCall()).toBe(true);
  });

  it("does not hold for a day because this machine's clock was set back by one, or is a day behind GitHub's", () => {
    const DAY = 24 * 60 * MINUTE;
    const { meet, mayCall, left, later } = limitsAt();
    left(10);
    meet(7_000);
    later(-DAY);
    expect([mayCall(), mayCall(true)]).toEqual([true, true]);
    expect(meet(DAY)).toBeLessThanOrEqual(65 * MINUTE);
  });

  it("without a time lasts a minute, and twice as long each time that it is met again, up to a quarter of an hour", () => {
    const { meet, later } = limitsAt();
    const pauses = Array.from({ length: 6 }, () => {
      const pause = meet();
      later(pause);
      return pause / MINUTE;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 15, 15]);
  });

  it("counts once for all the calls that were under way when it was met", () => {
    const { meet } = limitsAt();
    expect([meet(), meet(), meet()]).toEqual([MINUTE, MINUTE, MINUTE]);
  });

  it("is forgiven after an hour without one", () => {
    const { meet, later } = limitsAt();
    later(meet());
    later(meet());
    later(61 * MINUTE);
    expect(meet()).toBe(MINUTE);
  });
});

describe("when little is left of the hour's calls", () => {
  it("background work waits for the next hour, promotions go on", () => {
    const { mayCall, left, later } = limitsAt();
    left(600);
    expect(mayCall(true)).toBe(true);
    left(499);
    expect([mayCall(true), mayCall(false)]).toEqual([false, true]);
    later(1_800_000);
    expect(mayCall(true)).toBe(true);
  });

  it("what is counted apart, as GraphQL is, counts for nothing here", () => {
    const { limits, mayCall } = limitsAt();
    limits.noteAnswer(1, {
      "x-ratelimit-limit": "5000",
      "x-ratelimit-remaining": "1",
      "x-ratelimit-reset": "99999999999",
      "x-ratelimit-resource": "graphql",
    });
    expect(mayCall(true)).toBe(true);
  });
});
