/** What is merged to a release branch and not released: the base that it is counted from, and the commits since. */
import type { StoredFiles } from "../core/dependencies/index.ts";
import type { CommitSha } from "../core/ids.ts";
import type { Commit } from "../core/notes/index.ts";
import type { TeamTemplates } from "../core/team-templates.ts";
import type { RepositoryClient } from "./client.ts";
import { readConfigAt, type FoundConfig } from "./config.ts";
import { glanceAt, isStillMeant, type Glance, type Glancing } from "./glance.ts";
import {
  commitCountOf,
  commitsBetween,
  findBase,
  headOf,
  releaseTagRefs,
  withPulls,
  type Base,
} from "./history.ts";

export interface Changes {
  /** Null where nothing was released yet: then no commit is read. */
  readonly base: Base | null;
  readonly head: CommitSha;
  /** Newest first, with their pull requests. */
  readonly commits: readonly Commit[];
  /** How many there are, also where not all were read. */
  readonly total: number;
  /** The team's own templates, of the commit that the config is read from; null for none, and where no commit is read. */
  readonly templates: TeamTemplates | null;
  /** Those of these paths that are files of the head; absent where they were not looked at. */
  readonly files?: { readonly paths: readonly string[]; readonly found: StoredFiles };
}

/** The branch as it is now; null where it is gone. What the base hangs on is remembered for the next glance. */
export async function changesOfBranch(
  client: RepositoryClient,
  { branch, config, sha }: FoundConfig,
  unreleased: readonly string[],
): Promise<Changes | null> {
  const head = await headOf(client, branch);
  if (head === null) return null;
  const tagPattern = config.release.tag;
  const tags = await releaseTagRefs(client, tagPattern);
  const released = tags.filter(({ tag }) => !unreleased.includes(tag));
  const base = await findBase(client, released, head);
  const oids = new Map(tags.map(({ tag, oid }) => [tag, oid]));
  const changes = await changesUpTo(client, sha, base, head);
  const known = { branch, tagPattern, head, commitCount: changes.total, unreleased, tags: oids };
  client.memory.knownBase = base === null ? null : { ...known, base };
  return changes;
}

/** The changes from a base to a commit. `configCommit` is the one that the config was read from. */
export async function changesUpTo(
  client: RepositoryClient,
  configCommit: CommitSha,
  base: Base | null,
  head: CommitSha,
): Promise<Changes> {
  let templates: TeamTemplates | null = null;
  if (base === null) return { base, head, commits: [], total: await commitCountOf(client, head), templates };
  const { commits, total } = await commitsBetween(client, base.sha, head);
  const asked = { commit: configCommit, hear: (heard: TeamTemplates | null) => void (templates = heard) };
  return { base, head, commits: await withPulls(client, commits, asked), total, templates };
}

interface GlancedChanges {
  readonly config: FoundConfig;
  readonly changes: Changes;
  /** With the templates, also where no commit is read. */
  readonly glance: Pick<Glance, "templates" | "sides">;
}

/** The branch and its config in one query, where nothing unusual happened since the last full look; else null. */
export async function changesAtAGlance(
  client: RepositoryClient,
  defaultBranch: string,
  glancing: Glancing,
): Promise<GlancedChanges | null> {
  const known = client.memory.knownBase;
  if (known === null || !isSameSet(known.unreleased, glancing.unreleased)) return null;
  const glance = await glanceAt(client, known, defaultBranch, glancing);
  if (glance === null) return null;
  const config = await readConfigAt(client, defaultBranch, glance.configCommit, glance.configBlob);
  if (config.kind !== "found" || !isStillMeant(known, config.config, config.branch)) return null;
  const { base, head, commits, files } = glance;
  // No commit, no text: as the full road has it.
  const templates = commits.length === 0 ? null : glance.templates;
  client.memory.knownBase = { ...known, head, commitCount: commits.length };
  return { config, changes: { base, head, commits, total: commits.length, templates, files }, glance };
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}
