/** The demo's road under faults. All of them take minutes, so two are played here: one of calls, and one of webhooks. */
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FAULTS } from "../../src/cli/demo/fault-list.ts";
import { play, steps } from "./demo-playing.ts";

const ACCOUNT = /^(?:.+: )?\d+ s, \d+ calls struck, [0-9a-f]{12}$/;

describe.concurrent("npm run demo -- --once --faults", { timeout: 600_000 }, () => {
  it("under a fault of calls and one of webhooks ends as in peace, and says so", async () => {
    const playing = play("--once", "--json", "--faults=webhooks doubled,404 just after create");
    expect([await playing.exit, playing.output.err]).toEqual([0, expect.stringContaining("1. In peace")]);
    const seen = steps(playing);
    const byName = new Map(seen.map((one) => [one.step, one]));
    expect(seen.map(({ step }) => step).toSorted()).toEqual([
      "404 just after create",
      "faults",
      "in peace",
      "webhooks doubled",
    ]);
    expect(seen.every(({ ok }) => ok)).toBe(true);
    for (const { detail } of seen.slice(0, -1)) expect(detail).toMatch(ACCOUNT);
    const digest = byName.get("in peace")?.detail.slice(-12) ?? "none";
    expect(seen.at(-1)).toEqual({
      step: "faults",
      ok: true,
      detail: `2 of 2 faults end as peace does, ${digest}`,
    });
    // It struck: "404 just after create, at so many calls".
    expect(byName.get("404 just after create")?.detail).toMatch(/: \d+ s, [1-9]\d* calls struck/);
    expect(readdirSync(playing.folder)).toEqual([]);
  });

  it("that nobody knows is refused with the names of all", async () => {
    const playing = play("--once", "--faults=502,503");
    expect([await playing.exit, playing.output.out]).toEqual([2, ""]);
    expect(playing.output.err).toContain('there is no fault "503"');
    for (const { name } of FAULTS) expect(playing.output.err).toContain(`\n  ${name}\n`);
  });

  it("takes names without a comma, each once", () => {
    const names = FAULTS.map(({ name }) => name);
    expect(names.filter((name) => name.includes(","))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});
