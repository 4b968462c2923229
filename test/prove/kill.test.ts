/** `npm run kill`: what it plans, what it refuses, and one of its seeded bugs. CI runs the command itself. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AskedWronglyError, readArguments } from "../../prove/kill/arguments.ts";
import { casesOf, casesOfSet, planStories } from "../../prove/kill/plan.ts";
import { ROWS } from "../faults/effect-scenes.ts";

const MAIN = join(import.meta.dirname, "..", "..", "prove", "kill", "main.ts");
const all = { seed: 1, store: "both", only: null } as const;

function kill(...options: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, ...options], { encoding: "utf8" });
}

describe("npm run kill", () => {
  it("kills before and after every effect, and on PostgreSQL too where more is asked for", () => {
    const set = casesOfSet(1, "both");
    const plans = planStories({ ...all, cases: 2 * set });
    expect(plans.reduce((sum, plan) => sum + casesOf(plan), 0)).toBe(2 * set);
    for (const store of ["sqlite", "postgres"]) {
      const killed = plans
        .filter((plan) => plan.store === store && !plan.isEndless)
        .flatMap(({ boundaries }) => boundaries.map(({ type, point }) => `${type} ${point}`));
      const wanted = Object.keys(ROWS).flatMap((type) => [`${type} before`, `${type} after`]);
      expect(new Set(killed)).toEqual(new Set(wanted));
    }
    expect(set).toBeGreaterThanOrEqual(100);
    expect(plans.some(({ crashes }) => crashes > 0)).toBe(true);
  });

  it("plans the same story for the same seed and number", () => {
    const [, , third] = planStories({ ...all, cases: 100 });
    expect(planStories({ ...all, cases: 1, only: 2 })).toEqual([third]);
    expect(planStories({ ...all, cases: 100, seed: 2 })[2]).not.toEqual(third);
  });

  it("finds that a dispatch is retried blindly, and says how to see it again", () => {
    const { status, stdout } = kill("--store", "sqlite", "--story", "2", "--bug", "blind-retry");
    expect(stdout).toContain("was deployed twice");
    expect(stdout).toContain("npm run kill -- --seed 1 --story 2 --store sqlite");
    expect(stdout).toMatch(/\n2 cases, 1 violations, seed 1\n$/);
    expect(status).toBe(1);
  }, 60_000);

  it.each([
    [["--bug", "nonsense"], "There is no bug"],
    [["--cases", "many"], "--cases"],
    [["--store", "mysql"], "--store"],
    [["--nonsense"], "--nonsense"],
  ])("refuses %s", (options, words) => {
    expect(() => readArguments(options)).toThrow(AskedWronglyError);
    expect(() => readArguments(options)).toThrow(words);
  });
});
