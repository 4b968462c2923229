/** Who comes in, who waits for what, and whose turn it is. */
import semver from "semver";
import { calledOffBy, endCancelled, type CancelWord } from "./cancel.ts";
import { order, record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent } from "./events.ts";
import { isHeldBy, type Held } from "./gates/gate.ts";
import { heldBy, judge } from "./gates/index.ts";
import { fixesToFind } from "./hotfix-guard.ts";
import { isKnown, withKnown } from "./known.ts";
import { lookFirst } from "./left.ts";
import { gateFacts, questionOf, withoutLook } from "./looks.ts";
import { classOf, end, newPromotion, type NewPromotion, type Problem, type Promotion } from "./promotion.ts";
import { enqueue, putBack } from "./queue.ts";
import { isSameRelease } from "./release.ts";
import { driftIn } from "./watch.ts";
import { refusalByNo } from "./rejecting.ts";
import { refusalOfRetry, resumedFrom } from "./retry.ts";
import { refusalByQuarantine, refusalOfRollback, refusalSinceRollback } from "./rollback/door.ts";
import { roadBack } from "./rollback/going.ts";
import { liftedBy, mendsSince, onRollbackAccepted } from "./rollback/pinning.ts";
import { comparisonsFor } from "./skips.ts";
import { isTakenUp, superseding } from "./supersede.ts";
import { reactTo } from "./telling.ts";

/** A promotion is asked for: it is queued, turned away, or is the word that one which was held for long has waited for. */
export function onRequested(
  lane: EnvironmentLane,
  request: NewPromotion,
  at: number,
  minutes: Minutes,
): EnvironmentLane {
  if (isKnown(lane, request.id)) return lane;
  const promotion = newPromotion(request, at);
  const actor = request.cause.kind === "command" ? `user:${request.cause.by.id}` : "waybill";
  const heard = withKnown(lane, request.id);
  const asked = lane.waiting.find((other) => isAnswerTo(promotion, other));
  if (asked !== undefined) return onConfirmed(heard, asked, promotion, actor, minutes);
  const word = calledOffBy(lane, promotion);
  if (word !== null) return onCalledOff(heard, promotion, word, actor, minutes);
  const problem =
    refusalAtTheDoor(lane, promotion) ??
    refusalSinceRollback(lane, promotion) ??
    refusalByNo(lane, promotion, at);
  record(minutes, actor, problem === null ? "promotion.accepted" : "promotion.refused", request.id, {
    version: request.cargo.version,
    sha: request.cargo.sha,
    cause: request.cause.kind,
    ...(problem === null ? {} : { code: problem.code }),
  });
  reactTo(promotion, "eyes", minutes);
  if (problem !== null) {
    const refused = end(promotion, "refused", problem, at);
    return { ...heard, ended: [...lane.ended, refused] };
  }
  const { waiting, ended } = superseding(lane.waiting, promotion, at, minutes);
  const accepted = { ...heard, waiting: enqueue(waiting, promotion), ended: [...lane.ended, ...ended] };
  return classOf(promotion) === "rollback" ? onRollbackAccepted(accepted, promotion, at, minutes) : accepted;
}

/** It was cancelled before it was heard of. */
function onCalledOff(
  lane: EnvironmentLane,
  promotion: Promotion,
  word: CancelWord,
  actor: string,
  minutes: Minutes,
): EnvironmentLane {
  const { id, requestedAt, cargo } = promotion;
  record(minutes, actor, "promotion.called-off", id, { version: cargo.version, by: word.by.id });
  reactTo(promotion, "eyes", minutes);
  return { ...lane, ended: [...lane.ended, endCancelled(promotion, { ...word, early: true }, requestedAt)] };
}

/** Whether a command asks for just what another promotion waits to be asked for once more. */
function isAnswerTo({ cause, cargo, ...promotion }: Promotion, other: Promotion): boolean {
  return (
    cause.kind === "command" &&
    classOf(promotion) === classOf(other) &&
    isHeldBy(other, "long-hold") &&
    isSameRelease(other.cargo, cargo)
  );
}

function onConfirmed(
  lane: EnvironmentLane,
  asked: Promotion,
  word: Promotion,
  actor: string,
  minutes: Minutes,
): EnvironmentLane {
  record(minutes, actor, "promotion.confirmed", asked.id, { by: word.id });
  reactTo(word, "eyes", minutes);
  reactTo(word, "rocket", minutes);
  return { ...lane, waiting: lane.waiting.map((one) => (one === asked ? withHold(one, null) : one)) };
}

/**
 * Why a request is turned away at once. Builds of merged changes are not compared by version here: after a revert the coming
 * version may be lower though the change is later; their order is the branch's own.
 */
function refusalAtTheDoor(lane: EnvironmentLane, promotion: Promotion): Problem | null {
  const retry = refusalOfRetry(lane, promotion);
  if (retry !== null) return retry;
  if (classOf(promotion) === "rollback") return refusalOfRollback(lane, promotion);
  const { cargo } = promotion;
  const { version } = cargo;
  const running = lane.delivered.at(-1) ?? null;
  const onTheirWay = lane.active === null ? lane.waiting : [lane.active, ...lane.waiting];
  // What is being cancelled may be asked for again; its turn comes when all of that has ended.
  const wanted = onTheirWay.filter((other) => other.cancel === undefined && !isTakenUp(other, promotion));
  if (wanted.some((other) => isSameRelease(other.cargo, cargo)))
    return { code: "already-on-its-way", detail: { version, environment: promotion.environment } };
  // Where a rollout was left half done, or the running system names another version by now, what was delivered before it may be brought there anew.
  const disturbed = lane.disturbed ?? null;
  const isGone = promotion.cause.kind === "command" && driftIn(lane) !== null;
  if (disturbed === null && !isGone && running !== null && isSameRelease(running, cargo)) {
    return {
      code: "already-delivered",
      detail: { version, environment: promotion.environment, at: running.at },
    };
  }
  const quarantine = refusalByQuarantine(lane, promotion);
  if (quarantine !== null) return quarantine;
  const unsure = disturbed?.kind === "unsure" ? disturbed : null;
  if (unsure !== null && promotion.cause.kind !== "merge" && semver.lt(version, unsure.version))
    return {
      code: "older-than-delivered",
      detail: { version, environment: promotion.environment, running: unsure.version, unsure: true },
    };
  const newer = onTheirWay.find(
    (other) =>
      (other.cause.kind === "auto" || isNormalCommand(other, lane)) &&
      semver.gt(other.cargo.version, version),
  );
  // By itself only the newest goes forward: an older one that is asked for once more comes too late. A hotfix may still pass it.
  if (promotion.cause.kind === "auto" && classOf(promotion) === "normal" && newer !== undefined)
    return {
      code: "older-than-delivered",
      detail: { version, environment: promotion.environment, running: newer.cargo.version },
    };
  const comparable = promotion.cause.kind !== "merge" && running !== null && running.tag !== null;
  if (comparable && semver.lt(version, running.version)) {
    return {
      code: "older-than-delivered",
      detail: { version, environment: promotion.environment, running: running.version },
    };
  }
  return null;
}

/** Whether it waits, and would have taken the place of what goes by itself and is older. */
function isNormalCommand(promotion: Promotion, lane: EnvironmentLane): boolean {
  return (
    promotion.cause.kind === "command" && classOf(promotion) === "normal" && lane.waiting.includes(promotion)
  );
}

/**
 * Looks at the gates of everything that waits, and where nothing is under way begins the first that none of them holds. What is held lets
 * others pass; it is turned away once something newer has arrived.
 */
export function takeTurns(lane: EnvironmentLane, at: number, minutes: Minutes): EnvironmentLane {
  const judged = lane.waiting.map((one) => judgedAt(lane, one, at));
  const failed = judged.flatMap(({ promotion, problem }) =>
    problem === null ? [] : [{ promotion, problem }],
  );
  if (failed.length > 0) return takeTurns(turnedAway(lane, failed, at, minutes), at, minutes);
  const waiting = judged.map(({ promotion, held }) => withHold(promotion, held));
  if (lane.active !== null) return { ...lane, waiting };
  const next = waiting.find(({ held }) => held === undefined);
  if (next !== undefined && lane.left.kind !== "none") return lookFirst({ ...lane, waiting }, minutes);
  const overtaken = waiting.flatMap((one) => {
    const isNext = one === next;
    const late = isNext || one.held !== undefined ? refusalAtTheDoor(emptied(lane), one) : null;
    const problem = late ?? (isNext ? refusalSinceRollback(lane, one) : null);
    return problem === null ? [] : [{ promotion: one, problem }];
  });
  if (overtaken.length > 0)
    return takeTurns(turnedAway({ ...lane, waiting }, overtaken, at, minutes), at, minutes);
  if (next === undefined) return { ...lane, waiting };
  return begin({ ...lane, waiting: waiting.filter((one) => one !== next) }, next, at, minutes);
}

interface TurnedAway {
  readonly promotion: Promotion;
  readonly problem: Problem;
}

/** The lane without what cannot begin any more. */
function turnedAway(
  lane: EnvironmentLane,
  refused: readonly TurnedAway[],
  at: number,
  minutes: Minutes,
): EnvironmentLane {
  for (const { promotion, problem } of refused)
    record(minutes, "waybill", "promotion.refused", promotion.id, { code: problem.code });
  const ended = refused.map(({ promotion, problem }) => end(promotion, "refused", problem, at));
  const waiting = lane.waiting.filter((one) => refused.every(({ promotion }) => promotion !== one));
  const without: EnvironmentLane = { ...lane, waiting, ended: [...lane.ended, ...ended] };
  return ended.reduce((now, one) => liftedBy(now, one, at, minutes), without);
}

function emptied(lane: EnvironmentLane): EnvironmentLane {
  return { ...lane, active: null, waiting: [] };
}

/** Its turn has come: everything is looked at that is to be known before anything of it runs. */
export function begin(lane: EnvironmentLane, next: Promotion, at: number, minutes: Minutes): EnvironmentLane {
  const running = lane.delivered.at(-1) ?? null;
  const isRollback = classOf(next) === "rollback";
  const disturbed = lane.disturbed ?? null;
  // A rollback takes the place of what was left half done; what was deployed by hand is shown besides.
  const isHalfDone = disturbed !== null && disturbed.kind !== "out-of-band";
  const place = isRollback && isHalfDone ? disturbed : running;
  const replaces = place === null ? null : { version: place.version, sha: place.sha };
  const pin = lane.pin ?? null;
  const before = lane.placed === undefined ? {} : { before: lane.placed };
  const byHand = lane.disturbed?.byHand?.version ?? null;
  const active: Promotion = {
    ...withoutLook(next),
    ...before,
    ...resumedFrom(lane, next),
    stage: "preparing",
    startedAt: at,
    replaces,
    ...(byHand === null ? {} : { replacesByHand: byHand }),
  };
  order(
    minutes,
    active.turns === undefined ? `prepare:${active.id}` : `prepare:${active.id}:${active.turns}`,
    {
      type: "prepareRollout",
      ...questionOf(lane, active, at),
      // What a rollback replaces may be more than what was delivered last.
      replaces,
      ...(lane.disturbed?.kind === "unsure"
        ? { unsure: { version: lane.disturbed.version, sha: lane.disturbed.sha } }
        : {}),
      ...(pin === null || isRollback ? {} : { pin, mends: mendsSince(lane, pin) }),
      ...(isRollback ? { back: roadBack(lane, active) } : {}),
      ...fixesToFind(lane, active),
      ...comparisonsFor(lane, active),
    },
  );
  record(minutes, "waybill", "promotion.started", active.id, { version: active.cargo.version });
  return { ...lane, active };
}

/**
 * The last look before anything runs, by what was found out for it: a gate may have closed while the rollout was being prepared. Then its turn
 * comes once more, and it is prepared anew; or it is refused for good. Null where nothing stands in its way.
 */
export function stepBack(
  lane: EnvironmentLane,
  { at, findings }: Pick<Extract<EnvironmentEvent, { type: "RolloutPrepared" }>, "at" | "findings">,
  minutes: Minutes,
): EnvironmentLane | null {
  if (lane.active === null) return null;
  const { promotion, held, problem } = judgedAt(lane, withFindings(lane.active, findings), at);
  if (problem !== null) return { ...lane, active: end(promotion, "refused", problem, at) };
  if (held === null) return null;
  record(minutes, "waybill", "promotion.held", promotion.id, { gate: held.hold.gate });
  const again: Promotion = {
    ...withHold(promotion, held),
    stage: "waiting",
    startedAt: null,
    turns: (promotion.turns ?? 0) + 1,
  };
  return { ...lane, active: null, waiting: putBack(lane.waiting, again) };
}

interface Judged {
  readonly promotion: Promotion;
  readonly held: Held | null;
  readonly problem: Problem | null;
}

function judgedAt(lane: EnvironmentLane, promotion: Promotion, at: number): Judged {
  const facts = gateFacts(lane, promotion, at);
  const judgement = judge(facts);
  return { promotion, held: heldBy(facts, judgement), problem: judgement.problem };
}

/** What was found out right now takes the place of all that was found out before. */
function withFindings(
  { findings: _before, ...promotion }: Promotion,
  findings: Promotion["findings"],
): Promotion {
  return findings === undefined ? promotion : { ...promotion, findings };
}

function withHold({ held: _before, ...promotion }: Promotion, held: Held | null): Promotion {
  return held === null ? promotion : { ...promotion, held };
}
