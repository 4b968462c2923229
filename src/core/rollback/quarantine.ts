/**
 * What counts as mended. A release that was rolled back is in quarantine, and so is what descends from it: unless something in between undoes a part
 * of it, or says that it is a fix.
 */
import semver from "semver";
import type { CommitSha } from "../ids.ts";
import { footersOf, undoneAmong, type Commit } from "../notes/index.ts";
import type { Bad } from "./pin.ts";

/** What is known of a release that descends from one that was rolled back. Commits newest first. */
export interface Descent {
  readonly bad: Bad;
  /** The commits that the bad release has and the good one lacks. */
  readonly made: readonly Commit[];
  /** The commits that the new one has and the bad one lacks. */
  readonly since: readonly Commit[];
  /** `owner/name`, as reverts of pull requests name it. */
  readonly repository: string;
  /** Commits that are known to carry the fix, whatever they say of themselves: forward-ports of a hotfix. */
  readonly fixes?: readonly CommitSha[];
}

const FIXES_RELEASE = "fixes-release";

/** Whether a release that descends from a bad one is mended. A fix or a revert that was itself undone counts for nothing. */
export function isMended({ bad, made, since, repository, fixes = [] }: Descent): boolean {
  const undone = undoneAmong([...since, ...made], { repository });
  // What the bad release had undone itself did not mend it.
  const undoneBefore = undoneAmong(made, { repository });
  if (made.some(({ sha }) => undone.has(sha) && !undoneBefore.has(sha))) return true;
  return since.some(
    (commit) =>
      !undone.has(commit.sha) &&
      (fixes.some((sha) => sha === commit.sha) ||
        footersOf(commit, FIXES_RELEASE).some((written) => names(written, bad.version))),
  );
}

/** Whether somebody has written this version, with or without the usual prefix of a tag. */
function names(written: string, version: string): boolean {
  return semver.valid(written) === version || written === version;
}
