import { parse } from "yaml";
import type { Permissions } from "../state.ts";

export interface InputDefinition {
  required: boolean;
  default: string | null;
  type: string;
  options: string[];
}

export interface StepDefinition {
  id: string | null;
  name: string;
  condition: string | null;
  run: string | null;
}

export interface JobDefinition {
  id: string;
  name: string;
  needs: string[];
  condition: string | null;
  environment: { name: string; url: string | null } | null;
  permissions: Permissions | null;
  steps: StepDefinition[];
}

export interface WorkflowFile {
  name: string;
  runName: string | null;
  /** Null where the workflow cannot be dispatched. */
  inputs: Map<string, InputDefinition> | null;
  permissions: Permissions | null;
  /** Runs of one group go one at a time; the group's name may have expressions in it. */
  concurrency: { group: string; cancelInProgress: boolean } | null;
  jobs: JobDefinition[];
}

type Fields = Record<string, unknown>;

/** All that a job's token can be granted; what `read-all` and `write-all` stand for. */
const SCOPES = ["actions", "checks", "contents", "deployments", "issues", "pull_requests", "statuses"];

/** What was read, by path and text: each dispatch and each run reads the same few files, and reading YAML is most of their cost. */
const known = new Map<string, WorkflowFile | null>();
const FILES_KNOWN = 100;

/**
 * Reads a workflow file. What it answers is shared and not to be changed.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
 * @returns null for a file that is not YAML or has no jobs.
 */
export function parseWorkflow(text: string, path: string): WorkflowFile | null {
  const key = `${path}\n${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size >= FILES_KNOWN) known.clear();
  const file = readWorkflow(text, path);
  known.set(key, file);
  return file;
}

function readWorkflow(text: string, path: string): WorkflowFile | null {
  let root: Fields;
  try {
    root = fieldsOf(parse(text));
  } catch {
    return null;
  }
  const jobs = Object.entries(fieldsOf(root.jobs)).map(([id, job]) => jobOf(id, fieldsOf(job)));
  if (jobs.length === 0) return null;
  return {
    name: textOf(root.name) ?? path,
    runName: textOf(root["run-name"]),
    inputs: dispatchInputs(root.on),
    permissions: permissionsOf(root.permissions),
    concurrency: concurrencyOf(root.concurrency),
    jobs,
  };
}

/** `on:` is a word, a list of words or a map. */
function dispatchInputs(on: unknown): Map<string, InputDefinition> | null {
  if (on === "workflow_dispatch") return new Map();
  if (Array.isArray(on)) return on.includes("workflow_dispatch") ? new Map() : null;
  const events = fieldsOf(on);
  if (!("workflow_dispatch" in events)) return null;
  const declared = Object.entries(fieldsOf(fieldsOf(events.workflow_dispatch).inputs));
  return new Map(
    declared.map(([name, value]) => {
      const input = fieldsOf(value);
      const options = Array.isArray(input.options) ? input.options.map(String) : [];
      const definition = {
        required: input.required === true,
        default: textOf(input.default),
        type: textOf(input.type) ?? "string",
        options,
      };
      return [name, definition];
    }),
  );
}

function jobOf(id: string, job: Fields): JobDefinition {
  const needs = typeof job.needs === "string" ? [job.needs] : Array.isArray(job.needs) ? job.needs : [];
  const steps = Array.isArray(job.steps) ? (job.steps as unknown[]).map(fieldsOf) : [];
  return {
    id,
    name: textOf(job.name) ?? id,
    needs: needs.map(String),
    condition: textOf(job.if),
    environment: environmentOf(job.environment),
    permissions: permissionsOf(job.permissions),
    steps: steps.map((step) => {
      const shown =
        textOf(step.name) ?? textOf(step.uses) ?? `Run ${(textOf(step.run) ?? "").split("\n")[0]}`;
      return { id: textOf(step.id), name: shown, condition: textOf(step.if), run: textOf(step.run) };
    }),
  };
}

function concurrencyOf(value: unknown): WorkflowFile["concurrency"] {
  const { group, "cancel-in-progress": cancel } =
    typeof value === "string" ? { group: value } : fieldsOf(value);
  const name = textOf(group);
  return name === null ? null : { group: name, cancelInProgress: cancel === true };
}

function environmentOf(value: unknown): JobDefinition["environment"] {
  if (typeof value === "string") return { name: value, url: null };
  const { name, url } = fieldsOf(value);
  return typeof name === "string" ? { name, url: textOf(url) } : null;
}

/** Scopes that a `permissions:` map leaves out are none. Source: the syntax page, "permissions". */
function permissionsOf(value: unknown): Permissions | null {
  if (value === undefined) return null;
  if (value === "read-all" || value === "write-all") {
    const level = value === "read-all" ? "read" : "write";
    return Object.fromEntries(SCOPES.map((scope) => [scope, level]));
  }
  const granted: Permissions = {};
  for (const [scope, level] of Object.entries(fieldsOf(value))) {
    if (level === "read" || level === "write") granted[scope.replaceAll("-", "_")] = level;
  }
  return granted;
}

/** Jobs so that each comes after those that it needs; what is in a cycle comes last. */
export function inOrder(jobs: readonly JobDefinition[]): JobDefinition[] {
  const ordered: JobDefinition[] = [];
  let left = [...jobs];
  while (left.length > 0) {
    const ready = left.filter((job) => job.needs.every((need) => ordered.some((done) => done.id === need)));
    if (ready.length === 0) return [...ordered, ...left];
    ordered.push(...ready);
    left = left.filter((job) => !ready.includes(job));
  }
  return ordered;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : null;
}
