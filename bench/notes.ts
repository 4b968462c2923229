/**
 * `waybill notes` on a history of 10,000 commits, against `git log` over the same range, in turns.
 *
 *   node bin/guard.mjs bench/notes.ts [--commits 10000] [--rounds 5] [--clone DIR]
 *
 * The history is made on the spot by `git fast-import`; `--clone` measures the whole history of a clone too.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { line, ROOT, timeProcesses, type Contender } from "./timing.ts";

const { values } = parseArgs({
  options: {
    commits: { type: "string", default: "10000" },
    rounds: { type: "string", default: "5" },
    clone: { type: "string" },
  },
});
const commits = Math.min(Number(values.commits), 100_000);
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
    if (number === 0) stream.push("reset refs/tags/v1.0.0\nfrom :1\n\n");
  }
  must("git", ["init", "-q", "--bare", folder]);
  must("git", ["-C", folder, "symbolic-ref", "HEAD", "refs/heads/main"]);
  must("git", ["-C", folder, "fast-import", "--quiet"], stream.join(""));
}

function must(command: string, args: readonly string[], input = ""): void {
  const { status, stderr } = spawnSync(command, args, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}

function measure(name: string, folder: string, range: readonly string[], all: boolean): void {
  const waybill = [
    join(ROOT, "bin", "guard.mjs"),
    join(ROOT, "src", "cli", "main.ts"),
    "notes",
    "--repo",
    folder,
  ];
  const whole = all ? ["--all"] : [];
  const log = `git log, ${name}`;
  const contenders: Contender[] = [
    {
      name: log,
      command: "git",
      args: ["-C", folder, "log", "-z", "--format=%H%x00%P%x00%an%x00%B", ...range],
    },
    { name: "waybill notes --json", command: process.execPath, args: [...waybill, ...whole, "--json"] },
    { name: "waybill notes", command: process.execPath, args: [...waybill, ...whole] },
  ];
  const timed = timeProcesses(contenders, rounds);
  const base = timed.get(log)?.ms ?? Number.NaN;
  for (const { name: contender } of contenders) {
    const found = timed.get(contender);
    if (found !== undefined) process.stdout.write(line(contender, found, "git log", base));
  }
}

const folder = mkdtempSync(join(tmpdir(), "waybill-bench-"));
try {
  makeHistory(folder);
  measure(`${commits} commits`, folder, ["v1.0.0..main"], false);
  if (values.clone !== undefined) measure(values.clone, values.clone, ["HEAD"], true);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
