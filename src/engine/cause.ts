/**
 * Where work came from. A delivery's GUID, a promotion's and a run's id travel in the payload of every job that follows from them, so
 * that one search in the log tells the whole story. They decide nothing: `dedupe` and keys do not know of them.
 */
import type { LaneState } from "../core/decide.ts";
import type { Effect } from "../core/effects.ts";
import type { WaybillEvent } from "../core/events.ts";
import { correlationIdOf, namesCorrelation, type Promotion, type Step } from "../core/promotion.ts";

export interface Cause {
  /** The GUID of the delivery that began it; absent for what Waybill found out by asking. */
  readonly delivery?: string;
  readonly promotion?: string;
  /** The correlation id: one component's run in one promotion. */
  readonly correlation?: string;
}

/** What an event is about, added to what it came from. `state` knows to which promotion a run belongs. */
export function causeOfEvent(event: WaybillEvent, inherited: Cause, state: LaneState | null): Cause {
  const own = idsOf(event.type === "PromotionRequested" ? { promotionId: event.request.id } : event);
  if (state?.kind !== "environment" || own.promotion !== undefined) return joined(inherited, own);
  const active = state.active;
  const step = active === null ? undefined : stepOf(active, event, own.correlation);
  if (active === null || step === undefined) return joined(inherited, own);
  return joined(inherited, { promotion: active.id, correlation: step.correlationId });
}

/** What an effect is about, added to the event that ordered it. */
export function causeOfEffect(effect: Effect, inherited: Cause): Cause {
  return joined(inherited, idsOf(effect));
}

function stepOf(
  { steps }: Promotion,
  event: WaybillEvent,
  correlation: string | undefined,
): Step | undefined {
  if (event.type !== "RunObserved") return steps.find((step) => step.correlationId === correlation);
  const { id, title } = event.run;
  return steps.find((step) => step.runId === id || namesCorrelation(title, step.correlationId));
}

type Ids = Omit<Cause, "delivery">;

function idsOf(thing: object): Ids {
  const promotion = textOf(thing, "promotionId");
  const component = textOf(thing, "component");
  const ofComponent =
    promotion === undefined || component === undefined
      ? undefined
      : correlationIdOf(promotion as Promotion["id"], component);
  const correlation = textOf(thing, "correlationId") ?? ofComponent;
  return {
    ...(promotion === undefined ? {} : { promotion }),
    ...(correlation === undefined ? {} : { correlation }),
  };
}

function textOf(thing: object, name: string): string | undefined {
  const value: unknown = (thing as Readonly<Record<string, unknown>>)[name];
  return typeof value === "string" ? value : undefined;
}

/** The nearer ids win. Another promotion than the inherited one is not about the inherited run. */
function joined({ delivery, promotion, correlation }: Cause, own: Ids): Cause {
  const changes = own.promotion !== undefined && own.promotion !== promotion;
  const run = own.correlation ?? (changes ? undefined : correlation);
  const request = own.promotion ?? promotion;
  return {
    ...(delivery === undefined ? {} : { delivery }),
    ...(request === undefined ? {} : { promotion: request }),
    ...(run === undefined ? {} : { correlation: run }),
  };
}
