/** Who `waybill notes` is measured against: git itself, and git-cliff where it is installed. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT, type Contender } from "./timing.ts";

/** The version that the goal was set by. Later ones are slower. */
export const CLIFF_VERSION = "2.12.0";

/**
 * git-cliff's own executable: that of its npm package in `node_modules` (the package is a wrapper that starts it, and brings one for each
 * platform), or one on the PATH. Null where there is none of the version that is asked for.
 */
export function findCliff(): string | null {
  const name = `git-cliff-${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const packaged = join(ROOT, "node_modules", name, "bin", "git-cliff");
  const candidates = [process.env["GIT_CLIFF"], existsSync(packaged) ? packaged : undefined, "git-cliff"];
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    const { stdout, status } = spawnSync(candidate, ["--version"], { encoding: "utf8" });
    if (status === 0 && stdout.includes(CLIFF_VERSION)) return candidate;
  }
  return null;
}

/** One measurement: what each contender is to do with a clone. */
export interface Task {
  readonly name: string;
  readonly folder: string;
  /** What to give `git log`; null for what HEAD contains. */
  readonly range: string | null;
}

/** The contenders of a task: `git log` first, which the others are multiples of. */
export function contendersFor({ folder, range }: Task, cliff: string | null): Contender[] {
  const guard = join(ROOT, "bin", "guard.mjs");
  const waybill = [guard, join(ROOT, "src", "cli", "main.ts"), "notes", "--repo", folder];
  const [from = "", to = ""] = range?.split("..") ?? [];
  const what = range === null ? ["--all"] : ["--from", from, "--to", to];
  const log = ["-C", folder, "log", "-z", "--format=%H%x00%P%x00%an%x00%B", range ?? "HEAD"];
  const contenders: Contender[] = [
    { name: "git log", command: "git", args: log },
    {
      name: "waybill notes --format json",
      command: process.execPath,
      args: [...waybill, ...what, "--format", "json"],
    },
    { name: "waybill notes", command: process.execPath, args: [...waybill, ...what] },
  ];
  if (cliff === null) return contenders;
  // Without a config in the current folder it has its own default, which sorts conventional commits as Waybill does.
  const cliffArgs = ["--repository", folder, "--offline", "--no-exec"];
  return [
    ...contenders,
    { name: "git-cliff", command: cliff, args: [...cliffArgs, ...(range === null ? [] : [range])] },
  ];
}
