/** Regular expressions of a config: what they find, and that no text and no pattern keeps Waybill busy. */
import { describe, expect, it } from "vitest";
import { firstGroup, readPattern } from "../../src/core/pattern.ts";

function found(pattern: string, text: string): string | null {
  const reading = readPattern(pattern);
  if (!reading.ok) throw new Error(reading.problem);
  return firstGroup(reading.pattern, text);
}

describe("a pattern", () => {
  it.each([
    ["version=(\\S+)", "name=shop version=1.5.0 up=3d", "1.5.0"],
    ["^v(\\d+\\.\\d+\\.\\d+)$", "v1.5.0", "1.5.0"],
    ["(?m)^build: (.*)$", "shop\nbuild: 1.5.0\nok", "1.5.0"],
    ["(?i)VERSION (\\S+)", "Version 1.5.0", "1.5.0"],
    ["(?:api|web)-(\\S+)", "web-1.4.2 api-1.5.0", "1.4.2"],
    ["(\\S+)@(\\S+)", "1.5.0@eu", "1.5.0"],
    ["version=(\\S+)", "no such thing", null],
    ["1\\.5(\\.0)?", "1.5", null],
    ["version=(\\S*)", "version= ", ""],
  ])("%s in %j: %s", (pattern, text, value) => expect(found(pattern, text)).toBe(value));

  it.each([
    ["version=", /no group/],
    ["(?:version)", /no group/],
    ["(", /missing closing/],
    ["a(?=b)(c)", /not a pattern/],
    ["(a)\\1", /not a pattern/],
    ["(x{2000})", /not a pattern/],
    ["([z-a])", /not a pattern/],
    ["((x{10}){10}){10}", /too large/],
    [`(${"a".repeat(200)})`, /at most 200/],
  ])("%s is refused", (pattern, problem) =>
    expect(readPattern(pattern)).toMatchObject({ ok: false, problem: expect.stringMatching(problem) }),
  );

  // The engine of JavaScript itself takes longer than anybody would wait.
  it.each(["(a|aa)+$", "(a*)*b", "(\\w*a){19}z[^z]", "(a?){20}[ab]*z"])("%s is done in time", (pattern) => {
    const began = performance.now();
    for (const text of [`${"a".repeat(65_535)}!`, `${"ab".repeat(32_767)}z`]) found(pattern, text);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
