/**
 * The workflows that a config names, held against the files themselves: what would be refused when a rollout is prepared is said before it is merged. By the
 * same rules as `github/effects/prepare-steps.ts`, of which this is the forecast.
 */
import type { Config, EnvironmentConfig, HookConfig, InputValues } from "../config/index.ts";
import type { Path } from "../config/located.ts";
import type { Finding } from "../config/problems.ts";
import { HOOK_PHASES } from "../config/rollout-model.ts";
import { inputProblems, undeclaredInputs, type SuppliedInputs } from "../workflow-inputs.ts";
import { workflowPath, type WorkflowFacts, type WorkflowReading } from "../workflow.ts";

/** So many files are read of a stranger's pull request; no team has more that differ. */
export const MOST_WORKFLOWS = 25;

/** One thing that is run in an environment. */
interface NamedWorkflow {
  /** From the repository's root. */
  readonly path: string;
  /** Where the config names it. */
  readonly at: Path;
  readonly component: string;
  readonly configured: InputValues;
  /** Where inputs of its own stand. */
  readonly own: Path;
  readonly restores: boolean;
}

/** What is found of a file: `missing`, or null where nobody has looked. */
export type ReadWorkflow = (path: string) => WorkflowReading | "missing" | null;

/** The workflow files of a config, each once, from the repository's root: `.github/workflows/deploy.yml`. */
export function workflowPaths(config: Config): string[] {
  return [...new Set(config.environments.flatMap((one) => namedIn(config, one)).map(({ path }) => path))];
}

/**
 * What will be refused when the config is acted on as the files are now.
 *
 * @param limit how many inputs this GitHub takes; absent: 25
 */
export function workflowFindings(config: Config, read: ReadWorkflow, limit?: number): readonly Finding[] {
  const unfit = new Map<string, Finding>();
  const findings: Finding[] = [];
  for (const environment of config.environments) {
    const named = namedIn(config, environment);
    const facts: WorkflowFacts[] = [];
    for (const one of named) {
      const reading = read(one.path);
      const problem = reading === null ? null : unfitness(one, reading);
      // The same file is wrong wherever it is named; one place says so.
      if (problem !== null && !unfit.has(one.path)) unfit.set(one.path, problem);
      if (reading === null || reading === "missing" || !reading.ok || problem !== null) continue;
      facts.push(reading.workflow);
      findings.push(...inputFindings(one, reading.workflow, environment, limit));
    }
    if (facts.length === named.length) findings.push(...undeclared(environment, facts));
  }
  return onceEach([...unfit.values(), ...findings]).map((finding) => ({ ...finding, isInTheWay: true }));
}

function namedIn(config: Config, environment: EnvironmentConfig): NamedWorkflow[] {
  const at: Path = ["environments", environment.name];
  const components = config.components.map(({ name, workflow }): NamedWorkflow => {
    const placed = environment.components[name];
    const own: Path = [...at, "components", name];
    const file = placed?.workflow ?? workflow;
    return {
      path: workflowPath(file),
      at: file === workflow ? ["components", name, "workflow"] : [...own, "workflow"],
      component: name,
      configured: placed?.inputs ?? environment.inputs,
      own: [...own, "inputs"],
      restores: false,
    };
  });
  const hook = (place: Path, name: string, { workflow, inputs }: HookConfig): NamedWorkflow => ({
    path: workflowPath(workflow),
    at: [...place, "workflow"],
    component: name,
    configured: inputs,
    own: [...place, "inputs"],
    restores: name === "restore",
  });
  const hooks = HOOK_PHASES.flatMap((phase) =>
    (environment.rollout?.[phase] ?? []).map((one, index) =>
      hook([...at, "rollout", phase, index], phase, one),
    ),
  );
  const verify = [...at, "verify"];
  const checks = (environment.verifyRuns ?? []).map((one) => hook(verify, "verify", one));
  const { database } = environment;
  const work = (["backup", "restore"] as const).flatMap((role) => {
    const one = database?.[role];
    return one === undefined ? [] : [hook([...at, "database", role], role, one)];
  });
  return [...components, ...hooks, ...checks, ...work];
}

/** Why a workflow cannot be run at all; null where it can. */
function unfitness(
  { path, at, restores }: NamedWorkflow,
  reading: WorkflowReading | "missing",
): Finding | null {
  const wrong = (message: string, mend: string): Finding => ({ path: at, part: "value", message, mend });
  if (reading === "missing")
    return wrong(`there is no ${path}`, "add it on the same branch, or mend its name here");
  if (!reading.ok) return wrong(`it cannot be used: ${reading.problem}`, `mend ${path}`);
  const { dispatchable, inputs } = reading.workflow;
  if (!dispatchable)
    return wrong(
      `${path} cannot be started by Waybill: its \`on:\` has no workflow_dispatch`,
      "add `workflow_dispatch` with the inputs that it takes (docs/workflows.md)",
    );
  if (restores && inputs.every(({ name }) => name !== "recovery_point"))
    return wrong(
      `${path} does not declare the input recovery_point, by which it is told what to restore`,
      "declare it",
    );
  return null;
}

/** What Waybill gives itself, as it will look; of what only a release tells nothing is judged. */
function suppliedFor({ component, restores }: NamedWorkflow, environment: string): SuppliedInputs {
  const given = { environment, component, version: "1.0.0", sha: "0".repeat(40), correlation_id: "c0-x" };
  return restores ? { ...given, recovery_point: "", backup_run_id: "" } : given;
}

const OF_A_RELEASE: ReadonlySet<string> = new Set([
  "version",
  "sha",
  "correlation_id",
  "recovery_point",
  "backup_run_id",
]);

function inputFindings(
  named: NamedWorkflow,
  workflow: WorkflowFacts,
  { name, inputs }: EnvironmentConfig,
  limit: number | undefined,
): Finding[] {
  const { configured, own } = named;
  const shared: Path = ["environments", name, "inputs"];
  const problems = inputProblems(workflow, suppliedFor(named, name), configured, limit);
  return problems
    .filter(({ code, input }) => code !== "input-refused" || !OF_A_RELEASE.has(input))
    .map(({ input, message, mend }) => {
      const isConfigured = Object.hasOwn(configured, input);
      const isShared = Object.hasOwn(inputs, input) && inputs[input] === configured[input];
      const path = isConfigured ? [...(isShared ? shared : own), input] : shared;
      return { path, part: isConfigured ? "value" : "key", message, mend };
    });
}

function undeclared({ name, inputs }: EnvironmentConfig, facts: readonly WorkflowFacts[]): Finding[] {
  return undeclaredInputs(facts, inputs).map((input) => ({
    path: ["environments", name, "inputs", input],
    part: "key",
    message: `no workflow of ${name} declares the input ${input}`,
    mend: "declare it under `on.workflow_dispatch.inputs`, or take it out here",
  }));
}

function onceEach(findings: readonly Finding[]): readonly Finding[] {
  const known = new Map(findings.map((one) => [JSON.stringify([one.path, one.message]), one]));
  return [...known.values()];
}
