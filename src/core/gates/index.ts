/** The gates of an environment, in the order in which they are asked: the first that does not pass is what people see. */
import { environmentIsNotFrozen } from "./freeze.ts";
import { PASS, type GateFacts, type Held, type Verdict } from "./gate.ts";
import { isStillWanted } from "./long-hold.ts";

const gates: readonly ((facts: GateFacts) => Verdict)[] = [environmentIsNotFrozen, isStillWanted];

/** What stands in a promotion's way now; null where nothing does. A hold goes on from the moment at which its first one began. */
export function heldNow(facts: GateFacts): Held | null {
  const verdict = gates.map((gate) => gate(facts)).find((one) => one.verdict !== "pass") ?? PASS;
  if (verdict.verdict !== "wait") return null;
  return { since: facts.promotion.held?.since ?? facts.at, hold: verdict.hold };
}
