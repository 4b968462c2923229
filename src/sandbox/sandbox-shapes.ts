import type {
  CheckRun,
  Comment,
  Deployment,
  DeploymentState,
  Issue,
  Reaction,
  Release,
  Run,
} from "./state.ts";
import type { Conclusion, RunStatus } from "./state.ts";

/** Flat views of the state for tests, the demo and the admin API. Times are epoch milliseconds. */
export interface ShownIssue {
  id: number;
  number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  author: string;
  labels: string[];
  pullRequest: boolean;
  merged: boolean;
  mergeCommitSha: string | null;
  createdAt: number;
}

export interface ShownComment {
  id: number;
  issueNumber: number;
  body: string;
  author: string;
  byApp: boolean;
  createdAt: number;
  updatedAt: number;
}

export interface ShownReaction {
  id: number;
  content: string;
  author: string;
}

export interface ShownRelease {
  id: number;
  tagName: string;
  targetCommitish: string;
  name: string;
  body: string;
  draft: boolean;
  prerelease: boolean;
  author: string;
  /** The files that were uploaded to it. */
  assets: { name: string; text: string }[];
}

export interface ShownDeployment {
  id: number;
  sha: string;
  ref: string;
  environment: string;
  task: string;
  description: string;
  payload: Record<string, unknown> | string;
  creator: string;
  production: boolean;
  /** The newest status's state, or null before the first. */
  state: DeploymentState | null;
  statuses: {
    state: DeploymentState;
    description: string;
    logUrl: string;
    environmentUrl: string;
    creator: string;
  }[];
}

export interface ShownRun {
  id: number;
  number: number;
  attempt: number;
  title: string;
  workflow: string;
  ref: string;
  headSha: string;
  inputs: Record<string, string>;
  status: RunStatus;
  conclusion: Conclusion | null;
  actor: string;
  jobs: {
    name: string;
    conclusion: Conclusion | null;
    steps: { name: string; conclusion: Conclusion | null }[];
  }[];
}

export interface ShownCheck {
  id: number;
  name: string;
  headSha: string;
  status: string;
  conclusion: string | null;
  title: string | null;
  summary: string | null;
}

/** An issue or pull request. */
export function issue(from: Issue): ShownIssue {
  return {
    id: from.id,
    number: from.number,
    title: from.title,
    body: from.body ?? "",
    state: from.state,
    author: from.user.login,
    labels: [...from.labels],
    pullRequest: from.pull !== null,
    merged: from.pull?.mergedAt !== null && from.pull?.mergedAt !== undefined,
    mergeCommitSha: from.pull?.mergeCommitSha ?? null,
    createdAt: from.createdAt,
  };
}

/** A comment. */
export function comment(from: Comment): ShownComment {
  const { id, issueNumber, body, createdAt, updatedAt } = from;
  return { id, issueNumber, body, author: from.user.login, byApp: from.app !== null, createdAt, updatedAt };
}

/** A reaction. */
export function reaction(from: Reaction): ShownReaction {
  return { id: from.id, content: from.content, author: from.user.login };
}

/** A release. */
export function release(from: Release): ShownRelease {
  const { id, tagName, targetCommitish, draft, prerelease } = from;
  const author = from.author.login;
  return {
    id,
    tagName,
    targetCommitish,
    name: from.name ?? "",
    body: from.body ?? "",
    draft,
    prerelease,
    author,
    assets: from.assets.map(({ name, data }) => ({ name, text: data.toString() })),
  };
}

/** A deployment with its statuses, oldest first. */
export function deployment(from: Deployment): ShownDeployment {
  return {
    id: from.id,
    sha: from.sha,
    ref: from.ref,
    environment: from.environment,
    task: from.task,
    description: from.description ?? "",
    payload: from.payload,
    creator: from.creator.login,
    production: from.production,
    state: from.statuses.at(-1)?.state ?? null,
    statuses: from.statuses.map(({ state, description, logUrl, environmentUrl, creator }) => {
      return { state, description, logUrl, environmentUrl, creator: creator.login };
    }),
  };
}

/** A run with the jobs of its current attempt. */
export function run(from: Run): ShownRun {
  return {
    id: from.id,
    number: from.number,
    attempt: from.attempt,
    title: from.title,
    workflow: from.workflow.path,
    ref: from.headRef,
    headSha: from.headSha,
    inputs: { ...from.inputs },
    status: from.status,
    conclusion: from.conclusion,
    actor: from.actor.login,
    jobs: from.jobs
      .filter((job) => job.attempt === from.attempt)
      .map(({ name, conclusion, steps }) => {
        return {
          name,
          conclusion,
          steps: steps.map((step) => ({ name: step.name, conclusion: step.conclusion })),
        };
      }),
  };
}

/** A check run. */
export function check(from: CheckRun): ShownCheck {
  const { id, name, headSha, status, conclusion, output } = from;
  return { id, name, headSha, status, conclusion, title: output.title, summary: output.summary };
}
