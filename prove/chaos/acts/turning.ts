/** What turns a promotion round: going back, taking back, going on from what failed. */
import { commandDeed, environmentFrom, type Act } from "./act.ts";

/** To the release before, or to any. The pin that it leaves behind is lifted before the case ends at the latest. */
const rollback: Act = {
  name: "rollback",
  weight: 2,
  draw(draft) {
    const { random, versions } = draft;
    const environment = environmentFrom(draft);
    const version = random.happens(0.6) ? "" : ` ${random.of(versions)}`;
    const goBack = commandDeed(`/rollback ${environment}${version}`);
    return {
      ...goBack,
      do(people) {
        // What is pinned waits, and so do others behind it.
        people.mayHold = true;
        goBack.do(people);
        people.amend(() => people.command(`/unpin ${environment}`));
      },
    };
  },
};

const cancel: Act = {
  name: "cancel",
  weight: 2,
  draw: (draft) => commandDeed(`/cancel ${environmentFrom(draft)}`),
};

const retry: Act = {
  name: "retry",
  weight: 2,
  draw: (draft) => commandDeed(`/retry ${environmentFrom(draft)}`),
};

export const turningActs: readonly Act[] = [rollback, cancel, retry];
