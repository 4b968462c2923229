/** What an effect that was tried too often comes to: an event like any other observation. */
import type { Effect } from "./effects.ts";
import type { EnvironmentEvent } from "./events.ts";

/** `error` is cut to 300 characters: it may be shown to people. */
export function givenUp(effect: Effect, error: string, at: number): EnvironmentEvent {
  if (effect.type === "askVersion") {
    // No answer is an answer: the asking goes on to its deadline and ends there in words.
    const { promotionId, component, probe, config } = effect;
    const evidence = {
      at,
      url: config.url,
      outcome: "no-answer",
      observed: null,
      detail: "it could not be asked",
    } as const;
    return { type: "VersionObserved", at, promotionId, component, probe, evidence };
  }
  return {
    type: "EffectGivenUp",
    at,
    effect: effect.type,
    promotionId: "promotionId" in effect ? effect.promotionId : null,
    correlationId: "correlationId" in effect ? effect.correlationId : null,
    error: error.slice(0, 300),
  };
}
