/** `/rollback <environment> [version] [--reason "…"] [--restore]`: go back to an earlier release, before all else and past every gate. */
import { environmentNamed } from "../config/index.ts";
import { offerFor } from "../database/recovery.ts";
import { restoreFor } from "../database/restore.ts";
import type { Problem } from "../promotion.ts";
import { isReason, pastMigrations } from "../rollback/floor.ts";
import { standingPin } from "../rollback/pin.ts";
import { objectionToRollback, releaseBefore, type Ground } from "../rollback/rollback.ts";
import {
  cargoOf,
  promotionBy,
  refusal,
  type CommandDefinition,
  type CommandFacts,
  type CommandRequest,
  type CommandResult,
  type ReleaseFacts,
  type TaggedVersion,
} from "./command.ts";
import { commandedEnvironment, namedVersion } from "./promote.ts";
import { firstShaOf } from "./tag.ts";

export const rollback: CommandDefinition = {
  name: "rollback",
  args: [
    { name: "environment", required: true },
    { name: "version", required: false },
  ],
  flags: ["reason"],
  switches: ["restore"],
  looksAtWayBack: true,
  summary:
    "go back to an earlier release, before all else and past every gate; without a version, to the last one delivered before",
  wants: wantedRelease,
  run: runRollback,
};

function wantedRelease(request: CommandRequest, facts: CommandFacts): TaggedVersion | Problem {
  const [name = "", version] = request.args;
  const environment = commandedEnvironment(name, request, facts);
  if ("code" in environment) return environment;
  const ground = groundIn(name, facts);
  if (version === undefined) return defaultVersion(ground, facts);
  const named = namedVersion(version, facts);
  if ("code" in named) return named;
  return objectionToRollback({ version: named.version, sha: null }, ground) ?? named;
}

/** What the environment's summary says of the way back. */
export function groundIn(name: string, { environments }: Pick<CommandFacts, "environments">): Ground {
  const summary = environments.find((one) => one.name === name);
  const active = summary?.active ?? null;
  return {
    name,
    delivered: summary?.delivered ?? [],
    disturbed: summary?.disturbed ?? null,
    pin: standingPin(summary?.pin ?? null, summary?.waiting ?? []),
    active:
      active === null
        ? null
        : {
            version: active.version,
            ...(active.sha === undefined ? {} : { sha: active.sha }),
            class: active.class ?? "normal",
          },
  };
}

function defaultVersion(ground: Ground, { environments }: CommandFacts): TaggedVersion | Problem {
  const { name: environment } = ground;
  const summary = environments.find((one) => one.name === environment);
  const onItsWay = [summary?.active ?? [], summary?.waiting ?? []]
    .flat()
    .find((one) => one.class === "rollback");
  // Whoever means another one than that names it.
  if (onItsWay !== undefined)
    return { code: "already-on-its-way", detail: { version: onItsWay.version, environment } };
  const before = releaseBefore(ground);
  if (before !== null && before.tag !== null) return { version: before.version, tag: before.tag };
  return { code: "no-release-before", detail: { environment } };
}

function runRollback(
  request: CommandRequest,
  facts: CommandFacts,
  release: ReleaseFacts | null,
): CommandResult {
  const environment = environmentNamed(facts.config, request.args[0] ?? "");
  const plan = facts.plans.find((one) => one.environment.name === environment?.name);
  if (environment === null || plan === undefined || release === null)
    throw new Error("a rollback was decided without its facts");
  const { version, tag, sha, onBranch, workflows, past } = release;
  const before = firstShaOf(version, facts) ?? deliveredSha(environment.name, version, facts);
  if (before !== null && before !== sha)
    return refusal(request, { code: "tag-moved", detail: { tag, before, now: sha } });
  if (sha === null || !onBranch)
    return refusal(request, { code: "off-branch", detail: { tag, branch: plan.branch } });
  const objection = objectionToRollback({ version, sha }, groundIn(environment.name, facts));
  const reason = request.flags["reason"] ?? null;
  const summary = facts.environments.find((one) => one.name === environment.name);
  const points = summary?.recoveryPoints ?? [];
  const restore =
    request.flags["restore"] === undefined
      ? undefined
      : restoreFor(environment, { version, sha }, points, reason);
  const offer = offerFor(environment.database, { version, sha }, points);
  const floor =
    past === undefined || isReason(reason)
      ? null
      : pastMigrations(environment.name, { version }, past, offer);
  const unrestored = restore !== undefined && "code" in restore ? restore : null;
  const problem = objection ?? workflows?.problem ?? unrestored ?? floor;
  if (problem !== null) return refusal(request, problem);
  const todays = workflows?.todays ?? [];
  const order = {
    reason,
    ...(past === undefined ? {} : { past }),
    ...(restore === undefined || "code" in restore ? {} : { restore }),
    ...(todays.length === 0 ? {} : { todays }),
  };
  return promotionBy(request, plan, cargoOf(release, sha), { class: "rollback", rollback: order });
}

/** The commit that was delivered there under this version; null where none is remembered. */
function deliveredSha(environment: string, version: string, { environments }: CommandFacts) {
  const summary = environments.find((one) => one.name === environment);
  return summary?.delivered.findLast((one) => one.version === version && one.tag !== null)?.sha ?? null;
}
