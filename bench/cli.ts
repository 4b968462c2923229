/**
 * How long the short commands take from the shell to the end, against a Node that does nothing, in turns.
 *
 *   node bin/guard.mjs bench/cli.ts [--rounds 15]
 */
import { parseArgs } from "node:util";
import { join } from "node:path";
import { line, ROOT, timeProcesses, type Contender } from "./timing.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "15" } } });
const node = process.execPath;
const guard = join(ROOT, "bin", "guard.mjs");
const main = join(ROOT, "src", "cli", "main.ts");
const config = join(ROOT, "test", "golden", "config", "readme-example", "waybill.yml");
const BARE = "node -e 0";
const contenders: Contender[] = [
  { name: BARE, command: node, args: ["-e", "0"] },
  { name: "waybill notes --help", command: node, args: [guard, main, "notes", "--help"] },
  {
    name: "waybill notes --repo . --all",
    command: node,
    args: [guard, main, "notes", "--repo", ROOT, "--all"],
  },
  { name: "waybill validate FILE", command: node, args: [guard, main, "validate", config] },
  {
    name: "importing probot alone",
    command: node,
    args: ["--input-type=module", "-e", "await import('probot')"],
  },
];

const timed = timeProcesses(contenders, Math.min(Number(values.rounds), 50));
const bare = timed.get(BARE)?.ms ?? Number.NaN;
for (const { name } of contenders) {
  const found = timed.get(name);
  if (found === undefined) continue;
  const ours = name.startsWith("waybill") ? `${(found.ms - bare).toFixed(0)} ms of its own; goal: 100` : "";
  process.stdout.write(line(name, found, BARE, bare, ours));
}
