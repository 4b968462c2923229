/** `npm run chaos`: what it draws, what it refuses, that a case can be told again, and one of its seeded bugs. CI runs the command itself. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { drawDeeds } from "../../prove/chaos/acts/index.ts";
import { AskedWronglyError, CHAOS_BUGS, readArguments } from "../../prove/chaos/arguments.ts";
import { drawSetting, drawsSmall } from "../../prove/chaos/setting.ts";
import { CALM, drawTemper, Troubles, type Temper } from "../../prove/chaos/troubles.ts";
import { randomFrom } from "../../prove/random.ts";

const MAIN = join(import.meta.dirname, "..", "..", "prove", "chaos", "main.ts");

/** The first case of seed 1 that finds `older-after-newer`: `npm run chaos -- --store sqlite --bug older-after-newer` says it anew. */
const FOUND_AT = 5;

function chaos(...options: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, "--store", "sqlite", ...options], { encoding: "utf8" });
}

/** Where a case takes place, what goes wrong in it, and what is done. */
function drawn(seed: number) {
  const random = randomFrom(seed);
  const isSmall = drawsSmall(random, {});
  const temper = drawTemper(random, isSmall);
  const setting = drawSetting(random, isSmall, {}, temper);
  return { isSmall, temper, setting, deeds: drawDeeds(random, setting, false) };
}

const kindsOf = (temper: Temper): number => Object.values(temper).filter((rate) => rate > 0).length;

describe("npm run chaos", () => {
  it("draws mostly small cases, with one kind of trouble at most, and some in which everything comes together", () => {
    const cases = Array.from({ length: 500 }, (_none, seed) => drawn(seed));
    const small = cases.filter(({ isSmall }) => isSmall);
    expect(small.length).toBeGreaterThan(350);
    expect(small.every(({ temper, deeds }) => kindsOf(temper) <= 1 && deeds.length <= 2)).toBe(true);
    const large = cases.filter(({ isSmall }) => !isSmall);
    expect(large.some(({ temper, deeds }) => kindsOf(temper) >= 4 && deeds.length === 4)).toBe(true);
    expect(large.every(({ setting }) => setting.hearsItself)).toBe(true);
    for (const kind of Object.keys(CALM) as (keyof Temper)[])
      expect(small.some(({ temper }) => temper[kind] > 0)).toBe(true);
  });

  it("looks at GitHub by itself wherever something gets lost that nobody else tells", () => {
    const cases = Array.from({ length: 500 }, (_none, seed) => drawn(seed));
    const losing = cases.filter(({ temper }) => temper.webhooks > 0 || temper.deaths > 0);
    expect(losing.every(({ setting }) => setting.reconcileMs > 0)).toBe(true);
  });

  it("has trouble strike more often where GitHub is told something than where it is asked", () => {
    const struck = (isWrite: boolean): number =>
      Array.from({ length: 1_000 }, (_none, seed) => {
        const troubles = new Troubles(randomFrom(seed));
        troubles.turn({ ...CALM, calls: 0.1 });
        return troubles.ofCall(false, isWrite);
      }).filter((fault) => fault !== undefined).length;
    expect(struck(true)).toBeGreaterThan(3 * struck(false));
  });

  it("finds that an older release lands after a newer one, and says how to see it again; the same seed and number tell the same case", () => {
    const options = ["--case", String(FOUND_AT), "--bug", "older-after-newer"];
    const [first, again] = [chaos(...options), chaos(...options)];
    expect(first.stdout).toMatch(/^P3: c\d+ brought 1\.\d\.0 to prod after 1\.\d\.0$/m);
    expect(first.stdout).toContain(`npm run chaos -- --seed 1 --case ${FOUND_AT} --store sqlite`);
    expect(first.stdout).toMatch(/\n1 cases, 1 violations, seed 1\n$/);
    expect(first.status).toBe(1);
    expect(again.stdout).toBe(first.stdout);
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

  it("knows which of the seeded bugs it finds", () => {
    expect(CHAOS_BUGS.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["blind-retry", "edge-completion", "older-after-newer"]),
    );
  });
});
