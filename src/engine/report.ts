/** How one attempt at a job ended: one shape for the log and for what counts. */
import type { EffectType } from "../core/effects.ts";
import type { WaybillEvent } from "../core/events.ts";
import type { JobKind, LaneKey, Logger, RepositoryKey } from "../core/ports.ts";
import type { Cause } from "./cause.ts";
import { laneName } from "./lanes.ts";

/**
 * - `done`
 * - `failed`: put back, to be tried again after a pause · `limited`: GitHub asked for patience, or writes are paced; the attempt does not count
 * - `given-up`: tried too often, dead until it is revived
 * - `held`: its repository is parked, or out of reach; the attempt does not count · `dropped`: its repository is lost, or none of Waybill's
 * - `overtaken`: another worker has the job by now · `unsettled`: the store did not take the ending; the lease will run out
 */
export type JobOutcome =
  | "done"
  | "failed"
  | "limited"
  | "held"
  | "dropped"
  | "given-up"
  | "overtaken"
  | "unsettled";

export interface JobReport {
  readonly job: number;
  readonly kind: JobKind;
  /** The event's or the effect's type; of a delivery the webhook's name, or `unknown` before it was read. */
  readonly type: string;
  /** Null where a delivery names no repository. */
  readonly lane: LaneKey | RepositoryKey | null;
  readonly cause: Cause;
  readonly attempt: number;
  readonly outcome: JobOutcome;
  readonly durationMs: number;
  /** The types of the effects that were ordered, or of the events that were observed; empty unless `done`. */
  readonly ledTo: readonly string[];
  /** Null when `done`. */
  readonly error: string | null;
  /** When it comes again, in epoch milliseconds; null where it does not. */
  readonly retryAt: number | null;
}

/** Looking again and again is no news: these are told at debug as long as they go well. */
const QUIET: ReadonlySet<string> = new Set<EffectType | WaybillEvent["type"]>([
  "LookDue",
  "lookAtRun",
  "traceRun",
  "wake",
]);

const DONE: Readonly<Record<JobKind, string>> = {
  delivery: "delivery translated",
  event: "event decided",
  effect: "effect performed",
  look: "GitHub looked at",
};

/** Writes the one line of a report. The fields are described in docs/operate.md. */
export function logReport(logger: Logger, report: JobReport): void {
  const { job, kind, type, attempt, outcome, ledTo, error, retryAt } = report;
  const line = {
    ...logFields(report.lane, report.cause),
    [kind === "delivery" ? "webhook" : kind]: type,
    outcome,
    ms: Math.round(report.durationMs * 10) / 10,
    ...(attempt > 1 || outcome !== "done" ? { job, attempt } : {}),
    ...(ledTo.length > 0 ? { ledTo } : {}),
    ...(error === null ? {} : { error }),
    ...(retryAt === null ? {} : { retryAt }),
  };
  switch (outcome) {
    case "done":
      return isNews(report) ? logger.info(line, DONE[kind]) : logger.debug(line, DONE[kind]);
    case "limited":
      return logger.info(line, "a job waits until GitHub takes more");
    // The lane says it once, when it parks; a line for each job would say the same a hundred times.
    case "held":
      return logger.debug(line, "a job waits until its repository can be reached");
    case "dropped":
      return logger.debug(line, "a job was dropped: its repository cannot be reached any more");
    case "failed":
      return logger.warn(line, "a job failed; it will be tried again");
    case "overtaken":
      return logger.warn(line, "a job went to another worker; this one's work on it is dropped");
    case "given-up":
      return logger.error(line, "a job was given up");
    case "unsettled":
      return logger.error(line, "a job could not be put back; its lease will run out");
  }
}

/** Whether something came of it, other than looking again later. A performed effect always is, unless it was only a look. */
function isNews({ kind, type, ledTo }: JobReport): boolean {
  if (QUIET.has(type)) return false;
  return kind === "effect" || ledTo.some((one) => !QUIET.has(one));
}

/** The fields by which a line is found: `lane` (`12/34/prod`), `delivery`, `promotion`, `correlation`. */
export function logFields(
  lane: LaneKey | RepositoryKey | null,
  cause: Cause,
): Readonly<Record<string, string>> {
  return { ...(lane === null ? {} : { lane: laneName({ environment: "", ...lane }) }), ...cause };
}
