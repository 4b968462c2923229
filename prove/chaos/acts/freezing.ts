/** Freezes. What they hold goes on when they are lifted, which is done before the case ends at the latest. */
import { commandDeed, environmentFrom, holdingDeed, type Act } from "./act.ts";

const freeze: Act = {
  name: "freeze",
  weight: 1,
  draw(draft) {
    const environment = environmentFrom(draft);
    return holdingDeed(`/freeze ${environment} --reason "chaos"`, `/unfreeze ${environment}`);
  },
};

const unfreeze: Act = {
  name: "unfreeze",
  weight: 1,
  draw: (draft) => commandDeed(`/unfreeze ${environmentFrom(draft)}`),
};

export const freezingActs: readonly Act[] = [freeze, unfreeze];
