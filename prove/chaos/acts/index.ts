/** All acts. A new capability gets a file of its own and a line here; what its promises are, a line in `judge.ts`. */
import type { Random } from "../../random.ts";
import type { Setting } from "../setting.ts";
import type { Act, Deed, Draft } from "./act.ts";
import { freezingActs } from "./freezing.ts";
import { holdingActs } from "./holding.ts";
import { interferingActs } from "./interfering.ts";
import { promote, promotingActs, release } from "./promoting.ts";
import { turningActs } from "./turning.ts";

const ACTS: readonly Act[] = [
  ...promotingActs,
  ...turningActs,
  ...interferingActs,
  ...freezingActs,
  ...holdingActs,
];

const MINUTE = 60_000;
/** How long after the deed before it. */
const GAPS = [0, 0, 0, 1_000, 20_000, 60_000, 5 * MINUTE, 20 * MINUTE] as const;

export interface TimedDeed extends Deed {
  readonly afterMs: number;
}

/** Draws what is done in a case: one promotion (or a release, where that goes by itself), and mostly something else. */
export function drawDeeds(random: Random, setting: Setting, onlyTimeless: boolean): TimedDeed[] {
  const draft: Draft = { random, setting, versions: [...setting.versions] };
  const acts = ACTS.filter(({ isTimeless }) => !onlyTimeless || isTimeless?.(setting) === true);
  const lots = acts.flatMap((act) => Array.from({ length: act.weight }, () => act));
  const others = random.of(setting.isSmall ? [0, 1, 1, 1] : [0, 1, 2, 2, 3]);
  const first = acts.includes(promote) ? promote : release;
  const drawn = [first, ...Array.from({ length: others }, () => random.of(lots))];
  return drawn.flatMap((act) => {
    const deed = act.draw(draft);
    return deed === null ? [] : [{ ...deed, afterMs: random.of(GAPS) }];
  });
}
