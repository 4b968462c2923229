import { spawn } from "node:child_process";
import type { DeployRecord } from "../record.ts";
import type { Repository, Run } from "../state.ts";
import { fullName } from "../state.ts";
import type { World } from "../world.ts";
import { targetOf } from "./targets.ts";
import type { Outcome, Rule, StepContext } from "./types.ts";

/** How a run in flight is ended from outside. */
export interface RunControl {
  abort: AbortController;
  /** Ends a hanging step. */
  told: PromiseWithResolvers<"succeed" | "fail">;
  rule: Rule | null;
}

/** What a run is about, by its inputs; a repository without components is its own component. */
export function subjectOf(
  repository: Repository,
  run: Run,
  jobEnvironment: string | null,
): Pick<StepContext, "component" | "environment" | "version" | "sha"> {
  const { component, environment, version, sha } = run.inputs;
  return {
    component: component || repository.name,
    environment: environment || jobEnvironment || "default",
    version: version || null,
    sha: sha || run.headSha,
  };
}

/** Takes the newest rule that fits a run, counting it off. */
export function takeRule(repository: Repository, run: Run, jobEnvironment: string | null): Rule | null {
  const subject = subjectOf(repository, run, jobEnvironment);
  const rule = repository.rules.findLast(
    (candidate) =>
      (candidate.times ?? Infinity) > 0 &&
      (candidate.workflow === undefined ||
        run.workflow.path.endsWith(`/${candidate.workflow.split("/").at(-1)}`)) &&
      (candidate.component === undefined || candidate.component === subject.component) &&
      (candidate.environment === undefined || candidate.environment === subject.environment) &&
      (candidate.version === undefined || candidate.version === subject.version),
  );
  if (rule?.times !== undefined) rule.times -= 1;
  return rule ?? null;
}

/** The deploy step: what was scripted happens, and the record says when it began and ended. */
export async function deploy(
  world: World,
  repository: Repository,
  run: Run,
  jobEnvironment: string | null,
  control: RunControl,
): Promise<"succeed" | "fail" | "cancelled"> {
  const subject = subjectOf(repository, run, jobEnvironment);
  const now = world.clock.now();
  const record: DeployRecord = {
    at: now,
    run_id: run.id,
    attempt: run.attempt,
    repository: fullName(repository),
    component: subject.component,
    environment: subject.environment,
    version: subject.version,
    sha: subject.sha,
    correlation_id: run.inputs.correlation_id || null,
    started: now,
    finished: null,
    outcome: null,
  };
  world.record.deployments.push(record);
  const context: StepContext = {
    ...subject,
    run,
    repository: fullName(repository),
    inputs: run.inputs,
    signal: AbortSignal.any([control.abort.signal, world.closing]),
  };
  const ended = await endOf(world, control.rule?.outcome ?? "succeed", context, control);
  const outcome = control.abort.signal.aborted ? "cancelled" : ended;
  if (outcome === "succeed") {
    const target = await targetOf(world, repository, subject.component, subject.environment);
    target.setVersion(subject.version ?? run.headBranch, subject.sha);
  }
  record.finished = world.clock.now();
  record.outcome = outcome;
  return outcome;
}

async function endOf(
  world: World,
  outcome: Outcome,
  context: StepContext,
  control: RunControl,
): Promise<"succeed" | "fail"> {
  if (typeof outcome === "function") {
    const scripted = await outcome(context);
    return scripted === "hang" ? hang(world, control) : scripted;
  }
  if (typeof outcome === "object") return runCommand(outcome.command, context);
  if (outcome === "hang") return hang(world, control);
  return outcome === "fail" ? "fail" : "succeed";
}

/** Waits until it is told, cancelled, or the stand-in closes; `settled` does not wait for it. */
async function hang(world: World, control: RunControl): Promise<"succeed" | "fail"> {
  const ended = new Promise<"fail">((resolve) => {
    const end = (): void => resolve("fail");
    control.abort.signal.addEventListener("abort", end);
    world.closing.addEventListener("abort", end);
  });
  world.parked += 1;
  try {
    return await Promise.race([control.told.promise, ended]);
  } finally {
    world.parked -= 1;
  }
}

function runCommand(command: readonly string[], context: StepContext): Promise<"succeed" | "fail"> {
  const inputs = Object.entries(context.inputs).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ]);
  const [program = "", ...rest] = command;
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      stdio: "ignore",
      signal: context.signal,
      env: { ...process.env, ...Object.fromEntries(inputs), RUN_ID: String(context.run.id) },
    });
    child.on("error", () => resolve("fail"));
    child.on("close", (code) => resolve(code === 0 ? "succeed" : "fail"));
  });
}
