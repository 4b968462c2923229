/**
 * `npm run explore`: the tests that draw their cases, with other cases than `npm test` has; round by round, each with a seed of its own.
 * Exits with 1 if a round failed; a failing property prints its seed and path, by which fast-check draws that very case again.
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const HELP = `npm run explore -- [--rounds N] [--seed S] [FILE …]

  --rounds N   how often (default 5)
  --seed S     of the first round; the next has the number after it (default: the clock's)
  FILE         only these tests (default: all that draw their cases)
`;
const root = join(import.meta.dirname, "..");

function numberOf(name: string, value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  process.stderr.write(`--${name} is to be a whole number, not ${JSON.stringify(value)}.\n${HELP}`);
  process.exit(2);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const rounds = numberOf("rounds", values.rounds);
const first = numberOf("seed", values.seed);
const drawing = globSync("test/**/*.test.ts", { cwd: root }).filter((file) =>
  /from "fast-check"/.test(readFileSync(join(root, file), "utf8")),
);
const files = positionals.length > 0 ? positionals : drawing;

let failed = 0;
for (let round = 0; round < rounds; round += 1) {
  const seed = first + round;
  process.stdout.write(`\n── round ${round + 1} of ${rounds}, seed ${seed}\n`);
  const { status } = spawnSync(
    process.execPath,
    ["bin/guard.mjs", "--run", "vitest", "run", "--reporter=dot", ...files],
    { cwd: root, stdio: "inherit", env: { ...process.env, WAYBILL_TEST_SEED: String(seed) } },
  );
  if (status !== 0) failed += 1;
}
process.stdout.write(`\n${rounds - failed} rounds passed, ${failed} failed, seeds from ${first}\n`);
process.exitCode = failed === 0 ? 0 : 1;
