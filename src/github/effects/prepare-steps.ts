/** What will be run in a rollout, read from the workflow files at the ref before anything runs: hooks and components, in their order. */
import type { Effect } from "../../core/effects.ts";
import type { Problem, StepPlan } from "../../core/promotion.ts";
import { plannedInputs, undeclaredInputs } from "../../core/workflow-inputs.ts";
import { isComponent } from "../../core/step-stage.ts";
import { readWorkflow, workflowPath, type WorkflowFacts } from "../../core/workflow.ts";
import { withCalled } from "../called.ts";
import type { RepositoryClient } from "../client.ts";
import { blobOf, digestOf } from "../digests.ts";
import { partsOf, type Part } from "../parts.ts";
import {
  fileReader,
  mostInputs,
  workflowForRollback,
  type ChosenWorkflow,
  type ReadFile,
} from "../release-workflows.ts";
import type { LookContext } from "./effect.ts";

type Prepare = Extract<Effect, { type: "prepareRollout" }>;

/** A step's plan, and whether its workflow calls others of the repository, of which it is made as well. */
export type PlannedStep = StepPlan & { readonly calls: boolean };

type Planned =
  | { readonly ok: true; readonly steps: readonly PlannedStep[] }
  | { readonly ok: false; readonly problem: Problem };

/** The steps of a rollout, or why it cannot be rolled out as configured. */
export async function planSteps({ client }: LookContext, effect: Prepare): Promise<Planned> {
  const { plan, cargo, promotionId } = effect;
  const at = cargo.tag === null ? cargo.ref : cargo.sha;
  const steps: PlannedStep[] = [];
  const read: WorkflowFacts[] = [];
  const readFile = fileReader(client);
  for (const part of partsOf(effect, promotionId)) {
    const chosen =
      effect.class === "rollback"
        ? await workflowForRollback(client, readFile, effect, part)
        : await readWorkflowAt(readFile, effect, part.file);
    if ("code" in chosen) return { ok: false, problem: chosen };
    const { workflow, ...run } = chosen;
    const found = await withCalled(client, workflow, run.ref ?? at);
    read.push(found);
    const step = planStep(client, part, found);
    if ("code" in step) return { ok: false, problem: step };
    steps.push({ ...step, ...digested(effect, step), ...run, calls: found.calls.length > 0 });
  }
  const [undeclared] = undeclaredInputs(read, plan.environment.inputs);
  // No slip of the pen in today's config stands in the way of going back.
  if (undeclared === undefined || effect.class === "rollback") return { ok: true, steps };
  return {
    ok: false,
    problem: { code: "input-undeclared", detail: { input: undeclared, environment: plan.environment.name } },
  };
}

/** What the config gives a component, where it may be left as it is. */
function digested({ plan }: Prepare, step: StepPlan): Pick<StepPlan, "digest"> {
  const isWanted = plan.environment.rollout?.skipUnchanged === true && isComponent(step);
  return isWanted ? { digest: digestOf(step.workflow, step.inputs) } : {};
}

function planStep(
  client: RepositoryClient,
  { name, needs, file, supplied, configured, settings, phase, role, verifies }: Part,
  found: WorkflowFacts,
): StepPlan | Problem {
  if (role === "restore" && found.inputs.every((input) => input.name !== "recovery_point"))
    return { code: "restore-refused", detail: { why: "no-input", path: found.path } };
  const inputs = plannedInputs(found, supplied, configured, mostInputs(client));
  if (!inputs.ok) {
    const { code, file: path, input, message, mend } = inputs.problem;
    return { code, detail: { path, input, message, mend } };
  }
  return {
    component: name,
    needs,
    workflow: file,
    inputs: inputs.inputs,
    claims: found.claims,
    adoptsDeployment: phase === null && found.environments === "named",
    ...(settings === undefined ? {} : { settings }),
    ...(phase === null ? {} : { kind: "hook", phase }),
    ...(role === undefined ? {} : { role }),
    ...(verifies === undefined ? {} : { verifies }),
  };
}

/** The workflow as it is at the ref that will be dispatched; GitHub also wants the file on the default branch. */
async function readWorkflowAt(
  read: ReadFile,
  { cargo, plan }: Prepare,
  file: string,
): Promise<ChosenWorkflow | Problem> {
  const path = workflowPath(file);
  const text = await read(path, cargo.tag === null ? cargo.ref : cargo.sha);
  if (text === null) return { code: "workflow-missing", detail: { path, ref: cargo.ref } };
  const onDefault = await read(path, plan.configSha);
  if (onDefault === null) return { code: "workflow-missing", detail: { path, ref: "the default branch" } };
  const reading = readWorkflow(text, path);
  if (!reading.ok)
    return { code: "workflow-unreadable", detail: { path, ref: cargo.ref, message: reading.problem } };
  if (!reading.workflow.dispatchable)
    return { code: "workflow-not-dispatchable", detail: { path, ref: cargo.ref } };
  return { workflow: reading.workflow, blob: blobOf(text) };
}
