/** How long a process takes and how much memory it needs at most; several contenders in turns, so that a busy moment strikes all of them. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..");
/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** The value below which this part of all values lies. */
function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Prints the middle and the end of some times, in milliseconds, against those of something run beside. */
export function showTimes(
  title: string,
  values: readonly number[],
  base: readonly number[],
  note = "",
): void {
  const [p50, p99] = [percentile(values, 0.5), percentile(values, 0.99)];
  const [b50, b99] = [percentile(base, 0.5), percentile(base, 0.99)];
  process.stdout.write(
    `${title.padEnd(48)} p50 ${p50.toFixed(1).padStart(6)} ms  p99 ${p99.toFixed(1).padStart(6)} ms  ${(p50 / b50).toFixed(1)} and ${(p99 / b99).toFixed(1)} × bare${note}\n`,
  );
}

export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

export interface Timed {
  /** Milliseconds from the start to the end, the median of all rounds. */
  readonly ms: number;
  /** The most memory it had in hand, in MB; null where the platform does not say. */
  readonly mb: number | null;
}

/** Runs every contender `rounds` times, in turns, after one round that warms the caches. @throws where one of them fails */
export function timeProcesses(contenders: readonly Contender[], rounds: number): Map<string, Timed> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, command, args } of contenders) {
      const ms = run(command, args);
      if (round > 0) times.get(name)?.push(ms);
    }
  }
  return new Map(
    contenders.map((one) => [one.name, { ms: median(times.get(one.name) ?? []), mb: peakMegabytes(one) }]),
  );
}

function run(command: string, args: readonly string[]): number {
  const nowhere = openSync("/dev/null", "w");
  try {
    const start = performance.now();
    const { status, stderr, error } = spawnSync(command, args, {
      cwd: ROOT,
      stdio: ["ignore", nowhere, "pipe"],
    });
    const ms = performance.now() - start;
    if (status !== 0) throw error ?? new Error(`${command} ${args.join(" ")}: ${String(stderr)}`);
    return ms;
  } finally {
    closeSync(nowhere);
  }
}

/** GNU time knows the peak of a process that has ended. */
function peakMegabytes({ command, args }: Contender): number | null {
  const { stderr, status } = spawnSync("/usr/bin/time", ["-f", "%M", command, ...args], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  const kilobytes = status === 0 ? Number(stderr.trim().split("\n").at(-1)) : Number.NaN;
  return Number.isFinite(kilobytes) ? kilobytes / 1_024 : null;
}

/** One contender's line: its time as a multiple of another's. */
export function line(name: string, timed: Timed, to: string, base: number, goal = ""): string {
  const memory = timed.mb === null ? "" : `${timed.mb.toFixed(0)} MB`;
  return `${name.padEnd(44)} ${timed.ms.toFixed(0).padStart(6)} ms ${memory.padStart(8)}  ${(timed.ms / base).toFixed(2)} × ${to}${goal === "" ? "" : `; ${goal}`}\n`;
}
