/**
 * `npm run bench`: every measurement, one after the other, each as ratios against something run in the same process.
 *
 *   npm run bench               all of them, about two minutes
 *   npm run bench -- store      only those named
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const benches: Readonly<Record<string, readonly string[]>> = {
  store: [],
  intake: ["--count", "2000", "--rounds", "3"],
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no measurement "${unknown[0]}". There are: ${Object.keys(benches).join(", ")}.\n`,
  );
  process.exit(2);
}

for (const [name, args] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`\n${name}\n`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(1);
}
