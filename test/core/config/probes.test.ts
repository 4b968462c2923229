/** What may be written under `verify`, and what is said of what may not. */
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/index.ts";

function read(verify: string): ReturnType<typeof parseConfig> {
  return parseConfig(`environments: { prod: { verify: ${verify} } }`, { path: "x", repositoryName: "x" });
}

/** The one probe as it is kept. */
function probe(verify: string): object | undefined {
  const reading = read(verify);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.config.environments[0]?.verify[0];
}

/** What is wrong, each thing with its place, its sentence and its mend. */
function wrong(verify: string): string[] {
  const reading = read(verify);
  return reading.ok
    ? []
    : reading.problems.map(({ at, message, mend }) => `${at.slice(18)}: ${message}; ${mend}`);
}

const URL = "https://shop.example/version";

describe("a pattern", () => {
  test("is kept as it is written", () =>
    expect(probe(`{ url: "${URL}", header: Server, matches: 'shop/(\\S+)' }`)).toMatchObject({
      header: "Server",
      json: null,
      matches: "shop/(\\S+)",
    }));

  test("that is none is said where it stands, with the mend", () =>
    expect(wrong(`{ url: "${URL}", matches: "version=" }`)).toEqual([
      "verify.matches: the pattern has no group; put the version in parentheses, as in `version=(\\S+)`",
    ]));

  test.each(["matches: '(a)'", "header: X-Version"])("and `json` beside %s are one too many", (second) =>
    expect(wrong(`{ url: "${URL}", json: $.v, ${second} }`)).toHaveLength(1),
  );
});
