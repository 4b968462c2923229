/** `/approve <environment> [version] [--reason "…"]`: a person's word that a release may go to an environment that asks for approvals. */
import { mayApprove } from "../gates/approvals.ts";
import { isHeldBy } from "../gates/gate.ts";
import type { EnvironmentConfig } from "../config/index.ts";
import type { ApprovalsConfig } from "../config/gates-model.ts";
import type { Problem } from "../promotion.ts";
import {
  refusal,
  wordBy,
  type CommandDefinition,
  type CommandFacts,
  type CommandRequest,
  type CommandResult,
  type ReleaseFacts,
  type TaggedVersion,
} from "./command.ts";
import { defaultVersion, namedEnvironment, namedVersion } from "./promote.ts";
import { objectionToTag } from "./tag.ts";

export const approve: CommandDefinition = {
  name: "approve",
  args: [
    { name: "environment", required: true },
    { name: "version", required: false },
  ],
  flags: ["reason"],
  looksAtTeams: true,
  summary:
    "approve a release for an environment that asks for approvals; without a version, the one that waits",
  wants: (request, facts) => {
    const environment = approvedEnvironment(request, facts);
    if ("code" in environment) return environment;
    const [, version] = request.args;
    return version === undefined ? awaitedVersion(environment, facts) : namedVersion(version, facts);
  },
  run: runApprove,
};

/** The environment that a command about approvals names, if it asks for any and those of this person count. */
export function approvedEnvironment(
  request: CommandRequest,
  facts: CommandFacts,
): EnvironmentConfig | Problem {
  const [name = ""] = request.args;
  const environment = namedEnvironment(name, facts);
  if ("code" in environment) return environment;
  const config = environment.gates?.approvals;
  if (config === undefined) return { code: "approvals-not-asked", detail: { environment: name } };
  if (mayApprove(config, request.by, facts.role, facts.memberOf ?? [])) return environment;
  return { code: "approval-not-allowed", detail: { environment: name, ...countingIn(config, facts) } };
}

/** `unseen` where it could not be found out whether the person is a member of one of the teams. */
function countingIn({ role, users, teams }: ApprovalsConfig, facts: CommandFacts): Problem["detail"] {
  return {
    needs: role,
    users: users.length,
    teams: teams.join(" or "),
    role: facts.role,
    unseen: teams.length > 0 && facts.memberOf === null,
  };
}

/** What waits for approvals there, else what waits, else what `/promote` would take. */
export function awaitedVersion(environment: EnvironmentConfig, facts: CommandFacts): TaggedVersion | Problem {
  const waiting = facts.environments.find((one) => one.name === environment.name)?.waiting ?? [];
  const awaited = waiting.find(({ held }) => held !== null && isHeldBy({ held }, "approvals")) ?? waiting[0];
  return awaited === undefined ? defaultVersion(environment, facts) : namedVersion(awaited.version, facts);
}

function runApprove(
  request: CommandRequest,
  facts: CommandFacts,
  release: ReleaseFacts | null,
): CommandResult {
  const said = wordOnRelease(request, facts, release);
  if ("code" in said) return refusal(request, said);
  const event = { type: "ReleaseApproved", ...said, reason: request.flags["reason"] ?? null } as const;
  return { kind: "events", events: [{ environment: said.environment, event }] };
}

/** What a person's yes or no is about: the commit that the release's tag means; or why it is about none. */
export function wordOnRelease(request: CommandRequest, facts: CommandFacts, release: ReleaseFacts | null) {
  const [environment = ""] = request.args;
  const plan = facts.plans.find((one) => one.environment.name === environment);
  if (plan === undefined || release === null)
    throw new Error("a word on a release was decided without its facts");
  const objection = objectionToTag(release, plan, facts);
  if (objection !== null || release.sha === null)
    return objection ?? ({ code: "off-branch", detail: { tag: release.tag } } satisfies Problem);
  const { version, sha } = release;
  return { at: facts.now, environment, version, sha, word: wordBy("v", request) };
}
