/**
 * Hotfixes as the repository's lane keeps them: a branch from the release that runs somewhere, the patch releases that are made of it, and the
 * pull request that brings the fix to the release branch. Plain data: it is stored as JSON and must outlive upgrades of the code.
 */
import type { CommitSha } from "./ids.ts";
import type { CutCause, KnownRelease } from "./release.ts";

/** A person's word: the command, where it was given, and the rule by which the person may. */
export type HotfixWord = Omit<Extract<CutCause, { kind: "command" }>, "kind">;

/** A branch of a hotfix, and the release that it comes from: its tags and commits count as those of the release branch do. */
export interface HotfixLine {
  /** `hotfix/1.5.1`. */
  readonly branch: string;
  readonly base: KnownRelease;
}

/** A hotfix that a person asks for. */
export interface WantedHotfix extends HotfixLine {
  /** Where the release runs, and the fix is to go. */
  readonly environment: string;
  /** Where the fix is brought afterwards. */
  readonly releaseBranch: string;
  readonly asked: HotfixWord;
}

/**
 * A patch release that Waybill makes of the branch's head. `ordered`: nobody knows yet whether its tag is made; `unsure`: it was tried too often, and
 * may have been made all the same.
 */
export interface HotfixCut extends KnownRelease {
  readonly stage: "ordered" | "cut" | "unsure";
}

/**
 * The pull request from the hotfix's branch to the release branch. `ordered`: it is being opened; `closed`: without having been merged.
 * Once it is merged the hotfix is over.
 */
export interface ForwardPort {
  readonly stage: "ordered" | "open" | "closed";
  readonly number: number | null;
  /** Whether it was said that it conflicts: once in its life. */
  readonly saidConflict: boolean;
  /** How often GitHub was asked for it in a row without saying whether it conflicts. */
  readonly looks: number;
}

/** A hotfix from the command to the merge of its forward-port. */
export interface Hotfix extends WantedHotfix {
  /** `ordered`: its branch is being made, and nobody else's counts yet. */
  readonly stage: "ordered" | "open";
  /** When it came to this stage; epoch milliseconds. */
  readonly at: number;
  /** Where its branch was last seen; null where it is gone. */
  readonly head: CommitSha | null;
  /** The release that is being made, or was made last. */
  readonly cut: HotfixCut | null;
  /** What was released of it, the newest; null where nothing was. */
  readonly released: KnownRelease | null;
  /** Null until there is something to bring forward. */
  readonly port: ForwardPort | null;
}

/** What a look at a hotfix's branch has to know. */
export interface HotfixLook extends HotfixLine {
  /** What was released of it last; null where nothing was. */
  readonly released: CommitSha | null;
}

/** What looks at tags and at the release branch have to know of hotfixes. */
export interface HotfixTags {
  readonly lines: readonly HotfixLine[];
  /** Tags that Waybill makes of hotfixes, or has made. */
  readonly made: readonly (Pick<KnownRelease, "tag" | "sha"> & { readonly branch: string })[];
  /** The versions that were released of hotfixes: the release branch does not take them again. */
  readonly versions: readonly string[];
}

export const NO_HOTFIX_TAGS: HotfixTags = { lines: [], made: [], versions: [] };

/** The letter of `/hotfix` in the names by which comments are known to their lanes. */
export const HOTFIX_LETTER = "h";

interface Keeper {
  /** Absent in lanes that an earlier Waybill stored. */
  readonly hotfixes?: readonly Hotfix[];
  readonly releases: readonly { readonly version: string; readonly hotfix?: { readonly branch: string } }[];
}

/** The hotfixes of a repository's lane, the oldest first. */
export function hotfixesOf({ hotfixes }: Pick<Keeper, "hotfixes">): readonly Hotfix[] {
  return hotfixes ?? [];
}

/** The hotfix whose branch this is, if Waybill made it; null for any other branch, whatever it is called. */
export function registeredHotfix(lane: Pick<Keeper, "hotfixes"> | null, branch: string): Hotfix | null {
  const found = lane === null ? [] : hotfixesOf(lane);
  return found.find((one) => one.branch === branch && one.stage === "open") ?? null;
}

/** What a look at its branch has to know of a hotfix. */
export function lookOf({ branch, base, released }: Hotfix): HotfixLook {
  return { branch, base, released: released?.sha ?? null };
}

/** What a lane tells those who look at tags and branches. */
export function hotfixTags(lane: Keeper | null): HotfixTags {
  if (lane === null) return NO_HOTFIX_TAGS;
  const open = hotfixesOf(lane).filter(({ stage }) => stage === "open");
  return {
    lines: open.map(({ branch, base }) => ({ branch, base })),
    made: open.flatMap(({ branch, cut }) => (cut === null ? [] : [{ branch, tag: cut.tag, sha: cut.sha }])),
    versions: lane.releases.filter(({ hotfix }) => hotfix !== undefined).map(({ version }) => version),
  };
}
