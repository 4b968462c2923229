/** The freeze of an environment: who put it, until when, and whose word about it was the last. */
import { tellOfFreeze } from "./channels/freeze.ts";
import { order, record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent } from "./events.ts";
import { isInForce } from "./gates/freeze.ts";
import type { Freeze, Lifted } from "./gates/gate.ts";
import { isKnown, withKnown } from "./known.ts";
import type { Person } from "./promotion.ts";
import { refuseInWords } from "./telling.ts";

/** A person's word about a freeze: the command, and where it was given. */
export interface FreezeWord {
  readonly by: Person;
  readonly commentId: number;
  /** 1 for the first command of the comment. */
  readonly ordinal: number;
  readonly issue: number;
  /** What it is known by in the lane. */
  readonly name: string;
  /** Whether this lane answers the comment: one of those to which it was told. */
  readonly answers: boolean;
}

/** What a lane keeps of freezes. Words are heard in any order; the one that was written last holds. */
export interface FreezeState {
  readonly freeze: Freeze | null;
  readonly last: Pick<FreezeWord, "commentId" | "ordinal">;
  /** What a person has lifted of the freezes that the config foresees; absent where nothing is. */
  readonly lifted?: Lifted;
}

type Frozen = Extract<EnvironmentEvent, { type: "EnvironmentFrozen" }>;
type Unfrozen = Extract<EnvironmentEvent, { type: "EnvironmentUnfrozen" }>;

/** The freeze in force at a moment, or null. */
function freezeAt({ frozen }: Pick<EnvironmentLane, "frozen">, at: number): Freeze | null {
  const freeze = frozen?.freeze ?? null;
  return freeze !== null && isInForce(freeze, at) ? freeze : null;
}

/** The environment is frozen, or its freeze is given another end or reason. */
export function onFrozen(lane: EnvironmentLane, event: Frozen, minutes: Minutes): EnvironmentLane {
  const { word, at, until, reason } = event;
  if (wasHeard(lane, word)) return lane;
  if (isOvertaken(lane, word)) return onOvertaken(lane, event, minutes);
  record(minutes, `user:${word.by.id}`, "environment.frozen", event.environment, { until, reason });
  answer(word, minutes);
  tellOfFreeze(event, minutes);
  const frozen: FreezeState = {
    freeze: { by: word.by.login, at, until, reason },
    last: { commentId: word.commentId, ordinal: word.ordinal },
    ...(lane.frozen?.lifted === undefined ? {} : { lifted: lane.frozen.lifted }),
  };
  const next: EnvironmentLane = { ...withKnown(lane, word.name), frozen };
  lookAtItsEnd(next, at, minutes);
  return next;
}

/** The freeze is lifted. Without one nothing is, and whoever gave the command is told so. */
export function onUnfrozen(lane: EnvironmentLane, event: Unfrozen, minutes: Minutes): EnvironmentLane {
  const { word, at, environment } = event;
  if (wasHeard(lane, word)) return lane;
  if (isOvertaken(lane, word)) return onOvertaken(lane, event, minutes);
  const isFrozen = freezeAt(lane, at) !== null || event.scheduled !== undefined;
  record(
    minutes,
    `user:${word.by.id}`,
    isFrozen ? "environment.unfrozen" : "unfreeze.in-vain",
    environment,
    event.scheduled === undefined ? {} : { scheduled: event.scheduled },
  );
  // Of several environments those that are not frozen need no word.
  if (!isFrozen && event.alone) refuse(event, minutes);
  else answer(word, minutes);
  if (isFrozen) tellOfFreeze(event, minutes);
  const last = { commentId: word.commentId, ordinal: word.ordinal };
  const lifted = event.scheduled === undefined ? lane.frozen?.lifted : { at, until: event.scheduled.until };
  const frozen: FreezeState = { freeze: null, last, ...(lifted === undefined ? {} : { lifted }) };
  return { ...withKnown(lane, word.name), frozen };
}

/** Looks again at the moment in which the freeze runs out: that is when what it holds goes on. */
export function lookAtItsEnd(lane: EnvironmentLane, at: number, minutes: Minutes): void {
  const until = freezeAt(lane, at)?.until ?? null;
  if (until === null) return;
  order(
    minutes,
    `wake:gates:${until}`,
    { type: "wake", event: { type: "GatesDue", at: until } },
    { delayMs: until - at },
  );
}

function wasHeard(lane: EnvironmentLane, { name, commentId, ordinal }: FreezeWord): boolean {
  const last = lane.frozen?.last;
  return isKnown(lane, name) || (last?.commentId === commentId && last.ordinal === ordinal);
}

/** Whether a word was written before another one that was heard before it. */
function isOvertaken({ frozen }: EnvironmentLane, word: FreezeWord): boolean {
  if (frozen === undefined) return false;
  const { commentId, ordinal } = frozen.last;
  return word.commentId < commentId || (word.commentId === commentId && word.ordinal < ordinal);
}

/** As if all had been heard in the order in which it was written: it held until the later word, so that there is nothing left of it but its answer. */
function onOvertaken(lane: EnvironmentLane, event: Frozen | Unfrozen, minutes: Minutes): EnvironmentLane {
  const { word, environment } = event;
  const { commentId: by } = lane.frozen?.last ?? word;
  record(minutes, `user:${word.by.id}`, "freeze.overtaken", environment, { word: event.type, by });
  answer(word, minutes);
  return withKnown(lane, word.name);
}

function answer(word: FreezeWord, minutes: Minutes): void {
  if (word.answers) react(word, "rocket", minutes);
}

function refuse({ word, environment }: Unfrozen, minutes: Minutes): void {
  react(word, "-1", minutes);
  const said = { ...word, command: `/unfreeze ${environment}` };
  refuseInWords(said, { code: "not-frozen", detail: { environment } }, minutes);
}

function react({ commentId }: FreezeWord, end: "rocket" | "-1", minutes: Minutes): void {
  for (const content of ["eyes", end] as const)
    order(minutes, `react:${commentId}:${content}`, { type: "react", commentId, content });
}
