/** The laws that hold for every decision of the core: it is repeatable, it leaves its input alone, and what comes of it can be stored as JSON. */
import { decide, type LaneState } from "../../src/core/decide.ts";
import type { Decision, Policy } from "../../src/core/decision.ts";
import type { WaybillEvent } from "../../src/core/events.ts";

/** Frozen to the bottom. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** What was looked through to the bottom, and frozen: it cannot become anything else, so that the part of a lane that goes on as it was is not looked through again. */
const storable = new WeakSet<object>();

/**
 * Freezes a value, and looks whether JSON gives it back as it is: nothing may be lost (undefined, a hole, a symbol), changed (NaN, -0, a Date) nor
 * added.
 * @param way what the value is called
 * @throws Error with the way to what is not so
 */
export function freezeStorable(value: unknown, way: string): void {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return;
  if (typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0)) return;
  if (typeof value !== "object")
    throw new Error(`storing changes ${way}: ${Object.prototype.toString.call(value)}`);
  if (storable.has(value)) return;
  const keys = Object.keys(value);
  const isPlain = Array.isArray(value)
    ? Object.getPrototypeOf(value) === Array.prototype && keys.length === value.length
    : Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain || Object.getOwnPropertySymbols(value).length > 0)
    throw new Error(`storing changes ${way}: ${Object.prototype.toString.call(value)}`);
  for (const key of keys) freezeStorable((value as Record<string, unknown>)[key], `${way}.${key}`);
  Object.freeze(value);
  storable.add(value);
}

/** Lanes as the store keeps them; most come of one decision and go into the next. */
const texts = new WeakMap<LaneState, string>();

function textOf(state: LaneState): string {
  const known = texts.get(state);
  if (known !== undefined) return known;
  const text = JSON.stringify(state);
  texts.set(state, text);
  return text;
}

/** Decides, and holds the decision to the laws. @throws if it breaks one */
export function decideByLaw(state: LaneState, event: WaybillEvent, policy: Policy): Decision<LaneState> {
  deepFreeze(state);
  deepFreeze(event);
  const decision = decide(state, event, policy);
  try {
    freezeStorable(decision, "decision");
  } catch (error) {
    throw new Error(`${(error as Error).message} after ${JSON.stringify(event)}`, { cause: error });
  }
  // On the lane as the store gives it back.
  const again = decide(JSON.parse(textOf(state)) as LaneState, event, policy);
  const isSame =
    JSON.stringify(again.state) === textOf(decision.state) &&
    JSON.stringify({ ...again, state: null }) === JSON.stringify({ ...decision, state: null });
  if (!isSame) throw new Error(`decided otherwise the second time: ${JSON.stringify(event)}`);
  return decision;
}
