/**
 * How a check stands on a commit: by the newest check run of its name, and the newest commit status of its context. Where there are both, both
 * count; and of several Apps' check runs all do. Neutral and skipped ones have passed, as GitHub has it for required checks.
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
 */
import type { NamedCheck } from "../config/gates-model.ts";

/** A check run as GitHub shows it. */
export interface SeenCheckRun {
  readonly id: number;
  readonly name: string;
  readonly app: { readonly id: number; readonly slug: string } | null;
  readonly status: string;
  readonly conclusion: string | null;
  readonly url: string | null;
}

/** A commit status: the newest of its context. */
export interface SeenStatus {
  readonly context: string;
  readonly state: string;
  readonly url: string | null;
}

/** - `missing`: nobody has said anything under this name · `outcome`: GitHub's word for how it ended badly, null else */
export interface CheckState {
  readonly name: string;
  readonly state: "passed" | "running" | "failed" | "missing";
  readonly outcome: string | null;
  readonly url: string | null;
}

const PASSED: ReadonlySet<string> = new Set(["success", "neutral", "skipped"]);

/** How each of the wanted checks stands. */
export function checkStates(
  wanted: readonly NamedCheck[],
  runs: readonly SeenCheckRun[],
  statuses: readonly SeenStatus[],
): CheckState[] {
  return wanted.map((check) => stateOf(check, runs, statuses));
}

function stateOf(
  check: NamedCheck,
  runs: readonly SeenCheckRun[],
  statuses: readonly SeenStatus[],
): CheckState {
  const { name, app } = check;
  const found = [
    ...newestOfEachApp(runs.filter((run) => run.name === name && isBy(run, app))).map(asState),
    ...statuses.filter(({ context }) => app === null && context === name).map(statusState),
  ];
  const worst = (["failed", "running", "passed"] as const).flatMap((state) =>
    found.filter((one) => one.state === state),
  )[0];
  return worst ?? { name, state: "missing", outcome: null, url: null };
}

function isBy({ app }: SeenCheckRun, wanted: NamedCheck["app"]): boolean {
  return wanted === null || app?.id === wanted || app?.slug === wanted;
}

/** A check that was run again has another id, which is higher. */
function newestOfEachApp(runs: readonly SeenCheckRun[]): SeenCheckRun[] {
  const newest = new Map<number | null, SeenCheckRun>();
  for (const run of runs) {
    const before = newest.get(run.app?.id ?? null);
    if (before === undefined || before.id < run.id) newest.set(run.app?.id ?? null, run);
  }
  return [...newest.values()];
}

function asState({ name, status, conclusion, url }: SeenCheckRun): CheckState {
  if (status !== "completed") return { name, state: "running", outcome: null, url };
  if (PASSED.has(conclusion ?? "")) return { name, state: "passed", outcome: null, url };
  return { name, state: "failed", outcome: conclusion, url };
}

function statusState({ context: name, state, url }: SeenStatus): CheckState {
  if (state === "success") return { name, state: "passed", outcome: null, url };
  if (state === "pending") return { name, state: "running", outcome: null, url };
  return { name, state: "failed", outcome: state, url };
}
