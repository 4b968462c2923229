/** What the commands that try to break the promises have in common: their words, their exit codes, and trying all seeded bugs. */
import { spawnSync } from "node:child_process";
import type { Bug } from "./model/bugs/bug.ts";

const MOST_OUTPUT = 64 * 1_024 * 1_024;

/** Writes to the standard output. */
export function say(text: string): void {
  process.stdout.write(text);
}

/** Runs a command; answers its exit code: 2 for what is the caller's mistake, said in a sentence; 3 for what is ours, with its trace. */
export async function runProving(
  main: () => Promise<number>,
  mistakes: readonly (new (message: string) => Error)[],
): Promise<number> {
  try {
    return await main();
  } catch (error) {
    const isTheirs = mistakes.some((kind) => error instanceof kind);
    const text =
      error instanceof Error ? (isTheirs ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${text}\n`);
    return isTheirs ? 2 : 3;
  }
}

/**
 * Runs a command with each of these bugs, and with none, each in a process of its own, so that none meets another one's code. Answers the exit code: 1
 * where a bug was not found, or something is broken without one.
 */
export function runBugs(file: string, bugs: readonly Bug[], argv: readonly string[], seed: number): number {
  const others = argv.filter((argument) => argument !== "--bugs");
  let [cases, wrong] = [0, 0];
  for (const { name, about } of [...bugs, { name: "", about: "the code as it is" }]) {
    const began = performance.now();
    const ownArguments = name === "" ? others : ["--bug", name, ...others];
    const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...ownArguments], {
      encoding: "utf8",
      maxBuffer: MOST_OUTPUT,
    });
    const broken = /^P\d.*$/m.exec(stdout)?.[0];
    // A bug that only makes the code throw was not found.
    const isGood = name === "" ? status === 0 : status === 1 && broken !== undefined;
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    cases += Number(/^(\d+) cases, /m.exec(stdout)?.[1] ?? 0);
    wrong += isGood ? 0 : 1;
    const found = broken === undefined ? "" : `: ${broken}`;
    say(`${verdictOf(name, isGood)} ${name === "" ? about : name} (${seconds} s)${found}\n`);
    if (!isGood) say(`${stdout}${stderr}\n`);
  }
  say(`${cases} cases, ${wrong} violations, seed ${seed}\n`);
  return wrong > 0 ? 1 : 0;
}

function verdictOf(name: string, isGood: boolean): string {
  if (name === "") return isGood ? "clean " : "BROKEN";
  return isGood ? "found " : "MISSED";
}
