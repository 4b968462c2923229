/**
 * What to do, in the imperative. An effect is performed at least once, outside any transaction; `id` is its
 * idempotency key, and its performer looks whether it already happened before it acts a second time. What it found comes back as
 * an event.
 */
import type { ProposedSections, UnwrittenRelease } from "./changelog/keeping.ts";
import type { AssetsWanted } from "./assets.ts";
import type { ChannelMessage } from "./channels/message.ts";
import type { Recipient } from "./channels/telling.ts";
import type { ConfigIssueView } from "./config-check/issue.ts";
import type { WaybillEvent } from "./events.ts";
import type { ForwardPortView } from "./hotfix-views.ts";
import type { AskedFix } from "./hotfix-guard.ts";
import type { HotfixLook, HotfixTags, WantedHotfix } from "./hotfix-model.ts";
import type { CommitSha, PromotionId } from "./ids.ts";
import type { ProbeConfig } from "./config/index.ts";
import type { FindingName, GateQuestion } from "./gates/findings.ts";
import type { MeasureConfig, MeasurePhase } from "./measures.ts";
import type { OutOfBandRun } from "./out-of-band.ts";
import type { ProtectionWords } from "./protection.ts";
import type { Cargo, PlanSnapshot, Problem, PromotionCause } from "./promotion.ts";
import type { DeliveryReceipt } from "./receipt/receipt.ts";
import type { IncidentView } from "./rollback/incident.ts";
import type { RoadBack } from "./rollback/floor.ts";
import type { Pin } from "./rollback/pin.ts";
import type { Cut, KnownRelease, NoticeView, ReleaseBodyView } from "./release.ts";
import type { Spoken } from "./spoken.ts";
import type { ParkReason } from "./standing.ts";
import type { CommentView } from "./views.ts";

/** GitHub's deployment states that Waybill sets. https://docs.github.com/en/rest/deployments/statuses */
export type DeploymentState = "queued" | "in_progress" | "success" | "failure" | "error" | "inactive";

/** What a deployment's status says. */
export interface DeploymentWords {
  readonly version: string;
  readonly outcome:
    | "started"
    | "deployed"
    | "run-failed"
    | "failed"
    | "cancelled"
    | "needs-human"
    | "adopted"
    | "replaced";
}

export type Effect =
  | { readonly type: "react"; readonly commentId: number; readonly content: "eyes" | "rocket" | "-1" | "+1" }
  | {
      /** Writes a comment once and never again; found by its marker if the answer was lost. */
      readonly type: "comment";
      readonly issue: number;
      readonly marker: string;
      readonly view: CommentView;
      /** Looks for its marker even at the first attempt: it may have been said for another promotion. */
      readonly lookFirst?: boolean;
      /** When it was given up for the first time, where it was. */
      readonly givenUpAt?: number;
    }
  | {
      /** Puts a label on an issue or a pull request: it may be there already. */
      readonly type: "label";
      readonly issue: number;
      readonly label: string;
      /** When it was given up first. */
      readonly givenUpAt?: number;
    }
  | {
      /** Writes or edits the one live comment of a promotion. */
      readonly type: "liveComment";
      readonly issue: number;
      readonly marker: string;
      readonly promotionId: PromotionId;
      readonly commentId: number | null;
      /** Nothing was written of it before: what is new is not looked for. Absent where it may have been. */
      readonly isFirst?: boolean;
      readonly view: CommentView;
    }
  | {
      readonly type: "drawNotice";
      readonly serial: number;
      readonly issue: number | null;
      readonly view: NoticeView;
    }
  | {
      /** Draws the one issue of an incident: found by its marker, never closed and never given another title. */
      readonly type: "drawIncident";
      readonly incident: PromotionId;
      readonly issue: number | null;
      readonly view: IncidentView;
    }
  | {
      /** Draws the one issue about a broken config: found by its number or its marker, opened while the config is broken, closed when it is not. */
      readonly type: "drawConfigIssue";
      readonly issue: number | null;
      readonly view: ConfigIssueView;
    }
  | {
      /** Draws the draft release; nothing once the view says that it is released. */
      readonly type: "drawDraft";
      readonly serial: number;
      readonly draftReleaseId: number | null;
      readonly view: NoticeView;
    }
  | ({
      /** Tells a channel outside of GitHub; by its message's name it can see that it was told already. */
      readonly type: "tellChannel";
      readonly message: ChannelMessage;
    } & Recipient)
  | {
      /** Looks what merging a pull request would do, and says it as a check on its newest commit. */
      readonly type: "drawPreview";
      readonly number: number;
      /** Tags that fit the pattern and are no releases, so that nothing is counted from them. */
      readonly unreleased: readonly string[];
      /** Versions of hotfixes, which are released on lines of their own. */
      readonly taken: readonly string[];
    }
  | {
      readonly type: "publishRelease";
      readonly tag: string;
      readonly sha: CommitSha;
      readonly draftReleaseId: number | null;
      readonly noticeSerial: number | null;
      readonly view: ReleaseBodyView;
      /** Names and patterns of the files that are to be there before it is published: until then it is a draft. Absent where it is published at once. */
      readonly assets?: readonly string[];
      /** A newer release stands: this is not the latest one. Absent where it may be. */
      readonly overtaken?: boolean;
      /** When it was given up for the first time, where it was. */
      readonly givenUpAt?: number;
    }
  | {
      /** Looks whether a draft's files are all there, and publishes it then. */
      readonly type: "lookAtAssets";
      readonly wanted: AssetsWanted;
    }
  | {
      /** Makes the tag of a version at exactly this commit. */
      readonly type: "cutTag";
      readonly cut: Cut;
      /** The highest release before it: what is cut after it must not be its past. Null where there is none. */
      readonly after: { readonly tag: string; readonly sha: CommitSha } | null;
      /** Why it is not to be made any more, unless it was made already. */
      readonly late?: Problem;
      /** Tags that fit the pattern and are no releases; absent in what an earlier Waybill ordered. */
      readonly unreleased?: readonly string[];
    }
  | {
      /** Reads what a tag is: its webhook was lost, or is none that anybody was told of. */
      readonly type: "lookAtTag";
      readonly tag: string;
      /** The commit on which it is one of Waybill's own making; null where it is none. */
      readonly own: CommitSha | null;
      /** Tags that fit the pattern and are no releases, so that nothing is counted from them. */
      readonly unreleased: readonly string[];
      /** Absent in what an earlier Waybill ordered. */
      readonly hotfixes?: HotfixTags;
    }
  | {
      /** Makes a hotfix's branch, at exactly the commit of the release that it comes from. */
      readonly type: "openHotfix";
      readonly hotfix: WantedHotfix;
      /** Why it is not to be made any more, unless it was made already. */
      readonly late?: Problem;
    }
  | {
      /** Looks what a hotfix's branch holds by now. */
      readonly type: "lookAtHotfix";
      readonly hotfix: HotfixLook;
      readonly unreleased: readonly string[];
      readonly hotfixes: HotfixTags;
    }
  | {
      /** Opens the pull request that brings a hotfix to the release branch, unless there is one. */
      readonly type: "openForwardPort";
      readonly branch: string;
      readonly to: string;
      /** The released commit that it brings. */
      readonly sha: CommitSha;
      readonly view: ForwardPortView;
    }
  | {
      /** Looks how that pull request stands. */
      readonly type: "lookAtForwardPort";
      readonly branch: string;
      readonly number: number;
    }
  | {
      /** Brings these releases' sections to the changelog, by the one pull request for them. */
      readonly type: "keepChangelog";
      /** The file, from the repository's root. */
      readonly path: string;
      /** The release branch. */
      readonly branch: string;
      readonly releases: readonly UnwrittenRelease[];
      /** The pull request as it was last seen; null where none was. */
      readonly proposed: ProposedSections | null;
      /** Tags that fit the pattern and are no releases, so that nothing is counted from them. */
      readonly unreleased: readonly string[];
      readonly hotfixes: HotfixTags;
    }
  | {
      readonly type: "lookForCommit";
      readonly version: string;
      readonly sha: CommitSha;
      readonly environment: string;
      readonly running: CommitSha;
    }
  | {
      /** Looks for runs that Waybill started for the environment and that no lane knows of. */
      readonly type: "lookAtEnvironment";
      readonly environment: string;
    }
  | {
      /** Says whether a job may deploy to an environment (a custom deployment protection rule). */
      readonly type: "answerProtectionRule";
      readonly environment: string;
      readonly runId: number;
      readonly attempt: number;
      readonly deploymentId: number | null;
      readonly state: "approved" | "rejected";
      readonly words: ProtectionWords;
    }
  | {
      /** Looks whether a run that Waybill did not start has ended. */
      readonly type: "lookAtOutOfBand";
      readonly run: OutOfBandRun;
    }
  | ({
      /** Finds out what gates need to know for a promotion that waits for them. */
      readonly type: "lookAtGates";
      readonly nr: number;
      readonly names: readonly FindingName[];
    } & GateQuestion)
  | ({
      readonly type: "prepareRollout";
      /** What may run there in place of that, though nobody knows; absent where nothing may. */
      readonly unsure?: { readonly version: string; readonly sha: CommitSha };
      /** What was rolled back there is not taken, nor what descends from it unmended; absent where nothing was. */
      readonly pin?: Pin;
      /** Commits that mend it: those by which hotfixes that were delivered there since came to the release branch. Absent: none. */
      readonly mends?: readonly CommitSha[];
      /** Fixes that it may not lose; absent where there are none. */
      readonly fixes?: readonly AskedFix[];
      /** Of a rollback alone: what it may not go past without a reason. Absent in what an earlier Waybill ordered. */
      readonly back?: RoadBack;
      /** By component, the commits with which its files are compared; absent where none may be left as it is. */
      readonly compare?: Readonly<Record<string, CommitSha>>;
    } & GateQuestion)
  | {
      readonly type: "recordDeployment";
      readonly correlationId: string;
      readonly promotionId: PromotionId;
      readonly component: string;
      readonly environment: string;
      readonly production: boolean;
      readonly cargo: Cargo;
    }
  | {
      readonly type: "setDeploymentStatus";
      readonly deploymentId: number;
      readonly state: DeploymentState;
      readonly words: DeploymentWords;
      readonly logUrl: string | null;
      readonly environmentUrl: string | null;
    }
  | {
      /** Signs the receipt of a delivery, and keeps it: in the store and, where it is signed, under a ref at GitHub that is never written again. */
      readonly type: "keepReceipt";
      readonly promotionId: PromotionId;
      readonly receipt: DeliveryReceipt;
      /** It is uploaded to its release, too; absent where it is not. */
      readonly asset?: true;
      /** When it was given up first. */
      readonly givenUpAt?: number;
    }
  | {
      /** Production deployments are not made inactive by GitHub: we do it for those that this one replaced. */
      readonly type: "retireDeployments";
      readonly environment: string;
      readonly component: string;
      readonly keep: number;
      /** What took their place, and its run; absent in what an earlier Waybill ordered. */
      readonly by?: { readonly version: string; readonly runUrl: string | null };
      /** When it was given up first. */
      readonly givenUpAt?: number;
    }
  | {
      readonly type: "dispatchRun";
      /** When the rights and the tag were last looked at: before a later component they are looked at again. */
      readonly preparedAt: number;
      /** For the first run of what a person asked for: when that was heard, and when this was ordered. */
      readonly begins?: { readonly heardAt: number; readonly orderedAt: number };
      readonly cargo: Cargo;
      readonly cause: PromotionCause;
      readonly plan: PlanSnapshot;
      readonly correlationId: string;
      readonly workflow: string;
      readonly ref: string;
      /** Set for a rollback: for words alone. */
      readonly class?: "rollback";
      readonly inputs: Readonly<Record<string, string>>;
    }
  | {
      readonly type: "traceRun";
      readonly correlationId: string;
      readonly workflow: string;
      readonly claims: boolean;
      readonly since: number;
    }
  | {
      readonly type: "takeClaim";
      readonly correlationId: string;
      readonly workflow: string;
      readonly sha: CommitSha;
    }
  | { readonly type: "lookAtRun"; readonly correlationId: string; readonly runId: number }
  | {
      readonly type: "cancelRun";
      readonly runId: number;
      /** Without letting its last steps run: it was told to stop before, and did not. */
      readonly force?: true;
    }
  | {
      /** Reads the recovery point that the run of a backup tells; null where no run of it is known. */
      readonly type: "readRecoveryPoint";
      readonly correlationId: string;
      readonly runId: number | null;
    }
  | { readonly type: "removeClaim"; readonly correlationId: string }
  | {
      readonly type: "adoptDeployment";
      readonly correlationId: string;
      readonly environment: string;
      readonly runId: number;
      readonly sha: CommitSha;
    }
  | {
      readonly type: "askVersion";
      readonly promotionId: PromotionId;
      readonly component: string | null;
      readonly probe: number;
      readonly config: ProbeConfig;
      readonly cargo: Cargo;
    }
  | {
      /** Asks for numbers that tell how the system performs. */
      readonly type: "askMeasures";
      readonly promotionId: PromotionId;
      readonly phase: MeasurePhase;
      readonly numbers: readonly MeasureConfig[];
    }
  | {
      /** Asks GitHub whether Waybill may act in the repository at all; `hint` is what a webhook called it. */
      readonly type: "lookAtStanding";
      readonly hint: ParkReason | null;
    }
  | {
      /** Looks at the branch and at tags that are newer than these releases: webhooks about them were lost. */
      readonly type: "catchUp";
      /** Empty where only the branch is to be looked at; absent in what an earlier Waybill ordered. */
      readonly known?: readonly KnownRelease[];
      /** Tags that fit the pattern and are no releases, so that nothing is counted from them. */
      readonly unreleased?: readonly string[];
      /** Absent where an earlier Waybill ordered it. */
      readonly hotfixes?: HotfixTags;
    }
  | {
      /** Hands an event to another lane of the same repository (environment "" is the repository's own). */
      readonly type: "tellLane";
      readonly environment: string;
      readonly event: WaybillEvent;
    }
  | {
      /** Comes back to this lane as the given event. */ readonly type: "wake";
      readonly event: WaybillEvent;
    };

export type EffectType = Effect["type"];

/** An effect as `decide` orders it. */
export interface PlannedEffect {
  /** The idempotency key, unique within the lane. */
  readonly id: string;
  readonly effect: Effect & Spoken;
  /** Not before this many milliseconds after the event; 0 at once. */
  readonly delayMs: number;
  /** Effects with the same non-null `serial` run one after the other (edits of one comment). */
  readonly serial: string | null;
  /** A later one with the same id replaces one that still waits. */
  readonly coalesce: boolean;
}
