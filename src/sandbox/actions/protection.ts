import { isoTime } from "../clock.ts";
import { ApiError } from "../http/errors.ts";
import type { Account, Deployment, Environment, Job, Repository, Run } from "../state.ts";
import { simpleUser } from "../views/accounts.ts";
import { reviewersView } from "../views/environments.ts";
import { deploymentView } from "../views/releases.ts";
import { repositoryApiUrl } from "../views/repository.ts";
import { runPage, runView } from "../views/runs.ts";
import { emit } from "../webhooks/emit.ts";
import type { World } from "../world.ts";
import { pause, waitUntil } from "../world.ts";

/** A job that stands before its environment. */
export interface PendingDeployment {
  environment: Environment;
  deployment: Deployment;
  job: Job;
  since: number;
  /** What is still asked for; the wait timer aside. */
  asks: Set<"reviewer" | "rule">;
  answer: PromiseWithResolvers<boolean>;
}

/** What a person said about a run's deployments. */
export interface Review {
  state: "approved" | "rejected";
  comment: string;
  by: Account;
  environments: readonly Environment[];
}

const GATE_LIMIT_MS = 30 * 24 * 60 * 60_000;
/** The clock may be moved on at any moment. */
const LOOK_EVERY_MS = 20;

const pendings = new WeakMap<Run, PendingDeployment[]>();
const reviews = new WeakMap<Run, Review[]>();

/** The jobs of a run that wait before their environments. */
export function pendingOf(run: Run): readonly PendingDeployment[] {
  return pendings.get(run) ?? [];
}

/** What people said about a run's deployments, oldest first. */
export function reviewsOf(run: Run): readonly Review[] {
  return reviews.get(run) ?? [];
}

/**
 * Lets a job into its environment when all has been approved and the wait is over; until then job and run are `waiting`.
 * @returns false if it was rejected, or ended from outside.
 */
export async function passProtection(
  world: World,
  repository: Repository,
  run: Run,
  job: Job,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<boolean> {
  const environment = repository.environments.get(deployment.environment);
  const asks = new Set<"reviewer" | "rule">();
  if (environment && environment.reviewers.length > 0) asks.add("reviewer");
  if (environment?.customRule) asks.add("rule");
  if (!environment || (asks.size === 0 && environment.waitMinutes === 0)) return true;
  const answer = Promise.withResolvers<boolean>();
  const pending = { environment, deployment, job, since: world.clock.now(), asks, answer };
  pendings.set(run, [...pendingOf(run), pending]);
  run.status = "waiting";
  job.status = "waiting";
  announce(world, repository, run, pending);
  if (asks.size === 0) answer.resolve(true);
  world.parked += 1;
  const waits = { on: true };
  try {
    return await Promise.race([
      decided(world, pending),
      ended(world, signal),
      expired(world, pending, waits),
    ]);
  } finally {
    waits.on = false;
    world.parked -= 1;
    pendings.set(
      run,
      pendingOf(run).filter((other) => other !== pending),
    );
    run.status = "in_progress";
    job.status = "in_progress";
    world.changed();
  }
}

async function decided(world: World, { answer, since, environment }: PendingDeployment): Promise<boolean> {
  if (!(await answer.promise)) return false;
  await waitUntil(world, since + environment.waitMinutes * 60_000);
  return !world.closing.aborted;
}

function ended(world: World, signal: AbortSignal): Promise<false> {
  return new Promise((resolve) => {
    for (const end of [signal, world.closing]) end.addEventListener("abort", () => resolve(false));
  });
}

/** Nobody answers for 30 days: it has failed. Source: https://docs.github.com/actions/reference/limits ("Gate approval time") */
async function expired(
  world: World,
  { since }: PendingDeployment,
  waits: { readonly on: boolean },
): Promise<false> {
  while (waits.on && world.clock.now() < since + GATE_LIMIT_MS && !world.closing.aborted)
    await pause(world, LOOK_EVERY_MS);
  return false;
}

function announce(world: World, repository: Repository, run: Run, pending: PendingDeployment): void {
  const { environment, deployment, asks } = pending;
  world.changed();
  if (asks.has("reviewer")) {
    const payload = {
      action: "requested" as const,
      environment: environment.name,
      requestor: simpleUser(world, run.triggeringActor),
      reviewers: reviewersView(world, environment),
      since: isoTime(pending.since),
      workflow_job_run: jobRun(world, repository, run, pending),
      workflow_run: runView(world, repository, run),
    };
    emit(world, repository, "deployment_review", payload, run.triggeringActor);
  }
  if (!asks.has("rule")) return;
  const payload = {
    action: "requested" as const,
    environment: environment.name,
    event: run.event,
    sha: run.headSha,
    ref: run.headRef,
    deployment_callback_url: `${repositoryApiUrl(world, repository)}/actions/runs/${run.id}/deployment_protection_rule`,
    deployment: deploymentView(world, repository, deployment),
    pull_requests: [],
  };
  emit(world, repository, "deployment_protection_rule", payload, run.triggeringActor);
}

function jobRun(
  world: World,
  repository: Repository,
  run: Run,
  { job, environment }: PendingDeployment,
): Record<string, unknown> {
  return {
    id: job.id,
    name: job.name,
    status: job.status,
    conclusion: job.conclusion,
    environment: environment.name,
    html_url: `${runPage(world, repository, run)}/job/${job.id}`,
    created_at: isoTime(job.createdAt),
    updated_at: isoTime(world.clock.now()),
  };
}

/** Whether someone may approve a deployment of a run. */
export function mayReview(run: Run, { environment }: PendingDeployment, by: Account): boolean {
  const own = environment.preventSelfReview && run.triggeringActor.id === by.id;
  return !own && environment.reviewers.some((reviewer) => reviewer.id === by.id);
}

/**
 * A reviewer approves or rejects what waits for some environments.
 * Source: https://docs.github.com/rest/actions/workflow-runs#review-pending-deployments-for-a-workflow-run
 * @throws ApiError 422 if nothing waits there, or it is not theirs to say.
 */
export function review(
  world: World,
  repository: Repository,
  run: Run,
  { environmentIds, ...said }: Omit<Review, "environments"> & { environmentIds: readonly number[] },
): Deployment[] {
  const named = pendingOf(run).filter(
    ({ environment, asks }) => environmentIds.includes(environment.id) && asks.has("reviewer"),
  );
  if (named.length === 0) throw new ApiError(422, "No pending deployment requests to approve or reject");
  if (!named.every((pending) => mayReview(run, pending, said.by))) {
    throw new ApiError(422, `${said.by.login} is not a required reviewer of this environment`);
  }
  const environments = named.map(({ environment }) => environment);
  reviews.set(run, [...reviewsOf(run), { ...said, environments }]);
  const [first] = named;
  if (first) {
    const payload = {
      action: said.state,
      approver: simpleUser(world, said.by),
      comment: said.comment,
      reviewers: named.flatMap(({ environment }) => reviewersView(world, environment)),
      since: isoTime(first.since),
      workflow_job_runs: named.map((pending) => jobRun(world, repository, run, pending)),
      workflow_run: runView(world, repository, run),
    };
    emit(world, repository, "deployment_review", payload, said.by);
  }
  for (const pending of named) settle(pending, "reviewer", said.state);
  return named.map(({ deployment }) => deployment);
}

/** The App answers as a custom deployment protection rule. @returns false if it was not asked. */
export function answerRule(run: Run, environment: string, state: "approved" | "rejected" | null): boolean {
  const pending = pendingOf(run).find(
    (candidate) => candidate.environment.name === environment && candidate.asks.has("rule"),
  );
  // A comment alone changes nothing.
  if (pending && state !== null) settle(pending, "rule", state);
  return pending !== undefined;
}

function settle(
  { asks, answer }: PendingDeployment,
  by: "reviewer" | "rule",
  state: "approved" | "rejected",
): void {
  asks.delete(by);
  if (state === "rejected") answer.resolve(false);
  else if (asks.size === 0) answer.resolve(true);
}
