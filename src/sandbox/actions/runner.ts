import { addDeployment, addDeploymentStatus } from "../domain/deployments.ts";
import type { RunRecord } from "../record.ts";
import type { Conclusion, Deployment, DeploymentState, Job, Repository, Run, Step } from "../state.ts";
import { fullName } from "../state.ts";
import { runPage, runView, workflowView } from "../views/runs.ts";
import { emit } from "../webhooks/emit.ts";
import type { World } from "../world.ts";
import { pause, track } from "../world.ts";
import { announced } from "./announce.ts";
import { jobToken, takeClaim } from "./claim.ts";
import { endTurn, runningIn, takeTurn } from "./concurrency.ts";
import type { RunControl } from "./deploy.ts";
import { deploy, takeRule } from "./deploy.ts";
import { evaluate, expand, isTrue } from "./expressions.ts";
import { lookupOf } from "./lookup.ts";
import { passProtection } from "./protection.ts";
import type { JobDefinition, StepDefinition, WorkflowFile } from "./workflow-file.ts";
import { inOrder, parseWorkflow } from "./workflow-file.ts";

/** The step that claims the run, and the step that deploys, by their ids. */
const CLAIM_STEP = "waybill-claim";
const DEPLOY_STEP = "deploy";

const controls = new WeakMap<Run, RunControl>();

interface Execution {
  world: World;
  repository: Repository;
  run: Run;
  file: WorkflowFile;
  control: RunControl;
  record: RunRecord;
  /** Where the deployment happens: the step with the id, else the last step of the last job. */
  deployStep: StepDefinition | undefined;
}

/** Queues an attempt of a run and lets it go its way. */
export function launch(world: World, repository: Repository, run: Run): void {
  const text = repository.store.fileText(run.headSha, run.workflow.path);
  const file = text === null ? null : parseWorkflow(text, run.workflow.path);
  const record: RunRecord = {
    run_id: run.id,
    attempt: run.attempt,
    repository: fullName(repository),
    workflow: run.workflow.path,
    ref: run.headRef,
    head_sha: run.headSha,
    inputs: run.inputs,
    actor: run.triggeringActor.login,
    requested_at: world.clock.now(),
    status: run.status,
    conclusion: null,
    claimed: null,
  };
  world.record.runs.push(record);
  emitRun(world, repository, run, "requested");
  const control: RunControl = { abort: new AbortController(), told: Promise.withResolvers(), rule: null };
  controls.set(run, control);
  if (!file) {
    complete(world, repository, run, record, "startup_failure");
    return;
  }
  const named = file.jobs.find((job) => job.environment)?.environment?.name;
  const environment = named === undefined ? null : expand(named, lookupOf(world, repository, run));
  control.rule = takeRule(repository, run, environment);
  if (control.rule?.outcome === "never-start") return;
  const steps = file.jobs.flatMap((job) => job.steps);
  const deployStep = steps.find((step) => step.id === DEPLOY_STEP) ?? inOrder(file.jobs).at(-1)?.steps.at(-1);
  track(world, execute({ world, repository, run, file, control, record, deployStep }));
}

/** Ends a run that hangs, or one that never started. @returns false if there is nothing to end. */
export function finishRun(
  world: World,
  repository: Repository,
  run: Run,
  outcome: "succeed" | "fail",
): boolean {
  // What waits before an environment or for its turn is ended by that, not from here.
  if (["completed", "waiting", "pending"].includes(run.status)) return false;
  if (run.status === "queued") {
    const record = recordOf(world, run);
    complete(world, repository, run, record, outcome === "succeed" ? "success" : "failure");
    return true;
  }
  controls.get(run)?.told.resolve(outcome);
  return true;
}

/** Cancels a run; by force also one that takes no notice. @returns false if it is completed. */
export function cancelRun(world: World, repository: Repository, run: Run, force = false): boolean {
  if (run.status === "completed") return false;
  if (controls.get(run)?.rule?.ignoresCancel === true && !force) return true;
  controls.get(run)?.abort.abort();
  if (run.status === "queued") complete(world, repository, run, recordOf(world, run), "cancelled");
  return true;
}

/** Runs a completed run again: same id, next attempt. @returns false if it is under way. */
export function rerun(world: World, repository: Repository, run: Run, by: Run["actor"]): boolean {
  if (run.status !== "completed") return false;
  const now = world.clock.now();
  Object.assign(run, {
    attempt: run.attempt + 1,
    status: "queued",
    conclusion: null,
    triggeringActor: by,
    updatedAt: now,
    startedAt: now,
  });
  launch(world, repository, run);
  return true;
}

function recordOf(world: World, run: Run): RunRecord | undefined {
  return world.record.runs.findLast((record) => record.run_id === run.id && record.attempt === run.attempt);
}

async function rest(execution: Execution): Promise<boolean> {
  const { world, control } = execution;
  await pause(world, control.rule?.delayMs ?? world.runnerDelayMs);
  return !world.closing.aborted && !control.abort.signal.aborted;
}

/** Waits for the run's turn in its concurrency group, if its workflow has one. */
async function execute(execution: Execution): Promise<void> {
  const { world, repository, run, file, record, control } = execution;
  const group = file.concurrency && expand(file.concurrency.group, lookupOf(world, repository, run));
  if (!group) return executeJobs(execution);
  const before = file.concurrency?.cancelInProgress ? runningIn(repository, group) : null;
  if (before) cancelRun(world, repository, before);
  if (await takeTurn(world, repository, run, group, control.abort.signal)) {
    await executeJobs(execution);
    endTurn(repository, run, group);
  } else if (!world.closing.aborted) {
    complete(world, repository, run, record, "cancelled");
  }
}

async function executeJobs(execution: Execution): Promise<void> {
  const { world, repository, run, file, record, control } = execution;
  if (!(await rest(execution))) return;
  Object.assign(run, { status: "in_progress", updatedAt: world.clock.now() });
  record.status = "in_progress";
  emitRun(world, repository, run, "in_progress");
  const results = new Map<string, Conclusion>();
  for (const job of inOrder(file.jobs)) {
    const blocked = job.needs.some((need) => results.get(need) !== "success");
    const lookup = lookupOf(world, repository, run, blocked);
    const skipped = job.condition === null ? blocked : !conditionHolds(job.condition, lookup, blocked);
    results.set(job.id, skipped ? skipJob(execution, job) : await runJob(execution, job));
    if (world.closing.aborted) return;
  }
  const all = [...results.values()];
  const cancelled = control.abort.signal.aborted;
  const failed = all.includes("failure");
  complete(world, repository, run, record, cancelled ? "cancelled" : failed ? "failure" : "success");
}

/** A condition without a status function holds only while nothing failed. */
function conditionHolds(condition: string, lookup: ReturnType<typeof lookupOf>, failed: boolean): boolean {
  const inner = condition.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, "$1");
  const statusAware = /\b(always|failure|cancelled|success)\s*\(/.test(inner);
  return (statusAware || !failed) && isTrue(evaluate(inner, lookup));
}

function newJob(execution: Execution, definition: JobDefinition, status: Job["status"]): Job {
  const { world, run } = execution;
  const now = world.clock.now();
  const job: Job = {
    id: world.ids.next("job"),
    name: definition.name,
    status,
    conclusion: null,
    createdAt: now,
    startedAt: now,
    completedAt: null,
    attempt: run.attempt,
    annotations: [],
    steps: definition.steps.map((step, index) => {
      return {
        name: step.name,
        number: index + 1,
        status: "queued",
        conclusion: null,
        startedAt: null,
        completedAt: null,
      };
    }),
  };
  run.jobs.push(job);
  world.changed();
  return job;
}

function skipJob(execution: Execution, definition: JobDefinition): Conclusion {
  const job = newJob(execution, definition, "completed");
  Object.assign(job, { conclusion: "skipped", completedAt: execution.world.clock.now() });
  return "skipped";
}

async function runJob(execution: Execution, definition: JobDefinition): Promise<Conclusion> {
  const { world, repository, run, control, file } = execution;
  const job = newJob(execution, definition, "in_progress");
  const environment =
    definition.environment && expand(definition.environment.name, lookupOf(world, repository, run));
  const deployment = environment ? jobDeployment(execution, environment) : null;
  if (deployment && !(await passProtection(world, repository, run, job, deployment, control.abort.signal))) {
    return turnedAway(execution, job, deployment);
  }
  if (deployment) jobStatus(execution, job, deployment, "in_progress", "");
  const token = jobToken(world, repository, run, definition.permissions ?? file.permissions);
  let failed = false;
  for (const [index, step] of definition.steps.entries()) {
    const shown = job.steps[index];
    if (!shown) continue;
    const runs =
      step.condition === null
        ? !failed
        : conditionHolds(step.condition, lookupOf(world, repository, run, failed), failed);
    const going = runs && !control.abort.signal.aborted;
    const conclusion = going ? await runStep(execution, step, shown, token, environment ?? null) : "skipped";
    Object.assign(shown, { status: "completed", conclusion, completedAt: world.clock.now() });
    if (conclusion === "success") job.annotations.push(...announced(step.run ?? "", world.clock.now()));
    if (conclusion === "failure") failed = true;
    if (world.closing.aborted) return "cancelled";
  }
  await rest(execution);
  const conclusion = control.abort.signal.aborted ? "cancelled" : failed ? "failure" : "success";
  Object.assign(job, { status: "completed", conclusion, completedAt: world.clock.now() });
  if (deployment) {
    const url = expand(definition.environment?.url ?? "", lookupOf(world, repository, run));
    const state = conclusion === "success" ? "success" : conclusion === "failure" ? "failure" : "error";
    jobStatus(execution, job, deployment, state, url);
  }
  return conclusion;
}

async function runStep(
  execution: Execution,
  step: StepDefinition,
  shown: Step,
  token: string,
  environment: string | null,
): Promise<Conclusion> {
  const { world, repository, run, control, record, deployStep } = execution;
  Object.assign(shown, { status: "in_progress", startedAt: world.clock.now() });
  world.changed();
  if (step.id === CLAIM_STEP) {
    const correlation = run.inputs.correlation_id ?? "";
    // A run that a person started by hand carries no id; there is nothing to claim.
    if (correlation === "") return "success";
    record.claimed = await takeClaim(world, repository, run, correlation, token);
    return record.claimed ? "success" : "failure";
  }
  if (step !== deployStep) return "success";
  if (!(await rest(execution))) return "cancelled";
  const outcome = await deploy(world, repository, run, environment, control);
  return outcome === "succeed" ? "success" : outcome === "fail" ? "failure" : "cancelled";
}

/** A job with `environment:` makes its own deployment; its log lies under the run. Source: GITHUB.md, "Deployments" */
function jobDeployment(execution: Execution, environment: string): Deployment {
  const { world, repository, run } = execution;
  return addDeployment(world, repository, {
    sha: run.headSha,
    ref: run.headBranch,
    task: "deploy",
    environment,
    payload: {},
    description: null,
    transient: false,
    production: environment === "production",
    creator: world.actionsBot,
    app: world.actionsApp,
    run,
  });
}

/** A job that was not let into its environment did nothing. */
function turnedAway(execution: Execution, job: Job, deployment: Deployment): Conclusion {
  const cancelled = execution.control.abort.signal.aborted || execution.world.closing.aborted;
  const conclusion = cancelled ? "cancelled" : "failure";
  Object.assign(job, { status: "completed", conclusion, completedAt: execution.world.clock.now() });
  if (!execution.world.closing.aborted) {
    jobStatus(execution, job, deployment, cancelled ? "error" : "failure", "");
  }
  return conclusion;
}

function jobStatus(
  execution: Execution,
  job: Job,
  deployment: Deployment,
  state: DeploymentState,
  environmentUrl: string,
): void {
  const { world, repository, run } = execution;
  addDeploymentStatus(world, repository, deployment, {
    state,
    logUrl: `${runPage(world, repository, run)}/job/${job.id}`,
    environmentUrl,
    autoInactive: true,
    creator: world.actionsBot,
    app: world.actionsApp,
    run,
  });
}

function complete(
  world: World,
  repository: Repository,
  run: Run,
  record: RunRecord | undefined,
  conclusion: Conclusion,
): void {
  if (run.status === "completed") return;
  Object.assign(run, { status: "completed", conclusion, updatedAt: world.clock.now() });
  if (record) Object.assign(record, { status: "completed", conclusion });
  emitRun(world, repository, run, "completed");
}

function emitRun(
  world: World,
  repository: Repository,
  run: Run,
  action: "requested" | "in_progress" | "completed",
): void {
  const payload = {
    action,
    workflow: workflowView(world, repository, run.workflow),
    workflow_run: runView(world, repository, run),
  };
  emit(world, repository, "workflow_run", payload, run.triggeringActor);
}
