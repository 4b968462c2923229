/**
 * `npm run model`: searches all that can happen in a small world for a broken promise. docs/PROVE.md says what is real in it and what is modelled.
 *
 *   npm run model                     every scene as far as usual, about a minute
 *   npm run model -- --bug NAME       with a seeded bug: it must be found
 *   npm run model -- --bugs           all seeded bugs, and the code as it is
 *   npm run model -- --help           scenes, bounds, bugs
 */
import { spawnSync } from "node:child_process";
import { AskedWronglyError, helpText, readArguments, type Asked } from "./arguments.ts";
import { BUGS } from "./bugs/index.ts";
import { MisfitError, patchOnLoad } from "./bugs/patching.ts";

const SEED = 0;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const asked = readArguments(argv);
    if (asked.help) {
      say(helpText());
      return 0;
    }
    return asked.bugs ? runBugs(argv) : await runOne(asked);
  } catch (error) {
    const isTheirs = error instanceof AskedWronglyError || error instanceof MisfitError;
    const text =
      error instanceof Error ? (isTheirs ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${text}\n`);
    return isTheirs ? 2 : 3;
  }
}

async function runOne(asked: Asked): Promise<number> {
  const patched = asked.bug === null ? null : patchOnLoad(asked.bug);
  // Only now: what is loaded before has no bug in it.
  const { runModel } = await import("./run.ts");
  const unloaded = patched?.unloaded() ?? [];
  if (unloaded.length > 0) throw new MisfitError(`Nothing of the model loads ${unloaded.join(", ")}.`);
  const { states, violations } = await runModel(asked, say);
  say(`${states} cases, ${violations} violations, seed ${SEED}\n`);
  return violations > 0 ? 1 : 0;
}

/** Each in a process of its own, so that none meets another one's code. */
function runBugs(argv: readonly string[]): number {
  const others = argv.filter((argument) => argument !== "--bugs");
  let [cases, wrong] = [0, 0];
  for (const { name, about } of [...BUGS, { name: "", about: "the code as it is" }]) {
    const began = performance.now();
    const ownArguments = name === "" ? others : ["--bug", name, ...others];
    const { status, stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, ...ownArguments], {
      encoding: "utf8",
      maxBuffer: 64 * 1_024 * 1_024,
    });
    const broken = /^P\d.*$/m.exec(stdout)?.[0];
    // A bug that only makes the code throw was not found by the model.
    const isGood = name === "" ? status === 0 : status === 1 && broken !== undefined;
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    cases += Number(/^(\d+) cases, /m.exec(stdout)?.[1] ?? 0);
    wrong += isGood ? 0 : 1;
    say(
      `${verdictOf(name, isGood)} ${name === "" ? about : name} (${seconds} s)${broken === undefined ? "" : `: ${broken}`}\n`,
    );
    if (!isGood) say(`${stdout}${stderr}\n`);
  }
  say(`${cases} cases, ${wrong} violations, seed ${SEED}\n`);
  return wrong > 0 ? 1 : 0;
}

function verdictOf(name: string, isGood: boolean): string {
  if (name === "") return isGood ? "clean " : "BROKEN";
  return isGood ? "found " : "MISSED";
}

function say(text: string): void {
  process.stdout.write(text);
}
