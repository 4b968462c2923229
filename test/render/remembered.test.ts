import { describe, expect, it } from "vitest";
import { rememberedChanges } from "../../src/render/remembered.ts";

const LINE = { scope: null, text: "round down", pull: 7, sha: "a".repeat(40), author: null };

describe("lines of changes", () => {
  it("are written once, and again wherever anything of them is another", () => {
    const written: unknown[] = [];
    const write = rememberedChanges((line) => JSON.stringify(written[written.push(line) - 1]));
    const others = [
      { ...LINE, scope: "" },
      { ...LINE, scope: "api" },
      { ...LINE, text: "round up" },
      { ...LINE, pull: null },
      { ...LINE, sha: null },
      { ...LINE, author: "" },
      { ...LINE, author: "ana" },
    ];
    for (const line of [LINE, ...others, LINE, ...others])
      expect(write({ ...line }, {})).toBe(JSON.stringify(line));
    expect(written).toEqual([LINE, ...others]);
  });

  it("are written each time where they lack something, and by the template's own rules refused", () => {
    const write = rememberedChanges(() => {
      throw new Error("sha is not there");
    });
    expect(() => write({ text: "x" }, {})).toThrow("sha is not there");
  });
});
