/**
 * How something would be rolled out: prepared and begun by the very functions that do it, and then followed as if each run succeeded. What is ordered on the way is
 * read and thrown away.
 */
import { beginReadySteps, orderDispatch } from "../begin.ts";
import { newMinutes } from "../decision.ts";
import type { Effect } from "../effects.ts";
import { onPrepared, type EnvironmentLane } from "../environment.ts";
import type { EnvironmentEvent } from "../events.ts";
import type { HookPhase } from "../config/index.ts";
import { withFixesFound } from "../hotfix-guard.ts";
import { withApprovers } from "../looks.ts";
import type { Promotion, Step } from "../promotion.ts";
import { isUnderWay, labelOf } from "../step-stage.ts";
import { begin } from "../turn.ts";

type Prepare = Extract<Effect, { type: "prepareRollout" }>;
type Prepared = Extract<EnvironmentEvent, { type: "RolloutPrepared" }>;

/** One run, as it would be dispatched. */
export interface PlannedRun {
  /** Its component, or the workflow of its hook. */
  readonly component: string;
  /** When it runs, where it is a hook's; absent where it is a component's. */
  readonly hook?: HookPhase;
  /** Of a hook: its conclusion is a verification. */
  readonly verifies?: true;
  readonly workflow: string;
  readonly ref: string;
  /** `correlation_id` among them, which is another one for each promotion. */
  readonly inputs: Readonly<Record<string, string>>;
  /** How often it may be run again after a failure; absent: never. */
  readonly retries?: number;
}

/** What is looked at when its turn comes, as if that were now. */
export function preparationOf(
  lane: EnvironmentLane,
  promotion: Promotion,
  at: number,
): { readonly lane: EnvironmentLane; readonly effect: Prepare } {
  const others = lane.waiting.filter(({ id }) => id !== promotion.id);
  const active = lane.active?.id === promotion.id ? null : lane.active;
  const minutes = newMinutes();
  const begun = begin({ ...lane, active, waiting: others }, promotion, at, minutes);
  const effect = minutes.effects.map((one) => one.effect).find((one) => one.type === "prepareRollout");
  if (effect === undefined) throw new Error("a promotion begins without being prepared");
  return { lane: begun, effect };
}

/** The rollout as it would be right after it has begun; `lane` is as `preparationOf` gives it. */
export function rolloutOf(lane: EnvironmentLane, event: Prepared): Promotion {
  const found = withFixesFound(lane, event);
  if (found.active === null) throw new Error("nothing is being prepared");
  return onPrepared(found, withApprovers(found, found.active, event), event, newMinutes());
}

/** The runs of a rollout that has just begun, in rounds: each begins when all of the one before have succeeded. */
export function roundsOf(rollout: Promotion, at: number): readonly (readonly PlannedRun[])[] {
  const rounds: (readonly PlannedRun[])[] = [];
  let now = rollout;
  // Each round ends at least one step.
  while (now.steps.some(isUnderWay)) {
    const going = now.steps.filter(isUnderWay);
    const runs = going.filter(({ skipped }) => skipped === undefined);
    if (runs.length > 0) rounds.push(runs.map((step) => runOf(now, step, at)));
    const steps = now.steps.map((step): Step =>
      going.includes(step) ? { ...step, stage: "succeeded" } : step,
    );
    now = beginReadySteps({ ...now, steps }, at, newMinutes());
  }
  return rounds;
}

/** As it is ordered when its turn has come. */
function runOf(rollout: Promotion, step: Step, at: number): PlannedRun {
  const minutes = newMinutes();
  orderDispatch(rollout, step, at, minutes);
  const effect = minutes.effects.map((one) => one.effect).find((one) => one.type === "dispatchRun");
  if (effect === undefined) throw new Error("a step is begun without a dispatch");
  const { workflow, ref, inputs } = effect;
  const retries = step.settings?.retries ?? 0;
  return {
    component: labelOf(step),
    ...(step.phase === undefined ? {} : { hook: step.phase }),
    ...(step.verifies === undefined ? {} : { verifies: step.verifies }),
    workflow,
    ref,
    inputs,
    ...(retries === 0 ? {} : { retries }),
  };
}
