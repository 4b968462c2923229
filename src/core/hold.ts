/**
 * Versions that a person has stopped from going further (`/hold`): the notice goes ahead so that people can object. The repository's lane keeps them
 * and tells every environment's; a gate there holds what waits.
 */
import type { PersonsWord } from "./commands/command.ts";
import { order, record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent, RepositoryEvent } from "./events.ts";
import { drawReleased, drawUpcoming, withSaid } from "./notices.ts";
import type { RepositoryLane } from "./repository.ts";

/** A version goes no further until somebody lifts this. */
export interface VersionHold {
  readonly version: string;
  /** Whose word it is: a login, for display only. */
  readonly by: string;
  readonly at: number;
  readonly reason: string | null;
}

/** A version about which somebody gave his word; `hold` is null where the last word lifted it. */
interface HoldState {
  readonly version: string;
  readonly hold: VersionHold | null;
  readonly last: Pick<PersonsWord, "commentId" | "ordinal">;
}

/** What the repository's lane keeps. `nr` counts the changes, so that environments know which telling is the newest. */
export interface Holds {
  readonly nr: number;
  readonly states: readonly HoldState[];
}

/** What an environment's lane was told. */
export interface ToldHolds {
  readonly nr: number;
  readonly holds: readonly VersionHold[];
}

type Held = Extract<RepositoryEvent, { type: "VersionHeld" }>;
type LetGo = Extract<RepositoryEvent, { type: "VersionLetGo" }>;
type Told = Extract<EnvironmentEvent, { type: "HoldsTold" }>;

/** Lifted ones are only remembered for words that are heard late. */
const LIFTED_KEPT = 50;

/** What is held now, the oldest first. */
export function holdsOf({ holds }: Pick<RepositoryLane, "holds">): readonly VersionHold[] {
  return (holds?.states ?? []).flatMap(({ hold }) => (hold === null ? [] : [hold]));
}

/** Tells a person's word about a version from the other events. */
export function isHoldWord(event: RepositoryEvent): event is Held | LetGo {
  return event.type === "VersionHeld" || event.type === "VersionLetGo";
}

/** A person stops a version, gives another reason for it, or lets it go: then what it held goes on. */
export function onHoldWord(lane: RepositoryLane, event: Held | LetGo, minutes: Minutes): RepositoryLane {
  const { version, word, at } = event;
  const hold = event.type === "VersionHeld" ? { version, by: word.by.login, at, reason: event.reason } : null;
  return onWord(lane, event, hold, minutes);
}

/** Words are heard in any order, and more than once; of those about a version the one that was written last holds. */
function onWord(
  lane: RepositoryLane,
  { version, word, at }: Held | LetGo,
  hold: VersionHold | null,
  minutes: Minutes,
): RepositoryLane {
  if (lane.said.includes(word.name)) return lane;
  for (const content of ["eyes", "rocket"] as const)
    order(minutes, `react:${word.commentId}:${content}`, {
      type: "react",
      commentId: word.commentId,
      content,
    });
  const heard = withSaid(lane, word.name);
  const known = lane.holds?.states.find((state) => state.version === version);
  const isOvertaken = known !== undefined && isLater(known.last, word);
  const type = isOvertaken ? "hold.overtaken" : hold === null ? "version.let-go" : "version.held";
  record(minutes, `user:${word.by.id}`, type, version, hold === null ? {} : { reason: hold.reason });
  if (isOvertaken) return heard;
  const last = { commentId: word.commentId, ordinal: word.ordinal };
  const states = [...(lane.holds?.states ?? []).filter((state) => state !== known), { version, hold, last }];
  const next: RepositoryLane = {
    ...heard,
    holds: { nr: (lane.holds?.nr ?? 0) + 1, states: bounded(states) },
  };
  tellHolds(next, placesOf(next), at, minutes);
  return drawn(next, version, at, minutes);
}

function isLater(one: HoldState["last"], other: HoldState["last"]): boolean {
  return (
    one.commentId > other.commentId || (one.commentId === other.commentId && one.ordinal > other.ordinal)
  );
}

function bounded(states: readonly HoldState[]): readonly HoldState[] {
  const lifted = states.filter(({ hold }) => hold === null).slice(-LIFTED_KEPT);
  return states.filter((state) => state.hold !== null || lifted.includes(state));
}

function placesOf({ plans }: Pick<RepositoryLane, "plans">): readonly string[] {
  return plans.map(({ environment }) => environment.name);
}

/** The notice of the version says so, or says it no more. */
function drawn(lane: RepositoryLane, version: string, at: number, minutes: Minutes): RepositoryLane {
  for (const release of lane.releases) if (release.version === version) drawReleased(lane, release, minutes);
  return lane.upcoming?.version === version ? drawUpcoming(lane, minutes, at) : lane;
}

/** Environments that the config names anew have heard of nothing yet. */
export function tellNewPlaces(
  before: RepositoryLane,
  lane: RepositoryLane,
  at: number,
  minutes: Minutes,
): void {
  if (holdsOf(lane).length === 0) return;
  const known = placesOf(before);
  tellHolds(
    lane,
    placesOf(lane).filter((name) => !known.includes(name)),
    at,
    minutes,
  );
}

function tellHolds(lane: RepositoryLane, places: readonly string[], at: number, minutes: Minutes): void {
  const nr = lane.holds?.nr ?? 0;
  const event = { type: "HoldsTold", at, nr, holds: holdsOf(lane) } as const;
  for (const environment of places)
    order(minutes, `holds:${environment}:${nr}`, { type: "tellLane", environment, event });
}

/** An environment hears what is held now; an older telling that comes late says nothing. */
export function onHoldsTold(lane: EnvironmentLane, { nr, holds }: Told): EnvironmentLane {
  return lane.toldHolds !== undefined && lane.toldHolds.nr >= nr
    ? lane
    : { ...lane, toldHolds: { nr, holds } };
}
