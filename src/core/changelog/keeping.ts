/**
 * Keeping `CHANGELOG.md` up to date: which releases have no section in it yet, and when to see to that. There is one pull request for all of them, which
 * is brought up to date as further releases come. What is in the file, only a look at GitHub tells.
 */
import { order, record, type Minutes } from "../decision.ts";
import { hotfixTags } from "../hotfix-model.ts";
import { say } from "../notices.ts";
import type { Problem } from "../problem.ts";
import { RELEASES_KEPT, type Release } from "../release.ts";
import type { RepositoryLane } from "../repository.ts";

/** The branch of the pull request. */
export const CHANGELOG_BRANCH = "waybill/changelog";

/** A release whose section is to be in the file. */
export interface UnwrittenRelease extends Pick<Release, "version" | "tag" | "sha"> {
  /** When it was heard of, which is the day that its section names. Epoch milliseconds. */
  readonly at: number;
}

/** An open pull request, and the versions whose sections it brings. */
export interface ProposedSections {
  readonly pull: number;
  readonly versions: readonly string[];
}

/** What the repository's lane knows of it. */
export interface Changelog {
  /** Releases that were not seen in the file yet, the oldest first. */
  readonly unwritten: readonly UnwrittenRelease[];
  /** The pull request that brings them there, as it was last seen: what is missing of it later, people do not want. */
  readonly proposed: ProposedSections | null;
}

/** The file and its pull request were looked at, and what was lacking is written. */
export interface ChangelogKept {
  readonly type: "ChangelogKept";
  readonly at: number;
  readonly path: string;
  /** Versions that have a section on the release branch. */
  readonly written: readonly string[];
  /** Versions that the team does not want there, because it has closed their pull request or taken them out of it; or whose tag is gone. */
  readonly declined: readonly string[];
  /** The open pull request with the others; null where there is none. */
  readonly proposed: ProposedSections | null;
  /** Why they are not in one. */
  readonly problem?: Problem;
}

/** What the pull request says. */
export interface ChangelogPullView {
  readonly path: string;
  readonly branch: string;
  /** The highest version first. `url` is the release's page. */
  readonly releases: readonly { readonly version: string; readonly url: string }[];
}

/** Several releases at once are one pull request. */
const RELEASE_PAUSE_MS = 5_000;
/** A merge may have brought the sections to the file, or a conflict with it. Merges come in crowds. */
const MERGE_PAUSE_MS = 60_000;
const NONE: Changelog = { unwritten: [], proposed: null };

/** A release has come: its section is to be written, where the config names a file. A pre-release's changes come with the stable version. */
export function toBeWritten(
  lane: RepositoryLane,
  release: Release,
  at: number,
  minutes: Minutes,
): RepositoryLane {
  if (lane.plans[0]?.changelog === undefined) return lane;
  const { version, tag, sha, prerelease } = release;
  const { unwritten, proposed } = lane.changelog ?? NONE;
  if (prerelease || unwritten.some((one) => one.version === version)) return lane;
  const all = [...unwritten, { version, tag, sha, at }].slice(-RELEASES_KEPT);
  const next: RepositoryLane = { ...lane, changelog: { unwritten: all, proposed } };
  orderWriting(next, RELEASE_PAUSE_MS, minutes);
  return next;
}

/** The release branch has moved on. What the team asks for no more is forgotten. */
export function lookAtChangelog(lane: RepositoryLane, minutes: Minutes): RepositoryLane {
  const { changelog, ...rest } = lane;
  if (changelog === undefined) return lane;
  if (lane.plans[0]?.changelog === undefined) return rest;
  orderWriting(lane, MERGE_PAUSE_MS, minutes);
  return lane;
}

function orderWriting(lane: RepositoryLane, delayMs: number, minutes: Minutes): void {
  const [plan] = lane.plans;
  const { unwritten: releases, proposed } = lane.changelog ?? NONE;
  if (plan?.changelog === undefined || releases.length === 0) return;
  order(
    minutes,
    "changelog",
    {
      type: "keepChangelog",
      path: plan.changelog,
      branch: plan.branch,
      releases,
      proposed,
      unreleased: lane.unreleased,
      hotfixes: hotfixTags(lane),
    },
    { serial: "changelog", coalesce: true, delayMs },
  );
}

/** It was looked at: what is in the file, or is not wanted there, is done with. */
export function onChangelogKept(
  lane: RepositoryLane,
  { path, written, declined, proposed, problem }: ChangelogKept,
  minutes: Minutes,
): RepositoryLane {
  const { changelog } = lane;
  if (changelog === undefined) return lane;
  const before = changelog.unwritten;
  for (const { version, tag } of before) {
    if (written.includes(version)) record(minutes, "github", "changelog.written", tag, { path });
    else if (declined.includes(version)) record(minutes, "github", "changelog.declined", tag, { path });
  }
  const unwritten = before.filter(({ version }) => ![...written, ...declined].includes(version));
  if (proposed !== null && proposed.pull !== changelog.proposed?.pull)
    record(minutes, "waybill", "changelog.proposed", path, { ...proposed });
  // Where it could not be looked at, it is as it was.
  const known = proposed ?? (problem === undefined ? null : changelog.proposed);
  const next: RepositoryLane = { ...lane, changelog: { unwritten, proposed: known } };
  const newest = unwritten.at(-1);
  if (problem === undefined || newest === undefined) return next;
  const view = { template: "changelog-refused", path, version: newest.version, problem } as const;
  return say(
    next,
    `changelog-${problem.code}-${newest.version.replaceAll("+", "-")}`,
    view,
    minutes,
    newest.version,
  );
}
