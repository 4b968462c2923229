/**
 * One step of the engine: one event, one transaction. Lock the lane, decide, save, write the audit lines, queue the
 * effects, complete the job: all of it or none.
 */
import { decide, type LaneState } from "../core/decide.ts";
import type { AuditEntry, Policy } from "../core/decision.ts";
import type { LaneEvent, WaybillEvent } from "../core/events.ts";
import type { AuditRecord, ClaimedJob, Clock, LaneKey, Store, StoreTransaction } from "../core/ports.ts";
import { causeOfEvent, type Cause } from "./cause.ts";
import { effectJob, eventJob } from "./jobs.ts";
import { laneName, saveLaneState, toLaneState } from "./lanes.ts";

export interface StepContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly policy: Policy;
}

/** What a decision came to, for the log: which effects were ordered, and what the event turned out to be about. */
export interface Decided {
  readonly cause: Cause;
  readonly ledTo: readonly string[];
}

/** Decides an event on its lane and completes its job. @throws FenceLostError if the job is another worker's by now */
export function decideEvent(
  context: StepContext,
  job: ClaimedJob,
  { lane, event }: LaneEvent,
  inherited: Cause,
): Promise<Decided> {
  return context.store.transaction(async (tx) => {
    const stored = await tx.lockLane(lane);
    const state = toLaneState(lane, stored);
    const cause = causeOfEvent(event, inherited, state);
    const decision = (await isRepeated(context.store, lane, event))
      ? { state, effects: [], audit: [] }
      : decide(state, event, context.policy);
    await saveLaneState(tx, lane, stored, decision.state);
    const now = context.clock.now();
    await saveParking(context.store, tx, lane, state, decision.state, now);
    if (decision.audit.length > 0)
      await tx.appendAudit(
        lane.installation,
        decision.audit.map((entry) => auditRecord(lane, entry, now)),
      );
    if (decision.effects.length > 0)
      await tx.addJobs(decision.effects.map((planned) => effectJob(lane, planned, now, cause)));
    await tx.completeJob(job, now);
    return { cause, ledTo: decision.effects.map(({ effect }) => effect.type) };
  });
}

/**
 * Whether a promotion was asked for before. The lane remembers the last ones; those that ended long ago, the store does. A command that is
 * heard again after years is still the same command.
 */
async function isRepeated(store: Store, lane: LaneKey, event: WaybillEvent): Promise<boolean> {
  if (event.type !== "PromotionRequested") return false;
  const known = await store.readPromotion(lane.installation, lane.repository, event.request.id);
  return known !== null;
}

/** The queue has to know, too, whether the repository is parked; it says so in the same transaction as the lane. */
async function saveParking(
  store: Store,
  tx: StoreTransaction,
  { installation, repository }: LaneKey,
  before: LaneState,
  after: LaneState,
  now: number,
): Promise<void> {
  if (before.kind !== "repository" || after.kind !== "repository") return;
  const { parked } = after;
  if ((before.parked === null) === (parked === null) && before.parked?.lost === parked?.lost) return;
  await tx.setParking({ installation, repository }, parked === null ? null : { lost: parked.lost }, now);
  // It was looked at rarely while nothing could be seen there; what is lost from now on is not to wait for that.
  const look = await store.readLook({ kind: "repository", installation, repository });
  if (parked === null && look !== null) await tx.saveLook({ ...look, pauseMs: 0 });
}

function auditRecord(lane: LaneKey, entry: AuditEntry, at: number): AuditRecord {
  const scope =
    lane.environment === ""
      ? `repository:${lane.repository}`
      : `repository:${lane.repository}/environment:${lane.environment}`;
  return { at, actor: entry.actor, scope, type: entry.type, ref: entry.ref, data: entry.data };
}

/** Queues the events that a delivery or an effect came to, and completes its job. */
export async function passOn(
  context: StepContext,
  job: ClaimedJob,
  events: readonly LaneEvent[],
  cause: Cause,
): Promise<void> {
  await context.store.transaction(async (tx) => {
    const now = context.clock.now();
    const fresh = await firstHeard(tx, events);
    if (fresh.length > 0) await tx.addJobs(fresh.map((event) => eventJob(event, now, null, cause)));
    await tx.completeJob(job, now);
  });
}

/** Events without those of comments whose commands another translation has handed on already, maybe to other lanes and with another end. */
export async function firstHeard(
  tx: StoreTransaction,
  events: readonly LaneEvent[],
): Promise<readonly LaneEvent[]> {
  const [first] = events.filter(({ comment }) => comment !== undefined);
  if (first === undefined) return events;
  // What is translated together is of one repository.
  const fresh = await tx.hearComments(
    first.lane,
    events.flatMap(({ comment }) => comment ?? []),
  );
  return events.filter(({ comment }) => comment === undefined || fresh.has(comment));
}

/** Tells an environment's lane that one of its effects was given up, so that it can say so; once for each job. */
export async function tellGivenUp(
  context: StepContext,
  job: ClaimedJob,
  lane: LaneKey,
  event: WaybillEvent,
  cause: Cause,
): Promise<void> {
  await context.store.transaction(async (tx) => {
    const dedupe = `given-up:${laneName(lane)}:${job.id}`;
    await tx.addJobs([eventJob({ lane, event }, context.clock.now(), dedupe, cause)]);
  });
}
