import { resolveCommit } from "../domain/commits.ts";
import { ApiError, notFound } from "../http/errors.ts";
import type { Account, Repository, Run, Workflow } from "../state.ts";
import { emit } from "../webhooks/emit.ts";
import type { World } from "../world.ts";
import { expand } from "./expressions.ts";
import { lookupOf } from "./lookup.ts";
import { launch } from "./runner.ts";
import type { InputDefinition, WorkflowFile } from "./workflow-file.ts";
import { parseWorkflow } from "./workflow-file.ts";

const FOLDER = ".github/workflows";
const INPUTS_MAXIMUM = 25;
const LEGACY_INPUTS_MAXIMUM = 10;

/** Brings the list of workflows up to date with the default branch, which alone decides what exists. */
export function currentWorkflows(world: World, repository: Repository): Workflow[] {
  const { store } = repository;
  const head = resolveCommit(repository, repository.defaultBranch);
  const folder = head === null ? null : store.entryAt(store.commit(head)?.tree ?? "", FOLDER);
  const files = folder ? (store.tree(folder.sha) ?? []) : [];
  return files.flatMap((file) => {
    if (!/\.ya?ml$/.test(file.name)) return [];
    const path = `${FOLDER}/${file.name}`;
    const known = repository.workflows.get(path);
    const name = parseWorkflow(store.blob(file.sha)?.toString("utf8") ?? "", path)?.name ?? path;
    if (known) {
      known.name = name;
      return [known];
    }
    const workflow = { id: world.ids.next("workflow"), path, name, createdAt: world.clock.now() };
    repository.workflows.set(path, workflow);
    return [workflow];
  });
}

/** A workflow by its id or file name. @throws ApiError 404 */
export function findWorkflow(world: World, repository: Repository, idOrFile: string): Workflow {
  const found = currentWorkflows(world, repository).find(
    (workflow) =>
      String(workflow.id) === idOrFile ||
      workflow.path === idOrFile ||
      workflow.path === `${FOLDER}/${idOrFile}`,
  );
  if (!found) throw notFound();
  return found;
}

export interface DispatchRequest {
  ref: string;
  inputs: Readonly<Record<string, unknown>>;
  by: Account;
}

/**
 * Starts a workflow by hand, with GitHub's checks.
 * Source: https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event
 * @throws ApiError 422
 */
export function dispatchWorkflow(
  world: World,
  repository: Repository,
  workflow: Workflow,
  request: DispatchRequest,
): Run {
  const target = branchOrTag(repository, request.ref);
  const text = repository.store.fileText(target.sha, workflow.path);
  const file = text === null ? null : parseWorkflow(text, workflow.path);
  if (!file?.inputs) throw new ApiError(422, "Workflow does not have 'workflow_dispatch' trigger");
  const inputs = checkedInputs(world, file.inputs, request.inputs);
  const run = createRun(world, repository, workflow, { ...target, file, inputs, by: request.by });
  const payload = { inputs, ref: target.ref, workflow: workflow.path };
  emit(world, repository, "workflow_dispatch", payload, request.by);
  launch(world, repository, run);
  return run;
}

interface Target {
  ref: string;
  name: string;
  sha: string;
}

/** A branch or a tag, never a SHA (GITHUB.md, "Dispatching workflows"). */
function branchOrTag(repository: Repository, name: string): Target {
  for (const ref of [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
    const sha = /^refs\/(heads|tags)\//.test(ref) ? repository.refs.get(ref) : undefined;
    const commit = sha === undefined ? null : repository.store.peel(sha);
    if (commit !== null) return { ref, name: ref.replace(/^refs\/(heads|tags)\//, ""), sha: commit };
  }
  throw new ApiError(422, `No ref found for: ${name}`);
}

function checkedInputs(
  world: World,
  declared: ReadonlyMap<string, InputDefinition>,
  given: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const limit = world.legacyDispatch ? LEGACY_INPUTS_MAXIMUM : INPUTS_MAXIMUM;
  if (Object.keys(given).length > limit) {
    throw new ApiError(
      422,
      `You may only define up to ${limit} \`inputs\` for a \`workflow_dispatch\` event`,
    );
  }
  const unexpected = Object.keys(given).filter((name) => !declared.has(name));
  if (unexpected.length > 0) {
    throw new ApiError(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  }
  const inputs: Record<string, string> = {};
  for (const [name, definition] of declared) {
    const value = given[name];
    const text = value === undefined || value === null ? definition.default : scalarText(name, value);
    if (definition.required && (text === null || text === "")) {
      throw new ApiError(422, `Required input '${name}' not provided`);
    }
    if (text === null) {
      inputs[name] = definition.type === "boolean" ? "false" : "";
      continue;
    }
    checkType(name, definition, text);
    inputs[name] = text;
  }
  return inputs;
}

function scalarText(name: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return String(value);
  throw new ApiError(422, `Invalid value for input '${name}'`);
}

function checkType(name: string, { type, options }: InputDefinition, text: string): void {
  const fits =
    (type !== "choice" || options.includes(text)) &&
    (type !== "boolean" || text === "true" || text === "false") &&
    (type !== "number" || (text.trim() !== "" && Number.isFinite(Number(text))));
  if (fits) return;
  throw new ApiError(
    422,
    type === "choice"
      ? `Provided value '${text}' for input '${name}' not in the list of allowed values`
      : `Provided value '${text}' for input '${name}' is not a ${type}`,
  );
}

function createRun(
  world: World,
  repository: Repository,
  workflow: Workflow,
  start: Target & { file: WorkflowFile; inputs: Record<string, string>; by: Account },
): Run {
  const now = world.clock.now();
  const lag = world.faults.runListLag;
  const run: Run = {
    id: world.ids.next("run"),
    repositoryId: repository.id,
    workflow,
    number: [...repository.runs.values()].filter((other) => other.workflow === workflow).length + 1,
    attempt: 1,
    title: workflow.name,
    headBranch: start.name,
    headRef: start.ref,
    headSha: start.sha,
    event: "workflow_dispatch",
    inputs: start.inputs,
    status: "queued",
    conclusion: null,
    actor: start.by,
    triggeringActor: start.by,
    createdAt: now,
    updatedAt: now,
    startedAt: now,
    jobs: [],
    listedFrom: now + lag.ms,
    hiddenRequests: lag.requests,
  };
  if (start.file.runName !== null) {
    run.title = expand(start.file.runName, lookupOf(world, repository, run)) || workflow.name;
  }
  repository.runs.set(run.id, run);
  return run;
}
