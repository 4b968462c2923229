import { commitsBetween, isAncestor } from "../git/graph.ts";
import { diffTrees } from "../git/diff.ts";
import type { Commit } from "../git/objects.ts";
import { ZERO_SHA } from "../git/objects.ts";
import { isoTime } from "../clock.ts";
import { ApiError } from "../http/errors.ts";
import type { Account, Repository } from "../state.ts";
import { accountByEmail } from "../views/commits.ts";
import { simpleUser } from "../views/accounts.ts";
import { repositoryPage, repositoryView } from "../views/repository.ts";
import { isPull, pullView } from "../views/pulls.ts";
import { emit } from "../webhooks/emit.ts";
import type { World } from "../world.ts";

/** One ref of a push: its new object, or null to delete it. */
export interface RefChange {
  ref: string;
  sha: string | null;
}

/**
 * More tags than this in one push and GitHub sends neither push nor create nor delete for them.
 * Source: https://docs.github.com/webhooks/webhook-events-and-payloads#push
 */
const TAGS_WITH_EVENTS = 3;
/** Source: the `commits` field of https://docs.github.com/webhooks/webhook-events-and-payloads#push */
const COMMITS_IN_PUSH = 2048;

/**
 * Moves refs in one push and sends its webhooks: push, create, delete, and synchronize for pull requests.
 * @throws ApiError 422 for the tag of an immutable release; then nothing moves.
 */
export function pushRefs(
  world: World,
  repository: Repository,
  changes: readonly RefChange[],
  by: Account,
): void {
  const tags = changes.filter((change) => change.ref.startsWith("refs/tags/"));
  const silent = tags.length > TAGS_WITH_EVENTS;
  for (const change of tags) refuseImmutable(repository, change);
  for (const change of changes) {
    const before = repository.refs.get(change.ref) ?? null;
    if (before === change.sha) continue;
    if (change.sha === null) repository.refs.delete(change.ref);
    else repository.refs.set(change.ref, change.sha);
    repository.pushedAt = world.clock.now();
    const isTag = change.ref.startsWith("refs/tags/");
    // Refs outside of branches and tags (our claims, say) have no webhooks.
    if ((isTag && !silent) || change.ref.startsWith("refs/heads/")) {
      announce(world, repository, change, before, by);
    }
  }
  world.changed();
}

/**
 * The tag of an immutable release neither moves nor goes; when the release is gone it may go, but never come again.
 * Source: https://docs.github.com/code-security/supply-chain-security/understanding-your-software-supply-chain/immutable-releases
 */
function refuseImmutable(repository: Repository, { ref, sha }: RefChange): void {
  const before = repository.refs.get(ref);
  const tag = ref.replace("refs/tags/", "");
  if (before === (sha ?? undefined) || !repository.burnedTags.has(tag)) return;
  const held = repository.releases.some((release) => release.immutable && release.tagName === tag);
  if (!held && sha === null) return;
  const reason =
    before === undefined
      ? "Cannot create ref due to creations being restricted."
      : `Cannot ${sha === null ? "delete" : "update"} this protected ref.`;
  throw new ApiError(422, `Repository rule violations found\n\n${reason}\n\n`);
}

function announce(
  world: World,
  repository: Repository,
  { ref, sha }: RefChange,
  before: string | null,
  by: Account,
): void {
  const type = ref.startsWith("refs/tags/") ? "tag" : "branch";
  const short = ref.replace(/^refs\/(heads|tags)\//, "");
  if (before === null && sha !== null) {
    const payload = {
      ref: short,
      ref_type: type,
      master_branch: repository.defaultBranch,
      description: repository.description,
      pusher_type: "user",
    };
    emit(world, repository, "create", payload, by);
  }
  if (sha === null) {
    emit(world, repository, "delete", { ref: short, ref_type: type, pusher_type: "user" }, by);
  }
  emit(world, repository, "push", pushPayload(world, repository, ref, before, sha, by), by);
  if (type === "branch" && before !== null) {
    if (sha === null) closeWithout(world, repository, short, by);
    else synchronize(world, repository, short, before, sha, by);
  }
}

/** Open pull requests from or to a branch that is deleted are closed. */
function closeWithout(world: World, repository: Repository, branch: string, by: Account): void {
  for (const issue of repository.issues.values()) {
    if (!isPull(issue) || issue.state !== "open") continue;
    if (issue.pull.headRef !== branch && issue.pull.baseRef !== branch) continue;
    const now = world.clock.now();
    Object.assign(issue, { state: "closed", closedAt: now, closedBy: by, updatedAt: now });
    const payload = {
      action: "closed" as const,
      number: issue.number,
      pull_request: pullView(world, repository, issue),
    };
    emit(world, repository, "pull_request", payload, by);
  }
}

/** Pull requests from a branch follow it. */
function synchronize(
  world: World,
  repository: Repository,
  branch: string,
  before: string,
  after: string,
  by: Account,
): void {
  for (const issue of repository.issues.values()) {
    if (!isPull(issue) || issue.state !== "open" || issue.pull.headRef !== branch) continue;
    issue.pull.headSha = after;
    issue.updatedAt = world.clock.now();
    const payload = {
      action: "synchronize" as const,
      number: issue.number,
      before,
      after,
      pull_request: pullView(world, repository, issue),
    };
    emit(world, repository, "pull_request", payload, by);
  }
}

function pushPayload(
  world: World,
  repository: Repository,
  ref: string,
  before: string | null,
  after: string | null,
  by: Account,
): Record<string, unknown> {
  const { store } = repository;
  const page = repositoryPage(world, repository);
  const isTag = ref.startsWith("refs/tags/");
  const head = after === null ? null : store.peel(after);
  const base = before === null ? null : store.peel(before);
  const fresh = head === null || isTag ? [] : newCommits(repository, base, head, ref);
  const headCommit = head === null ? null : store.commit(head);
  return {
    ref,
    before: before ?? ZERO_SHA,
    // For an annotated tag this is the tag object (GITHUB.md, "Webhooks").
    after: after ?? ZERO_SHA,
    created: before === null,
    deleted: after === null,
    forced: base !== null && head !== null && !isAncestor(store, base, head),
    base_ref: null,
    compare: `${page}/compare/${(before ?? after ?? ZERO_SHA).slice(0, 12)}...${(after ?? ZERO_SHA).slice(0, 12)}`,
    commits: fresh.map((commit) => pushedCommit(world, repository, commit)),
    head_commit: headCommit && pushedCommit(world, repository, headCommit),
    pusher: { name: by.login, email: by.email },
    repository: pushedRepository(world, repository),
  };
}

/** A push carries the repository in an older shape: times as seconds, the owner with name and address. */
function pushedRepository(world: World, repository: Repository): Record<string, unknown> {
  return {
    ...repositoryView(world, repository),
    owner: {
      ...simpleUser(world, repository.owner),
      name: repository.owner.login,
      email: repository.owner.email,
    },
    created_at: Math.floor(repository.createdAt / 1000),
    pushed_at: Math.floor(repository.pushedAt / 1000),
    stargazers: 0,
    master_branch: repository.defaultBranch,
  };
}

function newCommits(repository: Repository, base: string | null, head: string, ref: string): Commit[] {
  const mainSha = repository.refs.get(`refs/heads/${repository.defaultBranch}`) ?? null;
  const excluded = base ?? (ref === `refs/heads/${repository.defaultBranch}` ? null : mainSha);
  return commitsBetween(repository.store, excluded, head).slice(0, COMMITS_IN_PUSH).toReversed();
}

function pushedCommit(world: World, repository: Repository, commit: Commit): Record<string, unknown> {
  const { store } = repository;
  const parent = commit.parents[0];
  const changes = diffTrees(
    store,
    parent === undefined ? null : (store.commit(parent)?.tree ?? null),
    commit.tree,
  );
  const paths = (...statuses: string[]): string[] =>
    changes.filter((change) => statuses.includes(change.status)).map((change) => change.path);
  const person = ({ name, email }: Commit["author"]): Record<string, unknown> => {
    const account = accountByEmail(world, email);
    return { name, email, ...(account ? { username: account.login } : {}) };
  };
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: isoTime(commit.committer.seconds * 1000),
    url: `${repositoryPage(world, repository)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: paths("added", "renamed"),
    removed: [
      ...paths("removed"),
      ...changes.flatMap((change) => (change.previousPath === null ? [] : [change.previousPath])),
    ],
    modified: paths("modified"),
  };
}
