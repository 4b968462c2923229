/** What comments show of a rollout that differs from its rehearsals, as data: what is true of several is said once. */
import type { Promotion } from "./promotion.ts";
import { differencesIn, type Difference } from "./rehearsal.ts";

/** Absent where nothing differs, or nothing is known. */
export interface RehearsalWords {
  readonly rehearsal?: RehearsalView;
}

export interface RehearsalView {
  readonly lines: readonly DifferenceLine[];
  /** How many lines more there would be. */
  readonly more: number;
}

/** One line: a difference, the components that it is true of, and the environments before from which they differ in it. */
export interface DifferenceLine {
  readonly kind: Difference["kind"];
  readonly components: Names;
  readonly environments: Names;
  /** Of `after` and `not-after`; of `ahead` the one that is passed. */
  readonly needs?: Names;
  /** Of those that name one file: its name. Of `workflow`, the two. */
  readonly file?: string;
  readonly fileThere?: string;
  /** Of `ref`: on what it was dispatched there. */
  readonly refThere?: string | null;
}

/** A list that may be too long to be shown whole. */
export interface Names {
  readonly names: readonly string[];
  /** How many there are besides. */
  readonly more: number;
}

/** What is read on one line, and how many lines at a glance. */
const MOST_NAMES = 10;
const MOST_LINES = 12;

/** What is to be said of a promotion whose steps are known. */
export function rehearsalWords(promotion: Promotion): RehearsalWords {
  const found = differencesIn(promotion);
  if (found.length === 0) return {};
  const all = found.flatMap(({ environment, differences }) =>
    differences.filter(isNews).map((difference) => ({ environment, difference })),
  );
  const byDifference = grouped(all, ({ difference }) => JSON.stringify(difference)).map(
    ([first, ...more]) => {
      const { component, ...what } = first.difference;
      const environments = [first, ...more].map(({ environment }) => environment);
      return { component, what, environments };
    },
  );
  const lines = grouped(byDifference, ({ what, environments }) => JSON.stringify([what, environments])).map(
    ([first, ...more]): DifferenceLine => ({
      components: shown([first, ...more].map(({ component }) => component)),
      environments: shown(first.environments),
      ...detailOf(first.what),
    }),
  );
  if (lines.length === 0) return {};
  return { rehearsal: { lines: lines.slice(0, MOST_LINES), more: Math.max(0, lines.length - MOST_LINES) } };
}

/** That a rollback goes by today's workflow is said at length by itself (`rollback/views.ts`). */
function isNews(difference: Difference): boolean {
  return difference.kind !== "ref" || difference.here === null;
}

type What = Difference extends infer One ? (One extends Difference ? Omit<One, "component"> : never) : never;

function detailOf(what: What): Omit<DifferenceLine, "components" | "environments"> {
  const { kind } = what;
  if ("needs" in what) return { kind, needs: shown(what.needs) };
  if ("of" in what) return { kind, needs: shown([what.of]) };
  if (what.kind === "ref") return { kind, file: what.workflow, refThere: what.there };
  if ("there" in what) return { kind, file: what.here, fileThere: what.there };
  return "workflow" in what ? { kind, file: what.workflow } : { kind };
}

function shown(names: readonly string[]): Names {
  return { names: names.slice(0, MOST_NAMES), more: Math.max(0, names.length - MOST_NAMES) };
}

type Some<Item> = readonly [Item, ...Item[]];

/** Those that have a key in common, in the order in which the keys come up. */
function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Some<Item>[] {
  return [...Map.groupBy(items, keyOf).values()].map((group) => group as [Item, ...Item[]]);
}
