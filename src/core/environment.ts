/**
 * The lane of one environment: its queue, the one promotion that runs, and what was delivered. At most one promotion
 * is ever active here (promise P1); everything that happens to it passes through `decideEnvironment`.
 */
import { askMeasures, withMeasures } from "./measures.ts";
import { onHoldsTold, type ToldHolds } from "./hold.ts";
import { advance } from "./advance.ts";
import { onApproved, onWithdrawn, type Approval } from "./approvals.ts";
import { beginReadySteps } from "./begin.ts";
import { onCancelled, type CalledOff } from "./cancel.ts";
import type { Spoken } from "./spoken.ts";
import type { RecoveryPoint } from "./database/model.ts";
import { recoveryAfter } from "./database/recovery.ts";
import { newMinutes, record, type Decision, type Minutes, type Policy } from "./decision.ts";
import { tellOfProgress } from "./channels/telling.ts";
import { disturbedAfter, type Disturbed } from "./disturbed.ts";
import type { EnvironmentEvent } from "./events.ts";
import { lookAtItsEnd, onFrozen, onUnfrozen, type FreezeState } from "./freeze.ts";
import { fixesAfter, onHotfixPorted, withFixesFound, type FixesKept } from "./hotfix-guard.ts";
import type { CommitSha, PromotionId } from "./ids.ts";
import { afterAbsence, onEnvironmentLookDue, onEnvironmentSeen, onLookGivenUp, type Left } from "./left.ts";
import { lookWhereNeeded, onGatesDoubted, onGatesSeen, withApprovers, withoutFindings } from "./looks.ts";
import { placedAfter, type Placements } from "./placed.ts";
import {
  lookAgain,
  onOutOfBandLookDue,
  onOutOfBandSeen,
  touched,
  withoutAdopted,
  type OutOfBand,
} from "./out-of-band.ts";
import { end, hasEnded, type Promotion } from "./promotion.ts";
import { answerAsking, onProtectionAsked, onProtectionGivenUp, type Protection } from "./protection.ts";
import { withRehearsals } from "./rehearsal.ts";
import { onRejected } from "./rejecting.ts";
import { onResolved } from "./resolved.ts";
import { goBack } from "./rollback/automatic.ts";
import { countReports, onReported, onReportsDue, type Report } from "./reports.ts";
import { recordPast } from "./rollback/going.ts";
import { onIncidentDrawn, onIncidentGivenUp, withIncident, type Incident } from "./rollback/incident.ts";
import { onKeptBackElsewhere } from "./rollback/kept-back.ts";
import type { Freed, KeptBack, Pin, WrittenWord } from "./rollback/pin.ts";
import { unfinishedAfter, type Unfinished } from "./retry.ts";
import { liftedBy, onUnpinned } from "./rollback/pinning.ts";
import { onUnquarantined } from "./rollback/unquarantine.ts";
import { observeVersion, plannedSteps } from "./rollout.ts";
import { leaveUnchanged, skipsOf } from "./skips.ts";
import { afterLoss, afterParking } from "./standing-promotions.ts";
import { labelOf } from "./step-stage.ts";
import { asStepEvent, onStepEvent } from "./steps.ts";
import { showLive, announceHolds, announceNeeds, refreshLive } from "./telling.ts";
import { markDisturbed } from "./stays.ts";
import { onRequested, stepBack, takeTurns } from "./turn.ts";
import { tellEnds, tellUntold } from "./untold.ts";
import { isWatched, onWatched, watchAfter, watchAgain, type Watch } from "./watch.ts";

/** How many deliveries a lane remembers: enough for defaults, bounded for years of use. */
const DELIVERED_KEPT = 100;

/** A version that arrived here. */
export interface Delivered {
  readonly version: string;
  readonly sha: CommitSha;
  readonly tag: string | null;
  readonly at: number;
  readonly promotionId: PromotionId;
  /** Who has asked for it; absent where it went by itself, and in what an earlier Waybill stored. */
  readonly by?: string;
  /** Of a hotfix: the branch that it was released from; absent in what an earlier Waybill stored. */
  readonly hotfix?: string;
  /** Since when something that was not delivered may run besides it; absent where nothing did, and in what an earlier Waybill stored. */
  readonly disturbedAt?: number;
}

export interface EnvironmentLane extends Spoken {
  readonly kind: "environment";
  /** Oldest first; the last one is what runs here. */
  readonly delivered: readonly Delivered[];
  readonly active: Promotion | null;
  /** In the order in which they will go. */
  readonly waiting: readonly Promotion[];
  /** Those that ended in this decision: to be stored, then forgotten by the lane. */
  readonly ended: readonly Promotion[];
  /** Ids of promotions that were accepted here, so that a command that is heard twice is one command. */
  readonly known: readonly PromotionId[];
  /** What Waybill left under way here that this lane does not know of. */
  readonly left: Left;
  /** What has ended while the repository is lost, to be told should it come back; null while it is not lost. */
  readonly untold: readonly Promotion[] | null;
  /** What was last said about a freeze; absent where nothing ever was. */
  readonly frozen?: FreezeState;
  /** The hotfixes of what runs here, and what counts as having their fixes; absent where there never was one. */
  readonly fixes?: FixesKept;
  /** Set while something else than what was delivered last may run here; absent or null where nothing does. */
  readonly disturbed?: Disturbed | null;
  /** What people said to releases that are to come here, bounded; absent where nobody ever did. */
  readonly approvals?: readonly Approval[];
  /** When the gates' timer falls due, epoch milliseconds; absent where none was ever needed. */
  readonly gatesDue?: number;
  /** What each component runs; absent where no run has told. */
  readonly placed?: Placements;
  /** Cancels of what nobody has asked for yet; absent where there were none. */
  readonly calledOff?: readonly CalledOff[];
  /** The last rollout that began and was not delivered; absent or null where there is nothing to go on from. */
  readonly unfinished?: Unfinished | null;
  /** Runs that Waybill did not start; absent where there never were any. */
  readonly outOfBand?: OutOfBand;
  /** Jobs that asked to be let in here; absent where none ever did. */
  readonly protection?: Protection;
  /** What the last rollback has left; absent or null where there was none, or it is lifted. */
  readonly pin?: Pin | null;
  /** What was rolled back in other environments, by name; absent where nothing ever was. */
  readonly keptBack?: Readonly<Record<string, KeptBack>>;
  /** Versions that people have stopped; absent where this was never told of any. */
  readonly toldHolds?: ToldHolds;
  /** The last word that lifted a pin, and whose it was; absent where there was none. */
  readonly unpinned?: WrittenWord & { readonly by: string };
  /** The last words that took versions out of quarantine; absent where there were none. */
  readonly freed?: readonly Freed[];
  /** Moments to which its database can be put back, oldest first; absent where none is known. */
  readonly recoveryPoints?: readonly RecoveryPoint[];
  /** What nodes of the running system have told by themselves: the last word of each; absent where none ever did. */
  readonly reports?: readonly Report[];
  /** What is asked again since the last delivery; absent or null where nothing is. */
  readonly watch?: Watch | null;
  /** The incident that goes on here; absent or null where there is none. */
  readonly incident?: Incident | null;
}

export function newEnvironmentLane(): EnvironmentLane {
  return {
    kind: "environment",
    delivered: [],
    active: null,
    waiting: [],
    ended: [],
    known: [],
    left: { kind: "unseen" },
    untold: null,
  };
}

/** Decides what an event means for an environment: its state afterwards, what to do, and what to write down. Pure. */
export function decideEnvironment(
  lane: EnvironmentLane,
  event: EnvironmentEvent,
  policy: Policy,
): Decision<EnvironmentLane> {
  const minutes = newMinutes();
  const afterEvent = applyEvent({ ...lane, ended: [] }, event, minutes, policy);
  const settled = settle(afterEvent, lane, event.at, minutes, policy);
  return { state: settled, effects: minutes.effects, audit: minutes.audit };
}

function applyEvent(
  lane: EnvironmentLane,
  event: EnvironmentEvent,
  minutes: Minutes,
  policy: Policy,
): EnvironmentLane {
  if (event.type === "PromotionRequested") return onRequested(lane, event.request, event.at, minutes);
  if (event.type === "LiveCommentWritten") return onLiveComment(lane, event.promotionId, event.commentId);
  if (event.type === "PersonResolved") return onResolved(lane, event, minutes);
  if (event.type === "PersonCancelled") return onCancelled(lane, event, minutes);
  if (event.type === "EnvironmentFrozen") return onFrozen(lane, event, minutes);
  if (event.type === "EnvironmentUnfrozen") return onUnfrozen(lane, event, minutes);
  if (event.type === "ReleaseApproved") return onApproved(lane, event, minutes);
  if (event.type === "ReleaseRejected") return onRejected(lane, event, minutes);
  if (event.type === "ApprovalWithdrawn") return onWithdrawn(lane, event, minutes);
  if (event.type === "GatesSeen") return onGatesSeen(lane, event, minutes);
  if (event.type === "GatesDoubted") return onGatesDoubted(lane, event);
  if (event.type === "ReleasesKeptBack") return onKeptBackElsewhere(lane, event);
  if (event.type === "HoldsTold") return onHoldsTold(lane, event);
  if (event.type === "ReleaseUnquarantined") return onUnquarantined(lane, event, minutes);
  if (event.type === "EnvironmentUnpinned") return onUnpinned(lane, event, minutes);
  if (event.type === "IncidentDrawn") return onIncidentDrawn(lane, event);
  if (event.type === "RepositoryLost") {
    const lost: EnvironmentLane = { ...lane, untold: lane.untold ?? [], left: { kind: "unseen" } };
    return changeOpen(lost, (open) => afterLoss(open, event, minutes));
  }
  if (event.type === "RepositoryResumed") return onResumed(lane, event, minutes, policy);
  if (event.type === "CommandsRenamed") return onRenamed(lane, minutes);
  if (event.type === "HotfixPorted") return onHotfixPorted(lane, event);
  if (event.type === "EnvironmentSeen") return onEnvironmentSeen(lane, event, minutes, policy);
  if (event.type === "EnvironmentLookDue") return onEnvironmentLookDue(lane, minutes);
  if (event.type === "OutOfBandSeen") return onOutOfBandSeen(lane, event, minutes, policy);
  if (event.type === "ProtectionAsked") return onProtectionAsked(lane, event);
  if (event.type === "ProtectionGivenUp") return onProtectionGivenUp(lane, event, minutes);
  if (event.type === "OutOfBandLookDue") return onOutOfBandLookDue(lane, event, minutes, policy);
  if (event.type === "EffectGivenUp" && event.effect === "lookAtEnvironment")
    return onLookGivenUp(lane, event, minutes);
  if (event.type === "EffectGivenUp" && event.effect === "drawIncident")
    return onIncidentGivenUp(lane, event, minutes);
  if (event.type === "VersionReported") return onReported(lane, event, minutes);
  if (event.type === "ReportsDue") return onReportsDue(lane, event, minutes);
  if (event.type === "VersionObserved" && isWatched(lane, event)) return onWatched(lane, event, minutes);
  const active = lane.active;
  if (active === null) return lane;
  const stepEvent = asStepEvent(event);
  if (stepEvent !== null)
    return withoutAdopted({ ...lane, active: onStepEvent(active, stepEvent, minutes, policy) }, event);
  const isForActive = "promotionId" in event && event.promotionId === active.id;
  if (isForActive && event.type === "RolloutPrepared" && active.stage === "preparing") {
    const held = stepBack(withFixesFound(lane, event), event, minutes);
    if (held !== null) return held;
    return { ...lane, active: onPrepared(lane, withApprovers(lane, active, event), event, minutes) };
  }
  return isForActive ? { ...lane, active: onPromotionEvent(active, event, minutes) } : lane;
}

function onResumed(
  lane: EnvironmentLane,
  event: Extract<EnvironmentEvent, { type: "RepositoryResumed" }>,
  minutes: Minutes,
  policy: Policy,
): EnvironmentLane {
  // Timers of a repository that was lost are gone.
  lookAtItsEnd(lane, event.at, minutes);
  lookAgain(lane, event.at, minutes, policy);
  const { gatesDue: _gone, ...awake } = touched(lane, event.at);
  const told = tellUntold(watchAgain(awake, minutes), event.at, minutes);
  return afterAbsence(changeOpen(told, (open) => afterParking(open, event, minutes, policy)));
}

function onPromotionEvent(
  active: Promotion,
  event: Exclude<
    Extract<EnvironmentEvent, { promotionId: PromotionId | null }>,
    { type: "PersonResolved" | "GatesSeen" | "ReportsDue" }
  >,
  minutes: Minutes,
): Promotion {
  switch (event.type) {
    case "RolloutPrepared":
      // It was prepared already, or has ended meanwhile.
      return active;
    case "RolloutRefused":
      return active.stage === "preparing" ? end(active, "refused", event.problem, event.at) : active;
    case "VersionObserved":
      return observeVersion(active, event, minutes);
    case "MeasuresTaken":
      return advance(withMeasures(active, event), event.at, minutes);
    case "EffectGivenUp":
      return onGivenUp(active, event, minutes);
    case "LiveCommentWritten":
      return { ...active, liveCommentId: event.commentId };
  }
}

/** What is followed by a comment shows its commands as they are written now. */
function onRenamed(lane: EnvironmentLane, minutes: Minutes): EnvironmentLane {
  const open = lane.active === null ? lane.waiting : [lane.active, ...lane.waiting];
  for (const promotion of open) showLive(promotion, lane, minutes);
  return lane;
}

function onLiveComment(lane: EnvironmentLane, id: PromotionId, liveCommentId: number): EnvironmentLane {
  const remember = (promotion: Promotion): Promotion =>
    promotion.id === id ? { ...promotion, liveCommentId } : promotion;
  return {
    ...lane,
    active: lane.active === null ? null : remember(lane.active),
    waiting: lane.waiting.map(remember),
    untold: lane.untold?.map(remember) ?? null,
  };
}

/** Everything was looked at: the steps are planned, and the first of them begin. */
export function onPrepared(
  lane: EnvironmentLane,
  active: Promotion,
  event: Extract<EnvironmentEvent, { type: "RolloutPrepared" }>,
  minutes: Minutes,
): Promotion {
  const skips = skipsOf(lane, active, event.steps);
  const rolling: Promotion = {
    ...withoutFindings(active),
    stage: "rolling",
    preparedAt: event.at,
    steps: plannedSteps(active, event.steps, skips),
    changeCount: event.changeCount,
    pulls: event.pulls,
    ...(event.fixes === undefined ? {} : { fixes: event.fixes }),
    ...(event.migrations === undefined ? {} : { migrations: event.migrations }),
    ...(event.past === undefined ? {} : { past: event.past }),
  };
  recordPast(rolling, minutes);
  askMeasures(rolling, "before", minutes);
  record(minutes, "waybill", "rollout.begun", active.id, {
    components: event.steps.map(labelOf),
    ...(rolling.approvedBy === undefined ? {} : { approvedBy: rolling.approvedBy.map(({ id }) => id) }),
  });
  const planned = withRehearsals(
    leaveUnchanged(rolling, skips, event.at, minutes),
    event.rehearsals,
    minutes,
  );
  return beginReadySteps(planned, event.at, minutes);
}

/** An effect that the whole plan hangs on could not be done, however often it was tried. */
function onGivenUp(
  active: Promotion,
  event: Extract<EnvironmentEvent, { type: "EffectGivenUp" }>,
  minutes: Minutes,
): Promotion {
  record(minutes, "waybill", "effect.given-up", event.promotionId ?? event.correlationId ?? event.effect, {
    effect: event.effect,
  });
  if (event.effect !== "prepareRollout" || active.stage !== "preparing") return active;
  return end(active, "refused", { code: "github-refused", detail: { message: event.error } }, event.at);
}

/** Everything open as it is after `change`: what that has ended leaves the lane. */
function changeOpen(lane: EnvironmentLane, change: (promotion: Promotion) => Promotion): EnvironmentLane {
  const active = lane.active === null ? null : change(lane.active);
  const waiting = lane.waiting.map(change);
  const ended = [...(active === null ? [] : [active]), ...waiting].filter(hasEnded);
  return {
    ...lane,
    active: active === null || hasEnded(active) ? null : active,
    waiting: waiting.filter((promotion) => !hasEnded(promotion)),
    ended: [...lane.ended, ...ended],
  };
}

/** After every event: what has come to an end is ended, the next one starts, and people see what changed. */
function settle(
  lane: EnvironmentLane,
  before: EnvironmentLane,
  at: number,
  minutes: Minutes,
  policy: Policy,
): EnvironmentLane {
  const advanced = lane.active === null ? null : goOn(lane.active, lane.reports ?? [], at, minutes);
  const finished = advanced !== null && hasEnded(advanced) ? advanced : null;
  const delivered = finished?.stage === "delivered" ? remember(lane.delivered, finished, at) : lane.delivered;
  const kept: EnvironmentLane = {
    ...lane,
    delivered,
    active: finished === null ? advanced : null,
    ended: finished === null ? lane.ended : [...lane.ended, finished],
  };
  const disturbed = disturbedAfter(kept.disturbed ?? null, kept.ended);
  const marked = markDisturbed(delivered, disturbed, kept.ended);
  const placed = placedAfter(kept.placed, kept.ended);
  const fixes = fixesAfter(kept.fixes, kept.ended);
  const recoveryPoints = recoveryAfter(kept.recoveryPoints, kept.ended, kept.disturbed ?? null);
  const unfinished = unfinishedAfter(kept.unfinished ?? null, kept.ended);
  const watch = watchAfter(kept.watch ?? null, kept.ended, at, minutes);
  const settled: EnvironmentLane = {
    ...kept,
    delivered: marked,
    disturbed,
    ...(placed === undefined ? {} : { placed }),
    ...(fixes === undefined ? {} : { fixes }),
    ...(recoveryPoints === undefined ? {} : { recoveryPoints }),
    ...(watch === null && kept.watch === undefined ? {} : { watch }),
    ...(unfinished === null && kept.unfinished === undefined ? {} : { unfinished }),
  };
  const unpinned = kept.ended.reduce((now, one) => liftedBy(now, one, at, minutes), settled);
  const turned = takeTurns(goBack(unpinned, at, minutes), at, minutes);
  const next = tellEnds(lookWhereNeeded(turned, at, minutes, policy), minutes);
  announceNeeds(before.active, next.active, at, minutes);
  tellOfProgress(before, next, at, minutes);
  announceHolds(before.waiting, next.waiting, at, minutes);
  refreshLive(before, next, minutes);
  return answerAsking(withIncident(before, next, at, minutes), minutes);
}

/** As far as it goes without anything new happening, with all that was reported to it: also to a proof that has only just begun. */
function goOn(active: Promotion, reports: readonly Report[], at: number, minutes: Minutes): Promotion {
  const advanced = advance(countReports(active, reports, at, minutes), at, minutes);
  const counted = countReports(advanced, reports, at, minutes);
  return counted === advanced ? advanced : advance(counted, at, minutes);
}

function remember(delivered: readonly Delivered[], promotion: Promotion, at: number): readonly Delivered[] {
  const { cargo, cause, id: promotionId } = promotion;
  const { ref: _ref, ...what } = cargo;
  const by = cause.kind === "command" ? { by: cause.by.login } : {};
  return [...delivered, { ...what, at, promotionId, ...by }].slice(-DELIVERED_KEPT);
}
