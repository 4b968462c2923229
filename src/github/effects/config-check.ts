/**
 * The check on a pull request to the default branch that changes the config, or a workflow that the config names. Drawn along with the preview, whose look has
 * told already whether there is anything to check. A stranger's pull request may hold anything: it is only ever parsed, within limits.
 */
import {
  CONFIG_CHECK,
  conclusionOf,
  configVerdict,
  verdictOnDefaults,
  type ConfigVerdict,
} from "../../core/config-check/check.ts";
import { MOST_WORKFLOWS, workflowPaths, type ReadWorkflow } from "../../core/config-check/workflows.ts";
import type { Reach } from "../../core/config/addresses.ts";
import type { ConfigProblem } from "../../core/config/index.ts";
import { parsePlaced, type PlacedReading } from "../../core/config/parse.ts";
import { commitSha, type CommitSha } from "../../core/ids.ts";
import { readWorkflow, WORKFLOW_FOLDER, type WorkflowReading } from "../../core/workflow.ts";
import { readCalendars } from "../calendars.ts";
import type { RepositoryClient } from "../client.ts";
import { CONFIG_PATH } from "../config-file.ts";
import { readFileAt } from "../config.ts";
import { DEFAULTS_REPOSITORY } from "../defaults.ts";
import type { PullFiles } from "../pull-files.ts";
import { fileReader, mostInputs } from "../release-workflows.ts";
import type { Sides } from "../sides.ts";
import { writeCheck, type Annotation } from "./checks.ts";
import type { EffectContext } from "./effect.ts";

/** More calendar files than this are not looked at before a merge. */
const MOST_CALENDARS = 25;

interface CheckedPull {
  readonly head: string;
  readonly number: number;
  readonly files: PullFiles;
  readonly isFork: boolean;
}

/** Writes the check where the pull request changes what it is about; where it does not, nothing is asked of anybody. */
export async function checkConfig(
  { client, text, reach }: Pick<EffectContext, "client" | "text" | "reach">,
  { head, number, files, isFork }: CheckedPull,
  { base, pull }: Sides,
): Promise<void> {
  const isSame = base.config === pull.config && base.workflows === pull.workflows;
  if (isSame || (base.config === null && pull.config === null)) return;
  const changed = await files();
  const isAboutConfig = changed.has(CONFIG_PATH);
  if (!isAboutConfig && ![...changed].some((path) => path.startsWith(`${WORKFLOW_FOLDER}/`))) return;
  const sha = commitSha(head);
  if (sha === null) return;
  const verdict = await verdictOf(client, sha, { changed, isAboutConfig, isFork, reach });
  if (verdict === null) return;
  const page = text.configCheck(verdict);
  await writeCheck(client, {
    name: CONFIG_CHECK,
    head,
    number,
    conclusion: conclusionOf(verdict),
    ...page,
    annotations: annotationsOf(verdict),
  });
}

interface Looked {
  readonly changed: ReadonlySet<string>;
  readonly isAboutConfig: boolean;
  readonly isFork: boolean;
  readonly reach: Reach;
}

/** Null where the pull request changes nothing that the config names. */
async function verdictOf(
  client: RepositoryClient,
  sha: CommitSha,
  { changed, isAboutConfig, isFork, reach }: Looked,
): Promise<ConfigVerdict | null> {
  const text = await readFileAt(client, CONFIG_PATH, sha);
  if (text === null) return isAboutConfig ? { kind: "gone", path: CONFIG_PATH } : null;
  if (client.repo === DEFAULTS_REPOSITORY) return verdictOnDefaults({ path: CONFIG_PATH, text });
  const defaults = await client.defaults();
  // The owner's `.github` may be private: whoever cannot push here is not told, by what is made of his own words, what stands there.
  if (defaults !== null && isFork) return isAboutConfig ? { kind: "withheld" } : null;
  const about = {
    path: CONFIG_PATH,
    repositoryName: client.repo,
    ...(defaults === null ? {} : { defaults }),
    // Nor what whoever runs Waybill allows inside of the network.
    ...(isFork ? {} : { reach }),
  };
  const placed = await withCalendars(client, sha, parsePlaced(text, about));
  const { reading } = placed;
  const paths = reading.ok ? workflowPaths(reading.config) : [];
  if (!isAboutConfig && !paths.some((path) => changed.has(path))) return null;
  return configVerdict(placed, await readWorkflows(client, sha, paths), mostInputs(client));
}

async function withCalendars(
  client: RepositoryClient,
  sha: CommitSha,
  { reading, ...placed }: PlacedReading,
): Promise<PlacedReading> {
  const read = (path: string): Promise<string | null> => readFileAt(client, path, sha);
  // Each is a call, and this may be a stranger's config. What is in them shows when it is merged.
  if (reading.ok && (reading.calendars?.length ?? 0) > MOST_CALENDARS) return { ...placed, reading };
  return { ...placed, reading: await readCalendars(client, reading, sha, read) };
}

async function readWorkflows(
  client: RepositoryClient,
  sha: CommitSha,
  paths: readonly string[],
): Promise<ReadWorkflow> {
  const read = fileReader(client);
  const known = new Map<string, WorkflowReading | "missing">();
  for (const path of paths.slice(0, MOST_WORKFLOWS)) {
    const text = await read(path, sha);
    known.set(path, text === null ? "missing" : readWorkflow(text, path));
  }
  return (path) => known.get(path) ?? null;
}

function annotationsOf(verdict: ConfigVerdict): readonly Annotation[] {
  if (verdict.kind !== "read") return [];
  const at =
    (level: Annotation["level"]) =>
    ({ path, line, column, message, mend, isInDefaults }: ConfigProblem): Annotation => {
      const words = `${message}\nMend: ${mend}`;
      // A line of another repository's file has no place in this one: it is said at the config's beginning, by its name.
      return isInDefaults === true
        ? {
            path: CONFIG_PATH,
            line: 1,
            column: 1,
            level,
            message: `${path}, line ${line}, column ${column}: ${words}`,
          }
        : { path, line, column, level, message: words };
    };
  return [...verdict.problems.map(at("failure")), ...verdict.warnings.map(at("warning"))];
}
