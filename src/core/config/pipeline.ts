/** The pipeline: which environments there are, and what each comes after. */
import type { Findings } from "./findings.ts";
import { findCycle } from "./graph.ts";
import type { Path } from "./located.ts";
import { EMPTY_ENVIRONMENT, LIMITS, type WrittenConfig, type WrittenEnvironment } from "./schema.ts";

/** An environment's place in the pipeline. */
export interface PipelinePlace {
  readonly name: string;
  readonly promote: WrittenEnvironment["promote"];
  readonly after: readonly string[];
  readonly own: WrittenEnvironment;
}

/** Lays out the pipeline; refuses names that there are not, and circles. */
export function resolvePipeline(written: WrittenConfig, found: Findings): PipelinePlace[] {
  const entries = Object.entries(written.environments).map(([name, own]) => ({
    name,
    own: own ?? EMPTY_ENVIRONMENT,
  }));
  const names = entries.map((entry) => entry.name);
  if (names.length === 0)
    found.refuse(["environments"], "no environment is named", "name at least one: `prod: {}`");
  if (names.length > LIMITS.environments) {
    found.refuse(
      ["environments"],
      `more than ${LIMITS.environments} environments`,
      "split the repository's config",
    );
  }
  const pipeline = entries.map(({ name, own }, index): PipelinePlace => {
    const at: Path = ["environments", name, "after"];
    const after = own.after === undefined ? placeByOrder(entries, index) : [own.after].flat();
    after.forEach((other, position) => {
      const where = Array.isArray(own.after) ? [...at, position] : at;
      if (!names.includes(other)) found.unknown(where, "environment", other, names);
    });
    if (own.promote === "merge" && after.length > 0) {
      found.refuse(
        at,
        "an environment that takes every merge comes after none",
        "remove `after`, or choose `promote: auto`",
      );
    }
    return { name, promote: own.promote, after: [...new Set(after)], own };
  });
  const cycle = findCycle(new Map(pipeline.map((place) => [place.name, place.after])));
  if (cycle !== null) {
    // The cycle runs from each environment to what it comes after; people read a pipeline the other way.
    const round = cycle.toReversed().join(" → ");
    found.refuse(
      ["environments", cycle[0] ?? "", "after"],
      `the pipeline runs in a circle: ${round}`,
      "remove one of these `after`: something must come first",
    );
  }
  return pipeline;
}

/**
 * What comes before an environment by the order of writing: the nearest one above that takes releases. Environments that take
 * every merge stand beside one another at the beginning, so the first that takes releases comes after all of them above it.
 */
function placeByOrder(
  entries: readonly { name: string; own: WrittenEnvironment }[],
  index: number,
): string[] {
  if (entries[index]?.own.promote === "merge") return [];
  const above = entries.slice(0, index);
  const nearest = above.findLast((entry) => entry.own.promote !== "merge");
  return nearest === undefined ? above.map((entry) => entry.name) : [nearest.name];
}
