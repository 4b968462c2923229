/**
 * The check on a pull request that changes the team's own templates, each problem an annotation at its line. Drawn along with the preview, whose look has
 * told already whether there is anything to check. https://docs.github.com/en/rest/checks/runs
 */
import { changedTemplates, TEMPLATES_CHECK } from "../../core/template-check.ts";
import { TEMPLATE_FOLDER, type TemplateFile } from "../../core/team-templates.ts";
import type { RepositoryClient } from "../client.ts";
import type { BothTemplates } from "../preview.ts";
import { readTemplates } from "../templates.ts";
import { place, type EffectContext } from "./effect.ts";

/** GitHub takes no more with one request. */
const ANNOTATIONS = 50;
/** GitHub names no more files of a pull request than 3,000. https://docs.github.com/en/graphql/reference/objects#pullrequestchangedfile */
const FILES_PAGES = 30;
const FILES = `query ($owner: String!, $repo: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $repo) { pullRequest(number: $number) { files(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { path } } } }
}`;

interface FilesNode {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly ({ readonly path: string } | null)[] | null;
}

interface FilesAnswer {
  readonly repository: { readonly pullRequest: { readonly files: FilesNode | null } };
}

/** Writes the check where the pull request changes a template; where it changes none, nothing is asked of anybody. */
export async function checkTemplates(
  { client, text }: Pick<EffectContext, "client" | "text">,
  { head, number }: { readonly head: string; readonly number: number },
  { base, pull }: BothTemplates,
): Promise<void> {
  const differing = changedTemplates(base, pull);
  if (pull === null || differing.length === 0) return;
  const files = await changedBy(client, number, differing);
  if (files.length === 0) return;
  const own = await readTemplates(client, { ...pull, files });
  const page = text.templatesCheck(own);
  const found = await findCheck(client, head);
  // What a head holds never changes, so a check that says the same of it is this one.
  const isSaid = found?.output.title === page.title && found.output.summary === page.summary;
  if (isSaid) return;
  const fields = {
    ...place(client),
    name: TEMPLATES_CHECK,
    status: "completed",
    conclusion: page.problems.length === 0 ? "success" : "failure",
    external_id: String(number),
    output: {
      title: page.title,
      summary: page.summary,
      annotations: page.problems.slice(0, ANNOTATIONS).map(({ path, line, message, mend }) => ({
        path,
        start_line: line,
        end_line: line,
        annotation_level: "failure" as const,
        message: `${message}\nMend: ${mend}`,
      })),
    },
  } as const;
  if (found === null) await client.octokit.rest.checks.create({ ...fields, head_sha: head });
  else await client.octokit.rest.checks.update({ ...fields, check_run_id: found.id });
}

/** Those that the pull request itself changes: the default branch may have gone on since it left it. */
async function changedBy(
  client: RepositoryClient,
  number: number,
  files: readonly TemplateFile[],
): Promise<readonly TemplateFile[]> {
  const { owner, repo, octokit } = client;
  const changed = new Set<string>();
  let after: string | null = null;
  for (let page = 1; page <= FILES_PAGES; page += 1) {
    const answer: FilesAnswer = await octokit.graphql<FilesAnswer>(FILES, { owner, repo, number, after });
    const { files: found } = answer.repository.pullRequest;
    for (const node of found?.nodes ?? []) if (node !== null) changed.add(node.path);
    if (found?.pageInfo.hasNextPage !== true) break;
    after = found.pageInfo.endCursor;
  }
  return files.filter(({ name }) => changed.has(`${TEMPLATE_FOLDER}/${name}`));
}

async function findCheck({ octokit, appId, owner, repo }: RepositoryClient, head: string) {
  const asked = {
    owner,
    repo,
    ref: head,
    check_name: TEMPLATES_CHECK,
    app_id: appId,
    filter: "latest",
  } as const;
  const { data } = await octokit.rest.checks.listForRef({ ...asked, per_page: 1 });
  return data.check_runs.find(({ app }) => app?.id === appId) ?? null;
}
