/**
 * What a deployment workflow's file says about itself: whether and with which inputs it can be dispatched, whether it claims its
 * run, whether GitHub makes the deployment. Read at the ref that will be dispatched, before anything runs.
 */
import { parseDocument } from "yaml";
import { readClaim } from "./workflow-claim.ts";
import { asMap, asText, type WorkflowMap } from "./workflow-shape.ts";

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputsinput_idtype */
type WorkflowInputType = "string" | "boolean" | "choice" | "number" | "environment";

/** An input that a workflow declares. */
export interface WorkflowInput {
  readonly name: string;
  readonly required: boolean;
  readonly type: WorkflowInputType;
  /** Of a `choice`. */
  readonly options?: readonly string[];
  readonly default?: string;
}

export interface WorkflowFacts {
  /** The file, as problems name it. */
  readonly path: string;
  /** Whether `on:` holds `workflow_dispatch`. */
  readonly dispatchable: boolean;
  readonly inputs: readonly WorkflowInput[];
  readonly runName: string | null;
  /** `named`: a job names `environment:`, so GitHub makes a deployment of its own, which is adopted. */
  readonly environments: "none" | "named";
  /** The files of the same repository that its jobs call (`uses: ./.github/workflows/…`), from its root. */
  readonly calls: readonly string[];
  /** Whether every run claims its correlation id before it does anything else (docs/workflows.md). */
  readonly claims: boolean;
  /** Why it does not, in a plain sentence; null where it does. */
  readonly claimProblem: string | null;
}

export type WorkflowReading =
  | { readonly ok: true; readonly workflow: WorkflowFacts }
  | { readonly ok: false; readonly problem: string };

/** Where GitHub looks for workflows, from a repository's root. */
export const WORKFLOW_FOLDER = ".github/workflows";

/** A workflow's path from the repository's root, by the name that the config gives it: `deploy.yml`. */
export function workflowPath(file: string): string {
  return `${WORKFLOW_FOLDER}/${file}`;
}

/** GitHub itself takes no larger ones; a deployment workflow has a few kilobytes. */
const LARGEST_WORKFLOW = 512 * 1024;
/** Workflows may use YAML's aliases; a file that grows by more than these is no workflow. */
const MOST_ALIASES = 100;
const INPUT_TYPES: readonly string[] = ["string", "boolean", "choice", "number", "environment"];

/**
 * Reads a workflow file. Never throws, whatever the text holds.
 *
 * @param path how the file is named in problems, such as `.github/workflows/deploy.yml`
 * @returns the facts, or a plain sentence that says why there are none
 */
export function readWorkflow(text: string, path: string): WorkflowReading {
  const parsed = parseMap(text);
  if (typeof parsed === "string") return { ok: false, problem: `${path}: ${parsed}` };
  const jobs = asMap(parsed["jobs"]);
  if (jobs === null || Object.keys(jobs).length === 0)
    return { ok: false, problem: `${path}: it has no jobs` };
  const dispatch = dispatchIn(parsed["on"]);
  const claimProblem = readClaim(jobs);
  return {
    ok: true,
    workflow: {
      path,
      dispatchable: dispatch !== null,
      inputs: dispatch === null ? [] : inputsIn(dispatch),
      runName: asText(parsed["run-name"]),
      environments: Object.values(jobs).some(namesEnvironment) ? "named" : "none",
      calls: [...new Set(Object.values(jobs).flatMap(calledBy))],
      claims: claimProblem === null,
      claimProblem,
    },
  };
}

/** The file's top level; a text says what is wrong. */
function parseMap(text: string): WorkflowMap | string {
  if (text.length > LARGEST_WORKFLOW) return `it is larger than ${LARGEST_WORKFLOW / 1024} KiB`;
  // `schema` also stands against a `%YAML 1.1` line, by which `on:` would become `true:`.
  const document = parseDocument(text, {
    schema: "core",
    merge: false,
    uniqueKeys: false,
    stringKeys: true,
    prettyErrors: false,
    logLevel: "error",
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split("\n").length;
    return `it is not readable as YAML (line ${line})`;
  }
  try {
    return asMap(document.toJS({ maxAliasCount: MOST_ALIASES })) ?? "it is no map of settings";
  } catch (error) {
    // The library's way to say that an alias is unknown, or that the aliases grow too large.
    if (error instanceof ReferenceError) return "its YAML aliases are too many, or name nothing";
    throw error;
  }
}

/** What `on:` says on `workflow_dispatch`; null where it is not there. `on:` may be a name, a list of names, or a map. */
function dispatchIn(on: unknown): WorkflowMap | null {
  if (on === "workflow_dispatch") return {};
  if (Array.isArray(on)) return on.includes("workflow_dispatch") ? {} : null;
  const events = asMap(on);
  if (events === null || !Object.hasOwn(events, "workflow_dispatch")) return null;
  return asMap(events["workflow_dispatch"]) ?? {};
}

function inputsIn(dispatch: WorkflowMap): WorkflowInput[] {
  return Object.entries(asMap(dispatch["inputs"]) ?? {}).map(([name, value]) => {
    const input = asMap(value) ?? {};
    const type = asText(input["type"]);
    const fallback = asText(input["default"]);
    const options = Array.isArray(input["options"])
      ? input["options"].flatMap((option) => asText(option) ?? [])
      : null;
    return {
      name,
      required: input["required"] === true || input["required"] === "true",
      type: type !== null && INPUT_TYPES.includes(type) ? (type as WorkflowInputType) : "string",
      ...(options === null ? {} : { options }),
      ...(fallback === null ? {} : { default: fallback }),
    };
  });
}

function namesEnvironment(job: unknown): boolean {
  const environment = asMap(job)?.["environment"];
  return asText(environment) !== null || asText(asMap(environment)?.["name"]) !== null;
}

const LOCAL_WORKFLOW = /^\.\/(\.github\/workflows\/[A-Za-z0-9._-]+\.ya?ml)$/;

function calledBy(job: unknown): string[] {
  const path = LOCAL_WORKFLOW.exec(asText(asMap(job)?.["uses"]) ?? "")?.[1];
  return path === undefined ? [] : [path];
}
