/**
 * Waybill as a custom deployment protection rule of a GitHub environment: a second fence. Before a job deploys there, GitHub asks whether it may; it may
 * where the active promotion of that very environment follows its run, and nowhere else.
 * https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/create-custom-protection-rules
 */
import { order, record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent, RunObservation } from "./events.ts";
import type { Promotion, Step } from "./promotion.ts";

/** Somebody's job waits to be let into the environment. */
export interface Asking {
  readonly runId: number;
  readonly attempt: number;
  /** Of the job, null where it was only seen that its run waits. */
  readonly deploymentId: number | null;
  readonly workflow: string;
  readonly byWaybill: boolean;
  readonly environment: string;
}

/** What a lane keeps of those that ask. */
export interface Protection {
  /** Those of which nobody can tell yet whether they are ours. */
  readonly asking: readonly Asking[];
  /** Runs that were answered: `501.1`. */
  readonly answered: readonly string[];
}

/** What the answer says on GitHub's page, as data: the sentence is in `templates/protection.hbs`. */
export interface ProtectionWords {
  readonly environment: string;
  /** - `ours`: let in · `other`: nobody's promotion · `rerun`: ours, run again · `stopped`: ours, and not wanted any more */
  readonly reason: "ours" | "other" | "rerun" | "stopped";
  /** What the promotion brings; null where there is none. */
  readonly version: string | null;
}

type Asked = Extract<EnvironmentEvent, { type: "ProtectionAsked" }>;
type GivenUp = Extract<EnvironmentEvent, { type: "ProtectionGivenUp" }>;

const NOTHING: Protection = { asking: [], answered: [] };
const ASKING_KEPT = 50;
const ANSWERED_KEPT = 50;
/** The pause before an answer is tried anew that GitHub has not taken for hours. */
const REST_MS = 60 * 60_000;

/** A job asks to be let in. */
export function onProtectionAsked(
  lane: EnvironmentLane,
  { environment, run, deploymentId }: Asked,
): EnvironmentLane {
  const { asking, answered } = lane.protection ?? NOTHING;
  // What is only seen to wait may wait for something else, such as a person's approval: it is answered once.
  if (deploymentId === null && answered.includes(nameOf({ runId: run.id, attempt: run.attempt })))
    return lane;
  if (asking.some((one) => one.runId === run.id && one.deploymentId === deploymentId)) return lane;
  const one: Asking = { ...askingOf(run), deploymentId, environment };
  return { ...lane, protection: { asking: [...asking, one].slice(-ASKING_KEPT), answered } };
}

function askingOf({ id, attempt, workflow, byWaybill }: RunObservation) {
  return { runId: id, attempt, workflow, byWaybill };
}

/** After every event: those are answered of which it is known by now whether they are ours. */
export function answerAsking(lane: EnvironmentLane, minutes: Minutes): EnvironmentLane {
  const { asking, answered } = lane.protection ?? NOTHING;
  if (asking.length === 0) return lane;
  const judged = asking.map((one) => ({ one, reason: reasonFor(lane.active, one) }));
  const now = judged.flatMap(({ one, reason }) => (reason === null ? [] : [{ one, reason }]));
  for (const { one, reason } of now) answer(lane.active, one, reason, minutes);
  const names = now.map(({ one }) => nameOf(one));
  return {
    ...lane,
    protection: {
      asking: judged.flatMap(({ one, reason }) => (reason === null ? [one] : [])),
      answered: [...new Set([...answered, ...names])].slice(-ANSWERED_KEPT),
    },
  };
}

/** Why a job is let in or not; null while its run may be one that is still being looked for. */
function reasonFor(active: Promotion | null, asking: Asking): ProtectionWords["reason"] | null {
  const step = stepOf(active, asking);
  if (asking.attempt > 1) return step === null ? "other" : "rerun";
  if (active !== null && step !== null) return isWanted(active, step) ? "ours" : "stopped";
  const mayBeOurs = asking.byWaybill && active?.steps.some((one) => isMissing(one, asking)) === true;
  return mayBeOurs ? null : "other";
}

function stepOf(active: Promotion | null, { runId }: Asking): Step | null {
  return active?.steps.find((step) => step.runId === runId) ?? null;
}

function isWanted({ problem }: Promotion, step: Step): boolean {
  return step.stage === "running" && step.problem === null && problem === null;
}

/** Whether the step was dispatched, and nobody knows its run yet. */
function isMissing({ stage, runId, workflow }: Step, asking: Asking): boolean {
  const isSearching = stage === "dispatching" || stage === "tracing" || stage === "needs-human";
  return isSearching && runId === null && workflow === asking.workflow;
}

function answer(
  active: Promotion | null,
  asking: Asking,
  reason: ProtectionWords["reason"],
  minutes: Minutes,
): void {
  const { runId, attempt, deploymentId, environment } = asking;
  const state = reason === "ours" ? "approved" : "rejected";
  const version = reason === "other" ? null : (active?.cargo.version ?? null);
  const ref = stepOf(active, asking)?.correlationId ?? String(runId);
  record(minutes, "waybill", `protection.${state}`, ref, { runId, attempt, reason });
  order(minutes, `protection:${nameOf(asking)}:${deploymentId ?? "waiting"}`, {
    type: "answerProtectionRule",
    environment,
    runId,
    attempt,
    deploymentId,
    state,
    words: { environment, reason, version },
  });
}

/** GitHub has not taken the answer, however often it was tried. Unanswered, a job is not let in; so only those that may be let in are tried anew. */
export function onProtectionGivenUp(
  lane: EnvironmentLane,
  { at, answer: { environment, runId, state }, answer: effect }: GivenUp,
  minutes: Minutes,
): EnvironmentLane {
  record(minutes, "waybill", "effect.given-up", String(runId), { effect: effect.type, environment, state });
  const step = lane.active?.steps.find((one) => one.runId === runId);
  if (state !== "approved" || lane.active === null || step === undefined || !isWanted(lane.active, step))
    return lane;
  order(minutes, `protection:${nameOf(effect)}:${at}`, effect, { delayMs: REST_MS });
  return lane;
}

function nameOf({ runId, attempt }: Pick<Asking, "runId" | "attempt">): string {
  return `${runId}.${attempt}`;
}
