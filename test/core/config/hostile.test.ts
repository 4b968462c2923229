import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig, type ConfigProblem } from "../../../src/core/config/index.ts";

const context = { path: ".github/waybill.yml", repositoryName: "shop" };

function problems(text: string): readonly ConfigProblem[] {
  const reading = parseConfig(text, context);
  return reading.ok ? [] : reading.problems;
}

describe("hostile files", () => {
  test("a bomb of aliases is refused without being unfolded", () => {
    const bomb = Array.from(
      { length: 20 },
      (_, index) => `a${index}: &a${index} [${`*a${index - 1}, `.repeat(9)}]`,
    ).join("\n");
    expect(
      problems(bomb.replace(/\*a-1, /g, "x, ")).every(({ message }) => message.includes("aliases")),
    ).toBe(true);
  });

  test.each([
    ["brackets", "[".repeat(65_000)],
    ["maps in maps", "{a: ".repeat(16_000)],
    ["lists in lists", "- ".repeat(32_000)],
    ["keys in keys", "? ".repeat(32_000)],
    ["many double keys", "a: 1\n".repeat(13_000)],
    ["many keys", Array.from({ length: 8_000 }, (_, index) => `k${index}: 1`).join("\n")],
    ["many anchors", "&a ".repeat(21_000)],
    ["many documents", "--- a\n".repeat(10_000)],
    ["nothing but line ends", "\r\n".repeat(30_000)],
    ["a deep but closed list", `a: ${"[".repeat(50)}${"]".repeat(50)}`],
  ])("%s: refused within seconds, with few problems", (_name, text) => {
    const begun = performance.now();
    const found = problems(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThanOrEqual(50);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test("size is counted in bytes", () => {
    expect(problems(`# ${"ü".repeat(33_000)}\nenvironments: {p: }`)[0]?.message).toContain("64 KiB");
  });

  test("51 environments and 101 components are too many", () => {
    const many = (count: number): string =>
      Array.from({ length: count }, (_, index) => `n${index}: {}`).join(", ");
    expect(problems(`environments: { ${many(51)} }`)).toHaveLength(1);
    expect(problems(`environments: { p: }\ncomponents: { ${many(101)} }`)).toHaveLength(1);
    expect(problems(`environments: { ${many(50)} }\ncomponents: { ${many(100)} }`)).toEqual([]);
  });

  test("environments stay in the order of writing, whatever they are called", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,5}$/), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(names, (written) => {
        const reading = parseConfig(
          `environments:\n${written.map((name) => `  "${name}": {}\n`).join("")}`,
          context,
        );
        if (reading.ok) expect(reading.config.environments.map(({ name }) => name)).toEqual(written);
      }),
    );
  });

  test("no text makes it throw, and every problem points into the file", () => {
    const pieces = fc.constantFrom(
      "environments:",
      "components:",
      "  prod:",
      "  dev: {",
      "}",
      "[",
      "]",
      "- ",
      "&a",
      "*a",
      "!!x",
      ": ",
      "\n",
      "\n  ",
      "\t",
      "promote: merge",
      "after: prod",
      '"',
      "'",
      "|\n",
      "? ",
      "#",
      "%YAML 1.1\n---\n",
      "verify:",
      "url: http://a",
      "\u2028",
      "\u0000",
      "🚀",
      "__proto__:",
      "<<: ",
      "~",
      "0x1",
      "~: 1",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 40 })
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (written) => {
        const reading = parseConfig(written, context);
        if (reading.ok) return;
        expect(reading.problems.length).toBeGreaterThan(0);
        for (const problem of reading.problems) {
          expect(problem.line).toBeGreaterThanOrEqual(1);
          expect(problem.column).toBeGreaterThanOrEqual(1);
          expect(problem.line).toBeLessThanOrEqual(written.split(/\n/).length + 1);
          expect(`${problem.at}${problem.value}${problem.message}${problem.mend}`).not.toMatch(
            /[\p{Cc}\p{Cf}]/u,
          );
          expect(problem.message).not.toBe("");
          expect(problem.mend).not.toBe("");
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
