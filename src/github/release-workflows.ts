/**
 * The workflow by which an earlier release comes back: its own, as the file stands at its tag; or, where that is missing or cannot take what Waybill
 * gives, today's from the release branch, with the old commit as its input.
 */
import type { WorkflowsOfRelease } from "../core/commands/command.ts";
import type { PromotionId } from "../core/ids.ts";
import type { Cargo, PlanSnapshot, Problem } from "../core/promotion.ts";
import type { TodaysWorkflow, UnfitWorkflow } from "../core/rollback/rollback.ts";
import { plannedInputs } from "../core/workflow-inputs.ts";
import { readWorkflow, workflowPath, type WorkflowFacts } from "../core/workflow.ts";
import type { RepositoryClient } from "./client.ts";
import { readFileAt } from "./config.ts";
import { blobOf } from "./digests.ts";
import { enterpriseVersionOf } from "./guard.ts";
import { partsOf, type Part, type Way } from "./parts.ts";

/** A file's text at a commit, tag or branch; null where there is none. */
export type ReadFile = (path: string, ref: string) => Promise<string | null>;

/** A workflow that fits, and where it is not at the release itself, on what it is dispatched and why. */
export interface ChosenWorkflow {
  readonly workflow: WorkflowFacts;
  /** The file's id (`StepPlan`). */
  readonly blob: string;
  readonly ref?: string;
  readonly todays?: Pick<TodaysWorkflow, "why" | "lacks">;
}

/** Reads files at GitHub, each once. */
export function fileReader(client: RepositoryClient): ReadFile {
  const known = new Map<string, Promise<string | null>>();
  return (path, ref) => {
    const key = `${ref} ${path}`;
    const text = known.get(key) ?? readFileAt(client, path, ref);
    known.set(key, text);
    return text;
  };
}

/** How many inputs a dispatch takes: 25, and 10 up to GitHub Enterprise Server 3.20 (GITHUB.md, dispatching workflows). */
export function mostInputs({ octokit }: RepositoryClient): number | undefined {
  const version = enterpriseVersionOf(octokit);
  const [major = 0, minor = 0] = version?.split(".").map(Number) ?? [];
  return version !== null && (major < 3 || (major === 3 && minor <= 20)) ? 10 : undefined;
}

/** The workflow that a component's rollback, or a hook's part of one, runs by, or why there is none. */
export async function workflowForRollback(
  client: RepositoryClient,
  read: ReadFile,
  way: Way,
  part: Part,
): Promise<ChosenWorkflow | Problem> {
  const { cargo, plan } = way;
  const path = workflowPath(part.file);
  // GitHub starts no workflow of which the default branch has no file.
  if ((await read(path, plan.configSha)) === null)
    return { code: "workflow-missing", detail: { path, ref: "the default branch" } };
  const limit = mostInputs(client);
  const today = await todaysOf(client, read, plan, path);
  const wanted = "why" in today ? null : plannedInputs(today.workflow, part.supplied, part.configured, limit);
  const own = readingOf(await read(path, cargo.sha), path);
  const lacks =
    "why" in own || wanted === null || !wanted.ok ? [] : lacking(own.workflow, Object.keys(wanted.inputs));
  const takes =
    !("why" in own) && lacks.length === 0
      ? plannedInputs(own.workflow, part.supplied, part.configured, limit).ok
      : false;
  if (!("why" in own) && takes) return own;
  const todays = { why: "why" in own ? own.why : "inputs", lacks } as const;
  const unfit = "why" in today ? today.why : unfitToday(today.workflow, wanted?.ok === true);
  if (unfit === null && !("why" in today)) return { ...today, todays };
  const detail = {
    path,
    tag: cargo.tag ?? cargo.ref,
    why: todays.why,
    lacks: lacks.join(", "),
    today: unfit,
    branch: plan.branch,
  };
  return { code: "rollback-workflow", detail };
}

interface Unfit {
  readonly why: UnfitWorkflow;
}

function readingOf(text: string | null, path: string): Unfit | Pick<ChosenWorkflow, "workflow" | "blob"> {
  if (text === null) return { why: "missing" };
  const reading = readWorkflow(text, path);
  if (!reading.ok) return { why: "unreadable" };
  return reading.workflow.dispatchable
    ? { workflow: reading.workflow, blob: blobOf(text) }
    : { why: "not-dispatchable" };
}

/** Today's workflow, and the branch that it is dispatched on. A default branch that is gone was renamed. */
async function todaysOf(
  client: RepositoryClient,
  read: ReadFile,
  { branch, onDefaultBranch = false }: PlanSnapshot,
  path: string,
): Promise<Unfit | (Pick<ChosenWorkflow, "workflow" | "blob"> & { readonly ref: string })> {
  const renamed = onDefaultBranch ? client.defaultBranch : branch;
  for (const ref of new Set([branch, renamed])) {
    const text = await read(path, ref);
    if (text === null) continue;
    const found = readingOf(text, path);
    return "why" in found ? found : { ...found, ref };
  }
  return { why: "missing" };
}

function lacking({ inputs }: WorkflowFacts, names: readonly string[]): readonly string[] {
  return names.filter((name) => inputs.every((input) => input.name !== name));
}

/** Run on a branch, it knows the old commit by its input alone. */
function unfitToday(workflow: WorkflowFacts, takesInputs: boolean): "no-sha" | "inputs" | null {
  if (lacking(workflow, ["sha"]).length > 0) return "no-sha";
  return takesInputs ? null : "inputs";
}

/** What a release's workflows are good for before anybody has said that it is to come back. */
export async function workflowsOfRelease(
  client: RepositoryClient,
  plan: PlanSnapshot,
  cargo: Cargo,
): Promise<WorkflowsOfRelease> {
  const read = fileReader(client);
  const todays: TodaysWorkflow[] = [];
  for (const part of partsOf({ cargo, plan, class: "rollback" }, "c0" as PromotionId)) {
    const chosen = await workflowForRollback(client, read, { cargo, plan }, part);
    if ("code" in chosen) return { todays, problem: chosen };
    if (chosen.todays !== undefined)
      todays.push({
        component: part.phase === null ? part.name : part.file,
        workflow: part.file,
        ...chosen.todays,
      });
  }
  return { todays, problem: null };
}
