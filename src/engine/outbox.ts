/** Performing effects: what belongs to GitHub there, what asks the running system by the guarded probe. */
import type { ProbeConfig } from "../core/config/index.ts";
import { judgeLook, type Look } from "../core/proof.ts";
import type { Clock, EffectPerformer } from "../core/ports.ts";

/** Asks the running system once; never rejects, since no answer is an answer too. */
export type AskSystem = (config: ProbeConfig) => Promise<Look>;

export interface OutboxOptions {
  readonly github: EffectPerformer;
  readonly ask: AskSystem;
  readonly clock: Clock;
}

export function createOutbox({ github, ask, clock }: OutboxOptions): EffectPerformer {
  return {
    async perform(lane, effect, attempt) {
      if (effect.type !== "askVersion") return github.perform(lane, effect, attempt);
      const { promotionId, component, probe, config, cargo } = effect;
      const evidence = judgeLook(await ask(config), config, cargo, clock.now());
      return [{ type: "VersionObserved", at: evidence.at, promotionId, component, probe, evidence }];
    },
  };
}
