/**
 * What Waybill itself left under way in an environment, and no lane knows of any more: an installation was taken away and made anew, or the
 * repository has another owner, in the middle of a run. Tenants share no rows, but GitHub shows the runs: before a lane begins anything for the
 * first time, and after a time in which another installation may have acted, they are looked for, and waited for (promise P1).
 */
import { order, record, type Minutes, type Policy } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent } from "./events.ts";
import type { Problem, Promotion } from "./promotion.ts";

/** A run that Waybill started and that has not ended. */
export interface LeftRun {
  readonly id: number;
  readonly url: string;
  /** Null where nobody can tell which environment it is for. */
  readonly environment: string | null;
}

/**
 * - `unseen`: nobody has looked, so nothing may begin
 * - `looking`: GitHub is being asked; `runs` and `recent` are what the last look saw, nothing at first
 * - `none`: whatever runs here, the lane knows of
 */
export type Left =
  | { readonly kind: "unseen" }
  | {
      readonly kind: "looking";
      readonly runs: readonly LeftRun[];
      /** A deployment was recorded so recently that its run may not be listed yet. */
      readonly recent: boolean;
    }
  | { readonly kind: "none" };

type Seen = Extract<EnvironmentEvent, { type: "EnvironmentSeen" }>;
type GivenUp = Extract<EnvironmentEvent, { type: "EffectGivenUp" }>;

/** The timer of the next look: one at a time. */
export const LEFT_TIMER = "wake:left";

/** Has GitHub asked, where that was not done yet, before the first of the queue begins. */
export function lookFirst(lane: EnvironmentLane, minutes: Minutes): EnvironmentLane {
  if (lane.left.kind !== "unseen" || lane.waiting.length === 0) return lane;
  orderLook(lane, minutes);
  return { ...lane, left: { kind: "looking", runs: [], recent: false } };
}

/** Its name is always the same: however many things make us look, one look at a time is enough. */
function orderLook({ waiting: [first] }: EnvironmentLane, minutes: Minutes): void {
  if (first !== undefined)
    order(minutes, "left", { type: "lookAtEnvironment", environment: first.environment });
}

/** GitHub was asked. What cannot be told to be for another environment may be for this one. */
export function onEnvironmentSeen(
  lane: EnvironmentLane,
  { at, environment, recent, ...seen }: Seen,
  minutes: Minutes,
  policy: Policy,
): EnvironmentLane {
  const { left } = lane;
  if (left.kind !== "looking") return lane;
  if (lane.waiting.length === 0) return { ...lane, left: { kind: "unseen" } };
  const runs = seen.runs
    .filter((run) => run.environment === null || run.environment === environment)
    .map(({ id, url, environment: its }) => ({ id, url, environment: its }));
  recordChange(left.runs, runs, minutes);
  if (runs.length === 0 && !recent) return { ...lane, left: { kind: "none" } };
  // What is only not listed yet shows itself soon, or not at all.
  const delayMs = runs.length === 0 ? policy.traceEveryMs : policy.lookEveryMs;
  const event = { type: "EnvironmentLookDue", at: at + delayMs } as const;
  order(minutes, LEFT_TIMER, { type: "wake", event }, { delayMs });
  return { ...lane, left: { kind: "looking", runs, recent } };
}

function recordChange(before: readonly LeftRun[], now: readonly LeftRun[], minutes: Minutes): void {
  const ids = (runs: readonly LeftRun[]): string => runs.map(({ id }) => id).join(" ");
  if (ids(before) === ids(now)) return;
  if (now.length > 0) record(minutes, "github", "environment.taken", ids(now));
  else record(minutes, "github", "environment.free", ids(before));
}

/** It is time to look again, or a webhook says that one of the runs has ended. */
export function onEnvironmentLookDue(lane: EnvironmentLane, minutes: Minutes): EnvironmentLane {
  if (lane.left.kind !== "looking") return lane;
  // Nobody waits any more; whoever comes next has it looked at anew.
  if (lane.waiting.length === 0) return { ...lane, left: { kind: "unseen" } };
  orderLook(lane, minutes);
  return lane;
}

/** GitHub did not let it be looked at, however often it was asked: whether something runs here, only a person can say. */
export function onLookGivenUp(
  lane: EnvironmentLane,
  { at, effect, error }: GivenUp,
  minutes: Minutes,
): EnvironmentLane {
  const [first, ...waiting] = lane.waiting;
  if (lane.left.kind !== "looking") return lane;
  if (first === undefined) return { ...lane, left: { kind: "unseen" } };
  record(minutes, "waybill", "effect.given-up", first.id, { effect });
  const { environment } = first;
  const problem: Problem = { code: "environment-unseen", detail: { environment, message: error } };
  const active: Promotion = { ...first, stage: "needs-human", startedAt: at, problem };
  return { ...lane, left: { kind: "unseen" }, active, waiting };
}

/** Whether a person is asked what runs in the environment, before anything of the promotion has begun. */
export function isUnseen({ stage, steps }: Promotion): boolean {
  return stage === "needs-human" && steps.length === 0;
}

/** A person has looked. Nothing of the promotion has begun, so it takes its place again, and is the next to go. */
export function afterPersonLooked(lane: EnvironmentLane, promotion: Promotion): EnvironmentLane {
  const again: Promotion = { ...promotion, stage: "waiting", startedAt: null, problem: null };
  return { ...lane, left: { kind: "none" }, active: null, waiting: [again, ...lane.waiting] };
}

/** For a while Waybill could not act here by this installation; by another one it may have. A look that is under way still counts. */
export function afterAbsence(lane: EnvironmentLane): EnvironmentLane {
  return lane.left.kind === "none" ? { ...lane, left: { kind: "unseen" } } : lane;
}

/** Whether the lane waits for the end of this run, which it does not follow itself. */
export function isWaitedFor({ left }: EnvironmentLane, runId: number): boolean {
  return left.kind === "looking" && left.runs.some(({ id }) => id === runId);
}
