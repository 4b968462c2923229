/**
 * Gate: the checks have succeeded on the release's commit. Looks at what GitHub shows of them. One that has failed can be run again, so that it
 * holds and never fails; it is said by name, with the way to it.
 */
import type { EnvironmentLane } from "../environment.ts";
import type { CheckState } from "./check-states.ts";
import { judgedBy } from "./findings.ts";
import { PASS, type GateFacts, type Verdict } from "./gate.ts";

/** One for each check that is asked for. */
export interface ChecksFacts {
  readonly checks: readonly CheckState[];
}

export interface ChecksHold {
  readonly gate: "checks";
  /** The commit that they are asked of. */
  readonly sha: string;
  /** Those that have not succeeded: what has failed first, then what is missing, then what is running. */
  readonly checks: readonly CheckState[];
}

const ORDER = ["failed", "missing", "running"] as const;

/** Waits until every check that the environment asks for has succeeded on the commit. */
export function checksHaveSucceeded({ promotion }: GateFacts): Verdict {
  if (promotion.plan.environment.gates?.checks === undefined) return PASS;
  return judgedBy("checks", promotion.findings?.checks, ({ checks }) => {
    const open = ORDER.flatMap((state) => checks.filter((check) => check.state === state));
    if (open.length === 0) return PASS;
    return {
      verdict: "wait",
      hold: { gate: "checks", sha: promotion.cargo.sha, checks: open },
      look: "checks",
    };
  });
}

/** Whether something that waits in a lane waits for a check of this name on this commit, or may do so. */
export function isCheckAwaited({ waiting }: EnvironmentLane, sha: string, name: string): boolean {
  return waiting.some(({ cargo, plan }) => {
    const asked = plan.environment.gates?.checks;
    return (
      cargo.sha === sha &&
      asked !== undefined &&
      (asked.required || asked.named.some((one) => one.name === name))
    );
  });
}
