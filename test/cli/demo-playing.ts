/** The demo as a process of its own, for the tests that watch it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A folder for the files of the tests; it goes with them. */
export const root = mkdtempSync(join(tmpdir(), "waybill-demo-test-"));
const started = new Set<ChildProcess>();
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

/** What the demo tells of a step with `--json`. */
export interface StepLine {
  readonly step: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** A demo that plays. */
export interface Playing {
  readonly child: ChildProcess;
  /** Where this demo puts its temporary files. */
  readonly folder: string;
  readonly output: { out: string; err: string };
  readonly exit: Promise<number | null>;
}

/** Starts the demo as `npm run demo -- …` does, with a folder for temporary files of its own. */
export function play(...argv: string[]): Playing {
  const folder = mkdtempSync(join(root, "tmp-"));
  const child = spawn(process.execPath, ["bin/guard.mjs", "src/cli/main.ts", "demo", ...argv], {
    cwd: join(import.meta.dirname, "..", ".."),
    env: {
      ...process.env,
      TMPDIR: folder,
      // What an operator may have in the shell must not reach the demo's own server.
      APP_ID: "1",
      WEBHOOK_SECRET: "of-somebody-else-entirely",
      DATABASE_URL: "postgres://127.0.0.1:1/nobody",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.add(child);
  const output = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (piece: string) => void (output.out += piece));
  child.stderr.setEncoding("utf8").on("data", (piece: string) => void (output.err += piece));
  const exit = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      started.delete(child);
      resolve(code);
    });
  });
  return { child, folder, output, exit };
}

/** The steps that have ended so far. */
export function steps({ output }: Playing): StepLine[] {
  return output.out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as StepLine);
}
