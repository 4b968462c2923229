/**
 * What an environment comes after: all of the environments before it, or so many of them as its config says. Whatever asks whether the release
 * is far enough along (the gate, `promote: auto`, the default of `/promote`, soak time) asks here.
 */
import type { EnvironmentConfig } from "./config/index.ts";

/** An environment's place in the pipeline. */
export type After = Pick<EnvironmentConfig, "after" | "afterAtLeast">;

/** How many of the environments before must have a release; 0 at the pipeline's beginning. */
export function neededOf({ after, afterAtLeast }: After): number {
  return Math.min(afterAtLeast ?? after.length, after.length);
}

/** Whether enough of the environments before have it, by what `has` says of each. */
export function enoughOf(place: After, has: (environment: string) => boolean): boolean {
  return place.after.filter(has).length >= neededOf(place);
}

/** The environments before that lack it, where too few have it; none where enough do. */
export function lackingOf(place: After, has: (environment: string) => boolean): readonly string[] {
  return enoughOf(place, has) ? [] : place.after.filter((environment) => !has(environment));
}
