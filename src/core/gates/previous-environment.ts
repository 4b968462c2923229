/**
 * Gate: the environments before have the release.
 * Facts: what each environment delivered, and which builds carry the release's commit.
 */
import type { EnvironmentConfig } from "../config/index.ts";
import type { ReleaseFacts } from "../commands/command.ts";
import type { EnvironmentSummary } from "../summary.ts";

export type Verdict =
  | { readonly verdict: "pass" }
  | { readonly verdict: "fail"; readonly missing: readonly string[] };

/** Passes when every environment before has delivered the version, or runs a build that carries its commit. */
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
  return missing.length === 0 ? { verdict: "pass" } : { verdict: "fail", missing };
}
