/** What turns a promotion round: going back, taking back, going on from what failed. */
import { commandDeed, environmentFrom, holdingDeed, type Act } from "./act.ts";

/** To the release before, or to any. The pin that it leaves behind is lifted before the case ends at the latest. */
const rollback: Act = {
  name: "rollback",
  weight: 2,
  draw(draft) {
    const { random, versions } = draft;
    const environment = environmentFrom(draft);
    const version = random.happens(0.6) ? "" : ` ${random.of(versions)}`;
    // What is pinned waits, and so do others behind it.
    return holdingDeed(`/rollback ${environment}${version}`, `/unpin ${environment}`);
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
