/** The parts of a rollout as the config has them: what is run for each, and what it is given. */
import type { HookPhase, InputValues, StepSettings } from "../core/config/index.ts";
import type { DatabaseRole, RestoreOrder } from "../core/database/model.ts";
import { databaseWorkOf, hooksOf } from "../core/hooks.ts";
import type { PromotionId } from "../core/ids.ts";
import {
  classOf,
  correlationIdOf,
  type Cargo,
  type PlanSnapshot,
  type PromotionClass,
} from "../core/promotion.ts";
import type { SuppliedInputs } from "../core/workflow-inputs.ts";

/** What is brought where: the release with its pinned commit, by the plan of its environment. */
export interface Way {
  readonly cargo: Cargo;
  readonly plan: PlanSnapshot;
  /** Absent: `normal`. */
  readonly class?: PromotionClass;
  /** Of a rollback: what is restored before it, where anything is. */
  readonly back?: { readonly restore?: RestoreOrder };
}

/** One component's part of it, or a hook's. */
export interface Part {
  /** The component's, or the hook's own (`-before-1`). */
  readonly name: string;
  readonly needs: readonly string[];
  /** The workflow's name: `deploy.yml`. */
  readonly file: string;
  readonly supplied: SuppliedInputs;
  readonly configured: InputValues;
  readonly settings: StepSettings | undefined;
  /** Null where it is a component's. */
  readonly phase: HookPhase | null;
  readonly role?: DatabaseRole;
  readonly verifies?: true;
}

/** The parts in the order in which they run: hooks before, components, hooks after, hooks for failures. */
export function partsOf({ cargo, plan, back, ...way }: Way, promotion: PromotionId): Part[] {
  const { environment } = plan;
  const restore = back?.restore;
  const supplied = (name: string): SuppliedInputs => ({
    environment: environment.name,
    // A hook's name without the dash that sets it apart from components.
    component: name.replace(/^-/, ""),
    version: cargo.version,
    sha: cargo.sha,
    correlation_id: correlationIdOf(promotion, name),
  });
  const work = databaseWorkOf(classOf(way), restore);
  const hooks = hooksOf(environment, work).map(({ phase, name, hook, role, verifies }): Part => {
    const { workflow: file, inputs: configured, settings } = hook;
    const given = { ...supplied(name), ...(role === "restore" && restore ? restoreInputs(restore) : {}) };
    return {
      name,
      needs: [],
      file,
      supplied: given,
      configured,
      settings,
      phase,
      ...(role === undefined ? {} : { role }),
      ...(verifies === undefined ? {} : { verifies }),
    };
  });
  const components = plan.components.map(({ name, needs, workflow }): Part => {
    const placed = environment.components[name];
    return {
      name,
      needs,
      file: placed?.workflow ?? workflow,
      supplied: supplied(name),
      configured: placed?.inputs ?? environment.inputs,
      settings: placed?.settings,
      phase: null,
    };
  });
  const isBefore = ({ phase }: Part): boolean => phase === "before";
  return [...hooks.filter(isBefore), ...components, ...hooks.filter((hook) => !isBefore(hook))];
}

/** Which backup is put back: its moment in UTC, and the run that made it. */
function restoreInputs({ point, runId }: RestoreOrder): Partial<SuppliedInputs> {
  return { recovery_point: new Date(point).toISOString(), backup_run_id: String(runId) };
}
