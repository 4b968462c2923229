/**
 * `npm run model`: searches all that can happen in a small world for a broken promise. docs/PROVE.md says what is real in it and what is modelled.
 *
 *   npm run model                     every scene as far as usual, about a minute
 *   npm run model -- --bug NAME       with a seeded bug: it must be found
 *   npm run model -- --bugs           all seeded bugs, and the code as it is
 *   npm run model -- --help           scenes, bounds, bugs
 */
import { runBugs, runProving, say } from "../command.ts";
import { AskedWronglyError, helpText, readArguments } from "./arguments.ts";
import { BUGS } from "./bugs/index.ts";
import { MisfitError, patchOnLoad } from "./bugs/patching.ts";

const SEED = 0;

process.exitCode = await runProving(main, [AskedWronglyError, MisfitError]);

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  const asked = readArguments(argv);
  if (asked.help) {
    say(helpText());
    return 0;
  }
  if (asked.bugs) return runBugs(import.meta.filename, BUGS, argv, SEED);
  const patched = asked.bug === null ? null : patchOnLoad(asked.bug);
  // Only now: what is loaded before has no bug in it.
  const { runModel } = await import("./run.ts");
  const unloaded = patched?.unloaded() ?? [];
  if (unloaded.length > 0) throw new MisfitError(`Nothing of the model loads ${unloaded.join(", ")}.`);
  const { states, violations } = await runModel(asked, say);
  say(`${states} cases, ${violations} violations, seed ${SEED}\n`);
  return violations > 0 ? 1 : 0;
}
