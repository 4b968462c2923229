/** Searches scene after scene, and says what was found. Loads the code that is searched, so it is imported only when the bugs are in place. */
import type { Asked } from "./arguments.ts";
import { BOUNDS, type BoundName, type Bounds } from "./bounds.ts";
import { ModelDatabase } from "./leases/database.ts";
import { LEASES_SCENES, type LeasesScene } from "./leases/scenes.ts";
import { LeasesWorld } from "./leases/world.ts";
import type { Scene } from "./promises/scene.ts";
import { SCENES } from "./promises/scenes.ts";
import { PromisesWorld } from "./promises/world.ts";
import { search, type Found, type Limits } from "./search.ts";

export interface Total {
  readonly states: number;
  readonly violations: number;
}

interface Search {
  readonly name: string;
  readonly bounds: Bounds;
  readonly run: (bounds: Bounds, limits: Limits) => Promise<Found>;
}

/** Runs the searches that are asked for, until one finds something. */
export async function runModel(asked: Asked, say: (text: string) => void): Promise<Total> {
  let [states, violations] = [0, 0];
  for (const { name, bounds: usual, run } of searchesFor(asked)) {
    const bounds = { ...usual, ...asked.bounds };
    const began = process.cpuUsage();
    const found = await run(bounds, asked);
    const { user, system } = process.cpuUsage(began);
    const seconds = ((user + system) / 1_000_000).toFixed(1);
    states += found.states;
    violations += found.violations.length;
    say(`${name.padEnd(16)} ${summaryOf(found, bounds)} (${seconds} s of CPU)\n`);
    for (const { what, story } of found.violations)
      say(`\n${what}\n${story.map((line) => `  ${line}\n`).join("")}\n`);
    if (violations > 0) break;
  }
  return { states, violations };
}

function searchesFor({ scenes, bug }: Asked): readonly Search[] {
  const all = [...SCENES.map(searchOf), ...LEASES_SCENES.map(leasesSearchOf)];
  const usual = all.filter(
    ({ name }) => !SCENES.some((scene) => scene.name === name && scene.isStrict === true),
  );
  const wanted = scenes.length === 0 ? usual : all.filter(({ name }) => scenes.includes(name));
  // Where the bug should be noticed comes first.
  return wanted.toSorted((one, other) => Number(other.name === bug?.scene) - Number(one.name === bug?.scene));
}

function searchOf(scene: Scene): Search {
  const { name, bounds } = scene;
  return { name, bounds, run: (wanted, limits) => search(new PromisesWorld(scene, wanted), limits) };
}

function leasesSearchOf({ name, bounds, deliveries }: LeasesScene): Search {
  return {
    name,
    bounds,
    run: async (wanted, limits) => {
      const database = await ModelDatabase.open();
      try {
        return await search(new LeasesWorld(database, deliveries, wanted), limits);
      } finally {
        await database.close();
      }
    },
  };
}

function summaryOf({ states, transitions, depth, exhausted, violations }: Found, bounds: Bounds): string {
  const within = (Object.keys(BOUNDS) as BoundName[])
    .filter((name) => bounds[name] > 0)
    .map((name) => `${name} ${bounds[name]}`)
    .join(", ");
  const end = exhausted
    ? `exhausted within ${within}`
    : violations.length > 0
      ? "ended by a violation"
      : `CUT, NOT EXHAUSTED: there are more states within ${within}`;
  return `${states} states, ${transitions} transitions, depth ${depth}: ${end}`;
}
