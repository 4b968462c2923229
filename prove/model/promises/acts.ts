/** What may happen next in the world of the promises. */
import { SPENT, type Bounds, type SpentName } from "../bounds.ts";
import { mayMiss, type GitHub, type Run } from "./github.ts";
import type { Fate } from "./octokit.ts";
import type { InHand, Job, Mail, State, Values } from "./state.ts";

/**
 * What becomes of a job that a worker begins. `dies-before` and `dies-after`: the worker dies before it acted at GitHub, or before it wrote down what
 * came of it. `stalls`: it stands still for so long that another worker gets the job, and acts some time later.
 */
export type Work = Fate | "dies-before" | "dies-after" | "stalls";

/** How a run goes on. */
export type Way = "begins" | "success" | "failure" | "cancelled" | "again";

export type Act =
  | { readonly do: "hear"; readonly word: number }
  | { readonly do: "hear-run"; readonly mail: number }
  | { readonly do: "work"; readonly job: number; readonly work: Work }
  | { readonly do: "settle"; readonly hand: number }
  | { readonly do: "act-late"; readonly job: number }
  | { readonly do: "fire"; readonly job: number }
  | { readonly do: "tick"; readonly isSlow: boolean }
  | { readonly do: "run"; readonly run: number; readonly how: Way }
  | { readonly do: "hear-check"; readonly mail: number }
  | { readonly do: "revoke" }
  /** The approver's word does not count any more. */
  | { readonly do: "deny" }
  | { readonly do: "flip" }
  | { readonly do: "move" }
  | { readonly do: "resolve"; readonly lane: number };

/** What an act uses up of the bounds. */
export function costOf(act: Act): SpentName | null {
  switch (act.do) {
    case "work":
      if (act.work === "lost-after" || act.work === "lost-before") return "lost";
      return act.work === "done" || act.work === "missed" ? null : "crashes";
    case "tick":
      return act.isSlow ? "slow" : null;
    case "run":
      return act.how === "failure" ? "failures" : act.how === "again" ? "reruns" : null;
    case "revoke":
    case "deny":
      return "revokes";
    case "flip":
      return "flips";
    case "move":
      return "moves";
    case "resolve":
      return "resolves";
    case "hear":
    case "hear-run":
    case "hear-check":
    case "settle":
    case "act-late":
    case "fire":
      return null;
  }
}

export function spend(spent: readonly number[], name: SpentName | null): readonly number[] {
  return name === null ? spent : spent.map((used, index) => (SPENT[index] === name ? used + 1 : used));
}

/** What else is asked of the world: in which lanes a person may step in, and whether what is known to go wrong may happen, too. */
export interface Rules {
  readonly mayResolve: (lane: number) => boolean;
  /** Whether what a word's writer has to have read before is said. */
  readonly mayWrite: (word: number) => boolean;
  readonly asksForApprovals: boolean;
  readonly asksForChecks: boolean;
  readonly isStrict: boolean;
}

/** Everything that may happen next. */
export function actsIn(
  state: State,
  values: Values,
  bounds: Bounds,
  { mayResolve, mayWrite, isStrict, ...asks }: Rules,
): readonly Act[] {
  const github = values.github.value(state.github);
  const acts: Act[] = [
    ...mailActs(values.mail.value(state.mail), 1 + bounds.duplicates, mayWrite),
    ...workActs(state, values, bounds, (job) => worksOf(job, github, isStrict)),
    ...tickActs(state, values),
    ...github.runs.flatMap((run, index) => runActs(run, index)),
    ...(github.revokedAt === null && !asks.asksForApprovals ? [{ do: "revoke" } as const] : []),
    ...(!github.isDenied && asks.asksForApprovals ? [{ do: "deny" } as const] : []),
    ...(asks.asksForChecks ? [{ do: "flip" } as const] : []),
    // It may be moved back, too.
    { do: "move" } as const,
    ...state.lanes.flatMap((_rows, lane) => (mayResolve(lane) ? [{ do: "resolve", lane } as const] : [])),
  ];
  return acts.filter((act) => isLeft(state.spent, bounds, costOf(act)));
}

function isLeft(spent: readonly number[], bounds: Bounds, name: SpentName | null): boolean {
  return name === null || (spent[SPENT.indexOf(name)] ?? 0) < bounds[name];
}

function mailActs({ words, runs, checks }: Mail, most: number, mayWrite: (word: number) => boolean): Act[] {
  return [
    ...words.flatMap(({ heard }, word) =>
      heard < most && mayWrite(word) ? [{ do: "hear", word } as const] : [],
    ),
    ...checks.flatMap(({ heard }, mail) => (heard < most ? [{ do: "hear-check", mail } as const] : [])),
    ...runs.flatMap(({ heard }, mail) => (heard < most ? [{ do: "hear-run", mail } as const] : [])),
  ];
}

function workActs(state: State, values: Values, bounds: Bounds, works: (job: Job) => readonly Work[]): Act[] {
  const isFree = state.hands.length < bounds.replicas;
  return [
    ...state.hands.map((hand) => ({ do: "settle", hand }) as const),
    ...state.jobs.flatMap((id): Act[] => {
      const job = values.jobs.value(id);
      if (job.due > 0) return [];
      if (job.effect === null) return [{ do: "fire", job: id }];
      return isFree ? works(job).map((work) => ({ do: "work", job: id, work })) : [];
    }),
    ...state.stalled.map((job) => ({ do: "act-late", job }) as const),
  ];
}

/**
 * A worker that dies over an effect that only reads changes nothing but the number of attempts, which those do not ask for (a run that is not found is
 * looked for several times: GitHub always finds it here). So it is left out, as is dying over an event: that is one transaction. That a worker stalls
 * over a deployment record is an open gap (docs/PROVE.md), which only its own scene shows.
 */
function worksOf({ effect }: Job, github: GitHub, isStrict: boolean): readonly Work[] {
  const type = effect?.type;
  if (type === "dispatchRun" || type === "takeClaim" || (isStrict && type === "recordDeployment"))
    return ["done", "lost-after", "lost-before", "dies-before", "dies-after", "stalls"];
  if (type === "recordDeployment") return ["done", "lost-after", "lost-before", "dies-before", "dies-after"];
  return type === "traceRun" && mayMiss(github) ? ["done", "missed"] : ["done"];
}

/**
 * Time passes when nothing is due, as work is done in less than a tick; and now and then although something is. A job that was begun before may be
 * waiting for a dead worker's lease to run out, or for a pause to end: it does not hold up the time.
 */
function tickActs({ jobs, hands }: State, values: Values): Act[] {
  const all = jobs.map((id) => values.jobs.value(id));
  const isBusy = hands.length > 0 || all.some(({ due, attempts }) => due === 0 && attempts === 0);
  const isWaiting = all.some(({ due, attempts }) => due > 0 || attempts > 0);
  if (isBusy) return [{ do: "tick", isSlow: true }];
  return isWaiting ? [{ do: "tick", isSlow: false }] : [];
}

function runActs(run: Run, index: number): Act[] {
  const act = (how: Way): Act => ({ do: "run", run: index, how });
  const stops = run.stopping ? [act("cancelled")] : [];
  if (run.status === "queued") return [act("begins"), ...stops];
  if (run.status === "in_progress") return [act("success"), act("failure"), ...stops];
  return run.attempt === 1 ? [act("again")] : [];
}

/** Whether nothing is left that must still happen. Webhooks that are still on their way may be lost, but a command that nobody heard is none. */
export function isAtRest(
  { jobs, hands, stalled, ...state }: State,
  values: Values,
  mayWrite: Rules["mayWrite"],
): boolean {
  if (jobs.length + hands.length + stalled.length > 0) return false;
  const { words } = values.mail.value(state.mail);
  const { runs } = values.github.value(state.github);
  const isHeard = words.every(({ heard }, word) => heard > 0 || !mayWrite(word));
  return isHeard && runs.every(({ status }) => status === "completed");
}

/** Whether a person who looks sees that nothing of a promotion is running, or will. */
export function isQuiet(state: State, values: Values, promotion: string): boolean {
  const { runs } = values.github.value(state.github);
  const hands: readonly InHand[] = state.hands.map((id) => values.hands.value(id));
  const jobs = [...hands.map(({ job }) => job), ...state.stalled.map((id) => values.jobs.value(id))];
  const mayStillAct = jobs.some(
    ({ effect }) => effect?.type === "dispatchRun" && effect.correlationId.includes(promotion),
  );
  return !mayStillAct && runs.every((run) => run.promotion !== promotion || run.status === "completed");
}
