import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJsonPath, valueAt } from "../../src/core/jsonpath.ts";

function read(path: string, json: unknown): string | null {
  const reading = readJsonPath(path);
  if (!reading.ok) throw new Error(reading.problem);
  return valueAt(reading.steps, json);
}

describe("a JSON path", () => {
  const json = {
    version: "1.4.2",
    build: 42,
    a: { b: [{ "c d": "deep" }, "second"] },
    "it's": "quoted",
    ключ: "y",
    "": "nameless",
  };

  it.each([
    ["$.version", "1.4.2"],
    ["$['version']", "1.4.2"],
    ['$["version"]', "1.4.2"],
    ["$.build", "42"],
    ["$.a.b[0]['c d']", "deep"],
    ["$.a.b[1]", "second"],
    [String.raw`$['it\'s']`, "quoted"],
    ["$.ключ", "y"],
    ["$['']", "nameless"],
    ["$.missing", null],
    ["$.a", null],
    ["$.a.b", null],
    ["$.a.b[2]", null],
    ["$.a.b.length", null],
    ["$.a[0]", null],
    ["$.version[0]", null],
    ["$.version.length", null],
    ["$.__proto__", null],
    ["$.constructor.name", null],
    ["$['toString']", null],
  ])("%s finds %j", (path, value) => {
    expect(read(path, json)).toBe(value);
  });

  it("finds a document that is one text", () => {
    expect(read("$", "1.2.3")).toBe("1.2.3");
  });

  it.each([1.1, 1e300, true, false, null, Number.MAX_SAFE_INTEGER + 1, {}, []])(
    "takes %j for no version",
    (value) => {
      expect(read("$.v", { v: value })).toBeNull();
    },
  );

  it.each([
    ["version", /begins with `\$`/],
    ["", /begins with `\$`/],
    ["$version", /`\.name`/],
    ["$.", /ends with a dot/],
    ["$.a..b", /several values/],
    ["$.*", /several values/],
    ["$[*]", /several values/],
    ["$[?(@.a)]", /several values/],
    ["$[0:2]", /slice/],
    ["$[-1]", /negative/],
    ["$[01]", /zero/],
    ["$[a]", /index such as/],
    ["$['a", /not closed/],
    [String.raw`$['\u0041']`, /not closed|escape/],
    ["$.app-version", /needs quotes: \['api-version'\]/],
    ["$.a b", /at character 4/],
    [`$${".a".repeat(21)}`, /at most 20 steps/],
    [`$.${"a".repeat(300)}`, /at most 300 characters/],
  ])("%s is refused in words", (path, problem) => {
    const reading = readJsonPath(path);
    expect(reading).toMatchObject({ ok: false });
    if (!reading.ok) expect(reading.problem).toMatch(problem);
  });

  it("never throws, whatever is written or answered", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.jsonValue(), (path, value) => {
        for (const text of [path, `$${path}`]) {
          const reading = readJsonPath(text);
          if (reading.ok) valueAt(reading.steps, value);
        }
      }),
    );
  });

  it("finds every own text by its quoted name", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 50 }), fc.string(), (name, value) => {
        const path = `$['${name.replaceAll(/['\\]/g, String.raw`\$&`)}']`;
        expect(read(path, Object.fromEntries([[name, value]]))).toBe(value);
      }),
    );
  });
});
