/** Facts that decisions need, read from GitHub at the moment of acting. */
import type { CommandFacts, ReleaseFacts, TaggedVersion } from "../core/commands/command.ts";
import type { Role } from "../core/config/index.ts";
import { ROLES } from "../core/config/index.ts";
import type { RepositoryEvent } from "../core/events.ts";
import { hotfixTags, NO_HOTFIX_TAGS, type HotfixLine, type HotfixTags } from "../core/hotfix-model.ts";
import { freeVersion } from "../core/hotfix-version.ts";
import type { CommitSha } from "../core/ids.ts";
import { nearlyReleaseTag, nextVersion, versionOfTag } from "../core/notes/index.ts";
import type { Person, PlanSnapshot } from "../core/promotion.ts";
import type { Release } from "../core/release.ts";
import semver from "semver";
import { changesAtAGlance, changesOfBranch, changesUpTo, type Changes } from "./branch-changes.ts";
import type { RepositoryClient } from "./client.ts";
import type { FoundConfig } from "./config.ts";
import type { Glancing } from "./glance.ts";
import { isNotFound } from "./failure.ts";
import { lineOf } from "./hotfix-lines.ts";
import {
  commitBehind,
  commitOfTag,
  findBase,
  headOf,
  isWithin,
  relationOf,
  releaseTags,
  type ReleaseTag,
  type ReleaseTagRef,
} from "./history.ts";
import { notesOfRange } from "./range-notes.ts";

/**
 * The release branch as it is now: what a release of its head would be. Null where the branch is gone. `unreleased` are tags that
 * nothing is counted from, because only `/release` makes releases and they were pushed by hand; `taken` are versions of hotfixes, which are
 * released on lines of their own.
 */
export async function branchFacts(
  client: RepositoryClient,
  found: FoundConfig,
  unreleased: readonly string[] = [],
  taken: readonly string[] = [],
): Promise<RepositoryEvent | null> {
  const changes = await changesOfBranch(client, found, unreleased);
  return changes === null ? null : branchMoved(client, found, changes, taken);
}

/** The same at a glance, where nothing unusual happened since the last full look; else null. */
export async function branchFactsAtAGlance(
  client: RepositoryClient,
  defaultBranch: string,
  lane: Glancing & { readonly taken?: readonly string[] },
): Promise<{ readonly config: FoundConfig; readonly event: RepositoryEvent } | null> {
  const glanced = await changesAtAGlance(client, defaultBranch, lane);
  if (glanced === null) return null;
  const { config, changes } = glanced;
  return { config, event: await branchMoved(client, config, changes, lane.taken) };
}

async function branchMoved(
  client: RepositoryClient,
  { plans, config }: FoundConfig,
  changes: Changes,
  taken: readonly string[] = [],
): Promise<RepositoryEvent> {
  const { base } = changes;
  const { notes, version } = await notesOfRange(client, config, changes, (model) =>
    freeVersion(nextVersion(base?.version ?? null, model, config.release.policy).version, taken),
  );
  return { type: "BranchMoved", at: client.clock.now(), head: notes.head, notes, version, plans };
}

/** What a pushed tag is: a release, nearly one, one off the branch, or none of Waybill's business (null). */
export async function tagFacts(
  client: RepositoryClient,
  found: FoundConfig,
  tag: string,
  unreleased: readonly string[] = [],
  hotfixes: HotfixTags = NO_HOTFIX_TAGS,
): Promise<RepositoryEvent | null> {
  const at = client.clock.now();
  const pattern = found.config.release.tag;
  const version = versionOfTag(pattern, tag);
  if (version === null) {
    const meant = nearlyReleaseTag(pattern, tag);
    if (meant === null) return null;
    const sha = await commitOfTag(client, tag);
    return { type: "TagRefused", at, tag, sha, reason: { code: "nearly", meant: meant.tag } };
  }
  const sha = await commitOfTag(client, tag);
  if (sha === null) return { type: "TagRefused", at, tag, sha: null, reason: { code: "not-a-commit" } };
  const isOwn = hotfixes.made.some((one) => one.tag === tag && one.sha === sha);
  const isOnMain = !isOwn && (await isOnBranch(client, sha, found.branch));
  const line = isOnMain ? null : await lineOf(client, { tag, version, sha }, hotfixes, found.branch);
  if (!isOnMain && line === null)
    return { type: "TagRefused", at, tag, sha, reason: { code: "off-branch", branch: found.branch } };
  const released = (await releaseTags(client, pattern)).filter((one) => !unreleased.includes(one.tag));
  // A hotfix is counted from what it comes from, and nothing else is in it.
  const before = line === null ? released : released.filter((one) => semver.lt(one.version, version));
  const base = await findBase(client, before, sha, tag);
  const changes = await changesUpTo(client, found.sha, base, sha);
  const { notes, parts } = await notesOfRange(client, found.config, changes, () => version, tag);
  const prerelease = semver.prerelease(version) !== null;
  const release: Release = {
    version,
    tag,
    sha,
    prerelease,
    ...(line === null
      ? {}
      : { hotfix: { branch: line.branch, overtaken: isOvertaken(line, released, hotfixes) } }),
  };
  return {
    type: "ReleaseTagged",
    at,
    release,
    notes,
    ...(parts.length === 0 ? {} : { parts }),
    plans: found.plans,
  };
}

/** Whether a newer release than the one that a hotfix comes from stands already, other hotfixes aside. */
function isOvertaken(
  { base }: HotfixLine,
  tags: readonly ReleaseTag[],
  { versions, made }: HotfixTags,
): boolean {
  return tags.some(
    ({ tag, version }) =>
      semver.prerelease(version) === null &&
      semver.gt(version, base.version) &&
      !versions.includes(version) &&
      made.every((one) => one.tag !== tag),
  );
}

/**
 * Whether a commit is on the release branch: a tag may name any commit of the network, a fork's too (PROMISES.md, threat 4). Nothing is
 * on a branch that is gone. `tip`: where it was read for this very decision.
 */
export async function isOnBranch(
  client: RepositoryClient,
  sha: CommitSha,
  branch: string,
  tip: CommitSha | null = null,
): Promise<boolean> {
  const head = tip ?? (await headOf(client, branch));
  return head !== null && isWithin(client, sha, head);
}

/** The same for what is under way by a plan. A default branch that is gone was renamed: it goes on by the new name. */
export async function isOnPlannedBranch(
  client: RepositoryClient,
  sha: CommitSha,
  { branch, onDefaultBranch = false }: Pick<PlanSnapshot, "branch" | "onDefaultBranch">,
): Promise<boolean> {
  const renamed = onDefaultBranch ? client.defaultBranch : branch;
  const head = (await headOf(client, branch)) ?? (renamed === branch ? null : await headOf(client, renamed));
  return head !== null && isWithin(client, sha, head);
}

/** The facts on one release for a command. `refs` are the release tags as they were read for this command. */
export async function releaseFacts(
  client: RepositoryClient,
  found: FoundConfig,
  wanted: TaggedVersion,
  facts: Pick<CommandFacts, "environments" | "released" | "hotfixes">,
  refs: readonly ReleaseTagRef[] = [],
): Promise<ReleaseFacts> {
  const ref = refs.find(({ tag }) => tag === wanted.tag);
  const sha = await (ref === undefined
    ? commitOfTag(client, wanted.tag)
    : commitBehind(client, { type: ref.type, sha: ref.oid }));
  if (sha === null) return { ...wanted, sha, onBranch: false, carriedBy: [] };
  const carriedBy: string[] = [];
  for (const environment of found.config.environments.filter((one) => one.promote === "merge")) {
    const running = facts.environments.find((one) => one.name === environment.name)?.running ?? null;
    const relation = running === null ? null : await relationOf(client, sha, running.sha);
    if (relation !== null && (relation.relation === "ahead" || relation.relation === "identical"))
      carriedBy.push(environment.name);
  }
  const hotfix = await hotfixOf(client, { ...wanted, sha }, found.branch, facts);
  const onBranch = hotfix !== null || (await isOnBranch(client, sha, found.branch, found.tip));
  return { ...wanted, sha, onBranch, ...(hotfix === null ? {} : { hotfix }), carriedBy };
}

/** The branch of the hotfix that a release is of: as it was recorded when it was released, or as its tag shows. Null for all others. */
async function hotfixOf(
  client: RepositoryClient,
  release: TaggedVersion & { readonly sha: CommitSha },
  branch: string,
  { released, hotfixes = [] }: Pick<CommandFacts, "released" | "hotfixes">,
): Promise<string | null> {
  const known = released.find(({ version, sha }) => version === release.version && sha === release.sha);
  if (known !== undefined) return known.hotfix?.branch ?? null;
  const line = await lineOf(client, release, hotfixTags({ hotfixes, releases: [] }), branch);
  return line?.branch ?? null;
}

/**
 * A person's role in the repository; null for read or none. The endpoint takes a login, which may have changed hands, so the answer's
 * id is compared. It reports triage as read in `permission`: `role_name` is used (GITHUB.md, permissions).
 * https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
 */
export async function roleOf(client: RepositoryClient, person: Person): Promise<Role | null> {
  const { octokit, owner, repo } = client;
  try {
    const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({
      owner,
      repo,
      username: person.login,
    });
    if (data.user?.id !== person.id) return null;
    // An organisation's own roles have names of their own: then the plain permission that they are built on counts.
    const named = ROLES.find((role) => role === data.role_name);
    const isPlainRole = data.role_name === "read" || data.role_name === "none";
    return named ?? (isPlainRole ? null : (ROLES.find((role) => role === data.permission) ?? null));
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
