/** What of a lane's rows need not be told apart, so that states which differ in nothing that matters are one state. */
import type { StoredPromotion } from "../../../src/core/ports.ts";
import type { Promotion, Step } from "../../../src/core/promotion.ts";
import type { GitHub } from "./github.ts";
import type { Rows } from "./shell.ts";
import type { Job } from "./state.ts";
import { NOON } from "./times.ts";

/**
 * The rows as they are kept here. Times that are only shown to people are all noon; of when a step was dispatched only a trace asks, and of a promotion
 * that has ended only whether it was there (`engine/step`) and how it went.
 */
export function settled({ state, promotions }: Rows): Rows {
  const row = state as { readonly delivered?: readonly { readonly at: number }[] } | null;
  const delivered = row?.delivered?.map((one) => ({ ...one, at: NOON }));
  return {
    state: row === null || delivered === undefined ? state : { ...row, delivered },
    promotions: promotions.map((one) => ({ ...one, data: one.open ? shownAtNoon(one) : ended(one) })),
  };
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
    startedAt: promotion.startedAt === null ? null : NOON,
    steps: promotion.steps.map(stepAtNoon),
  };
}

function stepAtNoon(step: Step): Step {
  const isSought = step.stage === "dispatching" || step.stage === "tracing";
  return {
    ...step,
    startedAt: step.startedAt === null ? null : NOON,
    finishedAt: step.finishedAt === null ? null : NOON,
    dispatchedAt: step.dispatchedAt === null || isSought ? step.dispatchedAt : NOON,
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
