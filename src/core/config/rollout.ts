/** An environment's `rollout` and the limits of steps, from the config: times read, the environment's inputs laid under the hooks' own. */
import type { Findings } from "./findings.ts";
import type { Path } from "./located.ts";
import { durationMs } from "./names.ts";
import type { PipelinePlace } from "./pipeline.ts";
import { checkInputCount } from "./inputs.ts";
import { namesVersion } from "./probes.ts";
import { HOOK_PHASES, type HookConfig, type RolloutConfig, type StepSettings } from "./rollout-model.ts";
import type { WrittenHook, WrittenStep } from "./rollout-schema.ts";

/** The limits of a step, those written later laid over the others; undefined where there are none. */
export function stepSettings(...written: readonly (WrittenStep | undefined)[]): StepSettings | undefined {
  const last = <Value>(read: (one: WrittenStep) => Value | undefined): Value | undefined =>
    written.flatMap((one) => (one === undefined ? [] : [read(one)])).findLast((one) => one !== undefined);
  const timeout = last((one) => one.timeout);
  const timeoutMs = timeout === undefined ? null : durationMs(timeout);
  const retries = last((one) => one.retries) ?? 0;
  const settings: StepSettings = {
    ...(timeoutMs === null ? {} : { timeoutMs }),
    ...(retries === 0 ? {} : { retries }),
    ...(last((one) => one.continueOnFailure) === true ? { continueOnFailure: true } : {}),
  };
  return Object.keys(settings).length === 0 ? undefined : settings;
}

/** How a release is rolled out in an environment; undefined where the config says nothing, so that plans are stored as they always were. */
export function resolveRollout({ name, own }: PipelinePlace, found: Findings): RolloutConfig | undefined {
  const written = own.rollout;
  if (written === undefined) return undefined;
  const at: Path = ["environments", name, "rollout"];
  if (written.skipUnchanged === true && [own.verify ?? []].flat().some(namesVersion))
    found.doubtful.push({
      path: [...at, "skipUnchanged"],
      part: "value",
      message:
        "this environment is asked as a whole, so components are left as they are only where none has changed",
      mend: "write `verify` at its components instead: each is then asked for the version that it is to run",
    });
  const hooks = HOOK_PHASES.map((phase) => [
    phase,
    written[phase].map((hook, index) => resolveHook(hook, own.inputs, [...at, phase, index], found)),
  ]);
  return {
    ...(written.parallel === undefined ? {} : { parallel: written.parallel }),
    ...(written.skipUnchanged === true ? { skipUnchanged: true } : {}),
    ...(Object.fromEntries(hooks) as Pick<RolloutConfig, "before" | "after" | "onFailure">),
  };
}

/** A hook, its own inputs laid over the environment's; `at` is where it stands in the config. */
export function resolveHook(
  hook: WrittenHook,
  environment: HookConfig["inputs"],
  at: Path,
  found: Findings,
): HookConfig {
  const inputs = { ...environment, ...hook.inputs };
  if (hook.inputs !== undefined) checkInputCount(inputs, [...at, "inputs"], found);
  const settings = stepSettings(hook);
  return { workflow: hook.workflow, inputs, ...(settings === undefined ? {} : { settings }) };
}
