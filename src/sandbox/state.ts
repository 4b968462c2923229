import type { KeyObject } from "node:crypto";
import type { RequiredChecks } from "./domain/required-checks.ts";
import type { ObjectStore } from "./git/store.ts";
import type { Rule, Target } from "./actions/types.ts";

/** Collaborator's role on a repository, as `role_name` reports it. */
export type Role = "admin" | "maintain" | "write" | "triage" | "read" | "none";
export type AccountType = "User" | "Bot" | "Organization";
export type PermissionLevel = "read" | "write" | "admin";
export type Permissions = Record<string, PermissionLevel>;

export interface Account {
  id: number;
  login: string;
  type: AccountType;
  name: string | null;
  email: string | null;
  createdAt: number;
}

/** A team of an organization. */
export interface Team {
  id: number;
  organization: Account;
  slug: string;
  name: string;
  members: Map<number, "member" | "maintainer">;
  createdAt: number;
  updatedAt: number;
}

/** A role that an organization made of its own, on top of one of GitHub's. */
export interface CustomRole {
  name: string;
  base: Role;
}

export interface App {
  id: number;
  slug: string;
  name: string;
  clientId: string;
  owner: Account;
  publicKey: KeyObject;
  permissions: Permissions;
  events: string[];
  createdAt: number;
}

export interface Installation {
  id: number;
  account: Account;
  permissions: Permissions;
  events: string[];
  suspendedAt: number | null;
  /** Ids of the repositories that the App may reach. */
  repositories: Set<number>;
  createdAt: number;
  updatedAt: number;
}

/** Who holds a token, and what it reaches. Expiry is in epoch milliseconds, null for never. */
export type Token =
  | {
      kind: "installation";
      installation: Installation;
      repositories: Set<number> | null;
      permissions: Permissions;
      expiresAt: number;
    }
  | { kind: "job"; repository: Repository; run: Run; permissions: Permissions; expiresAt: number }
  | { kind: "user"; user: Account; expiresAt: number | null };

export interface Issue {
  id: number;
  number: number;
  title: string;
  body: string | null;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "reopened" | null;
  user: Account;
  app: App | null;
  labels: string[];
  createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  closedBy: Account | null;
  pull: Pull | null;
}

export interface Pull {
  id: number;
  baseRef: string;
  headRef: string;
  /** The owner of the fork that it comes from; null where it comes from the repository itself. */
  headOwner: Account | null;
  baseSha: string;
  headSha: string;
  mergedAt: number | null;
  mergedBy: Account | null;
  mergeCommitSha: string | null;
  /** Told by an imported history; its commits are in the repository's `pastPulls`. */
  fromHistory: boolean;
}

export interface Comment {
  id: number;
  issueNumber: number;
  body: string;
  user: Account;
  app: App | null;
  createdAt: number;
  updatedAt: number;
}

export const REACTIONS = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"] as const;
export type ReactionContent = (typeof REACTIONS)[number];

export interface Reaction {
  id: number;
  content: ReactionContent;
  user: Account;
  createdAt: number;
  subject: { kind: "comment"; id: number } | { kind: "issue"; number: number };
}

export interface Label {
  id: number;
  name: string;
  color: string;
  description: string | null;
}

export interface Release {
  id: number;
  tagName: string;
  targetCommitish: string;
  name: string | null;
  body: string | null;
  draft: boolean;
  prerelease: boolean;
  author: Account;
  createdAt: number;
  updatedAt: number;
  publishedAt: number | null;
  /** Published while the repository's releases were immutable: neither its assets nor its tag change any more. */
  immutable: boolean;
  assets: Asset[];
}

/** A file of a release. */
export interface Asset {
  id: number;
  name: string;
  label: string | null;
  contentType: string;
  data: Buffer;
  uploader: Account;
  createdAt: number;
}

export type DeploymentState =
  | "error"
  | "failure"
  | "inactive"
  | "in_progress"
  | "queued"
  | "pending"
  | "success";

export interface Deployment {
  id: number;
  sha: string;
  ref: string;
  task: string;
  environment: string;
  payload: Record<string, unknown> | string;
  description: string | null;
  creator: Account;
  app: App | null;
  transient: boolean;
  production: boolean;
  createdAt: number;
  updatedAt: number;
  statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  id: number;
  state: DeploymentState;
  creator: Account;
  app: App | null;
  description: string;
  environment: string;
  targetUrl: string;
  logUrl: string;
  environmentUrl: string;
  createdAt: number;
}

export interface Workflow {
  id: number;
  path: string;
  name: string;
  createdAt: number;
}

/** A place to deploy to, and what stands before it. */
export interface Environment {
  id: number;
  name: string;
  /** One of them has to approve a job before it starts; none: nobody is asked. */
  reviewers: Account[];
  /** Whether who started the run may not approve it. */
  preventSelfReview: boolean;
  /** A job waits so long before it starts. */
  waitMinutes: number;
  /** Whether the App is asked, as a custom deployment protection rule. */
  customRule: boolean;
  createdAt: number;
  updatedAt: number;
}

export type RunStatus = "queued" | "pending" | "in_progress" | "waiting" | "completed";
export type Conclusion = "success" | "failure" | "cancelled" | "skipped" | "startup_failure" | "timed_out";

export interface Step {
  name: string;
  number: number;
  status: Exclude<RunStatus, "pending" | "waiting">;
  conclusion: Conclusion | null;
  startedAt: number | null;
  completedAt: number | null;
}

export interface Job {
  id: number;
  name: string;
  status: RunStatus;
  conclusion: Conclusion | null;
  createdAt: number;
  startedAt: number;
  completedAt: number | null;
  attempt: number;
  steps: Step[];
  /** What its steps have announced by workflow commands. */
  annotations: Annotation[];
}

export interface Run {
  id: number;
  repositoryId: number;
  workflow: Workflow;
  number: number;
  attempt: number;
  title: string;
  headBranch: string;
  headRef: string;
  headSha: string;
  event: string;
  inputs: Record<string, string>;
  status: RunStatus;
  conclusion: Conclusion | null;
  actor: Account;
  triggeringActor: Account;
  createdAt: number;
  updatedAt: number;
  startedAt: number;
  jobs: Job[];
  /** A lagging run list does not show the run before this time, or for this many requests. */
  listedFrom: number;
  hiddenRequests: number;
}

export interface CheckRun {
  id: number;
  name: string;
  headSha: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  startedAt: number | null;
  completedAt: number | null;
  externalId: string | null;
  detailsUrl: string | null;
  app: App;
  output: { title: string | null; summary: string | null; text: string | null };
  annotations: Annotation[];
}

/** What somebody says about a commit under a name of their own. */
export interface CommitStatus {
  id: number;
  sha: string;
  state: "error" | "failure" | "pending" | "success";
  description: string | null;
  targetUrl: string | null;
  context: string;
  creator: Account;
  createdAt: number;
}

/** A line of a file that a check has something to say about, as it was given. */
export interface Annotation {
  path: string;
  startLine: number;
  endLine: number;
  startColumn: number | null;
  endColumn: number | null;
  level: "notice" | "warning" | "failure";
  title: string | null;
  message: string;
  rawDetails: string | null;
}

/**
 * How pull requests may be merged, and what GitHub proposes to write then, in its own words.
 * Source: https://docs.github.com/rest/repos/repos#update-a-repository
 */
export interface Merging {
  allow_squash_merge: boolean;
  allow_merge_commit: boolean;
  allow_rebase_merge: boolean;
  squash_merge_commit_title: "PR_TITLE" | "COMMIT_OR_PR_TITLE";
  squash_merge_commit_message: "PR_BODY" | "COMMIT_MESSAGES" | "BLANK";
  merge_commit_title: "PR_TITLE" | "MERGE_MESSAGE";
  merge_commit_message: "PR_BODY" | "PR_TITLE" | "BLANK";
}

/** As GitHub sets up a repository. */
export const USUAL_MERGING: Merging = {
  allow_squash_merge: true,
  allow_merge_commit: true,
  allow_rebase_merge: true,
  squash_merge_commit_title: "COMMIT_OR_PR_TITLE",
  squash_merge_commit_message: "COMMIT_MESSAGES",
  merge_commit_title: "MERGE_MESSAGE",
  merge_commit_message: "PR_TITLE",
};

export interface Repository {
  id: number;
  owner: Account;
  name: string;
  description: string | null;
  private: boolean;
  archived: boolean;
  defaultBranch: string;
  store: ObjectStore;
  /** Full ref names (`refs/heads/main`) to object SHAs. */
  refs: Map<string, string>;
  collaborators: Map<number, Role>;
  customRoles: Map<number, CustomRole>;
  teams: Map<Team, Role>;
  issues: Map<number, Issue>;
  comments: Map<number, Comment>;
  reactions: Reaction[];
  labels: Map<string, Label>;
  releases: Release[];
  latestReleaseId: number | null;
  immutableReleases: boolean;
  /** Tag names of immutable releases, also of those that are gone: they are never used again. */
  burnedTags: Set<string>;
  deployments: Deployment[];
  environments: Map<string, Environment>;
  workflows: Map<string, Workflow>;
  runs: Map<number, Run>;
  checkRuns: Map<number, CheckRun>;
  /** By the branch's name. */
  requiredChecks: Map<string, RequiredChecks>;
  merging: Merging;
  statuses: CommitStatus[];
  rules: Rule[];
  targets: Map<string, Promise<Target>>;
  nextNumber: number;
  /** Numbers of the pull requests of an imported history, by their commits. */
  pastPulls: Map<string, number[]>;
  createdAt: number;
  pushedAt: number;
}

/** `owner/name`. */
export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}
