/**
 * Gate: the environments before have the release.
 * Looks at what each environment delivered, and at which builds carry the release's commit.
 */
import type { EnvironmentConfig } from "../config/index.ts";
import type { ReleaseFacts } from "../commands/command.ts";
import type { EnvironmentSummary } from "../summary.ts";
import { PASS, type Verdict } from "./gate.ts";

/** Passes when every environment before has delivered the version, or runs a build that carries its commit; fails else. */
export function previousEnvironmentHasIt(
  environment: EnvironmentConfig,
  release: ReleaseFacts,
  environments: readonly EnvironmentSummary[],
): Verdict {
  const hasIt = (name: string): boolean =>
    release.carriedBy.includes(name) ||
    (environments.find((other) => other.name === name)?.delivered.some((one) => one.sha === release.sha) ??
      false);
  const missing = environment.after.filter((before) => !hasIt(before));
  const [next] = missing;
  if (next === undefined) return PASS;
  const detail = {
    version: release.version,
    environment: environment.name,
    missing: missing.join(", "),
    next,
  };
  return { verdict: "fail", problem: { code: "previous-lacks-it", detail } };
}
