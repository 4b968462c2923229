/**
 * Check runs that Waybill writes on a pull request's head, and only where they say something else than what stands there.
 * https://docs.github.com/en/rest/checks/runs
 */
import type { CheckConclusion } from "../../core/config-check/check.ts";
import type { RepositoryClient } from "../client.ts";
import { isNotFound } from "../failure.ts";
import { place } from "./effect.ts";

/** GitHub takes no more with one request, and adds those of the next. */
const ANNOTATIONS = 50;
/** More are in the summary alone. */
const MOST_ANNOTATIONS = 200;
/** GitHub's own limit of a message is 64 KB. */
const LONGEST_MESSAGE = 2_000;

/** What is said at a line. Lines and columns count from 1. */
export interface Annotation {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly level: "failure" | "warning";
  readonly message: string;
}

export interface Check {
  readonly name: string;
  readonly head: string;
  /** The pull request's. */
  readonly number: number;
  readonly conclusion: CheckConclusion;
  readonly title: string;
  readonly summary: string;
  readonly annotations?: readonly Annotation[];
}

/**
 * Writes a check, its annotations fifty at a time; it is completed with the last of them, so that one that was left half done is taken up where it was.
 * What was annotated stays, so a check that says something else by now makes way for a new one of its name.
 */
export async function writeCheck(client: RepositoryClient, check: Check): Promise<void> {
  const { octokit } = client;
  const { name, head, number, conclusion, title, summary } = check;
  const annotations = (check.annotations ?? []).slice(0, MOST_ANNOTATIONS);
  const found = await findCheck(client, name, head);
  const isSame = found?.output.title === title && found.output.summary === summary;
  if (isSame && found.conclusion === conclusion) return;
  const isBegun = isSame && found.status !== "completed";
  const isPlain = found !== null && annotations.length === 0 && found.output.annotations_count === 0;
  let id = isBegun || isPlain ? found.id : null;
  let from = isBegun ? Math.min(found.output.annotations_count, annotations.length) : 0;
  do {
    const some = annotations.slice(from, from + ANNOTATIONS);
    from += some.length;
    const state =
      from < annotations.length
        ? ({ status: "in_progress" } as const)
        : ({ status: "completed", conclusion } as const);
    const output = { title, summary, ...(some.length === 0 ? {} : { annotations: some.map(asGitHubTakes) }) };
    const fields = { ...place(client), name, external_id: String(number), ...state, output };
    if (id === null) id = (await octokit.rest.checks.create({ ...fields, head_sha: head })).data.id;
    else await octokit.rest.checks.update({ ...fields, check_run_id: id });
  } while (from < annotations.length);
}

function asGitHubTakes({ path, line, column, level, message }: Annotation) {
  return {
    path,
    start_line: line,
    end_line: line,
    start_column: column,
    end_column: column,
    annotation_level: level,
    message: message.slice(0, LONGEST_MESSAGE).toWellFormed(),
  };
}

/** The newest of its name on a commit that is the App's own; null for none. */
async function findCheck(client: RepositoryClient, name: string, head: string) {
  const { octokit, appId } = client;
  const asked = { ...place(client), ref: head, check_name: name, app_id: appId, filter: "latest" } as const;
  try {
    const { data } = await octokit.rest.checks.listForRef({ ...asked, per_page: 1 });
    return data.check_runs.find(({ app }) => app?.id === appId) ?? null;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
