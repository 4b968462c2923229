/** All seeded bugs. To add one: a row in one of these files; for a new feature, a file of its own and a line here. */
import type { Bug } from "./bug.ts";
import { dispatchingBugs } from "./dispatching.ts";
import { fixingBugs } from "./fixing.ts";
import { followingBugs } from "./following.ts";
import { gatingBugs } from "./gating.ts";
import { goingOnBugs } from "./going-on.ts";
import { orderingBugs } from "./ordering.ts";
import { returningBugs } from "./returning.ts";
import { storingBugs } from "./storing.ts";

export const BUGS: readonly Bug[] = [
  ...dispatchingBugs,
  ...followingBugs,
  ...orderingBugs,
  ...gatingBugs,
  ...returningBugs,
  ...fixingBugs,
  ...goingOnBugs,
  ...storingBugs,
];

export function bugNamed(name: string): Bug | undefined {
  return BUGS.find((bug) => bug.name === name);
}
