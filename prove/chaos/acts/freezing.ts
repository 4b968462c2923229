/** Freezes. What they hold goes on when they are lifted, which is done before the case ends at the latest. */
import { commandDeed, environmentFrom, type Act } from "./act.ts";

const freeze: Act = {
  name: "freeze",
  weight: 1,
  draw(draft) {
    const environment = environmentFrom(draft);
    const frozen = commandDeed(`/freeze ${environment} --reason "chaos"`);
    return {
      ...frozen,
      do(people) {
        people.mayHold = true;
        frozen.do(people);
        people.amend(() => people.command(`/unfreeze ${environment}`));
      },
    };
  },
};

const unfreeze: Act = {
  name: "unfreeze",
  weight: 1,
  draw: (draft) => commandDeed(`/unfreeze ${environmentFrom(draft)}`),
};

export const freezingActs: readonly Act[] = [freeze, unfreeze];
