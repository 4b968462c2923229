/** From what `decide` ordered to jobs of the outbox. */
import type { Effect, PlannedEffect } from "../core/effects.ts";
import type { LaneEvent } from "../core/events.ts";
import type { LaneKey, NewJob } from "../core/ports.ts";
import { causeOfEffect, type Cause } from "./cause.ts";
import { laneName } from "./lanes.ts";

/** Effects that give up too early would leave a person without an answer; with the growing pause these are 4.8 hours. */
const EFFECT_ATTEMPTS = 30;
const EVENT_ATTEMPTS = 100;

/** Decisions first, then deployments; words to many people must hold up nobody's rollout. */
const PRIORITY = { event: 10, effect: 20, delivery: 30, talk: 40 } as const;
/** What is shown for minutes may wait for others of its kind: it falls due with them, and GitHub is told in one request. */
const GATHERED: ReadonlySet<string> = new Set<Effect["type"]>(["adoptDeployment", "setDeploymentStatus"]);
const GATHERED_EVERY_MS = 2_000;
const TALK: ReadonlySet<string> = new Set<Effect["type"]>([
  "comment",
  "label",
  "keepReceipt",
  "removeClaim",
  "retireDeployments",
  "tellChannel",
]);

/** A job that decides an event on its lane, as soon as the lane is free. `cause`: what it came from, for the log. */
export function eventJob(
  { lane, event, comment }: LaneEvent,
  runAt: number,
  dedupe: string | null,
  cause: Cause = {},
): NewJob {
  return {
    kind: "event",
    // Timers have no key: one that is due tomorrow must not stand in the way of what happens today.
    key: dedupe?.startsWith("wake:") === true ? null : `lane:${laneName(lane)}`,
    dedupe,
    priority: PRIORITY.event,
    runAt,
    maxAttempts: EVENT_ATTEMPTS,
    payload: { lane, event, ...(comment === undefined ? {} : { comment }), ...withCause(cause) },
  };
}

/** The job for an effect: another lane's event, a timer, or something to perform. */
export function effectJob(lane: LaneKey, planned: PlannedEffect, now: number, cause: Cause = {}): NewJob {
  const { effect, delayMs, id } = planned;
  const runAt = now + delayMs;
  if (effect.type === "wake")
    return eventJob({ lane, event: effect.event }, runAt, `wake:${laneName(lane)}:${id}`, cause);
  if (effect.type === "tellLane") {
    return eventJob(
      { lane: { ...lane, environment: effect.environment }, event: effect.event },
      runAt,
      `tell:${laneName(lane)}:${id}`,
      cause,
    );
  }
  return {
    kind: "effect",
    key: planned.serial === null ? null : `effect:${lane.installation}/${lane.repository}:${planned.serial}`,
    dedupe: `effect:${laneName(lane)}:${id}`,
    coalesce: planned.coalesce,
    // Its time comes from this process's clock: a moment later, or by another replica's clock, the next status could come out before it.
    inOrder: GATHERED.has(effect.type),
    priority: TALK.has(effect.type) ? PRIORITY.talk : PRIORITY.effect,
    runAt: GATHERED.has(effect.type) ? Math.ceil(runAt / GATHERED_EVERY_MS) * GATHERED_EVERY_MS : runAt,
    maxAttempts: EFFECT_ATTEMPTS,
    payload: { lane, effect, ...withCause(causeOfEffect(effect, cause)) },
  };
}

function withCause(cause: Cause): { readonly cause?: Cause } {
  return Object.keys(cause).length === 0 ? {} : { cause };
}
