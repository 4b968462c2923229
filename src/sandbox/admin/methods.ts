import type { SandboxRepository } from "../sandbox-repository.ts";

/** Methods of a repository that the admin API offers under their own names. */
export const REPOSITORY_METHODS = [
  "sha",
  "refs",
  "file",
  "commit",
  "setCollaborators",
  "install",
  "archive",
  "openPullRequest",
  "mergePullRequest",
  "tag",
  "tags",
  "moveTag",
  "deleteTag",
  "openIssue",
  "comment",
  "editComment",
  "deleteComment",
  "react",
  "issues",
  "comments",
  "reactions",
  "issueReactions",
  "releases",
  "deployments",
  "runs",
  "checkRuns",
  "script",
  "clearScript",
  "finishRun",
] as const satisfies readonly (keyof SandboxRepository)[];

export type RepositoryMethod = (typeof REPOSITORY_METHODS)[number];
