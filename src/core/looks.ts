/**
 * When the world outside is looked at for what waits: at once when it comes to wait, again from time to time while it may still turn out well, when
 * something says that it has, and at the moments that gates name. However much happens, there is one look at a time for each promotion, and one
 * timer for all of them.
 */
import { order, record, type Minutes, type Policy } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent, RepositoryEvent } from "./events.ts";
import { approversOf, countedApprovers } from "./gates/approvals.ts";
import { changedVerdicts } from "./gates/external.ts";
import type { FindingName, GateFindings, GateQuestion } from "./gates/findings.ts";
import type { GateFacts, Hold } from "./gates/gate.ts";
import { judge, type Judgement } from "./gates/index.ts";
import { fixesAsked } from "./hotfix-guard.ts";
import type { PlanSnapshot, Promotion } from "./promotion.ts";

/** How the looks for a promotion stand; kept with it while it waits. */
export interface GateLook {
  /** How many were ordered. */
  readonly nr: number;
  /** The last one has not come back yet. */
  readonly asked: boolean;
  /** Something has changed since the last one was ordered. */
  readonly doubted: boolean;
}

type Seen = Extract<EnvironmentEvent, { type: "GatesSeen" }>;
type Delivered = Extract<RepositoryEvent, { type: "EnvironmentDelivered" }>;
type Doubted = Extract<EnvironmentEvent, { type: "GatesDoubted" }>;
type Waits = Judgement["waits"];

/** So many of the pauses between two looks at a run make one between two looks at what a gate waits for: some minutes. */
const LOOKS = 10;
/** What has been held for long is looked at less often, up to this pause. */
const LONGEST_PAUSE_MS = 60 * 60_000;
const PATIENCE = 12;
/** While one of these holds, nothing that is found out would let it begin. */
const CLOSED: ReadonlySet<Hold["gate"]> = new Set(["freeze", "kept-back", "out-of-band", "pinned", "window"]);

const NO_LOOK: GateLook = { nr: 0, asked: false, doubted: false };

/** Orders the looks that are due for what waits, and the timer for what falls due later. */
export function lookWhereNeeded(
  lane: EnvironmentLane,
  at: number,
  minutes: Minutes,
  policy: Policy,
): EnvironmentLane {
  const looked = lane.waiting.map((promotion) => {
    const { waits } = judge(gateFacts(lane, promotion, at));
    const names = dueOf(promotion, waits, at, policy);
    const now = names.length === 0 ? promotion : askFor(lane, promotion, names, at, minutes);
    return { now, moment: nextMoment(now, waits, at, policy) };
  });
  const changed = looked.some(({ now }, index) => now !== lane.waiting[index]);
  const next = changed ? { ...lane, waiting: looked.map(({ now }) => now) } : lane;
  return awaitMoment(next, Math.min(...looked.map(({ moment }) => moment)), at, minutes);
}

/** What the gates look at for a promotion of this lane. */
export function gateFacts(lane: EnvironmentLane, promotion: Promotion, at: number): GateFacts {
  const runs = lane.outOfBand?.underWay;
  return {
    at,
    promotion,
    freeze: lane.frozen?.freeze ?? null,
    lifted: lane.frozen?.lifted ?? null,
    pin: lane.pin ?? null,
    ...(lane.keptBack === undefined ? {} : { keptBack: lane.keptBack }),
    ...(lane.toldHolds === undefined ? {} : { holds: lane.toldHolds.holds }),
    fixes: fixesAsked(lane, promotion),
    approvals: lane.approvals ?? [],
    ...(runs === undefined ? {} : { runs }),
  };
}

/** What is to be looked at now; nothing while a look is under way. */
function dueOf(promotion: Promotion, waits: Waits, at: number, policy: Policy): readonly FindingName[] {
  const { asked, doubted } = promotion.look ?? NO_LOOK;
  if (asked) return [];
  const isClosed = waits.some(({ hold }) => CLOSED.has(hold.gate));
  return waits.flatMap(({ look, next }) => {
    if (look === undefined) return [];
    const due = againAt(promotion, look, policy, next);
    return doubted || due === null || (due <= at && !isClosed) ? [look] : [];
  });
}

/**
 * When something is to be looked at again, epoch milliseconds; null where it never was looked at. `named` is a moment that the last look has
 * named: only another one tells what that has brought.
 */
function againAt(
  { findings, held }: Promotion,
  name: FindingName,
  policy: Policy,
  named = Infinity,
): number | null {
  const seenAt = findings?.[name]?.at;
  if (seenAt === undefined) return null;
  const usual = policy.lookEveryMs * LOOKS;
  const patient = Math.min((seenAt - (held?.since ?? seenAt)) / PATIENCE, LONGEST_PAUSE_MS);
  return Math.min(seenAt + Math.max(usual, Math.round(patient)), named > seenAt ? named : Infinity);
}

function askFor(
  lane: EnvironmentLane,
  promotion: Promotion,
  names: readonly FindingName[],
  at: number,
  minutes: Minutes,
): Promotion {
  const { id, look = NO_LOOK } = promotion;
  const nr = look.nr + 1;
  const question = questionOf(lane, promotion, at);
  order(minutes, `gates:${id}:${nr}`, { type: "lookAtGates", nr, names, ...question });
  return { ...promotion, look: { nr, asked: true, doubted: false } };
}

/** What is looked at for a promotion, now and right before it begins. */
export function questionOf(lane: EnvironmentLane, promotion: Promotion, at: number): GateQuestion {
  const { id: promotionId, cargo, cause, plan } = promotion;
  const running = lane.delivered.at(-1);
  const asksForApprovals = plan.environment.gates?.approvals !== undefined;
  return {
    promotionId,
    cargo,
    cause,
    ...(promotion.class === undefined ? {} : { class: promotion.class }),
    plan,
    replaces: running === undefined ? null : { version: running.version, sha: running.sha },
    ...(asksForApprovals ? { approvers: approversOf(promotion, lane.approvals ?? [], at) } : {}),
  };
}

/** The next moment at which a promotion may begin, or has to be looked at; Infinity where there is none. */
function nextMoment(promotion: Promotion, waits: Waits, at: number, policy: Policy): number {
  const isAsked = promotion.look?.asked === true;
  const moments = waits.flatMap(({ next, look }) => [
    ...(next === undefined ? [] : [next]),
    ...(look === undefined || isAsked ? [] : [againAt(promotion, look, policy) ?? at]),
  ]);
  return Math.min(...moments.filter((moment) => moment > at));
}

/** One timer: an earlier moment takes the place of a later one, whose timer then finds nothing to do. */
function awaitMoment(lane: EnvironmentLane, moment: number, at: number, minutes: Minutes): EnvironmentLane {
  const pending = lane.gatesDue ?? at;
  if (moment === Infinity || (pending > at && pending <= moment)) return lane;
  order(
    minutes,
    `wake:gates:${moment}`,
    { type: "wake", event: { type: "GatesDue", at: moment } },
    { delayMs: moment - at },
  );
  return { ...lane, gatesDue: moment };
}

/** The world outside was looked at for a promotion. What nobody waits for any more is left alone. */
export function onGatesSeen(lane: EnvironmentLane, event: Seen, minutes: Minutes): EnvironmentLane {
  const { promotionId, nr, findings } = event;
  const seen = (promotion: Promotion): Promotion => {
    const { id, look = NO_LOOK } = promotion;
    if (id !== promotionId || look.nr !== nr || !look.asked) return promotion;
    recordSeen(promotion, findings, minutes);
    return {
      ...promotion,
      findings: { ...promotion.findings, ...findings },
      look: { ...look, asked: false },
    };
  };
  return { ...lane, waiting: lane.waiting.map(seen) };
}

/** It is written down once, not at each try. */
function recordSeen({ id, findings: before }: Promotion, now: GateFindings, minutes: Minutes): void {
  for (const [name, finding] of Object.entries(now))
    if (finding.kind === "unseen" && before?.[name as FindingName]?.kind !== "unseen")
      record(minutes, "waybill", "gate.unseen", id, { gate: name });
  for (const { name, verdict } of changedVerdicts(before?.external, now.external))
    record(minutes, "waybill", "gate.answered", id, { gate: "external", service: name, verdict });
}

/** Something outside has changed: what waits for it is looked at again. */
export function onGatesDoubted(lane: EnvironmentLane, { sha, names }: Doubted): EnvironmentLane {
  const doubted = (promotion: Promotion): Promotion => {
    const { cargo, findings, look = NO_LOOK } = promotion;
    const isMeant = sha === null || cargo.sha === sha;
    const isLookedAt = look.asked || names.some((name) => findings?.[name] !== undefined);
    return isMeant && isLookedAt ? { ...promotion, look: { ...look, doubted: true } } : promotion;
  };
  return { ...lane, waiting: lane.waiting.map(doubted) };
}

/** An environment runs something else from now on: in those after it, what waits for a soak time hears of it. */
export function doubtAfter(
  plans: readonly PlanSnapshot[],
  { environment, at, promotionId }: Delivered,
  minutes: Minutes,
): void {
  for (const { environment: other } of plans) {
    if (other.gates?.soakMs === undefined || !other.after.includes(environment)) continue;
    const event = { type: "GatesDoubted", at, sha: null, names: ["soak"] } as const;
    order(minutes, `doubt:${other.name}:${promotionId}`, {
      type: "tellLane",
      environment: other.name,
      event,
    });
  }
}

/** A promotion whose turn has come: nothing is to come of looks that are still under way, for all is looked at anew. */
export function withoutLook(promotion: Promotion): Promotion {
  return promotion.look === undefined
    ? promotion
    : { ...promotion, look: { ...NO_LOOK, nr: promotion.look.nr } };
}

/** A promotion that begins, with those whose approvals let it, by what was just found out. */
export function withApprovers(
  lane: EnvironmentLane,
  promotion: Promotion,
  { at, findings }: Pick<Extract<EnvironmentEvent, { type: "RolloutPrepared" }>, "at" | "findings">,
): Promotion {
  const facts = gateFacts(lane, findings === undefined ? promotion : { ...promotion, findings }, at);
  const approvedBy = countedApprovers(facts);
  return approvedBy.length === 0 ? promotion : { ...promotion, approvedBy };
}

/** A promotion that has passed its gates: what they knew is not needed any more. */
export function withoutFindings({ findings: _findings, look: _look, ...promotion }: Promotion): Promotion {
  return promotion;
}
