import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { truncateMarkdown } from "../../src/render/index.ts";

describe("truncation", () => {
  it("leaves alone what fits", () => {
    expect(truncateMarkdown("abc\n", 4, "more")).toBe("abc\n");
  });

  it("cuts at the end of a line", () => {
    expect(truncateMarkdown("one\ntwo\nthree\nfour", 16, "more")).toBe("one\ntwo\n\nmore");
  });

  it("closes what it leaves open", () => {
    const text = `a\n<details>\n<summary>s</summary>\n\n${"- x\n".repeat(50)}\n</details>`;
    expect(truncateMarkdown(text, 80, "more")).toMatch(/- x\n<\/details>\n\nmore$/);
    expect(truncateMarkdown(`\`\`\`\`js\n${"code\n".repeat(50)}\`\`\`\``, 60, "more")).toMatch(
      /code\n````\n\nmore$/,
    );
  });

  it("never exceeds the limit, keeps whole lines and ends with the further line", () => {
    const line = fc.constantFrom("", "a", "- item", "```", "<details>", "</details>", "😀😀", "x".repeat(30));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.integer({ min: 6, max: 120 }), (lines, limit) => {
        const text = lines.join("\n");
        const cut = truncateMarkdown(text, limit, "more");
        expect(cut.length).toBeLessThanOrEqual(limit);
        if (text.length > limit) expect(cut).toMatch(/(?:^|\n\n)more$/);
        expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });

  it("of a limit that is too small for the further line is a mistake", () => {
    expect(() => truncateMarkdown("abcdef", 5, "more")).toThrow("no room");
  });
});
