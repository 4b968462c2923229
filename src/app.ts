/** The Probot function: every delivery that was verified, stored and taken up goes to the engine through here. */
import type { Probot } from "probot";
import type { LaneEvent } from "./core/events.ts";
import { UnreadableDeliveryError, type DeliveryTranslator, type StoredDelivery } from "./core/ports.ts";

/** Turns a webhook's name and payload into events for the lanes. */
export type Translate = (name: string, payload: unknown) => Promise<LaneEvent[]>;

/**
 * Loads Waybill into Probot and gives back the door for stored deliveries. Probot's own server is never started (GITHUB.md,
 * webhooks): signatures, limits and storage are ours; its app function and its authentication are what it is used for.
 */
export async function loadApp(probot: Probot, translate: Translate): Promise<DeliveryTranslator> {
  const translated = new Map<string, LaneEvent[]>();
  await probot.load((app) => {
    app.onAny(async ({ id, name, payload }) => {
      translated.set(id, await translate(name, payload));
    });
  });
  return {
    async translate(delivery: StoredDelivery) {
      try {
        const { deliveryId: id, event: name } = delivery;
        await probot.receive({ id, name, payload: parse(delivery.payload) } as never);
        return translated.get(delivery.deliveryId) ?? [];
      } catch (error) {
        // Probot wraps what handlers throw; the engine needs the error itself to tell a rate limit from a fault.
        throw error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
      } finally {
        translated.delete(delivery.deliveryId);
      }
    },
  };
}

/** The edge has only looked at a payload's ends (`http/payload.ts`); here it is read whole. */
function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch (error) {
    // Without the parser's own words, which quote what they stumbled over.
    throw new UnreadableDeliveryError("its payload is no JSON", { cause: error });
  }
}
