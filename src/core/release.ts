/**
 * Releases and the notice that goes ahead of them, as the repository's lane keeps them.
 */
import type { PlaceBehind } from "./behind.ts";
import type { AudienceNotes } from "./audiences.ts";
import type { ComponentVersion } from "./component-versions.ts";
import type { VersionHold } from "./hold.ts";
import type { ExpectedDate } from "./calendar/expected.ts";
import type { PermissionRule, ReleaseMode } from "./config/index.ts";
import type { ChangeGrouping } from "./config/release-model.ts";
import type { DependenciesBetween } from "./dependencies/index.ts";
import type { CommitSha } from "./ids.ts";
import type { MigrationsBetween } from "./migrations.ts";
import type { CommitGraph } from "./notes/graph.ts";
import type { Contributors, NotesModel } from "./notes/index.ts";
import type { Person } from "./promotion.ts";
import type { TeamTemplates } from "./team-templates.ts";

/** A version with its tag on a commit of the release branch. */
export interface Release {
  readonly version: string;
  readonly tag: string;
  readonly sha: CommitSha;
  readonly prerelease: boolean;
  /** Of a hotfix: the branch that it was released from, and whether a newer release stood when it was; absent for all others. */
  readonly hotfix?: { readonly branch: string; readonly overtaken: boolean };
}

/** How many releases the lane remembers for defaults and for what is on its way. */
export const RELEASES_KEPT = 50;

/** What counts as released, by whomever. */
export type KnownRelease = Pick<Release, "version" | "tag" | "sha">;

/**
 * Whether two are the very same release (or build): the same version of the same commit. A version whose tag was moved names another one, and a commit
 * that was released once more, as the stable version of its pre-release, is another one too. How workflows are dispatched (tag, ref) tells nothing apart.
 */
export function isSameRelease(
  one: Pick<Release, "version" | "sha">,
  other: Pick<Release, "version" | "sha">,
): boolean {
  return one.version === other.version && one.sha === other.sha;
}

/** Why a tag is cut: a person asked for it by `/release`, or what is merged is released by itself. */
export type CutCause =
  | {
      readonly kind: "command";
      readonly by: Person;
      readonly commentId: number;
      /** 1 for the first command of the comment. */
      readonly ordinal: number;
      readonly issue: number;
      /** The command as written. */
      readonly text: string;
      /** The rule by which the person may: looked at again right before the tag is made. */
      readonly permission: PermissionRule;
    }
  | { readonly kind: "merge" }
  /** A hotfix's branch has moved on. */
  | { readonly kind: "hotfix" };

/** A tag that Waybill is to make itself: this version, at exactly this commit of the release branch, or of a hotfix's. */
export interface Cut {
  readonly version: string;
  readonly tag: string;
  readonly sha: CommitSha;
  readonly branch: string;
  readonly cause: CutCause;
}

/** The changes between a base and a commit, summarised; all that notices, notes and receipts are drawn from. */
export interface NotesSnapshot {
  readonly base: { readonly tag: string; readonly version: string; readonly sha: CommitSha } | null;
  readonly head: CommitSha;
  readonly model: NotesModel;
  /** How many commits there are from the base to the head. */
  readonly commitCount: number;
  /** How many of the newest were not read because there were too many; said aloud in every text drawn from this. */
  readonly unreadCount: number;
  readonly compareUrl: string | null;
  /** How the commits hang together; absent where there are too many, in views, and in what an earlier Waybill stored. */
  readonly graph?: CommitGraph;
  /** By what changes are grouped within their sections; absent where they are not. */
  readonly groupBy?: ChangeGrouping;
  /** Absent where nobody is to be named, and in what an earlier Waybill stored. */
  readonly contributors?: Contributors;
  /** What changed in dependencies; absent where nothing did, where it is not to be told, and in what an earlier Waybill stored. */
  readonly dependencies?: DependenciesBetween;
  /** The migrations among the changes; absent where no component declares any. */
  readonly migrations?: MigrationsBetween;
  /** The team's own templates, as they were when this was read; absent where it has none, and in what an earlier Waybill stored. */
  readonly templates?: TeamTemplates;
  /** For whom, besides the team, it is worded; absent where nobody is named, and in what an earlier Waybill stored. */
  readonly audiences?: readonly AudienceNotes[];
  /** Components with versions of their own; absent where there are none, and in what an earlier Waybill stored. */
  readonly components?: readonly ComponentInRelease[];
}

/** A component with versions of its own, as it is with a release. */
export interface ComponentInRelease extends ComponentVersion {
  /** The tag of `next`, or of `current` where nothing moves it; null where it has no version yet. */
  readonly tag: string | null;
  /** How many of the notes' entries are its own. */
  readonly changes: number;
  readonly breaking: boolean;
}

/** A version of a component that comes with a release: its tag, on the release's commit, and its own notes. */
export interface ComponentRelease {
  readonly component: string;
  readonly version: string;
  readonly tag: string;
  readonly notes: NotesSnapshot;
}

/** What of it notices and notes show besides where it begins and ends. */
export function shownOf({ model, contributors, dependencies, groupBy }: NotesSnapshot): readonly unknown[] {
  return [model, contributors ?? null, dependencies ?? null, groupBy ?? null];
}

/** Where the coming release can be tried already. */
export interface TryPlace {
  readonly environment: string;
  readonly version: string;
  readonly url: string | null;
}

/** What the notice issue and the draft release are drawn from. */
export interface NoticeView {
  readonly version: string;
  readonly commitCount: number;
  readonly notes: NotesSnapshot;
  readonly places: readonly TryPlace[];
  /** Environments that lack changes of it; absent in notices ordered by an earlier Waybill. */
  readonly behind?: readonly PlaceBehind[];
  /** How to get at it before it is released, in the team's words; absent where the config has none, and once it is tagged. */
  readonly earlyAccess?: string;
  /** The tag that turns the draft into a release, as a command to copy. */
  readonly tag: string;
  readonly pipeline: readonly string[];
  /** Who has stopped it from going further; absent where nobody has. */
  readonly hold?: VersionHold;
  /** What makes it a release; absent in notices ordered by an earlier Waybill. */
  readonly releaseOn?: ReleaseMode;
  /** When it is expected; absent where the config names no date, and once it is tagged. */
  readonly expected?: ExpectedDate & { readonly isOver: boolean };
  /** Set once the release is tagged: the notice then follows it on its way. */
  readonly released: { readonly tag: string; readonly arrived: readonly string[] } | null;
  /** Delivered to the end of the pipeline: the notice has done its work. */
  readonly closed: boolean;
}

/** What the published release notes are drawn from. */
export interface ReleaseBodyView {
  readonly version: string;
  readonly tag: string;
  readonly prerelease: boolean;
  readonly notes: NotesSnapshot;
  /** Of a component's own version: the component, and the tag of the release that it came with. Absent of the release itself. */
  readonly component?: { readonly name: string; readonly release: string };
}

/** A notice's places on GitHub; null until they were drawn. */
export interface NoticePlace {
  readonly serial: number;
  readonly issue: number | null;
  readonly draftReleaseId: number | null;
}
