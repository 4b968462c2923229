/**
 * What happened, in the past tense. Events are the only way into `decide`; they carry facts as data and the time at
 * which they were observed. An event never says what to do.
 */
import type { ChannelNews } from "./channels/trouble.ts";
import type { CommandAnswer, PersonsWord } from "./commands/command.ts";
import type { ConfigEvent } from "./config-check/issue.ts";
import type { CommitSha, PromotionId } from "./ids.ts";
import type { TalkEffect } from "./given-up.ts";
import type { LaneKey } from "./ports.ts";
import type { Person, PlanSnapshot, Problem } from "./promotion.ts";
import type { ComponentRelease, Cut, NotesSnapshot, Release } from "./release.ts";
import type { FilesEvent } from "./release-files.ts";
import type { Bad } from "./rollback/pin.ts";
import type { EnvironmentThread, ParkReason, Standing } from "./standing.ts";
import type { ByHandView, FailureView } from "./views.ts";
import type { EnvironmentEvent } from "./environment-events.ts";
import type { DriftView } from "./watch.ts";
import type { HotfixEvent } from "./hotfix-events.ts";

export type { EnvironmentEvent, RunObservation } from "./environment-events.ts";

/** Events of the repository's own lane: its branch, its releases, its conversation. */
export type RepositoryEvent =
  | HotfixEvent
  | FilesEvent
  | ConfigEvent
  | ChannelNews
  | {
      /** Something suggests that the repository's standing has changed; `hint` is what a webhook called it. */
      readonly type: "StandingDoubted";
      readonly at: number;
      readonly hint: ParkReason | null;
    }
  | {
      readonly type: "StandingSeen";
      readonly at: number;
      readonly standing: Standing;
      readonly hint: ParkReason | null;
      /** Every environment that the repository has a lane for. */
      readonly environments: readonly EnvironmentThread[];
    }
  | {
      readonly type: "BranchMoved";
      readonly at: number;
      readonly head: CommitSha;
      readonly notes: NotesSnapshot;
      /** The coming version. */
      readonly version: string;
      readonly plans: readonly PlanSnapshot[];
    }
  | {
      readonly type: "ReleaseTagged";
      readonly at: number;
      readonly release: Release;
      readonly notes: NotesSnapshot;
      /** The versions of components that come with it; absent where there are none, and in what an earlier Waybill stored. */
      readonly parts?: readonly ComponentRelease[];
      readonly plans: readonly PlanSnapshot[];
    }
  | {
      readonly type: "TagRefused";
      readonly at: number;
      readonly tag: string;
      readonly sha: CommitSha | null;
      readonly reason: TagRefusal;
    }
  | {
      readonly type: "CommandsAnswered";
      readonly at: number;
      readonly commentId: number;
      readonly issue: number;
      readonly by: Person;
      readonly answers: readonly CommandAnswer[];
      /** The word that commands begin with; absent where they have none. */
      readonly prefix?: string;
    }
  | {
      readonly type: "StrangerIgnored";
      readonly at: number;
      readonly commentId: number;
      readonly issue: number;
      readonly by: Person;
      readonly command: string;
    }
  | {
      readonly type: "NoticeDrawn";
      readonly at: number;
      readonly serial: number;
      /** Null where the repository takes no issues. */
      readonly issue: number | null;
    }
  | {
      readonly type: "DraftDrawn";
      readonly at: number;
      readonly serial: number;
      readonly draftReleaseId: number;
    }
  | {
      readonly type: "EnvironmentDelivered";
      readonly at: number;
      readonly environment: string;
      readonly version: string;
      readonly sha: CommitSha;
      readonly url: string | null;
      readonly promotionId: PromotionId;
      readonly last: boolean;
    }
  | {
      readonly type: "EnvironmentFailed";
      readonly at: number;
      readonly environment: string;
      readonly promotionId: PromotionId;
      /** The comment's name: what needs a person and what has failed are said one after the other. */
      readonly marker: string;
      readonly view: FailureView;
    }
  | {
      /** Something was brought to an environment past Waybill. */
      readonly type: "DeployedByHand";
      readonly at: number;
      readonly marker: string;
      readonly view: ByHandView;
    }
  | {
      /** The running system of an environment names another version than was delivered there, or the right one again, or nothing for long. */
      readonly type: "DriftSeen";
      readonly at: number;
      readonly marker: string;
      readonly view: DriftView;
    }
  | {
      /** An environment was rolled back, or its pin was lifted: `bad` is all that is in quarantine there by now. */
      readonly type: "QuarantineChanged";
      readonly at: number;
      readonly environment: string;
      /** What it goes back to; null where the pin was lifted. */
      readonly good: string | null;
      /** Who has rolled back; null where Waybill did by itself, or the pin was lifted. */
      readonly by: string | null;
      readonly reason: string | null;
      readonly bad: readonly Bad[];
    }
  | {
      /** A build of merged changes waited for too long while nobody could act: what is newest by now is to go in its place. */
      readonly type: "BuildOverdue";
      readonly at: number;
      readonly environment: string;
      readonly sha: CommitSha;
    }
  | {
      readonly type: "ContainmentSeen";
      readonly at: number;
      readonly version: string;
      readonly environment: string;
      readonly contained: boolean;
    }
  | {
      /** A person asked for a release; version and commit are pinned to what was shown when the command came in. */
      readonly type: "ReleaseRequested";
      readonly at: number;
      readonly cut: Cut;
      /** Where the branch was when the command came in; further on than the cut where that is what the notice showed. */
      readonly head: CommitSha;
    }
  | {
      /** A person asked for the published notes of a release to be written anew: they are as they would be written now. */
      readonly type: "NotesAsked";
      readonly at: number;
      readonly by: Person;
      readonly commentId: number;
      /** 1 for the first command of the comment. */
      readonly ordinal: number;
      readonly release: Release;
      readonly notes: NotesSnapshot;
      /** As with `ReleaseTagged`. */
      readonly parts?: readonly ComponentRelease[];
    }
  | {
      /** The pause after a merge is over: what is merged is to be released. */
      readonly type: "MergesDue";
      readonly at: number;
    }
  | {
      /** The coming release is expected in some hours, or was expected by now. */
      readonly type: "ExpectedDue";
      readonly at: number;
      /** Of the notice that named the date. */
      readonly serial: number;
      readonly expectedAt: number;
    }
  | {
      /** A person stops a version from going further. */
      readonly type: "VersionHeld";
      readonly at: number;
      readonly version: string;
      readonly reason: string | null;
      readonly word: PersonsWord;
    }
  | {
      readonly type: "VersionLetGo";
      readonly at: number;
      readonly version: string;
      readonly word: PersonsWord;
    }
  | {
      /** A pull request to the release branch was opened, edited, pushed to or opened again, or somebody wants it looked at again. */
      readonly type: "PullChanged";
      readonly at: number;
      readonly number: number;
    }
  | { readonly type: "TagCut"; readonly at: number; readonly cut: Cut }
  | {
      /** A tag that Waybill made should have been heard of by now. */
      readonly type: "TagAwaited";
      readonly at: number;
      readonly tag: string;
    }
  | {
      readonly type: "CutRefused";
      readonly at: number;
      readonly cut: Cut;
      readonly problem: Problem;
      /** Nobody can tell whether the tag was made after all. */
      readonly unsure: boolean;
    }
  | {
      /** Something that people wait for could not be done at GitHub, however often it was tried. */
      readonly type: "TalkGivenUp";
      readonly at: number;
      readonly effect: TalkEffect;
    }
  | {
      /** GitHub has had a rest: what was given up is tried anew. */
      readonly type: "TalkDueAgain";
      readonly at: number;
      readonly effect: TalkEffect;
    };

/** Why a pushed tag does not become a release. */
export type TagRefusal =
  | { readonly code: "nearly"; readonly meant: string }
  | { readonly code: "off-branch"; readonly branch: string }
  | { readonly code: "moved"; readonly before: CommitSha }
  | { readonly code: "not-a-commit" }
  | { readonly code: "by-command" }
  | { readonly code: "config-broken" }
  /** It is one, but has no page: an immutable release of that tag was deleted, and GitHub takes the tag for no other. */
  | { readonly code: "burned" }
  /** Of a component's version that came with a release: `at` is the commit on which it stands already. */
  | {
      readonly code: "component-taken";
      readonly component: string;
      readonly release: string;
      readonly at: CommitSha | null;
    }
  /** GitHub does not let it be made. */
  | {
      readonly code: "component-refused";
      readonly component: string;
      readonly release: string;
      readonly message: string;
    };

export type WaybillEvent = RepositoryEvent | EnvironmentEvent;

/** An event with the lane that it belongs to. */
export interface LaneEvent {
  readonly lane: LaneKey;
  readonly event: WaybillEvent;
  /**
   * The comment whose command it is. A webhook and a look may translate one comment at a time, each by what it finds (a moment later it is too
   * late, or a right is gone): all that a comment comes to is taken from whoever is first. Absent for what no comment commands.
   */
  readonly comment?: number;
}
