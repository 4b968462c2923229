import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brokenName, componentNameFor, durationMs, RESERVED_WORDS } from "../../../src/core/config/names.ts";
import { closest, editDistance } from "../../../src/core/suggest.ts";

describe("names", () => {
  test.each(["a", "prod", "eu-prod", "eu.prod_2", "3rd", "v-next", "a".repeat(63)])("%s is a name", (name) =>
    expect(brokenName(name)).toBeNull(),
  );

  test.each([
    "",
    "-a",
    ".a",
    "A",
    "a b",
    "a..b",
    "a.",
    "a/b",
    "../x",
    "prod;id",
    "ｐrod",
    "a".repeat(64),
    "1",
    "v1",
    "1.5",
    "1.5.0-rc.1",
    "prod\n",
    ...RESERVED_WORDS,
  ])("%j is none, and it is said how to mend it", (name) => expect(brokenName(name)?.mend).toBeTruthy());

  test("an upper-case name is answered by its lower-case one", () =>
    expect(brokenName("Prod")?.mend).toBe("write `prod`"));

  test.each([
    ["Shop", "shop"],
    ["my.shop", "my.shop"],
    ["Hello World!", "hello-world"],
    ["-_-", "app"],
    ["2048", "app-2048"],
    ["release", "app-release"],
    ["a..b", "a.b"],
    ["店", "app"],
  ])("the repository %s has the component %s", (repository, component) =>
    expect(componentNameFor(repository)).toBe(component),
  );

  test("whatever a repository is called, its component has a name that is allowed", () => {
    fc.assert(fc.property(fc.string(), (name) => brokenName(componentNameFor(name)) === null));
  });
});

test.each([
  ["90s", 90_000],
  ["10m", 600_000],
  ["2h", 7_200_000],
  ["1d", 86_400_000],
  ["0s", 0],
  ["5", null],
  ["5 m", null],
  ["1.5h", null],
  ["-1s", null],
  ["1h30m", null],
  ["9999999s", null],
])("the duration %s is %s ms", (text, length) => expect(durationMs(text)).toBe(length));

describe("did you mean", () => {
  const environments = ["dev", "staging", "prod"];
  test.each([
    ["prd", "prod"],
    ["stagign", "staging"],
    ["Staging", "staging"],
    ["production", "prod"],
    ["stag", "staging"],
    ["deb", "dev"],
    ["xyz", null],
    ["pr", null],
    ["", null],
    ["p".repeat(1_000), null],
  ])("%.20s: %s", (word, meant) => expect(closest(word, environments)).toBe(meant));

  test("an abbreviation of two is of neither", () =>
    expect(closest("prod", ["prod-eu", "prod-us-east"])).toBeNull());

  test("the distance counts two exchanged letters once", () => {
    expect(editDistance("promtoe", "promote", 3)).toBe(1);
    expect(editDistance("kitten", "sitting", 3)).toBe(3);
    expect(editDistance("abc", "xyz", 1)).toBe(2);
  });

  test("the distance is the same both ways, and none to itself", () => {
    const word = fc.stringMatching(/^[a-d]{0,8}$/);
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b, 9)).toBe(editDistance(b, a, 9));
        expect(editDistance(a, b, 9) === 0).toBe(a === b);
        expect(editDistance(a, b, 9)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
