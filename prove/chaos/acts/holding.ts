/**
 * What people say for or against a version: approvals, which the last environment of some places asks for, and holds. Whatever waits for an approval gets one
 * before the case ends (`Telling` in `case.ts`), and what is held is let go.
 */
import { commandDeed, holdingDeed, type Act } from "./act.ts";

const LAST = "prod";

/** By wes, or by ana, whose word does not count for what she has asked for. */
const approve: Act = {
  name: "approve",
  weight: 3,
  draw({ random, versions, setting }) {
    const text = `/approve ${LAST} ${random.of(versions)}`;
    return setting.approvals ? commandDeed(text, random.of(["wes", "wes", "ana"])) : null;
  },
};

const unapprove: Act = {
  name: "unapprove",
  weight: 1,
  draw({ setting }) {
    return setting.approvals ? commandDeed(`/unapprove ${LAST}`, "wes") : null;
  },
};

const hold: Act = {
  name: "hold",
  weight: 1,
  draw({ random, versions }) {
    const version = random.of(versions);
    return holdingDeed(`/hold ${version} --reason "chaos"`, `/unhold ${version}`);
  },
};

const unhold: Act = {
  name: "unhold",
  weight: 1,
  draw: ({ random, versions }) => commandDeed(`/unhold ${random.of(versions)}`),
};

export const holdingActs: readonly Act[] = [approve, unapprove, hold, unhold];
