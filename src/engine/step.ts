/**
 * One step of the engine: one event, one transaction. Lock the lane, decide, save, write the audit lines, queue the
 * effects, complete the job: all of it or none.
 */
import { decide } from "../core/decide.ts";
import type { AuditEntry, Policy } from "../core/decision.ts";
import type { LaneEvent, WaybillEvent } from "../core/events.ts";
import type { AuditRecord, ClaimedJob, Clock, LaneKey, Store } from "../core/ports.ts";
import { effectJob, eventJob } from "./jobs.ts";
import { laneName, saveLaneState, toLaneState } from "./lanes.ts";

export interface StepContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly policy: Policy;
}

/** Decides an event on its lane and completes its job. @throws FenceLostError if the job is another worker's by now */
export async function decideEvent(
  context: StepContext,
  job: ClaimedJob,
  { lane, event }: LaneEvent,
): Promise<void> {
  await context.store.transaction(async (tx) => {
    const stored = await tx.lockLane(lane);
    const decision = decide(toLaneState(lane, stored), event, context.policy);
    await saveLaneState(tx, lane, stored, decision.state);
    const now = context.clock.now();
    if (decision.audit.length > 0)
      await tx.appendAudit(
        lane.installation,
        decision.audit.map((entry) => auditRecord(lane, entry, now)),
      );
    if (decision.effects.length > 0)
      await tx.addJobs(decision.effects.map((planned) => effectJob(lane, planned, now)));
    await tx.completeJob(job, now);
  });
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
): Promise<void> {
  await context.store.transaction(async (tx) => {
    const now = context.clock.now();
    if (events.length > 0) await tx.addJobs(events.map((event) => eventJob(event, now, null)));
    await tx.completeJob(job, now);
  });
}

/** Tells an environment's lane that one of its effects was given up, so that it can say so; once for each job. */
export async function tellGivenUp(
  context: StepContext,
  job: ClaimedJob,
  lane: LaneKey,
  event: WaybillEvent,
): Promise<void> {
  await context.store.transaction(async (tx) => {
    await tx.addJobs([
      eventJob({ lane, event }, context.clock.now(), `given-up:${laneName(lane)}:${job.id}`),
    ]);
  });
}
