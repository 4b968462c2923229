/** `/retry <environment>`: go on from what failed there, or was cancelled. */
import { environmentNamed } from "../config/index.ts";
import { PASS } from "../gates/gate.ts";
import { previousEnvironmentHasIt } from "../gates/previous-environment.ts";
import type { Problem } from "../promotion.ts";
import type { RollbackOrder } from "../rollback/rollback.ts";
import {
  promotionBy,
  refusal,
  type CommandDefinition,
  type CommandFacts,
  type CommandRequest,
  type CommandResult,
  type ReleaseFacts,
  type TaggedVersion,
} from "./command.ts";
import { commandedEnvironment } from "./promote.ts";

export const retry: CommandDefinition = {
  name: "retry",
  args: [{ name: "environment", required: true }],
  flags: [],
  summary: "go on from what failed there, or was cancelled: what had succeeded of it is not run once more",
  wants: wantedRelease,
  run: runRetry,
};

/** The release of which a rollout was left unfinished; null for a build of merges, which has no tag. */
function wantedRelease(request: CommandRequest, facts: CommandFacts): TaggedVersion | Problem | null {
  const [name = ""] = request.args;
  const environment = commandedEnvironment(name, request, facts);
  if ("code" in environment) return environment;
  const summary = facts.environments.find((one) => one.name === name);
  const unfinished = summary?.unfinished ?? null;
  if (unfinished === null)
    return {
      code: "nothing-to-retry",
      detail: { environment: name, delivered: summary?.running?.version ?? null, other: null },
    };
  const { version, tag } = unfinished.cargo;
  return tag === null ? null : { version, tag };
}

function runRetry(request: CommandRequest, facts: CommandFacts, release: ReleaseFacts | null): CommandResult {
  const [name = ""] = request.args;
  const environment = environmentNamed(facts.config, name);
  const plan = facts.plans.find((one) => one.environment.name === name);
  const unfinished = facts.environments.find((one) => one.name === name)?.unfinished ?? null;
  if (environment === null || plan === undefined || unfinished === null)
    throw new Error("a retry was decided without its facts");
  const { promotionId, cargo, class: itsClass = "normal", rollback } = unfinished;
  if (release !== null && release.sha !== cargo.sha)
    return refusal(request, {
      code: "tag-moved",
      detail: { tag: release.tag, before: cargo.sha, now: release.sha },
    });
  if (release !== null && !release.onBranch)
    return refusal(request, { code: "off-branch", detail: { tag: release.tag, branch: plan.branch } });
  const isAsked = release !== null && itsClass === "normal";
  const gate = isAsked ? previousEnvironmentHasIt(environment, release, facts.environments) : PASS;
  if (gate.verdict === "fail") return refusal(request, gate.problem);
  return promotionBy(request, plan, cargo, {
    ...(itsClass === "normal" ? {} : { class: itsClass }),
    ...(rollback === undefined ? {} : { rollback: byPerson(rollback) }),
    retry: { of: promotionId },
  });
}

/** Whatever it was that went back by itself, now a person asks for it. */
function byPerson({ after: _after, ...rollback }: RollbackOrder): RollbackOrder {
  return rollback;
}
