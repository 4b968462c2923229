/**
 * Release notes: the parser against conventional-commits-parser in one process; `waybill notes` over ranges of several sizes, and over the whole history of a
 * clone, against `git log` over the same commits and against git-cliff, in turns; and redrawing a notice.
 *
 *   node bin/guard.mjs bench/notes.ts [--sizes 100,1000,10000] [--rounds 5] [--clone DIR]
 *
 * The history is made on the spot by `git fast-import`. git-cliff is measured where its npm package is installed (`npm install --no-save
 * git-cliff@2.12.0`), or where GIT_CLIFF or the PATH leads to it: its executables are 14 MB for each platform, which nobody should have to download who only runs the tests.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readCommits } from "../src/cli/git-log.ts";
import { CLIFF_VERSION, contendersFor, findCliff, type Task } from "./notes-contenders.ts";
import { measureParsers } from "./notes-parser.ts";
import { measureRedraw } from "./notes-redraw.ts";
import { line, timeProcesses } from "./timing.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "100,1000,10000" },
    rounds: { type: "string", default: "5" },
    clone: { type: "string" },
  },
});
const sizes = values.sizes.split(",").map((size) => Math.min(Number(size), 100_000));
const commits = Math.max(...sizes);
const rounds = Math.min(Number(values.rounds), 20);

/** Subjects and bodies as people write them: features, fixes, chores, squashed lists, breaking footers. */
function messageOf(number: number): string {
  const scope = ["api", "web", "store", "docs"][number % 4] ?? "api";
  if (number % 97 === 0)
    return `feat(${scope})!: begin anew ${number} (#${number})\n\nA few words on why.\n\nBREAKING CHANGE: all callers of ${number}\n`;
  if (number % 31 === 0)
    return `Several things (#${number})\n\n* feat(${scope}): one of ${number}\n* fix: another of ${number}\n\nCo-authored-by: Bo <bo@example.com>\n`;
  const type = ["feat", "fix", "chore", "docs", "refactor", "fix", "test"][number % 7] ?? "fix";
  return `${type}(${scope}): change number ${number} (#${number})\n\nA paragraph of what it was about, over a line or two, as people write them.\n`;
}

function makeHistory(folder: string): void {
  const stream: string[] = [];
  for (let number = 0; number <= commits; number += 1) {
    const message = number === 0 ? "chore: begin\n" : messageOf(number);
    const when = 1_700_000_000 + number * 60;
    stream.push(
      `commit refs/heads/main\nmark :${number + 1}\nauthor Ana <ana@example.com> ${when} +0000\ncommitter Ana <ana@example.com> ${when} +0000\n` +
        `data ${Buffer.byteLength(message)}\n${message}${number === 0 ? "" : `from :${number}\n`}`,
    );
    const behind = commits - number;
    if (sizes.includes(behind)) stream.push(`reset refs/tags/before-${behind}\nfrom :${number + 1}\n\n`);
  }
  must("git", ["init", "-q", "--bare", folder]);
  must("git", ["-C", folder, "symbolic-ref", "HEAD", "refs/heads/main"]);
  must("git", ["-C", folder, "fast-import", "--quiet"], stream.join(""));
}

function must(command: string, args: readonly string[], input = ""): void {
  const { status, stderr } = spawnSync(command, args, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}

function measure(task: Task, cliff: string | null): void {
  const contenders = contendersFor(task, cliff);
  const timed = timeProcesses(contenders, rounds);
  const base = timed.get("git log")?.ms ?? Number.NaN;
  process.stdout.write(`${task.name}\n`);
  for (const { name } of contenders) {
    const found = timed.get(name);
    if (found !== undefined) process.stdout.write(line(`  ${name}`, found, "git log", base));
  }
}

const cliff = findCliff();
if (cliff === null)
  process.stdout.write(
    `!!! git-cliff ${CLIFF_VERSION} is not installed and is NOT MEASURED: npm install --no-save git-cliff@${CLIFF_VERSION}\n`,
  );
const folder = mkdtempSync(join(tmpdir(), "waybill-bench-"));
try {
  makeHistory(folder);
  measureParsers(
    "made up",
    Array.from({ length: 10_000 }, (_none, number) => messageOf(number)),
    rounds * 3,
  );
  measureRedraw(500, rounds * 20);
  for (const size of sizes)
    measure({ name: `${size} commits`, folder, range: `before-${size}..main` }, cliff);
  if (values.clone !== undefined) {
    const read = await readCommits(values.clone, null, "HEAD");
    const messages = read.map(({ message }) => message);
    measureParsers(values.clone, messages, rounds * 3);
    measure({ name: `${values.clone}, whole history`, folder: values.clone, range: null }, cliff);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
