/**
 * Hooks: workflows that belong to a rollout as a whole, before its components, after all of them, or when something has failed. Each is a step like a
 * component's, with its own correlation id, and stands in the order in which it runs. No hook is deployed, so none has a deployment on GitHub.
 */
import { beginStep } from "./begin.ts";
import { HOOK_PHASES, type EnvironmentConfig, type HookConfig, type HookPhase } from "./config/index.ts";
import type { DatabaseRole, RestoreOrder } from "./database/model.ts";
import { record, type Minutes } from "./decision.ts";
import type { Problem, ProblemCode, Promotion, PromotionClass, Step } from "./promotion.ts";
import { everRan } from "./step-stage.ts";

/** A hook of an environment, as a step knows it. */
export interface PlannedHook {
  readonly phase: HookPhase;
  /** In the place of a component's name; none of those begins with a dash. */
  readonly name: string;
  readonly hook: HookConfig;
  /** What it does with the database; absent where it does nothing. */
  readonly role?: DatabaseRole;
  /** Its conclusion is a verification of what was delivered; absent where it is not. */
  readonly verifies?: true;
}

const NAMES: Readonly<Record<HookPhase, string>> = {
  before: "before",
  after: "after",
  onFailure: "on-failure",
};

/**
 * The hooks of an environment, phase by phase: `-before-1`, `-before-2`, `-backup` or `-restore`, `-after-1`, `-verify-1`, `-on-failure-1`. What is done with the
 * database comes last before the components: the hooks ahead of it may have stopped whatever writes.
 */
export function hooksOf(
  { rollout, database, verifyRuns = [] }: Pick<EnvironmentConfig, "rollout" | "database" | "verifyRuns">,
  work: DatabaseRole | null,
): PlannedHook[] {
  const hook = work === null ? undefined : database?.[work];
  return HOOK_PHASES.flatMap((phase) => [
    ...(rollout?.[phase] ?? []).map((one, index) => ({
      phase,
      name: `-${NAMES[phase]}-${index + 1}`,
      hook: one,
    })),
    ...(phase !== "before" || work === null || hook === undefined
      ? []
      : [{ phase, name: `-${work}`, hook, role: work }]),
    ...(phase === "after" ? verifyRuns : []).map((one, index) => ({
      phase,
      name: `-verify-${index + 1}`,
      hook: one,
      verifies: true as const,
    })),
  ]);
}

/**
 * What a promotion does with the database: a backup before a rollout, and a restore before a rollback where a person asks for it. What goes back must
 * neither wait for a backup nor fail with one.
 */
export function databaseWorkOf(as: PromotionClass, restore: RestoreOrder | undefined): DatabaseRole | null {
  if (as !== "rollback") return "backup";
  return restore === undefined ? null : "restore";
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
