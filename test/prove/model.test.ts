/** `npm run model` within bounds that take a few seconds, and two of its seeded bugs; and the search by itself. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BUGS } from "../../prove/model/bugs/index.ts";
import { MisfitError, patchedTexts } from "../../prove/model/bugs/patching.ts";
import { search, type World } from "../../prove/model/search.ts";

const MAIN = join(import.meta.dirname, "..", "..", "prove", "model", "main.ts");

/** In a process of its own: a bug changes what is loaded. */
function model(...options: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...options], { encoding: "utf8" });
  const lines = stdout.trimEnd().split("\n");
  return { status, stdout, stderr, last: lines.at(-1) };
}

describe("npm run model", () => {
  it("exhausts a small world of the code as it is, and finds no promise broken", () => {
    const { status, stdout, last } = model(
      ...["two-lost", "older-second", "lost-claims"].flatMap((scene) => ["--scene", scene]),
      "--lost=1",
      "--failures=0",
    );
    expect(stdout.match(/: exhausted within /g)).toHaveLength(3);
    expect(last).toMatch(/^[1-9]\d* cases, 0 violations, seed 0$/);
    expect(status).toBe(0);
  });

  it("finds that a dispatch is retried blindly, and tells the shortest story", () => {
    const { status, stdout, last } = model("--bug", "blind-retry");
    expect(stdout).toContain(
      "P2: c101-api was dispatched twice\n  webhook: /promote prod 1.5.0 in comment 101\n",
    );
    expect(stdout).toContain("dispatchRun c101-api, attempt 2: a worker does it");
    expect(last).toMatch(/^\d+ cases, 1 violations, seed 0$/);
    expect(status).toBe(1);
  });

  it("finds that a webhook is remembered before its job is queued, in the real store", () => {
    const { status, stdout } = model("--bug", "dedupe-before-job");
    expect(stdout).toContain("P4: webhook 1 was acknowledged, and nothing ever came of it");
    expect(status).toBe(1);
  });

  it("says where a search was cut", () => {
    const { status, stdout } = model("--scene", "in-order", "--max-states", "100");
    expect(stdout).toContain("CUT, NOT EXHAUSTED");
    expect(status).toBe(0);
  });

  it.each([
    [["--bug", "nonsense"], "There is no bug"],
    [["--scene", "nonsense"], "There is no scene"],
    [["--crashes", "-1"], "--crashes"],
    [["--nonsense"], "--nonsense"],
  ])("refuses %s", (options, words) => {
    const { status, stderr } = model(...options);
    expect(stderr).toContain(words);
    expect(status).toBe(2);
  });

  it("lists its bugs", () => {
    const { status, stdout } = model("--help");
    for (const { name, about } of BUGS) expect(stdout).toMatch(new RegExp(`  ${name} +${about}\n`));
    expect(status).toBe(0);
  });
});

describe("the seeded bugs", () => {
  it.each(BUGS)("$name fits the code, so that it is not silently none", (bug) => {
    expect(patchedTexts(bug).size).toBeGreaterThan(0);
  });

  it("do not fit where what they replace is not there exactly once", () => {
    const bug = { name: "odd", about: "", scene: "", patches: [] };
    const file = "src/core/queue.ts";
    for (const find of ["not there at all", "commentId"])
      expect(() => patchedTexts({ ...bug, patches: [{ file, find, replace: "" }] })).toThrow(MisfitError);
  });
});

describe("the search", () => {
  /** Counting up by one or two: what cannot be reached in fewer acts is at the end of the shortest story. */
  const counting = (bad: number): World<number, number> => ({
    initial: 0,
    acts: (state) => (state < 9 ? [1, 2] : []),
    next: (state, act) => Promise.resolve({ state: state + act, broken: [] }),
    key: String,
    spent: () => [],
    judge: (state) => (state === bad ? ["bad"] : []),
    tell: (state, act) => Promise.resolve([`${state} + ${act}`]),
  });

  it("sees every state once", async () => {
    const found = await search(counting(99), { maxStates: 100 });
    expect(found).toMatchObject({ states: 11, transitions: 18, depth: 5, exhausted: true, violations: [] });
  });

  it("tells the shortest story of a violation", async () => {
    const { violations, exhausted } = await search(counting(5), { maxStates: 100 });
    expect(violations).toEqual([{ what: "bad", story: ["0 + 1", "1 + 2", "3 + 2"] }]);
    expect(exhausted).toBe(false);
  });

  it("goes on from a state that was seen before with more of the bounds used up", async () => {
    // The longer way to the door is the one that leaves something to open it with.
    const ways: Record<string, readonly string[]> = {
      start: ["far", "door 1"],
      far: ["door 0"],
      "door 0": ["open 1"],
    };
    const world: World<string, string> = {
      initial: "start",
      acts: (state) => ways[state] ?? [],
      next: (_state, act) => Promise.resolve({ state: act, broken: [] }),
      key: (state) => state.split(" ")[0] ?? "",
      spent: (state) => [Number(state.split(" ")[1] ?? 0)],
      judge: (state) => (state.startsWith("open") ? ["opened"] : []),
      tell: (_state, act) => Promise.resolve([act]),
    };
    expect((await search(world, { maxStates: 100 })).violations).toMatchObject([
      { story: ["far", "door 0", "open 1"] },
    ]);
  });
});
