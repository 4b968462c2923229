/** What is shown of hotfixes, as data; the sentences are in `templates/`. */
import type { Problem } from "./promotion.ts";

/** A word on a hotfix, from its branch to its forward-port. */
export interface HotfixView {
  readonly template: "hotfix";
  readonly what:
    | "opened"
    | "abandoned"
    | "mixed"
    | "strayed"
    | "not-released"
    | "unplaced"
    | "conflicts"
    | "closed"
    | "open-long"
    | "not-opened"
    | "settled";
  readonly branch: string;
  /** The version of the release that it comes from. */
  readonly base: string;
  readonly environment: string;
  readonly releaseBranch: string;
  /** The version that was released of it, or was to be; null where nothing was. */
  readonly version: string | null;
  readonly by: string;
  readonly sha: string;
  /** Its forward-port. */
  readonly pull: number | null;
  readonly files: readonly string[];
  readonly problem: Problem | null;
}

/** What the pull request that brings a hotfix to the release branch says. */
export interface ForwardPortView {
  readonly version: string;
  readonly tag: string;
  readonly base: string;
  readonly branch: string;
  readonly releaseBranch: string;
  readonly environment: string;
  /** The issue or pull request on which `/hotfix` was given. */
  readonly thread: number;
}
