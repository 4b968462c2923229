/** What of a lane's rows need not be told apart, so that states which differ in nothing that matters are one state. */
import type { EnvironmentLane } from "../../../src/core/environment.ts";
import type { Held } from "../../../src/core/gates/gate.ts";
import type { StoredPromotion } from "../../../src/core/ports.ts";
import type { Promotion, Step } from "../../../src/core/promotion.ts";
import type { Resumed } from "../../../src/core/retry.ts";
import type { Pin } from "../../../src/core/rollback/pin.ts";
import type { GitHub } from "./github.ts";
import type { Rows } from "./shell.ts";
import type { Job } from "./state.ts";
import { FAR_MS, NOON } from "./times.ts";

/**
 * The rows as they are kept here. Times that are only shown to people are all noon; of when a step was dispatched only a trace asks, and of a promotion
 * that has ended only whether it was there (`engine/step`) and how it went.
 */
export function settled({ state, promotions }: Rows): Rows {
  return {
    state: state === null ? null : laneAtNoon(state as Row),
    promotions: promotions.map((one) => ({ ...one, data: one.open ? shownAtNoon(one) : ended(one) })),
  };
}

/** A lane's own row, as far as it bears times. */
type Row = Omit<EnvironmentLane, "active" | "waiting" | "ended">;

/** A timer whose moment is over, or never comes here, is as if there were none; of the freeze only counts when it ends. */
function laneAtNoon({ gatesDue = NOON, incident: _incident, ...row }: Row): unknown {
  const delivered = row.delivered.map(({ disturbedAt, ...one }) => ({
    ...one,
    at: NOON,
    ...(disturbedAt === undefined ? {} : { disturbedAt: NOON }),
  }));
  const { frozen, pin, disturbed, unfinished, approvals, calledOff } = row;
  return {
    ...row,
    delivered,
    ...(frozen?.freeze ? { frozen: { ...frozen, freeze: { ...frozen.freeze, at: NOON } } } : {}),
    ...(pin ? { pin: pinAtNoon(pin) } : {}),
    ...(disturbed ? { disturbed: { ...disturbed, at: NOON } } : {}),
    ...(unfinished ? { unfinished: resumedAtNoon(unfinished) } : {}),
    ...(approvals ? { approvals: approvals.map((one) => ({ ...one, at: NOON })) } : {}),
    ...(calledOff
      ? { calledOff: calledOff.map((one) => ({ ...one, word: { ...one.word, at: NOON } })) }
      : {}),
    ...(gatesDue > NOON && gatesDue - NOON <= FAR_MS ? { gatesDue } : {}),
  };
}

function resumedAtNoon<Kept extends Resumed>(resumed: Kept): Kept {
  return {
    ...resumed,
    tries: resumed.tries.map((one) => ({ ...one, at: NOON })),
    done: resumed.done.map(stepAtNoon),
  };
}

function pinAtNoon({ before, ...pin }: Pin): Pin {
  return { ...pin, at: NOON, ...(before === undefined ? {} : { before: { ...before, at: NOON } }) };
}

function ended({ data }: StoredPromotion): unknown {
  const { id, stage, problem } = data as Promotion;
  return { id, stage, problem: problem?.code ?? null };
}

function shownAtNoon({ data }: StoredPromotion): Promotion {
  const promotion = data as Promotion;
  return {
    ...promotion,
    requestedAt: NOON,
    ...(promotion.held === undefined ? {} : { held: heldAtNoon(promotion.held) }),
    startedAt: promotion.startedAt === null ? null : NOON,
    ...(promotion.cancel === undefined ? {} : { cancel: { ...promotion.cancel, at: NOON } }),
    ...(promotion.resumed === undefined ? {} : { resumed: resumedAtNoon(promotion.resumed) }),
    steps: promotion.steps.map(stepAtNoon),
  };
}

/** Only what lasts for hours is told apart by it. */
function heldAtNoon({ frozenSince, ...held }: Held): Held {
  const hold = held.hold.gate === "pinned" ? { ...held.hold, at: NOON } : held.hold;
  return { ...held, since: NOON, hold, ...(frozenSince === undefined ? {} : { frozenSince: NOON }) };
}

function stepAtNoon(step: Step): Step {
  const isSought = step.stage === "dispatching" || step.stage === "tracing";
  return {
    ...step,
    startedAt: step.startedAt === null ? null : NOON,
    finishedAt: step.finishedAt === null ? null : NOON,
    dispatchedAt: step.dispatchedAt === null || isSought ? step.dispatchedAt : NOON,
    ...(step.stopping === undefined ? {} : { stopping: { ...step.stopping, at: NOON } }),
  };
}

/**
 * Whether a job only looks after a step of a promotion that is under way no more. What it finds concerns no step then, and promotions never come back: the
 * webhooks of its runs, which are still heard, say the same.
 */
export function isStale({ lane, effect, event }: Job, at: number, active: Promotion | null): boolean {
  if (lane !== at) return false;
  const looks = effect?.type === "lookAtRun" || effect?.type === "traceRun" ? effect : null;
  const about = looks?.correlationId ?? (event?.type === "LookDue" ? event.correlationId : null);
  return about !== null && active?.steps.some((step) => step.correlationId === about) !== true;
}

/** The runs of promotions that are under way no more, as if the list of runs had shown them: nobody looks for them any more. */
export function showEnded(github: GitHub, environment: string, active: string | null): GitHub {
  const isOver = (run: GitHub["runs"][number]): boolean =>
    run.environment === environment && run.promotion !== active && !run.listed;
  if (!github.runs.some(isOver)) return github;
  return {
    ...github,
    runs: github.runs.map((run) => (isOver(run) ? { ...run, listed: true, lag: 0 } : run)),
  };
}
