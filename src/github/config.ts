/** The repository's config and workflow files, read at a pinned commit. */
import { parseConfig, type Config, type ConfigProblem } from "../core/config/index.ts";
import type { RepositoryEvent } from "../core/events.ts";
import type { CommitSha } from "../core/ids.ts";
import { plansOf } from "../core/plans.ts";
import { OutOfReachError } from "../core/ports.ts";
import type { PlanSnapshot } from "../core/promotion.ts";
import { readCalendars } from "./calendars.ts";
import type { RepositoryClient } from "./client.ts";
import { CONFIG_PATH, plainFile } from "./config-file.ts";
import { DEFAULTS_REPOSITORY, type OwnersDefaults } from "./defaults.ts";
import { isNotFound, isOutOfSight, isUnknownField } from "./failure.ts";
import { HEARD_AT_ONCE } from "./guard.ts";
import { headOf } from "./history.ts";
import { rememberConfig, type ConfigReading } from "./memory.ts";
import { LEAST_PAUSE_MS } from "./reach.ts";

export type ConfigFacts =
  | { readonly kind: "none" }
  | { readonly kind: "broken"; readonly sha: CommitSha; readonly problems: readonly ConfigProblem[] }
  | {
      readonly kind: "found";
      readonly sha: CommitSha;
      readonly config: Config;
      /** The branch that releases come from. */
      readonly branch: string;
      /** Its tip as it was read with the config, where it is the default branch; else null. */
      readonly tip: CommitSha | null;
      readonly plans: readonly PlanSnapshot[];
    };

export type FoundConfig = Extract<ConfigFacts, { kind: "found" }>;

/** Reads the config from the default branch's tip, whose SHA is pinned first, so that file and plan are of one commit. */
export async function readConfig(client: RepositoryClient, defaultBranch: string): Promise<ConfigFacts> {
  const tip = await defaultTip(client, defaultBranch);
  return tip === null ? { kind: "none" } : readConfigAt(client, tip.branch, tip.sha);
}

/**
 * The tip of the default branch, and what that is called by now: a webhook, or what is remembered of the repository, may be older than its
 * renaming. Null where there is none, as in an empty repository. @throws what makeSureOfNone throws
 */
export async function defaultTip(
  client: RepositoryClient,
  defaultBranch: string,
): Promise<{ readonly branch: string; readonly sha: CommitSha } | null> {
  const sha = await headOf(client, defaultBranch);
  if (sha !== null) return { branch: defaultBranch, sha };
  const there = await makeSureOfNone(client, defaultBranch, ({ ref }) => ref === null);
  const branch = there?.defaultBranchRef?.name ?? defaultBranch;
  const renamed = branch === defaultBranch ? null : await headOf(client, branch);
  return renamed === null ? null : { branch, sha: renamed };
}

/** The config of a commit of the default branch, with its owner's defaults laid under it. With its blob's SHA (`blob`) it is only read where that is new. */
export async function readConfigAt(
  client: RepositoryClient,
  defaultBranch: string,
  sha: CommitSha,
  blob?: string,
): Promise<ConfigFacts> {
  // What stands in `.github` is for the others.
  if (client.repo === DEFAULTS_REPOSITORY) return { kind: "none" };
  const defaults = blob === undefined ? null : await client.defaults();
  const known = blob === undefined ? undefined : client.memory.configs.get(keyOf(client, blob, defaults));
  if (known !== undefined) return factsOf(await withCalendars(known), sha, defaultBranch);
  const file = await fileAt(client, CONFIG_PATH, sha, true);
  if (file === "missing") await makeSureOfNone(client, defaultBranch, hasNoConfig);
  if (file === "missing" || file === "unreadable") return { kind: "none" };
  // A repository without a config costs no look at them.
  const under = defaults ?? (await client.defaults());
  const about = { path: CONFIG_PATH, repositoryName: client.repo };
  const reading = parseConfig(file.text, under === null ? about : { ...about, defaults: under });
  rememberConfig(client.memory, keyOf(client, file.blob, under), reading);
  return factsOf(await withCalendars(reading), sha, defaultBranch);

  function withCalendars(config: ConfigReading): Promise<ConfigReading> {
    return readCalendars(client, config, sha, (path) => calendarText(client, defaultBranch, path, sha));
  }
}

async function calendarText(
  client: RepositoryClient,
  defaultBranch: string,
  path: string,
  sha: CommitSha,
): Promise<string | null> {
  const file = await fileAt(client, path, sha, true);
  // The config was there a moment ago: access that is lost meanwhile is not to be taken for a missing file.
  if (file === "missing") await makeSureOfNone(client, defaultBranch, () => true);
  return typeof file === "string" ? null : file.text;
}

function keyOf({ repo }: RepositoryClient, blob: string, defaults: OwnersDefaults | null): string {
  return `${repo} ${blob} ${defaults?.blob ?? ""}`;
}

function factsOf(reading: ConfigReading, sha: CommitSha, defaultBranch: string): ConfigFacts {
  if (!reading.ok) return { kind: "broken", sha, problems: reading.problems };
  const branch = reading.config.release.branch ?? defaultBranch;
  const tip = branch === defaultBranch ? sha : null;
  return {
    kind: "found",
    sha,
    config: reading.config,
    branch,
    tip,
    plans: plansOf(reading.config, sha, branch),
  };
}

/** A file's text at a commit, tag or branch; null if there is none, or if it is no plain file of a bearable size. */
export async function readFileAt(
  client: RepositoryClient,
  path: string,
  ref: string,
): Promise<string | null> {
  const file = await fileAt(client, path, ref, false);
  return typeof file === "string" ? null : file.text;
}

async function fileAt(
  client: RepositoryClient,
  path: string,
  ref: string,
  isMadeSureOf: boolean,
): Promise<{ readonly text: string; readonly blob: string } | "missing" | "unreadable"> {
  const { octokit, owner, repo } = client;
  const options = isMadeSureOf ? HEARD_AT_ONCE : {};
  try {
    const { data } = await octokit.rest.repos.getContent({ owner, repo, path, ref, ...options });
    const file = plainFile(data);
    return typeof file === "string" ? "unreadable" : file;
  } catch (error) {
    if (isNotFound(error)) return "missing";
    throw error;
  }
}

interface DefaultBranch {
  readonly target: { readonly file?: { readonly oid: string } | null } | null;
}

interface WhatThereIs {
  readonly databaseId: number;
  readonly defaultBranchRef: { readonly name: string } | null;
  readonly ref: DefaultBranch | null;
}

function hasNoConfig({ ref }: WhatThereIs): boolean {
  return (ref?.target?.file ?? null) === null;
}

/**
 * GitHub answers 404 for what there is not, and for what may not be seen any more. So that lost access is not taken for a repository without
 * a config, it is asked once more in the other way (GraphQL), which tells the two apart.
 *
 * @returns what there is in place of it; null where this GitHub cannot be asked so
 * @throws OutOfReachError where the repository itself is not to be seen; an error where GitHub contradicts itself, to be tried again
 */
async function makeSureOfNone(
  client: RepositoryClient,
  branch: string,
  isNone: (there: WhatThereIs) => boolean,
): Promise<WhatThereIs | null> {
  const there = await whatThereIs(client, branch);
  if (there === "unasked") return null;
  if (there === null) {
    const { installation, repository } = client;
    const until = client.clock.now() + LEAST_PAUSE_MS;
    throw new OutOfReachError("the repository is not to be seen", until, { installation, repository });
  }
  if (there.databaseId !== client.repository) throw new Error("GitHub answered for another repository");
  if (!isNone(there)) throw new Error("GitHub does not find what it has");
  return there;
}

/** Null where the repository is not to be seen; `unasked` where this GitHub does not know a field. */
async function whatThereIs(
  { octokit, owner, repo }: RepositoryClient,
  branch: string,
): Promise<WhatThereIs | null | "unasked"> {
  const variables = { owner, repo, branch: `refs/heads/${branch}`, path: CONFIG_PATH };
  try {
    const answer = await octokit.graphql<{ repository: WhatThereIs | null }>(WHAT_THERE_IS, variables);
    return answer.repository;
  } catch (error) {
    if (isUnknownField(error)) return "unasked";
    if (isOutOfSight(error)) return null;
    throw error;
  }
}

const WHAT_THERE_IS = `query ($owner: String!, $repo: String!, $branch: String!, $path: String!) {
  repository(owner: $owner, name: $repo) { databaseId defaultBranchRef { name } ref(qualifiedName: $branch) { target { ... on Commit { file(path: $path) { oid } } } } }
}`;

/** A config that cannot be used, as the repository's lane hears of it. */
export function brokenConfig(
  { sha, problems }: Extract<ConfigFacts, { kind: "broken" }>,
  at: number,
): RepositoryEvent {
  return {
    type: "ConfigFoundBroken",
    at,
    head: sha,
    // The config itself, or a calendar that it names.
    path: problems[0]?.path ?? CONFIG_PATH,
    problems: problems.map(({ path, line, column, message, mend }) => ({
      ...(path === problems[0]?.path ? {} : { path }),
      line,
      column,
      message,
      mend,
    })),
  };
}
