/** `npm run check`: everything that must hold before a commit, one after the other, stopping at the first that does not. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = (name: string): string => join(root, "node_modules", ".bin", name);

interface Check {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const checks: readonly Check[] = [
  { name: "format", command: bin("oxfmt"), args: ["--check", "."] },
  { name: "lint", command: bin("oxlint"), args: ["--type-aware", "--deny-warnings"] },
  { name: "types", command: bin("tsc"), args: ["--noEmit"] },
  { name: "unused code", command: bin("knip"), args: [] },
  {
    name: "schema and config page in step",
    command: process.execPath,
    args: ["scripts/write-schema.ts", "--check"],
  },
  {
    name: "tests (with the architecture's)",
    command: process.execPath,
    args: ["bin/guard.mjs", "--run", "vitest", "run"],
  },
];

const wanted = process.argv.slice(2).includes("--no-tests") ? checks.slice(0, -1) : checks;

for (const check of wanted) {
  const began = performance.now();
  process.stdout.write(`\n── ${check.name}\n`);
  const { status, error } = spawnSync(check.command, check.args, { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    process.stderr.write(`\n${check.name} failed${error === undefined ? "" : `: ${error.message}`}.\n`);
    process.exit(1);
  }
  process.stdout.write(`   ${check.name}: ${Math.round(performance.now() - began)} ms\n`);
}
