import type { Account, Release, Repository } from "../state.ts";
import { releaseView } from "../views/releases.ts";
import { emit } from "../webhooks/emit.ts";
import type { World } from "../world.ts";
import { resolveCommit } from "./commits.ts";
import { pushRefs } from "./refs.ts";

export interface ReleaseFields {
  tagName: string;
  targetCommitish: string;
  name: string | null;
  body: string | null;
  draft: boolean;
  prerelease: boolean;
  /** Whether it becomes the latest when published; by default it does unless it is a pre-release. */
  makeLatest: boolean;
}

export type ReleaseAction = "created" | "edited" | "deleted" | "published" | "released" | "prereleased";

/** Creates a release, as a draft or published. The target must exist unless the tag does. */
export function addRelease(
  world: World,
  repository: Repository,
  fields: ReleaseFields,
  author: Account,
): Release {
  const now = world.clock.now();
  const { makeLatest, ...rest } = fields;
  const release: Release = {
    ...rest,
    id: world.ids.next("release"),
    author,
    createdAt: now,
    updatedAt: now,
    publishedAt: null,
    immutable: false,
    assets: [],
  };
  repository.releases.push(release);
  if (release.draft) emitRelease(world, repository, release, "created", author);
  else {
    bringOut(world, repository, release, makeLatest, author);
    emitRelease(world, repository, release, "created", author);
    emitPublished(world, repository, release, author);
  }
  return release;
}

/** Changes a release, and publishes a draft. */
export function editRelease(
  world: World,
  repository: Repository,
  release: Release,
  fields: ReleaseFields,
  by: Account,
): void {
  const before = { ...release };
  const { makeLatest, ...rest } = fields;
  Object.assign(release, rest, { updatedAt: world.clock.now() });
  if (before.draft && !release.draft) {
    bringOut(world, repository, release, makeLatest, by);
    emitPublished(world, repository, release, by);
    return;
  }
  if (!release.draft) setLatest(repository, release, makeLatest);
  const changes = {
    ...(before.body === release.body ? {} : { body: { from: before.body ?? "" } }),
    ...(before.name === release.name ? {} : { name: { from: before.name ?? "" } }),
  };
  emitRelease(world, repository, release, "edited", by, { changes });
  if (before.prerelease && !release.prerelease && !release.draft) {
    emitRelease(world, repository, release, "released", by);
  }
}

/** Deletes a release; its tag stays. */
export function deleteRelease(world: World, repository: Repository, release: Release, by: Account): void {
  repository.releases = repository.releases.filter((other) => other !== release);
  if (repository.latestReleaseId === release.id) repository.latestReleaseId = null;
  emitRelease(world, repository, release, "deleted", by);
}

/**
 * The latest release: the one marked so, else the newest that is neither draft nor pre-release.
 * Source: https://docs.github.com/rest/releases/releases#get-the-latest-release
 */
export function latestRelease(repository: Repository): Release | null {
  const published = repository.releases.filter((release) => !release.draft && !release.prerelease);
  const marked = published.find((release) => release.id === repository.latestReleaseId);
  return marked ?? published.sort((a, b) => b.createdAt - a.createdAt)[0] ?? null;
}

/** Publishing makes the tag, at the target, where it does not exist yet. */
function bringOut(
  world: World,
  repository: Repository,
  release: Release,
  makeLatest: boolean,
  by: Account,
): void {
  const ref = `refs/tags/${release.tagName}`;
  const target = resolveCommit(repository, release.targetCommitish);
  if (!repository.refs.has(ref) && target !== null) pushRefs(world, repository, [{ ref, sha: target }], by);
  release.publishedAt = world.clock.now();
  if (repository.immutableReleases) {
    release.immutable = true;
    repository.burnedTags.add(release.tagName);
  }
  setLatest(repository, release, makeLatest);
}

function setLatest(repository: Repository, release: Release, makeLatest: boolean): void {
  if (makeLatest && !release.prerelease) repository.latestReleaseId = release.id;
}

function emitPublished(world: World, repository: Repository, release: Release, by: Account): void {
  emitRelease(world, repository, release, "published", by);
  emitRelease(world, repository, release, release.prerelease ? "prereleased" : "released", by);
}

function emitRelease(
  world: World,
  repository: Repository,
  release: Release,
  action: ReleaseAction,
  by: Account,
  extra: Record<string, unknown> = {},
): void {
  emit(
    world,
    repository,
    "release",
    { action, release: releaseView(world, repository, release), ...extra },
    by,
  );
}
