/** A plan, for templates: its runs as rows, and words for what stands before it. */
import type { PlanView } from "../core/foresight/plan.ts";
import type { PlannedRun } from "../core/foresight/rollout.ts";
import { heldPage, heldWords } from "./held.ts";
import { problemPage } from "./problem.ts";
import { rehearsalPage } from "./rehearsal.ts";
import { reasonedRollback } from "./rollback.ts";
import { STAGE_WORDS } from "./standing.ts";
import { skipPage } from "./steps.ts";
import { durationText } from "./times.ts";

/** What `plan.hbs` shows. */
export function planPage({ problem, held, unfit, took, ...view }: PlanView): object {
  const { environment, version } = view;
  return {
    ...view,
    problem: problem === null ? null : problemPage(problem),
    unfit: unfit === null ? null : problemPage(unfit),
    // Only what waits goes on by itself.
    held: held === null ? null : { ...heldPage(held, { environment, version }), only: false },
    before: view.before.map((one) => ({
      version: one.version,
      words: one.held === null ? STAGE_WORDS[one.stage] : heldWords(one.held),
    })),
    open: view.open.map((gate) => GATE_WORDS[gate]),
    ...runsPage(view.rounds),
    keptCount: view.kept.length,
    verify: view.verify.map((probe) => ({ reachability: false, several: null, reports: false, ...probe })),
    back: view.back === null ? null : backFrom(view),
    took: tookPage(took),
    ...skipPage(view),
    ...rehearsalPage(view),
  };
}

const GATE_WORDS: Record<PlanView["open"][number], string> = {
  soak: "the soak time",
  checks: "the checks",
  approvals: "the approvals",
  external: "the services",
  window: "the deploy windows",
};

const HOOK_WORDS = { before: "before", after: "after", onFailure: "on failure" } as const;

/** The runs, round by round. What all of them are given is said once: a table of the same commit over and over cannot be read on a phone. */
function runsPage(rounds: PlanView["rounds"]): object {
  const runs = rounds.flat();
  const given = runs.map(inputsOf);
  // Each has one of its own.
  const isShared = (input: string): boolean =>
    !input.startsWith("correlation_id=") && given.every((inputs) => inputs.includes(input));
  const shared = (given[0] ?? []).filter(runs.length > 1 ? isShared : () => true);
  return {
    rounds: rounds.map((round, index) => ({
      number: index + 1,
      runs: round.map((run) => runPage(run, shared)),
    })),
    runCount: runs.length,
    severalRuns: runs.length > 1,
    shared,
  };
}

function runPage(run: PlannedRun, shared: readonly string[]): object {
  const { component, hook, verifies, workflow, ref, retries } = run;
  const when = hook === undefined ? null : verifies === true ? "verification" : HOOK_WORDS[hook];
  return {
    component: when === null ? component : `${when}: ${component}`,
    workflow,
    ref,
    retries: retries ?? 0,
    inputs: inputsOf(run).filter((input) => !shared.includes(input)),
  };
}

function inputsOf({ inputs }: PlannedRun): string[] {
  return Object.entries(inputs).map(([name, value]) =>
    // That of a run is known when it is begun, and never of another one.
    name === "correlation_id" ? `${name}=…` : `${name}=${value}`,
  );
}

/** With a reason, where what it brings cannot be taken back. */
function backFrom({ environment, back, migrations }: Pick<PlanView, "environment" | "back" | "migrations">) {
  const version = String(back);
  const takesReason = migrations !== null && migrations.floor !== null;
  return {
    version,
    command: takesReason ? reasonedRollback(environment, version) : `/rollback ${environment}`,
  };
}

function tookPage(took: readonly number[]): object | null {
  const sorted = [...took].toSorted((one, other) => one - other);
  const longest = sorted.at(-1);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (longest === undefined || middle === undefined) return null;
  return { count: took.length, middle: durationText(middle), longest: durationText(longest) };
}
