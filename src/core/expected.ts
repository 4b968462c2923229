/**
 * Which version the running system is to name. A component that was left as it is goes on naming the release that brought it there; asked for the
 * version of a release that never touched it, it could only fail, and to ask it for nothing would prove nothing.
 */
import type { Cargo, Promotion } from "./promotion.ts";
import { isComponent } from "./step-stage.ts";
import { isSameRelease } from "./release.ts";

/** A release, as far as the running system can name it. */
export type Expected = Pick<Cargo, "version" | "sha">;

/**
 * What is to run.
 *
 * @param component null for the environment as a whole: all of one release, as it is asked for no other way (`core/skips.ts`)
 */
export function expectedOf({ cargo, steps }: Promotion, component: string | null): Expected {
  const components = steps.filter(isComponent);
  if (component !== null) return components.find((one) => one.component === component)?.skipped ?? cargo;
  const [first] = components;
  return first?.skipped !== undefined &&
    components.every(({ skipped }) => skipped?.sha === first.skipped?.sha)
    ? first.skipped
    : cargo;
}

/** Whether an answer was judged by what is to run there now; also where an earlier Waybill has judged it. */
export function isAnswerTo(asked: Expected | undefined, wanted: Expected): boolean {
  return asked === undefined || isSameRelease(asked, wanted);
}
