/**
 * `npm run kill`: real processes, killed at every effect and at any moment. docs/PROVE.md says what is real in it and what it does not see.
 *
 *   npm run kill                              every boundary once, and some more
 *   npm run kill -- --seed S --story N        one of the stories
 *   npm run kill -- --bug NAME                with a seeded bug: it must be found
 *   npm run kill -- --help                    all options, and the bugs
 */
import { availableParallelism } from "node:os";
import { postgresPrograms } from "../../test/support/postgres-cluster.ts";
import { runBugs, runProving, say } from "../command.ts";
import { MisfitError, patchedTexts } from "../model/bugs/patching.ts";
import { AskedWronglyError, helpText, KILL_BUGS, readArguments, type Asked } from "./arguments.ts";
import { casesOfSet, planStories, type StoryPlan } from "./plan.ts";
import { tellStory, type Told } from "./story.ts";

/** Stories side by side: one waits while another one works. */
const SIDE_BY_SIDE = 2;

process.exitCode = await runProving(main, [AskedWronglyError, MisfitError]);

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  const asked = readArguments(argv);
  const { seed, bug } = asked;
  if (asked.help) {
    say(helpText(casesOfSet(seed, asked.store)));
    return 0;
  }
  if (asked.bugs) return runBugs(import.meta.filename, KILL_BUGS, argv, seed);
  if (bug !== null) patchedTexts(bug);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  const store = storeFor(asked);
  const { only } = asked;
  const plans = planStories({ cases: asked.cases ?? casesOfSet(seed, store), seed, store, only });
  let [cases, violations] = [0, 0];
  await tellAll(plans, bug?.name ?? null, (told) => {
    cases += told.cases;
    violations += told.broken.length === 0 ? 0 : 1;
    if (told.broken.length > 0 || only !== null) say(accountOf(told, asked));
    // One violation is enough of a bug.
    return bug === null || violations === 0;
  });
  say(`${cases} cases, ${violations} violations, seed ${seed}\n`);
  return violations > 0 ? 1 : 0;
}

function storeFor({ store }: Asked): Asked["store"] {
  if (store === "sqlite" || postgresPrograms() !== null) return store;
  const how = "Debian: apt-get install -y postgresql";
  if (process.env["CI"] || store === "postgres")
    throw new AskedWronglyError(`PostgreSQL is not installed (${how}); in CI nothing is skipped.`);
  say(`!!! PostgreSQL is not installed: the stories on it are SKIPPED. ${how}\n`);
  return "sqlite";
}

/** Tells them, a few at a time, for as long as `onTold` wants more. */
async function tellAll(
  plans: readonly StoryPlan[],
  bug: string | null,
  onTold: (told: Told) => boolean,
): Promise<void> {
  const left = [...plans];
  let goesOn = true;
  const one = async (): Promise<void> => {
    for (let plan = left.shift(); plan !== undefined && goesOn; plan = left.shift()) {
      const told = await tellStory(plan, bug);
      if (told.unloaded.length > 0)
        throw new MisfitError(`No server loads ${[...new Set(told.unloaded)].join(", ")}.`);
      goesOn = onTold(told) && goesOn;
    }
  };
  await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, availableParallelism()) }, one));
}

function accountOf({ plan, broken, account }: Told, { seed, store }: Asked): string {
  const again = `npm run kill -- --seed ${seed} --story ${plan.index}${store === "both" ? "" : ` --store ${store}`}`;
  return `\n${[...broken, `  ${again}`, ...account.map((line) => `  ${line}`)].join("\n")}\n\n`;
}
