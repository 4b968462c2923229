/** The repository's config and workflow files, read at a pinned commit. */
import { parseConfig, type Config, type ConfigProblem } from "../core/config/index.ts";
import type { CommitSha } from "../core/ids.ts";
import { plansOf } from "../core/plans.ts";
import type { PlanSnapshot } from "../core/promotion.ts";
import type { RepositoryClient } from "./client.ts";
import { isNotFound } from "./failure.ts";
import { headOf } from "./history.ts";

export const CONFIG_PATH = ".github/waybill.yml";
const LARGEST_FILE = 1024 * 1024;

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
  const text = sha === null ? null : await readFileAt(client, CONFIG_PATH, sha);
  if (sha === null || text === null) return { kind: "none" };
  const reading = parseConfig(text, { path: CONFIG_PATH, repositoryName: client.repo });
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
  const { octokit, owner, repo } = client;
  try {
    const { data } = await octokit.rest.repos.getContent({ owner, repo, path, ref });
    if (Array.isArray(data) || data.type !== "file" || data.size > LARGEST_FILE) return null;
    return Buffer.from(data.content, "base64").toString("utf8");
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
