/** What an environment's `database` comes to. */
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/index.ts";

const read = (database: string) =>
  parseConfig(`environments: { prod: { inputs: { region: eu }, database: ${database} } }`, {
    path: "waybill.yml",
    repositoryName: "shop",
  });
const databaseOf = (database: string) => {
  const reading = read(database);
  return reading.ok ? reading.config.environments[0]?.database : reading.problems;
};

describe("database", () => {
  it("names workflows, as files or as hooks with settings, which are given the environment's inputs", () => {
    expect(databaseOf("{ backup: backup.yml }")).toEqual({
      backup: { workflow: "backup.yml", inputs: { region: "eu" } },
    });
    const whole =
      "{ backup: { workflow: b.yml, inputs: { keep: 30 }, timeout: 1h }, target: 15m, restore: r.yml }";
    expect(databaseOf(whole)).toEqual({
      backup: { workflow: "b.yml", inputs: { region: "eu", keep: 30 }, settings: { timeoutMs: 3_600_000 } },
      targetMs: 900_000,
      restore: { workflow: "r.yml", inputs: { region: "eu" } },
    });
  });
  it("takes no workflow elsewhere, and no time that is none", () => {
    expect(read("{ backup: ../backup.yml }").ok).toBe(false);
    expect(read("{ backup: b.yml, target: soon }").ok).toBe(false);
    expect(read("{ backups: b.yml }").ok).toBe(false);
  });
  it("is doubted where nothing makes a backup", () => {
    expect(JSON.stringify(read("{ target: 15m }"))).toContain("nothing is held to it");
    expect(JSON.stringify(read("{ restore: r.yml }"))).toContain("no recovery point is known to restore");
  });
});
