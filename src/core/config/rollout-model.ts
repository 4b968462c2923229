/** What the config says of a rollout, resolved. Absent in plans stored by an earlier Waybill, and wherever nothing is said. */
import type { InputValues } from "./model.ts";

/** The limits of a step. */
export interface StepSettings {
  /** From the dispatch; absent: no limit. */
  readonly timeoutMs?: number;
  /** How often it is run again after a run that has failed; absent: never. */
  readonly retries?: number;
  /** Set where the others go on when it has failed. */
  readonly continueOnFailure?: true;
}

/** A workflow that belongs to the rollout as a whole. `inputs` are the environment's with its own laid over. */
export interface HookConfig {
  readonly workflow: string;
  readonly inputs: InputValues;
  readonly settings?: StepSettings;
}

/** When a hook runs: before the components, after all of them, or when something has failed. */
export const HOOK_PHASES = ["before", "after", "onFailure"] as const;
export type HookPhase = (typeof HOOK_PHASES)[number];

/** How a release is rolled out in an environment. */
export interface RolloutConfig extends Readonly<Record<HookPhase, readonly HookConfig[]>> {
  /** How many components may be under way at a time; absent: as many as their needs allow. */
  readonly parallel?: number;
  /** Set where components are left as they are that have not changed since they were rolled out here last (`core/skips.ts`). */
  readonly skipUnchanged?: true;
}
