import { RequestError } from "@octokit/request-error";
import { describe, expect, it } from "vitest";
import { RetryLaterError } from "../../src/core/ports.ts";
import { failureOf } from "../../src/github/failure.ts";

const NOW = 1_800_000_000_000;

function answered(status: number, headers: Record<string, string> = {}, message = "said no"): RequestError {
  const request = { method: "POST" as const, url: "https://github.example/x", headers: {} };
  return new RequestError(message, status, {
    request,
    response: { status, url: request.url, headers, data: { message } },
  });
}

describe("what a failed call to GitHub means", () => {
  it.each([400, 401, 403, 404, 409, 410, 422, 451])("%i: refused, nothing was written", (status) => {
    expect(failureOf(answered(status), NOW)).toEqual({ kind: "refused", status, message: "said no" });
  });

  it.each([408, 500, 502, 503, 504])("%i: nobody can tell whether it was written", (status) => {
    expect(failureOf(answered(status), NOW).kind).toBe("unsure");
  });

  it("GraphQL says its limit with 200 and an error of its own", () => {
    const headers = { "retry-after": "30" };
    const error = Object.assign(new Error("rate limited"), {
      name: "GraphqlResponseError",
      errors: [{ type: "RATE_LIMITED" }],
      headers,
    });
    expect(failureOf(error, NOW)).toMatchObject({ kind: "limited", retryAt: NOW + 30_000 });
    expect(
      failureOf(
        Object.assign(new Error("x"), { name: "GraphqlResponseError", errors: [{ type: "FORBIDDEN" }] }),
        NOW,
      ).kind,
    ).toBe("unsure");
  });

  it("our own pace is a limit like GitHub's: nothing was written", () => {
    expect(failureOf(new RetryLaterError("paced", NOW + 9), NOW)).toMatchObject({
      kind: "limited",
      retryAt: NOW + 9,
    });
  });

  it("no answer at all: nobody can tell", () => {
    const request = { method: "POST" as const, url: "https://github.example/x", headers: {} };
    expect(failureOf(new RequestError("socket hang up", 500, { request }), NOW)).toEqual({
      kind: "unsure",
      message: "socket hang up",
    });
    expect(failureOf(new Error("broken"), NOW).kind).toBe("unsure");
  });

  it.each([
    ["429 with retry-after", answered(429, { "retry-after": "7" }), NOW + 7_000],
    [
      "429 with a date, by GitHub's own clock",
      answered(429, {
        date: new Date(NOW + 3_600_000).toUTCString(),
        "retry-after": new Date(NOW + 3_605_000).toUTCString(),
      }),
      NOW + 5_000,
    ],
    [
      "429 with a date, and no clock of GitHub's",
      answered(429, { "retry-after": new Date(NOW + 9_000).toUTCString() }),
      NOW + 9_000,
    ],
    ["429 with nonsense: a minute", answered(429, { "retry-after": "soon" }), NOW + 60_000],
    [
      "429 for a week: an hour, as GitHub's limits have it",
      answered(429, { "retry-after": "604800" }),
      NOW + 65 * 60_000,
    ],
    ["429 without a word: at least a minute", answered(429), NOW + 60_000],
    ["403 with retry-after", answered(403, { "retry-after": "90" }), NOW + 90_000],
    [
      "403 with nothing left until the reset",
      answered(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW / 1000 + 30) }),
      NOW + 31_000,
    ],
    [
      "403 by the secondary limit",
      answered(403, {}, "You have exceeded a secondary rate limit"),
      NOW + 60_000,
    ],
    [
      "a reset that is past by our clock",
      answered(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" }),
      NOW + 60_000,
    ],
  ])("%s: come back later", (_what, error, retryAt) => {
    expect(failureOf(error, NOW)).toMatchObject({ kind: "limited", retryAt });
  });
});
