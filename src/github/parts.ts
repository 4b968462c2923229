/** The parts of a rollout as the config has them: what is run for each, and what it is given. */
import type { HookPhase, InputValues, StepSettings } from "../core/config/index.ts";
import { hooksOf } from "../core/hooks.ts";
import type { PromotionId } from "../core/ids.ts";
import { correlationIdOf, type Cargo, type PlanSnapshot } from "../core/promotion.ts";
import type { SuppliedInputs } from "../core/workflow-inputs.ts";

/** What is brought where: the release with its pinned commit, by the plan of its environment. */
export interface Way {
  readonly cargo: Cargo;
  readonly plan: PlanSnapshot;
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
}

/** The parts in the order in which they run: hooks before, components, hooks after, hooks for failures. */
export function partsOf({ cargo, plan }: Way, promotion: PromotionId): Part[] {
  const { environment } = plan;
  const supplied = (name: string): SuppliedInputs => ({
    environment: environment.name,
    // A hook's name without the dash that sets it apart from components.
    component: name.replace(/^-/, ""),
    version: cargo.version,
    sha: cargo.sha,
    correlation_id: correlationIdOf(promotion, name),
  });
  const hooks = hooksOf(environment.rollout).map(({ phase, name, hook }): Part => {
    const { workflow: file, inputs: configured, settings } = hook;
    return { name, needs: [], file, supplied: supplied(name), configured, settings, phase };
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
