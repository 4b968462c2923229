/**
 * Whether a workflow claims its run before it does anything. Where it does, a run that was started twice by accident stops before it
 * deploys (P1, P2), so this says yes only where nothing of the workflow can run before or past the claim.
 */
import { asMap, asText, type WorkflowMap } from "./workflow-shape.ts";

const CLAIM_STEP = "waybill-claim";
/** The step's script makes a ref under this name. */
const CLAIM_REFS = "waybill/claims/";
/** Conditions by which a step or job runs although what it follows has failed. */
const RUNS_AFTER_FAILURE = /\b(always|failure|cancelled)\s*\(/i;
/** The claim step's output: a condition that asks for it may run after a failure, but never without the claim. */
const ASKS_FOR_CLAIM = /\.outputs\.claimed\b/;

/**
 * Looks for the claim step of docs/workflows.md among a workflow's jobs.
 *
 * @returns null if every run claims, else a plain sentence that says what is in the way
 */
export function readClaim(jobs: WorkflowMap): string | null {
  const entries = Object.entries(jobs).map(([name, job]) => ({ name, job: asMap(job) ?? {} }));
  const roots = entries.filter(({ job }) => !hasNeeds(job));
  const [root, ...others] = roots;
  if (root === undefined) return "every job needs another one, so none begins";
  if (others.length > 0)
    return `the jobs ${roots.map(({ name }) => name).join(", ")} begin side by side; all but one must need the one that claims`;
  const steps = Array.isArray(root.job["steps"]) ? root.job["steps"].map((step) => asMap(step) ?? {}) : [];
  const [first, ...later] = steps;
  if (first === undefined || first["id"] !== CLAIM_STEP)
    return `the first step of the job ${root.name} has not the id ${CLAIM_STEP}`;
  if (asText(first["uses"]) === null && asText(first["run"])?.includes(CLAIM_REFS) !== true)
    return "the claim step claims nothing";
  if (isSet(first["if"]) || isSet(first["continue-on-error"]))
    return "the claim step has a condition, or may fail without consequence";
  if (isSet(root.job["strategy"]))
    return `the job ${root.name} runs several times (strategy), but a claim can be taken once`;
  if (isSet(root.job["continue-on-error"]))
    return `the job ${root.name} may fail without consequence (continue-on-error)`;
  const past =
    later.find(runsWithoutClaim) ??
    entries.find(({ name, job }) => name !== root.name && runsWithoutClaim(job))?.job;
  return past === undefined
    ? null
    : "something runs also after a failed claim (always, failure or cancelled in an `if`)";
}

function hasNeeds(job: WorkflowMap): boolean {
  const needs = job["needs"];
  return Array.isArray(needs) ? needs.length > 0 : asText(needs) !== null;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

function runsWithoutClaim(part: WorkflowMap): boolean {
  const condition = asText(part["if"]) ?? "";
  return RUNS_AFTER_FAILURE.test(condition) && !ASKS_FOR_CLAIM.test(condition);
}
