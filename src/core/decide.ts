/**
 * `decide(state, event)`: the whole of what Waybill decides, in one place. Pure: no clock, no randomness, no I/O; the time
 * is in the event. The same state and event always give the same decision.
 */
import { CHANNEL_NEWS } from "./channels/trouble.ts";
import { CONFIG_EVENTS } from "./config-check/issue.ts";
import type { Decision, Policy } from "./decision.ts";
import { decideEnvironment, newEnvironmentLane, type EnvironmentLane } from "./environment.ts";
import { HOTFIX_EVENTS } from "./hotfix-events.ts";
import type { EnvironmentEvent, RepositoryEvent, WaybillEvent } from "./events.ts";
import { FILES_EVENTS } from "./release-files.ts";
import { withSpoken } from "./spoken.ts";
import { decideRepository, newRepositoryLane, type RepositoryLane } from "./repository.ts";

export type LaneState = RepositoryLane | EnvironmentLane;

/** Every event of the repository's lane; a record, so that a new one without its line does not compile. */
const REPOSITORY_EVENTS: Readonly<Record<RepositoryEvent["type"], true>> = {
  BranchMoved: true,
  ReleaseTagged: true,
  TagRefused: true,
  CommandsAnswered: true,
  StrangerIgnored: true,
  NoticeDrawn: true,
  DraftDrawn: true,
  EnvironmentDelivered: true,
  EnvironmentFailed: true,
  DeployedByHand: true,
  DriftSeen: true,
  BuildOverdue: true,
  QuarantineChanged: true,
  ContainmentSeen: true,
  StandingDoubted: true,
  StandingSeen: true,
  ReleaseRequested: true,
  MergesDue: true,
  ExpectedDue: true,
  NotesAsked: true,
  PullChanged: true,
  VersionHeld: true,
  VersionLetGo: true,
  TagCut: true,
  TagAwaited: true,
  CutRefused: true,
  TalkGivenUp: true,
  TalkDueAgain: true,
  ...HOTFIX_EVENTS,
  ...FILES_EVENTS,
  ...CONFIG_EVENTS,
  ...CHANNEL_NEWS,
};

/** Every event of an environment's lane, likewise. */
const ENVIRONMENT_EVENTS: Readonly<Record<EnvironmentEvent["type"], true>> = {
  RepositoryResumed: true,
  RepositoryLost: true,
  EnvironmentSeen: true,
  EnvironmentLookDue: true,
  OutOfBandSeen: true,
  ProtectionAsked: true,
  ProtectionGivenUp: true,
  OutOfBandLookDue: true,
  PromotionRequested: true,
  RolloutPrepared: true,
  HotfixPorted: true,
  RolloutRefused: true,
  DeploymentRecorded: true,
  DeploymentMade: true,
  RunStarted: true,
  DispatchRefused: true,
  DispatchAnswerLost: true,
  RunNotSeen: true,
  RecoveryPointSeen: true,
  ClaimTaken: true,
  RunObserved: true,
  RunGone: true,
  PersonResolved: true,
  PersonCancelled: true,
  IncidentDrawn: true,
  ReleaseApproved: true,
  ReleaseRejected: true,
  ApprovalWithdrawn: true,
  EnvironmentFrozen: true,
  EnvironmentUnfrozen: true,
  ReleasesKeptBack: true,
  HoldsTold: true,
  EnvironmentUnpinned: true,
  ReleaseUnquarantined: true,
  GatesDue: true,
  GatesSeen: true,
  GatesDoubted: true,
  LookDue: true,
  StepOverdue: true,
  VersionObserved: true,
  MeasuresTaken: true,
  CommandsRenamed: true,
  VersionReported: true,
  ReportsDue: true,
  LiveCommentWritten: true,
  EffectGivenUp: true,
};

/** Whether this version knows such an event. What a newer one has queued beside it is left to that one. */
export function isKnownEvent({ type }: { readonly type: string }): boolean {
  return Object.hasOwn(REPOSITORY_EVENTS, type) || Object.hasOwn(ENVIRONMENT_EVENTS, type);
}

/** The state of a lane about which nothing is known yet; the empty name is the repository's own lane. */
export function newLane(environment: string): LaneState {
  return environment === "" ? newRepositoryLane() : newEnvironmentLane();
}

/**
 * Decides an event on its lane.
 * @throws if the event does not belong to this kind of lane: that is a fault in the wiring, not in the world.
 */
export function decide(state: LaneState, event: WaybillEvent, policy: Policy): Decision<LaneState> {
  switch (state.kind) {
    case "repository":
      return withSpoken(decideRepository(state, asRepositoryEvent(event)), event);
    case "environment":
      return withSpoken(decideEnvironment(state, asEnvironmentEvent(event), policy), event);
  }
}

function asRepositoryEvent(event: WaybillEvent): RepositoryEvent {
  if (!isRepositoryEvent(event)) throw new Error(`${event.type} was handed to a repository's lane`);
  return event;
}

function asEnvironmentEvent(event: WaybillEvent): EnvironmentEvent {
  if (isRepositoryEvent(event)) throw new Error(`${event.type} was handed to an environment's lane`);
  return event;
}

function isRepositoryEvent(event: WaybillEvent): event is RepositoryEvent {
  return Object.hasOwn(REPOSITORY_EVENTS, event.type);
}
