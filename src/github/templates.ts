/**
 * A team's own templates: which there are in a commit of the default branch is asked along with what is asked anyway, and what is in them only where their
 * blob is new. A team that has none costs nothing.
 * https://docs.github.com/en/graphql/reference/objects#treeentry
 */
import { commitSha, type CommitSha } from "../core/ids.ts";
import {
  TEMPLATE_FOLDER,
  templateOfFile,
  templatesIn,
  type FolderEntry,
  type TeamTemplates,
  type TemplateFile,
  type TemplateSource,
} from "../core/team-templates.ts";
import type { RepositoryClient } from "./client.ts";
import { isNotFound } from "./failure.ts";
import { rememberTemplate } from "./memory.ts";

/** The folder of a commit, as GraphQL answers `FOLDER_FIELDS`; null where there is none. */
export interface FolderNode {
  readonly object: { readonly entries?: readonly FolderEntry[] | null } | null;
}

/** What to ask of a commit. */
export const FOLDER_FIELDS = `templates: file(path: "${TEMPLATE_FOLDER}") { object { ... on Tree { entries { name oid mode size } } } }`;

/** The templates in the folder; null where there is none, and of a GitHub that was not asked. */
export function templatesOfFolder(
  commit: CommitSha,
  folder: FolderNode | null | undefined,
): TeamTemplates | null {
  return templatesIn(commit, folder?.object?.entries ?? []);
}

/** To be asked along with the pull requests of commits: the templates of the commit that the config is read from. */
export interface TemplatesAsked {
  readonly commit: CommitSha;
  readonly hear: (templates: TeamTemplates | null) => void;
}

const ALIAS = "waybillTemplates";

/** The field of a repository by which they are asked, and what hears of its answer. */
export function templatesField({ commit, hear }: TemplatesAsked): {
  readonly field: string;
  readonly hear: (answer: Readonly<Record<string, unknown>>) => void;
} {
  return {
    field: `${ALIAS}: object(oid: "${commit}") { ... on Commit { oid ${FOLDER_FIELDS} } }`,
    hear(answer) {
      const found = answer[ALIAS] as
        | { readonly oid: string; readonly templates?: FolderNode | null }
        | null
        | undefined;
      hear(commitSha(found?.oid ?? "") === commit ? templatesOfFolder(commit, found?.templates) : null);
    },
  };
}

/** What is written in the templates that were pinned; empty where there are none. */
export async function readTemplates(
  client: RepositoryClient,
  templates: TeamTemplates | undefined,
): Promise<readonly TemplateSource[]> {
  const sources: TemplateSource[] = [];
  for (const { name, blob } of templates?.files ?? []) {
    const template = templateOfFile(name);
    const text = template === null || blob === null ? null : await textOf(client, blob);
    sources.push({ path: `${TEMPLATE_FOLDER}/${name}`, template, text });
  }
  return sources;
}

/** A blob never changes, so what was once read is read. Null for one that is gone, which the next merge will show. */
async function textOf(
  client: RepositoryClient,
  blob: NonNullable<TemplateFile["blob"]>,
): Promise<string | null> {
  const { octokit, owner, repo, memory } = client;
  const known = memory.templates.get(blob);
  if (known !== undefined) return known;
  try {
    const { data } = await octokit.rest.git.getBlob({ owner, repo, file_sha: blob });
    const text = Buffer.from(data.content, "base64").toString("utf8");
    rememberTemplate(memory, blob, text);
    return text;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
