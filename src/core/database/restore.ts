/** Restoring: nobody but a person, by an explicit word and with a reason, has a database put back, for what was written since is lost. */
import type { EnvironmentConfig } from "../config/index.ts";
import type { Problem, Promotion, Step } from "../promotion.ts";
import { isReason } from "../rollback/floor.ts";
import type { RollbackOrder } from "../rollback/rollback.ts";
import type { RecoveryPoint, RestoreOrder } from "./model.ts";
import { pointFor } from "./recovery.ts";

/** What is restored before going back to a release, or why it cannot be. */
export function restoreFor(
  environment: EnvironmentConfig,
  target: Pick<RecoveryPoint, "version" | "sha">,
  points: readonly RecoveryPoint[],
  reason: string | null,
): RestoreOrder | Problem {
  const workflow = environment.database?.restore?.workflow ?? null;
  const point = pointFor(target, points);
  const detail = {
    environment: environment.name,
    version: target.version,
    restore: workflow,
    point: point?.point ?? null,
  };
  const refused = (why: string): Problem => ({ code: "restore-refused", detail: { ...detail, why } });
  if (workflow === null) return refused("no-workflow");
  if (point === null) return refused("no-point");
  if (!isReason(reason)) return refused("no-reason");
  return { point: point.point, runId: point.runId };
}

/** Whether a step puts the database back. */
export function isRestore({ role }: Pick<Step, "role">): boolean {
  return role === "restore";
}

/** What a retry of a rollback asks for: a database that was put back is not put back once more, as that would lose what was written since. */
export function orderToRetry({
  rollback,
  steps,
}: Pick<Promotion, "rollback" | "steps">): RollbackOrder | undefined {
  const isRestored = steps.some((step) => isRestore(step) && step.stage === "succeeded");
  if (rollback === undefined || !isRestored) return rollback;
  const { restore: _done, ...rest } = rollback;
  return rest;
}
