/** What comments show of components that are left as they are, as data. */
import type { Promotion, Step } from "./promotion.ts";
import type { NotSkipped } from "./skips.ts";
import { isComponent } from "./step-stage.ts";

/** What is said besides the table; nothing where the config leaves nothing as it is. */
export interface SkipWords {
  /** Components that are rolled out though none of their files is known to have changed; absent where there are none. */
  readonly notSkipped?: readonly RolledOutAnyway[];
  /** The versions in which all components are left; absent where one of them is rolled out. */
  readonly unchangedSince?: readonly string[];
}

/** Components that are rolled out for one reason. */
export interface RolledOutAnyway {
  readonly why: NotSkipped;
  readonly components: readonly string[];
}

/** What is to be said of a promotion whose steps are known. */
export function skipWords({ steps, replaces }: Promotion): SkipWords {
  const components = steps.filter(isComponent);
  const versions = components.flatMap(({ skipped }) => skipped?.version ?? []);
  if (components.length > 0 && versions.length === components.length)
    return { unchangedSince: [...new Set(versions)] };
  const anyway = components.filter(
    (step) => isWorthAWord(step) && !(step.notSkipped === "first" && replaces === null),
  );
  if (anyway.length === 0) return {};
  const whys = [...new Set(anyway.flatMap(({ notSkipped }) => notSkipped ?? []))];
  const notSkipped = whys.map((why) => ({
    why,
    components: anyway.filter((one) => one.notSkipped === why).map(({ component }) => component),
  }));
  return { notSkipped };
}

/** That what has changed is rolled out goes without saying. */
function isWorthAWord({ notSkipped }: Step): boolean {
  return notSkipped !== undefined && notSkipped !== "changed";
}
