/** Which inputs a dispatch sends: only what the workflow declares, and nothing that GitHub would refuse. */
import type { InputValue, InputValues } from "./config/index.ts";
import { closest } from "./suggest.ts";
import type { WorkflowFacts, WorkflowInput } from "./workflow.ts";

/** What Waybill itself tells a workflow. `sha` is the full commit SHA. */
export interface SuppliedInputs {
  readonly environment: string;
  readonly component: string;
  readonly version: string;
  readonly sha: string;
  readonly correlation_id: string;
  /** What a restore puts the database back to, as `2026-11-27T17:00:00.000Z`, and the id of the run that made that backup. */
  readonly recovery_point?: string;
  readonly backup_run_id?: string;
}

/** Why a workflow cannot be dispatched as configured. `message` and `mend` are plain sentences. */
export interface InputProblem {
  readonly code: "input-missing" | "input-refused" | "too-many-inputs";
  readonly file: string;
  readonly input: string;
  readonly message: string;
  readonly mend: string;
}

export type InputsPlan =
  | { readonly ok: true; readonly inputs: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly problem: InputProblem };

/** GitHub takes 25; older GHES 10. https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event */
const MOST_INPUTS = 25;

/**
 * Plans the inputs of one dispatch, in the order the workflow declares them.
 *
 * @param configured the component's inputs in this environment, from the config
 * @param limit how many inputs this GitHub takes
 */
export function plannedInputs(
  workflow: WorkflowFacts,
  supplied: SuppliedInputs,
  configured: InputValues,
  limit: number = MOST_INPUTS,
): InputsPlan {
  const [problem] = inputProblems(workflow, supplied, configured, limit);
  if (problem !== undefined) return { ok: false, problem };
  const inputs = sentInputs(workflow, supplied, configured);
  return { ok: true, inputs: Object.fromEntries(inputs.map(({ input, value }) => [input.name, value])) };
}

/** All that stands in the way of such a dispatch, in the order the workflow declares its inputs. */
export function inputProblems(
  workflow: WorkflowFacts,
  supplied: SuppliedInputs,
  configured: InputValues,
  limit: number = MOST_INPUTS,
): InputProblem[] {
  const single = workflow.inputs.flatMap((input) => {
    const value = valueOf(input.name, supplied, configured);
    const problem =
      value === null ? absenceOf(input, workflow, configured) : mismatchOf(input, value, workflow);
    return problem ?? [];
  });
  const sent = sentInputs(workflow, supplied, configured);
  if (sent.length <= limit) return single;
  const excess: InputProblem = {
    code: "too-many-inputs",
    file: workflow.path,
    input: sent[limit]?.input.name ?? "",
    message: `${workflow.path} would be given ${sent.length} inputs, but this GitHub takes ${limit}`,
    mend: "declare fewer inputs, and keep the other values in the workflow",
  };
  return [...single, excess];
}

function sentInputs(
  workflow: WorkflowFacts,
  supplied: SuppliedInputs,
  configured: InputValues,
): { readonly input: WorkflowInput; readonly value: string }[] {
  return workflow.inputs.flatMap((input) => {
    const value = valueOf(input.name, supplied, configured);
    return value === null ? [] : [{ input, value }];
  });
}

/**
 * The configured inputs that none of an environment's workflows declares: typing errors, most likely. One workflow alone may well
 * declare fewer than its environment configures.
 */
export function undeclaredInputs(workflows: readonly WorkflowFacts[], configured: InputValues): string[] {
  const declared = new Set(workflows.flatMap((workflow) => workflow.inputs.map((input) => input.name)));
  return Object.keys(configured).filter((name) => !declared.has(name));
}

function valueOf(name: string, supplied: SuppliedInputs, configured: InputValues): string | null {
  if (Object.hasOwn(supplied, name)) return supplied[name as keyof SuppliedInputs] ?? null;
  const value: InputValue | undefined = Object.hasOwn(configured, name) ? configured[name] : undefined;
  return value === undefined ? null : String(value);
}

function absenceOf(
  input: WorkflowInput,
  workflow: WorkflowFacts,
  configured: InputValues,
): InputProblem | null {
  if (!input.required || input.default !== undefined) return null;
  const near = closest(input.name, Object.keys(configured));
  return {
    code: "input-missing",
    file: workflow.path,
    input: input.name,
    message: `${workflow.path} requires the input ${input.name}, which nobody supplies`,
    mend:
      near === null
        ? `add \`${input.name}\` to the environment's \`inputs\`, or give it a default in ${workflow.path}`
        : `the config has \`${near}\`: did you mean \`${input.name}\`?`,
  };
}

function mismatchOf(input: WorkflowInput, value: string, workflow: WorkflowFacts): InputProblem | null {
  const expected = expectationOf(input, value);
  if (expected === null) return null;
  const shown = value.length > 60 ? `${value.slice(0, 59)}…` : value;
  return {
    code: "input-refused",
    file: workflow.path,
    input: input.name,
    message: `${workflow.path} does not take ${shown} for the input ${input.name}: it takes ${expected}`,
    mend: `change the value, or what ${workflow.path} declares`,
  };
}

/** What an input takes, in words, where `value` is not that; else null. */
function expectationOf(input: WorkflowInput, value: string): string | null {
  switch (input.type) {
    case "boolean":
      return value === "true" || value === "false" ? null : "true or false";
    case "number":
      return value.trim() !== "" && Number.isFinite(Number(value)) ? null : "a number";
    case "choice": {
      const options = input.options ?? [];
      return options.includes(value) ? null : `one of ${options.slice(0, 20).join(", ")}`;
    }
    case "string":
    case "environment":
      return null;
  }
}
