/**
 * Hooks: workflows that belong to a rollout as a whole, before its components, after all of them, or when something has failed. Each is a step like a
 * component's, with its own correlation id, and stands in the order in which it runs. No hook is deployed, so none has a deployment on GitHub.
 */
import { beginStep } from "./begin.ts";
import { HOOK_PHASES, type HookConfig, type HookPhase, type RolloutConfig } from "./config/index.ts";
import { record, type Minutes } from "./decision.ts";
import type { Problem, ProblemCode, Promotion, Step } from "./promotion.ts";
import { everRan } from "./step-stage.ts";

/** A hook of an environment, as a step knows it. */
export interface PlannedHook {
  readonly phase: HookPhase;
  /** In the place of a component's name; none of those begins with a dash. */
  readonly name: string;
  readonly hook: HookConfig;
}

const NAMES: Readonly<Record<HookPhase, string>> = {
  before: "before",
  after: "after",
  onFailure: "on-failure",
};

/** The hooks of an environment, phase by phase: `-before-1`, `-before-2`, `-after-1`, `-on-failure-1`. */
export function hooksOf(rollout: RolloutConfig | undefined): PlannedHook[] {
  if (rollout === undefined) return [];
  return HOOK_PHASES.flatMap((phase) =>
    rollout[phase].map((hook, index) => ({ phase, name: `-${NAMES[phase]}-${index + 1}`, hook })),
  );
}

/** Whether a run of it belongs to this very promotion. */
function ranHere(step: Step): boolean {
  return everRan(step) && step.carried === undefined;
}

/** Not failures: a person's will, or that nobody may act. */
const NO_FAILURES: ReadonlySet<ProblemCode> = new Set(["cancelled", "repository-lost", "command-late"]);

/**
 * Something has failed, and nothing goes on any more: the next hook for that begins, until all of them have ended.
 *
 * @param failure why the rollout has failed
 * @returns null where there is none to begin, so that the promotion ends
 */
export function afterFailure(
  promotion: Promotion,
  failure: Problem | null,
  at: number,
  minutes: Minutes,
): Promotion | null {
  const { steps, problem, cancel } = promotion;
  const next = steps.find(({ phase, stage }) => phase === "onFailure" && stage === "pending");
  const isFailure = failure !== null && !NO_FAILURES.has(failure.code);
  const mayBegin = cancel === undefined && problem === null;
  // Where nothing of it ran there is nothing to look after.
  if (next === undefined || !isFailure || !mayBegin || !steps.some(ranHere)) return null;
  record(minutes, "waybill", "rollout.failed", promotion.id, { code: failure.code });
  return beginStep({ ...promotion, stage: "rolling", failing: failure }, next, at, minutes);
}
