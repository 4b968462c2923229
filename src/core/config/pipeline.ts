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
  /** How many of them are enough; absent where it takes all. */
  readonly afterAtLeast?: number;
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
    const { after, where, atLeast } = writtenAfter(own.after, at, found) ?? {
      after: placeByOrder(entries, index),
      where: () => at,
    };
    after.forEach((other, position) => {
      if (!names.includes(other)) found.unknown(where(position), "environment", other, names);
    });
    if (own.promote === "merge" && after.length > 0) {
      found.refuse(
        at,
        "an environment that takes every merge comes after none",
        "remove `after`, or choose `promote: auto`",
      );
    }
    const distinct = [...new Set(after)];
    const isFewer = atLeast !== undefined && atLeast < distinct.length;
    return {
      name,
      promote: own.promote,
      after: distinct,
      ...(isFewer ? { afterAtLeast: atLeast } : {}),
      own,
    };
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

/** What is written in `after`, where each of its names stands, and how many of them are enough; null where nothing is. */
interface WrittenAfter {
  readonly after: readonly string[];
  readonly where: (position: number) => Path;
  /** Absent: all. */
  readonly atLeast?: number;
}

function writtenAfter(written: WrittenEnvironment["after"], at: Path, found: Findings): WrittenAfter | null {
  if (written === undefined) return null;
  if (typeof written === "string") return { after: [written], where: () => at };
  if (Array.isArray(written)) return { after: written, where: (position) => [...at, position] };
  const { any, atLeast, of } = written;
  if (any !== undefined && atLeast === undefined && of === undefined)
    return { after: any, where: (position) => [...at, "any", position], atLeast: 1 };
  if (any === undefined && atLeast !== undefined && of !== undefined) {
    const count = new Set(of).size;
    if (atLeast > count)
      found.refuse(
        [...at, "atLeast"],
        `${atLeast} are wanted, but only ${count === 1 ? "one is" : `${count} are`} named`,
        `write a number up to ${count}, or name more environments`,
      );
    return { after: of, where: (position) => [...at, "of", position], atLeast };
  }
  found.refuse(
    at,
    "not a way to say which environments come before",
    "write `[a, b]` for all of them, `{ any: [a, b] }` for one of them, or `{ atLeast: 2, of: [a, b, c] }`",
  );
  return { after: [], where: () => at };
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
