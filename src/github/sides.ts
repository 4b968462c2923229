/**
 * What of a pull request's head, and of the default branch, is Waybill's business: the config, the team's templates, the workflows. Only their names in git, in
 * one query; what is in them is read where they differ. https://docs.github.com/en/graphql/reference/objects#commit (`file`)
 */
import type { CommitSha } from "../core/ids.ts";
import type { TeamTemplates } from "../core/team-templates.ts";
import { WORKFLOW_FOLDER } from "../core/workflow.ts";
import type { RepositoryClient } from "./client.ts";
import { CONFIG_PATH } from "./config-file.ts";
import { isUnknownField } from "./failure.ts";
import { FOLDER_FIELDS, templatesOfFolder, type FolderNode } from "./templates.ts";

/** One commit's. The names are SHAs of a blob and of a tree; null for what there is not, and of a GitHub that cannot be asked so. */
export interface Side {
  readonly templates: TeamTemplates | null;
  readonly config: string | null;
  readonly workflows: string | null;
}

/** The default branch's, and those of a pull request's head. */
export interface Sides {
  readonly base: Side;
  readonly pull: Side;
}

interface Named {
  readonly oid: string;
}

/** A commit, as GraphQL answers `SIDE_FIELDS`. */
export interface SideNode {
  readonly oid?: string;
  readonly templates?: FolderNode | null;
  readonly config?: Named | null;
  readonly workflows?: Named | null;
}

export const WORKFLOWS_FIELD = `file(path: "${WORKFLOW_FOLDER}")`;
/** What to ask of a commit. */
export const SIDE_FIELDS = `oid ${FOLDER_FIELDS} config: file(path: "${CONFIG_PATH}") { oid } workflows: ${WORKFLOWS_FIELD} { oid }`;

const NOTHING: Side = { templates: null, config: null, workflows: null };

/** What GitHub answered of a commit; nothing where it answered another one, or none. */
export function sideOf(commit: CommitSha, node: SideNode | null | undefined): Side {
  if (node?.oid !== commit) return NOTHING;
  return {
    templates: templatesOfFolder(commit, node.templates),
    config: node.config?.oid ?? null,
    workflows: node.workflows?.oid ?? null,
  };
}

/** Both, where no glance has told them. */
export async function bothSides(
  { octokit, owner, repo }: RepositoryClient,
  base: CommitSha,
  pull: CommitSha | null,
): Promise<Sides> {
  const variables = { owner, repo, base, pull: pull ?? base };
  try {
    const { repository } = await octokit.graphql<{
      repository: Record<"base" | "pull", SideNode | null>;
    }>(BOTH, variables);
    return {
      base: sideOf(base, repository.base),
      pull: pull === null ? NOTHING : sideOf(pull, repository.pull),
    };
  } catch (error) {
    if (isUnknownField(error)) return { base: NOTHING, pull: NOTHING };
    throw error;
  }
}

const BOTH = `query ($owner: String!, $repo: String!, $base: GitObjectID!, $pull: GitObjectID!) {
  repository(owner: $owner, name: $repo) { base: object(oid: $base) { ... on Commit { ${SIDE_FIELDS} } } pull: object(oid: $pull) { ... on Commit { ${SIDE_FIELDS} } } }
}`;
