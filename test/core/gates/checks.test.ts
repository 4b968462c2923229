/** The checks on a commit as a table: what GitHub shows, and what that comes to. */
import { describe, expect, it } from "vitest";
import { checkStates, type SeenCheckRun, type SeenStatus } from "../../../src/core/gates/check-states.ts";
import { checksHaveSucceeded, isCheckAwaited } from "../../../src/core/gates/checks.ts";
import { newEnvironmentLane } from "../../../src/core/environment.ts";
import { newPromotion } from "../../../src/core/promotion.ts";
import { NOON, planOf, request, sha } from "../given.ts";

const ACTIONS = { id: 15_368, slug: "github-actions" };
const OTHER = { id: 7, slug: "other-ci" };

function run(id: number, conclusion: string | null, more: Partial<SeenCheckRun> = {}): SeenCheckRun {
  return {
    id,
    name: "build",
    app: ACTIONS,
    status: conclusion === null ? "in_progress" : "completed",
    conclusion,
    url: `https://github.example/runs/${id}`,
    ...more,
  };
}

const status = (state: string, context = "build"): SeenStatus => ({ context, state, url: null });

const any = { name: "build", app: null };
const byActions = { name: "build", app: "github-actions" };
const byOther = { name: "build", app: 7 };

describe("a check", () => {
  it.each([
    ["that nobody has reported is missing", any, [], [], "missing"],
    ["that has succeeded has passed", any, [run(1, "success")], [], "passed"],
    ["that is neutral has passed, as at GitHub", any, [run(1, "neutral")], [], "passed"],
    ["that was skipped has passed, as at GitHub", any, [run(1, "skipped")], [], "passed"],
    ["that runs is running", any, [run(1, null)], [], "running"],
    ["that is queued is running", any, [run(1, null, { status: "queued" })], [], "running"],
    ["that has failed has failed", any, [run(1, "failure")], [], "failed"],
    ["that was cancelled has failed", any, [run(1, "cancelled")], [], "failed"],
    ["that timed out has failed", any, [run(1, "timed_out")], [], "failed"],
    ["that wants somebody's action has failed", any, [run(1, "action_required")], [], "failed"],
    ["that has gone stale has failed", any, [run(1, "stale")], [], "failed"],
    ["that ended in a way nobody knows has failed", any, [run(1, "fabulous")], [], "failed"],
    [
      "that was run again is what the newest run is",
      any,
      [run(2, "success"), run(1, "failure")],
      [],
      "passed",
    ],
    ["that is being run again is running", any, [run(1, "success"), run(2, null)], [], "running"],
    [
      "of several Apps must have passed at each",
      any,
      [run(1, "success"), run(2, "failure", { app: OTHER })],
      [],
      "failed",
    ],
    [
      "by an App is only that App's",
      byActions,
      [run(1, "success"), run(2, "failure", { app: OTHER })],
      [],
      "passed",
    ],
    [
      "by an App's id likewise",
      byOther,
      [run(1, "success"), run(2, "failure", { app: OTHER })],
      [],
      "failed",
    ],
    ["by an App that another has reported is missing", byOther, [run(1, "success")], [], "missing"],
    ["may be a commit status", any, [], [status("success")], "passed"],
    ["that is a pending status is running", any, [], [status("pending")], "running"],
    ["that is a failed status has failed", any, [], [status("failure")], "failed"],
    ["that is a status in error has failed", any, [], [status("error")], "failed"],
    ["that is both must be both", any, [run(1, "success")], [status("pending")], "running"],
    ["by an App is no status", byActions, [], [status("success")], "missing"],
    [
      "is another one under another name",
      any,
      [run(1, "success", { name: "builds" })],
      [status("success", "Build")],
      "missing",
    ],
  ] as const)("%s", (_what, wanted, runs, statuses, state) => {
    expect(checkStates([wanted], runs, statuses)).toMatchObject([{ name: "build", state }]);
  });

  it("that has failed says how, and where to see it", () => {
    expect(checkStates([any], [run(1, "timed_out")], [])).toEqual([
      { name: "build", state: "failed", outcome: "timed_out", url: "https://github.example/runs/1" },
    ]);
  });
});

const plan = planOf("prod", "environments: { prod: { gates: { checks: [build, lint, e2e, smoke] } } }");

function verdictOf(states: Readonly<Record<string, string>> | null) {
  const checks = Object.entries(states ?? {}).map(([name, state]) => ({
    name,
    state,
    outcome: null,
    url: null,
  }));
  const findings = states === null ? {} : { checks: { kind: "seen", at: NOON, facts: { checks } } };
  const promotion = { ...newPromotion(request({ plan }), NOON), findings } as never;
  return checksHaveSucceeded({ at: NOON, promotion, freeze: null, approvals: [] });
}

describe("the gate of checks", () => {
  it("passes when all have passed", () => {
    expect(verdictOf({ build: "passed", lint: "passed" }).verdict).toBe("pass");
  });

  it("waits for the others: what has failed is named first, and even that may be run again", () => {
    const then = verdictOf({ build: "passed", lint: "running", e2e: "missing", smoke: "failed" });
    expect(then).toMatchObject({
      verdict: "wait",
      hold: {
        gate: "checks",
        sha: sha("a1"),
        checks: [{ name: "smoke" }, { name: "e2e" }, { name: "lint" }],
      },
      look: "checks",
    });
  });

  it("waits while nobody has looked", () => {
    expect(verdictOf(null)).toMatchObject({ hold: { gate: "looking" }, look: "checks" });
  });

  it("passes where nothing is demanded after all", () => {
    expect(verdictOf({}).verdict).toBe("pass");
  });
});

describe("the end of a check", () => {
  const lane = (config: string) => ({
    ...newEnvironmentLane(),
    waiting: [newPromotion(request({ plan: planOf("prod", config) }), NOON)],
  });

  it.each([
    ["is of concern where something waits for it", "[build]", "a1", "build", true],
    ["is not for another commit", "[build]", "b1", "build", false],
    ["is not under another name", "[build]", "a1", "lint", false],
    ["may be where GitHub says which are demanded", "required", "a1", "lint", true],
  ])("%s", (_what, checks, commit, name, expected) => {
    const waits = lane(`environments: { prod: { gates: { checks: ${checks} } } }`);
    expect(isCheckAwaited(waits, sha(commit), name)).toBe(expected);
  });

  it("is nobody's concern where no gate asks for checks", () => {
    expect(isCheckAwaited(lane("environments: { prod: {} }"), sha("a1"), "build")).toBe(false);
  });
});
