/** What an environment's `rollback` comes to. */
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/index.ts";

const read = (prod: string) =>
  parseConfig(`environments: { prod: ${prod} }`, { path: "waybill.yml", repositoryName: "shop" });
const rollbackOf = (prod: string) => {
  const reading = read(prod);
  return reading.ok ? reading.config.environments[0]?.rollback : reading.problems;
};
const doubts = (prod: string): string => JSON.stringify(read(prod));

describe("rollback", () => {
  it("is absent where nothing is written", () => {
    expect(rollbackOf("{}")).toBeUndefined();
    expect(rollbackOf("{ rollback: {} }")).toEqual({});
  });
  it("says when Waybill goes back by itself, and whether an issue is opened", () => {
    expect(rollbackOf("{ rollback: { auto: failure, incident: false } }")).toEqual({
      auto: "failure",
      incident: false,
    });
  });
  it("takes no other word", () => {
    expect(read("{ rollback: { auto: always } }").ok).toBe(false);
    expect(read("{ rollback: { auto: true } }").ok).toBe(false);
  });
  it("is doubted where it would never happen", () => {
    expect(doubts("{ rollback: { auto: verification } }")).toContain("nothing is verified here");
    expect(doubts("{ promote: merge, rollback: { auto: failure } }")).toContain("they have no tag");
    const verified = `{ verify: { url: "https://shop.example/version" }, rollback: { auto: verification } }`;
    expect(doubts(verified)).not.toContain("nothing is verified here");
  });
});
