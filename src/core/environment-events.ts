/**
 * What happened in one environment: requests, and what became of what was done for them. See `events.ts` for what events are.
 */
import type { Recipient } from "./channels/telling.ts";
import type { VersionHold } from "./hold.ts";
import type { ApprovalWord } from "./approvals.ts";
import type { Effect } from "./effects.ts";
import type { Expected } from "./expected.ts";
import type { CommitSha, PromotionId } from "./ids.ts";
import type { FreezeWord } from "./freeze.ts";
import type { FindingName, GateFindings } from "./gates/findings.ts";
import type { FixesFound, Port } from "./hotfix-guard.ts";
import type { LeftRun } from "./left.ts";
import type { MigrationsBetween } from "./migrations.ts";
import type { OutOfBandRun } from "./out-of-band.ts";
import type { MeasuresTaken } from "./measures.ts";
import type { CommandsRenamed } from "./spoken.ts";
import type { Evidence, NewPromotion, Person, Problem, ShippedPull, StepPlan } from "./promotion.ts";
import type { Rehearsal } from "./rehearsal.ts";
import type { ResolvedOutcome } from "./resolved.ts";
import type { MigrationsPassed } from "./rollback/floor.ts";
import type { Bad } from "./rollback/pin.ts";
import type { PinWord } from "./rollback/pinning.ts";
import type { ParkReason } from "./standing.ts";

/** Events of one environment's lane: requests, and what became of what was done for them. */
export type EnvironmentEvent =
  /** Waybill may act in the repository again; since `since` it could not. */
  | { readonly type: "RepositoryResumed"; readonly at: number; readonly since: number }
  | {
      /** Waybill may not act in the repository any more, and as far as anybody can tell it will not. */
      readonly type: "RepositoryLost";
      readonly at: number;
      readonly reason: ParkReason;
      /** It cannot come back: nothing that runs there is of any concern. */
      readonly forGood: boolean;
    }
  | {
      /** GitHub was asked what Waybill has under way here, by whatever installation. */
      readonly type: "EnvironmentSeen";
      readonly at: number;
      readonly environment: string;
      /** All that have not ended, also those that are for other environments. */
      readonly runs: readonly (LeftRun & Pick<RunObservation, "title">)[];
      /** A deployment was recorded here so recently that its run may not be listed yet. */
      readonly recent: boolean;
    }
  | { readonly type: "EnvironmentLookDue"; readonly at: number }
  | {
      /** A run that Waybill did not start is at work here, or has ended. */
      readonly type: "OutOfBandSeen";
      readonly at: number;
      readonly run: OutOfBandRun;
      /** How it has ended (null: it is gone), and when by our clock; null while it goes on. */
      readonly end: { readonly conclusion: string | null; readonly at: number } | null;
    }
  | {
      /** A job of a run asks to be let into the environment (a custom deployment protection rule). */
      readonly type: "ProtectionAsked";
      readonly at: number;
      readonly environment: string;
      readonly run: RunObservation;
      /** The job's own deployment; null where it was only seen that its run waits. */
      readonly deploymentId: number | null;
    }
  | {
      /** GitHub has not taken the answer to one that asked. */
      readonly type: "ProtectionGivenUp";
      readonly at: number;
      readonly answer: Extract<Effect, { type: "answerProtectionRule" }>;
    }
  | {
      readonly type: "OutOfBandLookDue";
      readonly at: number;
      readonly runId: number;
      readonly attempt: number;
    }
  | { readonly type: "PromotionRequested"; readonly at: number; readonly request: NewPromotion }
  | {
      readonly type: "RolloutPrepared";
      readonly at: number;
      readonly promotionId: PromotionId;
      readonly steps: readonly StepPlan[];
      readonly changeCount: number | null;
      readonly pulls: readonly ShippedPull[];
      /** Absent where no component declares any. */
      readonly migrations?: MigrationsBetween;
      /** Those that a rollback goes past; absent where there are none, and from an earlier Waybill. */
      readonly past?: MigrationsPassed;
      /** What the gates are asked by right before anything begins; absent where none needs it, and from an earlier Waybill. */
      readonly findings?: GateFindings;
      /** Absent where no fix was asked for, and in what an earlier Waybill has looked at. */
      readonly fixes?: FixesFound;
      /** How the environments before delivered the release; absent where none did, and in what an earlier Waybill has looked at. */
      readonly rehearsals?: readonly Rehearsal[];
    }
  | ({
      /** What counts as having a hotfix's fix, besides its own commit. */
      readonly type: "HotfixPorted";
      readonly at: number;
      readonly environment: string;
      readonly version: string;
    } & Port)
  | {
      readonly type: "RolloutRefused";
      readonly at: number;
      readonly promotionId: PromotionId;
      readonly problem: Problem;
    }
  | {
      readonly type: "DeploymentRecorded";
      readonly at: number;
      readonly correlationId: string;
      readonly deploymentId: number;
    }
  | {
      /** A job of the step's run has made a deployment of its own here. */
      readonly type: "DeploymentMade";
      readonly at: number;
      readonly correlationId: string;
      readonly deploymentId: number;
    }
  | {
      readonly type: "RunStarted";
      readonly at: number;
      readonly correlationId: string;
      readonly runId: number;
      readonly runUrl: string;
    }
  | {
      readonly type: "DispatchRefused";
      readonly at: number;
      readonly correlationId: string;
      readonly problem: Problem;
    }
  | { readonly type: "DispatchAnswerLost"; readonly at: number; readonly correlationId: string }
  | {
      readonly type: "RunNotSeen";
      readonly at: number;
      readonly correlationId: string;
      readonly lookedLongEnough: boolean;
    }
  | { readonly type: "ClaimTaken"; readonly at: number; readonly correlationId: string }
  | { readonly type: "RunObserved"; readonly at: number; readonly run: RunObservation }
  | { readonly type: "RunGone"; readonly at: number; readonly correlationId: string }
  | {
      /** The run of a backup was asked for its recovery point. */
      readonly type: "RecoveryPointSeen";
      readonly at: number;
      readonly correlationId: string;
      /** Epoch milliseconds; null where it tells none that can be read. */
      readonly point: number | null;
      /** When that was, by GitHub's clock. */
      readonly seenAt: number;
      /** What it says that cannot be read; null where there is nothing of that. */
      readonly written: string | null;
    }
  | {
      readonly type: "PersonResolved";
      readonly environment: string;
      /** The promotion that the person saw waiting. */
      readonly promotionId: PromotionId;
      readonly at: number;
      readonly by: Person;
      readonly commentId: number;
      readonly issue: number;
      /** What the person has found; absent where nobody can tell. */
      readonly outcome?: ResolvedOutcome;
    }
  | {
      readonly type: "PersonCancelled";
      readonly environment: string;
      /** As written: a version or a tag; null for what is under way, or the only one that waits. */
      readonly version: string | null;
      /** What the word is known by in the lane. */
      readonly name: string;
      readonly at: number;
      readonly by: Person;
      readonly commentId: number;
      readonly issue: number;
    }
  | {
      readonly type: "EnvironmentFrozen";
      /** Who is told of it outside of GitHub; absent where nobody is. */
      readonly recipients?: readonly Recipient[];
      readonly at: number;
      readonly environment: string;
      /** Null: until a person lifts it. */
      readonly until: number | null;
      readonly reason: string | null;
      readonly word: FreezeWord;
    }
  | {
      readonly type: "ReleaseApproved";
      readonly at: number;
      readonly environment: string;
      readonly version: string;
      readonly sha: CommitSha;
      readonly reason: string | null;
      readonly word: ApprovalWord;
    }
  | {
      readonly type: "ReleaseRejected";
      readonly at: number;
      readonly environment: string;
      readonly version: string;
      readonly sha: CommitSha;
      readonly reason: string;
      readonly word: ApprovalWord;
    }
  | {
      readonly type: "ApprovalWithdrawn";
      readonly at: number;
      readonly environment: string;
      /** Null: of all versions. */
      readonly version: string | null;
      readonly word: ApprovalWord;
    }
  | {
      readonly type: "EnvironmentUnfrozen";
      /** As with `EnvironmentFrozen`. */
      readonly recipients?: readonly Recipient[];
      readonly at: number;
      readonly environment: string;
      /** Whether no other environment was meant with it. */
      readonly alone: boolean;
      /** When the last of the freezes ends that the config foresees and that hold now; absent where none does. */
      readonly scheduled?: { readonly until: number };
      readonly word: FreezeWord;
    }
  | {
      readonly type: "IncidentDrawn";
      readonly at: number;
      /** The first rollback of the incident. */
      readonly incident: PromotionId;
      /** Null where the repository takes no issues. */
      readonly issue: number | null;
    }
  | {
      /** Another environment was rolled back, or its pin was lifted: `bad` is all that is in quarantine there by now. */
      readonly type: "ReleasesKeptBack";
      readonly at: number;
      readonly environment: string;
      readonly bad: readonly Bad[];
    }
  | {
      /** Every version that a person has stopped from going further; `nr` tells which telling is the newest. */
      readonly type: "HoldsTold";
      readonly at: number;
      readonly nr: number;
      readonly holds: readonly VersionHold[];
    }
  | {
      readonly type: "ReleaseUnquarantined";
      readonly at: number;
      readonly environment: string;
      readonly version: string;
      readonly word: PinWord;
    }
  | {
      readonly type: "EnvironmentUnpinned";
      readonly at: number;
      readonly environment: string;
      readonly word: PinWord;
    }
  | {
      /** A moment has come at which a gate may open, or at which what it waits for is to be looked at. */
      readonly type: "GatesDue";
      readonly at: number;
    }
  | {
      /** What gates of a waiting promotion need to know was looked at; `nr` is that of the order. */
      readonly type: "GatesSeen";
      readonly at: number;
      readonly promotionId: PromotionId;
      readonly nr: number;
      readonly findings: GateFindings;
    }
  | {
      /** Something suggests that what these findings say is not true any more, of whatever waits with this commit; null: of all. */
      readonly type: "GatesDoubted";
      readonly at: number;
      readonly sha: CommitSha | null;
      readonly names: readonly FindingName[];
    }
  | { readonly type: "LookDue"; readonly at: number; readonly correlationId: string }
  | {
      /** The time of a step's run is over. */
      readonly type: "StepOverdue";
      readonly at: number;
      readonly correlationId: string;
    }
  | {
      readonly type: "VersionObserved";
      readonly at: number;
      readonly promotionId: PromotionId;
      /** The component that was asked, or null where the environment as a whole was. */
      readonly component: string | null;
      readonly probe: number;
      readonly evidence: Evidence;
      /** What the answer was judged by; absent in what an earlier Waybill has asked. */
      readonly wanted?: Expected;
    }
  | MeasuresTaken
  | CommandsRenamed
  | {
      /** A node of the running system has told by itself what it runs (`core/reports.ts`). */
      readonly type: "VersionReported";
      /** When it was said, by whichever of the two clocks is behind. */
      readonly at: number;
      readonly environment: string;
      readonly component: string | null;
      /** The name of the secret by which it was signed. */
      readonly secret: string;
      readonly node: string;
      /** At least one of the two. */
      readonly version: string | null;
      readonly sha: string | null;
    }
  | {
      /** The deadline of a probe that waits for reports. */
      readonly type: "ReportsDue";
      readonly at: number;
      readonly promotionId: PromotionId;
      readonly component: string | null;
      readonly probe: number;
    }
  | {
      readonly type: "LiveCommentWritten";
      readonly at: number;
      readonly promotionId: PromotionId;
      readonly commentId: number;
    }
  | {
      readonly type: "EffectGivenUp";
      readonly at: number;
      readonly effect: string;
      readonly promotionId: PromotionId | null;
      readonly correlationId: string | null;
      readonly error: string;
    };

/** A workflow run as GitHub showed it, in a webhook or when asked. */
export interface RunObservation {
  readonly id: number;
  readonly attempt: number;
  /** `waiting`: for an approval of its deployment on GitHub. */
  readonly status: "queued" | "in_progress" | "waiting" | "completed" | "other";
  readonly conclusion: string | null;
  readonly headSha: CommitSha;
  readonly url: string;
  /** The run's name; workflows that follow our contract put the correlation id in it. */
  readonly title: string;
  /** The workflow's file name (`deploy.yml`). */
  readonly workflow: string;
  /** Whether it was started by a dispatch, and whether by Waybill: a pull request's title can name a run as it likes. */
  readonly dispatched: boolean;
  readonly byWaybill: boolean;
}
