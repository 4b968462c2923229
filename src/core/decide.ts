/**
 * `decide(state, event)`: the whole of what Waybill decides, in one place. Pure: no clock, no randomness, no I/O; the time
 * is in the event. The same state and event always give the same decision.
 */
import type { Decision, Policy } from "./decision.ts";
import { decideEnvironment, newEnvironmentLane, type EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent, RepositoryEvent, WaybillEvent } from "./events.ts";
import { decideRepository, newRepositoryLane, type RepositoryLane } from "./repository.ts";

export type LaneState = RepositoryLane | EnvironmentLane;

const REPOSITORY_EVENTS: ReadonlySet<string> = new Set<RepositoryEvent["type"]>([
  "BranchMoved",
  "ReleaseTagged",
  "TagRefused",
  "ConfigFoundBroken",
  "CommandsAnswered",
  "StrangerIgnored",
  "NoticeDrawn",
  "DraftDrawn",
  "EnvironmentDelivered",
  "EnvironmentFailed",
  "ContainmentSeen",
  "StandingDoubted",
  "StandingSeen",
  "ReleaseRequested",
  "MergesDue",
  "TagCut",
  "TagAwaited",
  "CutRefused",
]);

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
      return decideRepository(state, asRepositoryEvent(event));
    case "environment":
      return decideEnvironment(state, asEnvironmentEvent(event), policy);
  }
}

function asRepositoryEvent(event: WaybillEvent): RepositoryEvent {
  if (!REPOSITORY_EVENTS.has(event.type)) throw new Error(`${event.type} was handed to a repository's lane`);
  return event as RepositoryEvent;
}

function asEnvironmentEvent(event: WaybillEvent): EnvironmentEvent {
  if (REPOSITORY_EVENTS.has(event.type)) throw new Error(`${event.type} was handed to an environment's lane`);
  return event as EnvironmentEvent;
}
