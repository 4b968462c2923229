/** The repository's config and workflow files, read at a pinned commit. */
import { parseConfig, type Config, type ConfigProblem } from "../core/config/index.ts";
import type { RepositoryEvent } from "../core/events.ts";
import type { CommitSha } from "../core/ids.ts";
import { plansOf } from "../core/plans.ts";
import type { PlanSnapshot } from "../core/promotion.ts";
import type { RepositoryClient } from "./client.ts";
import { isNotFound } from "./failure.ts";
import { headOf } from "./history.ts";
import { rememberConfig, type ConfigReading } from "./memory.ts";

export const CONFIG_PATH = ".github/waybill.yml";
/** Bytes. Larger ones the contents endpoint answers without their text. */
export const LARGEST_FILE = 1024 * 1024;

export type ConfigFacts =
  | { readonly kind: "none" }
  | { readonly kind: "broken"; readonly sha: CommitSha; readonly problems: readonly ConfigProblem[] }
  | {
      readonly kind: "found";
      readonly sha: CommitSha;
      readonly config: Config;
      /** The branch that releases come from. */
      readonly branch: string;
      readonly plans: readonly PlanSnapshot[];
    };

/** Reads the config from the default branch's tip, whose SHA is pinned first, so that file and plan are of one commit. */
export async function readConfig(client: RepositoryClient, defaultBranch: string): Promise<ConfigFacts> {
  const sha = await headOf(client, defaultBranch);
  return sha === null ? { kind: "none" } : readConfigAt(client, defaultBranch, sha);
}

/** The config of a commit of the default branch. With its blob's SHA (`blob`) it is only read where that is new. */
export async function readConfigAt(
  client: RepositoryClient,
  defaultBranch: string,
  sha: CommitSha,
  blob?: string,
): Promise<ConfigFacts> {
  const known = blob === undefined ? undefined : client.memory.configs.get(keyOf(client, blob));
  if (known !== undefined) return factsOf(known, sha, defaultBranch);
  const file = await fileAt(client, CONFIG_PATH, sha);
  if (file === null) return { kind: "none" };
  const reading = parseConfig(file.text, { path: CONFIG_PATH, repositoryName: client.repo });
  rememberConfig(client.memory, keyOf(client, file.blob), reading);
  return factsOf(reading, sha, defaultBranch);
}

function keyOf({ repo }: RepositoryClient, blob: string): string {
  return `${repo} ${blob}`;
}

function factsOf(reading: ConfigReading, sha: CommitSha, defaultBranch: string): ConfigFacts {
  if (!reading.ok) return { kind: "broken", sha, problems: reading.problems };
  const branch = reading.config.release.branch ?? defaultBranch;
  return { kind: "found", sha, config: reading.config, branch, plans: plansOf(reading.config, sha, branch) };
}

/** A file's text at a commit, tag or branch; null if there is none, or if it is no plain file of a bearable size. */
export async function readFileAt(
  client: RepositoryClient,
  path: string,
  ref: string,
): Promise<string | null> {
  return (await fileAt(client, path, ref))?.text ?? null;
}

async function fileAt(
  client: RepositoryClient,
  path: string,
  ref: string,
): Promise<{ readonly text: string; readonly blob: string } | null> {
  const { octokit, owner, repo } = client;
  try {
    const { data } = await octokit.rest.repos.getContent({ owner, repo, path, ref });
    if (Array.isArray(data) || data.type !== "file" || data.size > LARGEST_FILE) return null;
    return { text: Buffer.from(data.content, "base64").toString("utf8"), blob: data.sha };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** A config that cannot be used, as the repository's lane hears of it. */
export function brokenConfig(
  { sha, problems }: Extract<ConfigFacts, { kind: "broken" }>,
  at: number,
): RepositoryEvent {
  return {
    type: "ConfigFoundBroken",
    at,
    head: sha,
    path: CONFIG_PATH,
    problems: problems.map(({ line, column, message, mend }) => ({ line, column, message, mend })),
  };
}
