/** Running the commands on the store as processes, as people do. */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts `waybill …` in a folder, on a store; it is killed with the test. */
export function startCommand(
  argv: readonly string[],
  {
    databaseUrl,
    cwd = ROOT,
    env = {},
  }: { readonly databaseUrl: string; readonly cwd?: string; readonly env?: Readonly<Record<string, string>> },
): RunningCommand {
  const child = spawn(process.execPath, [join(ROOT, "bin", "guard.mjs"), "src/cli/main.ts", ...argv], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", DATABASE_URL: databaseUrl, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  // A command that refuses its input stops reading it.
  child.stdin.on("error", () => {});
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].setEncoding("utf8").on("data", (text: string) => void (said[stream] += text));
  const ended = new Promise<Ended>((settle) => {
    child.once("close", (code) => settle({ code, ...said }));
  });
  return { child, ended };
}

/** Runs it to its end, with this on standard input. */
export function runCommand(
  argv: readonly string[],
  options: Parameters<typeof startCommand>[1],
  input = "",
): Promise<Ended> {
  const { child, ended } = startCommand(argv, options);
  child.stdin?.end(input);
  return ended;
}
