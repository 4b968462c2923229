/** Whether the files of components have changed since what they run, for those that may be left as they are. */
import type { Effect } from "../../core/effects.ts";
import type { CommitSha } from "../../core/ids.ts";
import { filesOf, type ComparedFiles } from "../../core/skips.ts";
import { changedFiles } from "../changed-files.ts";
import type { LookContext } from "./effect.ts";
import type { PlannedStep } from "./prepare-steps.ts";

type Prepare = Extract<Effect, { type: "prepareRollout" }>;

/** The steps of a rollout with what was found of their files; as they are, where nothing is to be compared. Each commit is compared once. */
export async function withCompared(
  { client }: LookContext,
  { compare, cargo, plan }: Prepare,
  steps: readonly PlannedStep[],
): Promise<readonly (PlannedStep & { readonly compared?: ComparedFiles })[]> {
  if (compare === undefined) return steps;
  const changed = new Map<CommitSha, readonly string[] | null>();
  for (const since of new Set(Object.values(compare)))
    changed.set(since, await changedFiles(client, since, cargo.sha));
  return steps.map((step) => {
    const since = compare[step.component];
    const component = plan.components.find(({ name }) => name === step.component);
    if (since === undefined || component === undefined) return step;
    const files = filesOf(component, changed.get(since) ?? null, step);
    return { ...step, compared: { since, files } };
  });
}
