/**
 * Gate: the environments before have the release.
 * Looks at what each environment delivered, and at which builds carry the release's commit.
 */
import { lackingOf, neededOf } from "../after.ts";
import type { EnvironmentConfig } from "../config/index.ts";
import type { ReleaseFacts } from "../commands/command.ts";
import type { EnvironmentSummary } from "../summary.ts";
import { PASS, type Verdict } from "./gate.ts";

/** Passes when enough of the environments before have delivered the version, or run a build that carries its commit; fails else. */
export function previousEnvironmentHasIt(
  environment: EnvironmentConfig,
  release: ReleaseFacts,
  environments: readonly EnvironmentSummary[],
): Verdict {
  const hasIt = (name: string): boolean =>
    release.carriedBy.includes(name) ||
    (environments.find((other) => other.name === name)?.delivered.some((one) => one.sha === release.sha) ??
      false);
  const missing = lackingOf(environment, hasIt);
  const [next] = missing;
  if (next === undefined) return PASS;
  const more = neededOf(environment) - environment.after.filter(hasIt).length;
  const detail = {
    version: release.version,
    environment: environment.name,
    missing: missing.join(", "),
    next,
    // Said where not all of them are needed.
    ...(more < missing.length ? { more } : {}),
  };
  return { verdict: "fail", problem: { code: "previous-lacks-it", detail } };
}
