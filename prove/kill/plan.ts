/** Which stories are told, and how many are killed in each, and where. A case is one kill, or one crash of the database's server. */
import type { EffectType } from "../../src/core/effects.ts";
import { ROWS, type Scene } from "../../test/faults/effect-scenes.ts";
import { randomFrom, seedOf, type Random } from "../random.ts";
import { rounds, unclaimed } from "./scenes.ts";
import type { Boundary } from "./orders.ts";

export interface StoryPlan {
  readonly index: number;
  readonly seed: number;
  readonly store: "sqlite" | "postgres";
  readonly scene: Scene;
  /** Whether the scene goes on for as long as there is somebody left to kill. */
  readonly isEndless: boolean;
  readonly boundaries: readonly Boundary[];
  /** Kills at any moment, also during the start. */
  readonly moments: number;
  /** Crashes of the PostgreSQL server. */
  readonly crashes: number;
}

/** More kills than this in one story, and a job is begun so often that it is rightly given up. */
const MOST_IN_A_STORY = 13;
/** Beside the boundaries: in each of these stories on SQLite, and in one on PostgreSQL. */
const AT_ANY_MOMENT = [11, 10];
const ON_POSTGRES = { moments: 4, boundaries: 2, crashes: 1 } as const;
/** What happens in each round. */
const OF_ROUNDS: readonly EffectType[] = [
  "react",
  "comment",
  "liveComment",
  "drawNotice",
  "drawDraft",
  "publishRelease",
  "prepareRollout",
  "recordDeployment",
  "setDeploymentStatus",
  "dispatchRun",
  "askVersion",
  "tellLane",
];
const POINTS = ["before", "after"] as const;

/** Effect by effect, by its number. */
function allBoundaries(): readonly Boundary[] {
  return (Object.keys(ROWS) as EffectType[])
    .toSorted((one, other) => ROWS[one].number - ROWS[other].number)
    .flatMap((type) => POINTS.map((point) => ({ type, point })));
}

export interface Wanted {
  readonly cases: number;
  readonly seed: number;
  readonly store: "sqlite" | "postgres" | "both";
  /** Only this story is wanted, as it is where many are; null for all. */
  readonly only: number | null;
}

/**
 * The stories with so many cases. They come in sets: every boundary once (on SQLite and on PostgreSQL by turns), some at any moment, and crashes of the
 * server. What a story is depends on the seed and its number alone, but for the last, which may have fewer cases.
 */
export function planStories({ cases, seed, store, only }: Wanted): readonly StoryPlan[] {
  const plans: StoryPlan[] = [];
  let left = only === null ? cases : Infinity;
  for (let set = 0; left > 0 && plans.length <= (only ?? Infinity); set += 1) {
    const stores = store === "both" ? (["sqlite", "postgres"] as const) : [store];
    const random = randomFrom(seedOf(seed, set));
    for (const plan of storiesOfSet(random, stores[set % stores.length] ?? "sqlite", stores)) {
      const cut = cutTo({ ...plan, index: plans.length, seed: seedOf(seed, plans.length) }, left);
      left -= casesOf(cut);
      if (casesOf(cut) > 0) plans.push(cut);
    }
  }
  return only === null ? plans : plans.filter(({ index }) => index === only);
}

/** How many cases there are in one set, in which each boundary has its turn. */
export function casesOfSet(seed: number, store: Wanted["store"]): number {
  const stores = store === "both" ? (["sqlite", "postgres"] as const) : [store];
  const stories = storiesOfSet(randomFrom(seedOf(seed, 0)), stores[0] ?? "sqlite", stores);
  return stories.reduce((sum, story) => sum + casesOf(story), 0);
}

/** How many are killed in it. */
export function casesOf({
  boundaries,
  moments,
  crashes,
}: Pick<StoryPlan, "boundaries" | "moments" | "crashes">): number {
  return boundaries.length + moments + crashes;
}

type Draft = Omit<StoryPlan, "index" | "seed">;

function storiesOfSet(
  random: Random,
  store: "sqlite" | "postgres",
  stores: readonly ("sqlite" | "postgres")[],
): readonly Draft[] {
  const none = { boundaries: [], moments: 0, crashes: 0 };
  const byScene = Map.groupBy(allBoundaries(), ({ type }) => ROWS[type].scene);
  const atBoundaries = [...byScene].flatMap(([scene, boundaries]) =>
    parts(shuffled(random, boundaries)).map((part): Draft => ({
      ...none,
      store,
      scene,
      isEndless: false,
      boundaries: part,
    })),
  );
  const some = Array.from({ length: ON_POSTGRES.boundaries }, () => ({
    type: random.of(OF_ROUNDS),
    point: random.of(POINTS),
  }));
  const { moments, crashes } = ON_POSTGRES;
  return [
    // The longest first: what is told side by side ends together then.
    ...(stores.includes("postgres")
      ? [
          {
            store: "postgres" as const,
            scene: rounds,
            isEndless: true,
            boundaries: some,
            moments,
            crashes,
          },
        ]
      : []),
    ...(stores.includes("sqlite")
      ? AT_ANY_MOMENT.map((some) => ({
          ...none,
          store: "sqlite" as const,
          scene: rounds,
          isEndless: true,
          moments: some,
        }))
      : []),
    {
      ...none,
      store,
      scene: unclaimed,
      isEndless: false,
      boundaries: POINTS.map((point) => ({ type: "dispatchRun", point })),
    },
    ...atBoundaries.toSorted((one, other) => other.boundaries.length - one.boundaries.length),
  ];
}

function parts(boundaries: readonly Boundary[]): readonly (readonly Boundary[])[] {
  const count = Math.ceil(boundaries.length / MOST_IN_A_STORY);
  return Array.from({ length: count }, (_none, part) => boundaries.filter((_one, at) => at % count === part));
}

function shuffled<Value>(random: Random, values: readonly Value[]): Value[] {
  return values
    .map((value) => ({ value, lot: random() }))
    .toSorted((one, other) => one.lot - other.lot)
    .map(({ value }) => value);
}

function cutTo(plan: StoryPlan, most: number): StoryPlan {
  const boundaries = plan.boundaries.slice(0, most);
  const moments = Math.min(plan.moments, most - boundaries.length);
  const crashes = Math.min(plan.crashes, most - boundaries.length - moments);
  return { ...plan, boundaries, moments, crashes };
}
