/** A store that goes dead at a chosen point, as it does for a process that is killed there: what was committed is committed, no more. */
import type { Effect, EffectType } from "../../src/core/effects.ts";
import type { LaneEvent } from "../../src/core/events.ts";
import {
  StoreUnavailableError,
  type ClaimedJob,
  type Store,
  type StoreTransaction,
} from "../../src/core/ports.ts";

/** `before`: the effect was taken up and not begun. `after`: it was done, and nobody wrote that down. */
export type CrashPoint = "before" | "after";

export interface CrashPlan {
  readonly type: EffectType;
  readonly point: CrashPoint;
  /** How many effects of this type go well first. */
  skip: number;
  crashed: boolean;
}

/** The events as which timers come back, and those that lanes tell each other: these effects are done by the engine itself. */
const TIMER_EVENTS: ReadonlySet<string> = new Set(["LookDue"]);
const TOLD_EVENTS: ReadonlySet<string> = new Set([
  "PromotionRequested",
  "EnvironmentDelivered",
  "EnvironmentFailed",
]);

/** Whether a job performs an effect of this type. */
export function isOf(job: ClaimedJob, type: EffectType): boolean {
  if (job.kind === "effect") return (job.payload as { effect: Effect }).effect.type === type;
  if (job.kind !== "event") return false;
  const { event } = job.payload as LaneEvent;
  return (
    (type === "wake" && TIMER_EVENTS.has(event.type)) || (type === "tellLane" && TOLD_EVENTS.has(event.type))
  );
}

/** Puts the plan between a server and its store. Once it has struck, this server never gets an answer again; the next one does. */
export function crashingStore(store: Store, plan: CrashPlan): Store {
  let dead = false;
  const strikes = (job: ClaimedJob, point: CrashPoint): boolean => {
    if (plan.crashed || point !== plan.point || !isOf(job, plan.type)) return false;
    plan.skip -= 1;
    return plan.skip < 0;
  };
  const die = (): never => {
    plan.crashed = true;
    dead = true;
    throw new StoreUnavailableError("this process was killed");
  };
  // One at a time, so that it is this effect alone that nobody has begun.
  const claim: Store["claim"] = async (owner, now, _limit, leaseUntil) => {
    const jobs = await store.claim(owner, now, 1, leaseUntil);
    if (jobs.some((job) => strikes(job, "before"))) die();
    return jobs;
  };
  const transaction: Store["transaction"] = (work) =>
    store.transaction((tx) =>
      work(
        overlaid<StoreTransaction>(tx, {
          completeJob: async (job, at) => (strikes(job, "after") ? die() : tx.completeJob(job, at)),
        }),
      ),
    );
  const alive = overlaid<Store>(store, { claim, transaction });
  return new Proxy(alive, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (!dead || name === "close" || name === "onWork") return value;
      return () => Promise.reject(new StoreUnavailableError("this process was killed"));
    },
  });
}

/** An object in the place of another one, some of whose members are others. */
export function overlaid<Whole extends object>(whole: Whole, part: Partial<Whole>): Whole {
  return new Proxy(whole, {
    get(target, name) {
      if (Object.hasOwn(part, name)) return Reflect.get(part, name) as unknown;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
