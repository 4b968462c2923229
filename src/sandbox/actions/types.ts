import type { Run } from "../state.ts";

/** What a scripted run is told before its deploy step. */
export interface StepContext {
  run: Run;
  repository: string;
  component: string;
  environment: string;
  version: string | null;
  sha: string;
  inputs: Readonly<Record<string, string>>;
  /** Aborted when the run is cancelled. */
  signal: AbortSignal;
}

export type OutcomeName = "succeed" | "fail" | "hang" | "never-start";

/**
 * How a run ends: by name, by a local command (its exit code 0 is success; the run's inputs are in its environment as
 * `INPUT_<NAME>`), or by a function.
 */
export type Outcome =
  | OutcomeName
  | { command: readonly string[] }
  | ((context: StepContext) => "succeed" | "fail" | "hang" | Promise<"succeed" | "fail" | "hang">);

/** The newest rule that fits a run decides how it ends; `times` limits how often. No rule: it succeeds. */
export interface Rule {
  /** File name or path of the workflow. */
  workflow?: string;
  component?: string;
  environment?: string;
  version?: string;
  outcome: Outcome;
  times?: number;
  /** Goes on to its end although it was cancelled, as one with steps that always run; only by force it stops. */
  ignoresCancel?: boolean;
  /** Instead of the stand-in's usual delay, in milliseconds. */
  delayMs?: number;
}

/** One deployed system: a component in an environment, asked over HTTP. */
export interface Target {
  /** `http://127.0.0.1:PORT/version` answers `{version, sha, component, environment}`, or 503 before the first deployment. */
  readonly url: string;
  readonly version: string | null;
  readonly sha: string | null;
  setVersion(version: string | null, sha?: string | null): void;
  close(): Promise<void>;
}
