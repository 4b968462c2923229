/** `/promote <environment> [version]`: bring a release to an environment. */
import { broughtBy } from "../behind.ts";
import semver from "semver";
import { enoughOf } from "../after.ts";
import type { EnvironmentConfig } from "../config/index.ts";
import { environmentNamed } from "../config/index.ts";
import { PASS } from "../gates/gate.ts";
import { previousEnvironmentHasIt } from "../gates/previous-environment.ts";
import { isAllowed } from "../permission.ts";
import type { NewPromotion, Problem } from "../promotion.ts";
import { closest } from "../suggest.ts";
import type { EnvironmentSummary } from "../summary.ts";
import {
  cargoOf,
  requestBy,
  refusal,
  type CommandDefinition,
  type CommandFacts,
  type CommandRequest,
  type CommandResult,
  type ReleaseFacts,
  type TaggedVersion,
} from "./command.ts";
import { objectionToTag } from "./tag.ts";

export const promote: CommandDefinition = {
  name: "promote",
  args: [
    { name: "environment", required: true },
    { name: "version", required: false },
  ],
  flags: [],
  looksAtThread: true,
  summary: "bring a release to an environment; without a version, the newest that the environment before has",
  wants: wantedRelease,
  run: runPromote,
};

function wantedRelease(request: CommandRequest, facts: CommandFacts): TaggedVersion | Problem {
  const [name = "", version] = request.args;
  const environment = commandedEnvironment(name, request, facts);
  if ("code" in environment) return environment;
  return meantVersion(version, environment, facts);
}

/** The release that is named; where none is, that of the notice in whose thread people talk, and anywhere else the newest that may come. */
export function meantVersion(
  version: string | undefined,
  environment: EnvironmentConfig,
  facts: CommandFacts,
): TaggedVersion | Problem {
  if (version !== undefined) return namedVersion(version, facts);
  const { spokenAt } = facts;
  return spokenAt?.kind === "notice"
    ? namedVersion(spokenAt.version, facts)
    : defaultVersion(environment, facts);
}

/** The environment of that name, whoever asks. */
export function namedEnvironment(name: string, facts: CommandFacts): EnvironmentConfig | Problem {
  const environment = environmentNamed(facts.config, name);
  if (environment !== null) return environment;
  const names = facts.config.environments.map((other) => other.name);
  return {
    code: "unknown-environment",
    detail: { name, suggestion: closest(name, names), known: names.join(", ") },
  };
}

/** The environment that a command names, if there is such a one and the person may command there. */
export function commandedEnvironment(
  name: string,
  request: CommandRequest,
  facts: CommandFacts,
): EnvironmentConfig | Problem {
  const environment = namedEnvironment(name, facts);
  if ("code" in environment) return environment;
  const { permission } = environment;
  if (!isAllowed(permission, request.by, facts.role)) {
    return {
      code: "not-allowed",
      detail: { environment: name, needs: permission.role, role: facts.role, users: permission.users.length },
    };
  }
  return environment;
}

/** The version that somebody writes, as it is or by its tag, whether there is a release of it or not. */
export function writtenVersion(written: string, { tags }: Pick<CommandFacts, "tags">): string {
  return tags.find(({ tag }) => tag === written)?.version ?? semver.valid(written) ?? written;
}

/** The release that a version or a tag names. */
export function namedVersion(written: string, facts: CommandFacts): TaggedVersion | Problem {
  const bare = semver.valid(written) ?? written;
  const found = facts.tags.find((tag) => tag.version === bare || tag.tag === written);
  if (found !== undefined && facts.unreleased.includes(found.tag))
    return { code: "tag-not-released", detail: { tag: found.tag } };
  if (found !== undefined) return found;
  const suggestion = closest(
    bare,
    facts.tags.map((tag) => tag.version),
  );
  return {
    code: "unknown-version",
    detail: { version: written, suggestion, newest: facts.tags[0]?.version ?? null },
  };
}

/**
 * The newest release that enough of the environments before have; where they take every merge, or there are none, the newest tag. Whether
 * those that take every merge carry a release is only known of one that was looked at, so that the gate asks about it.
 */
export function defaultVersion(environment: EnvironmentConfig, facts: CommandFacts): TaggedVersion | Problem {
  const takesMerges = (name: string): boolean => environmentNamed(facts.config, name)?.promote === "merge";
  const before = enoughOf(environment, takesMerges)
    ? []
    : environment.after.filter((name) => !takesMerges(name));
  const released = facts.tags.filter(({ tag }) => !facts.unreleased.includes(tag));
  const stable = released.filter((tag) => semver.prerelease(tag.version) === null);
  const isDeliveredBefore = (tag: TaggedVersion): boolean =>
    enoughOf(environment, (name) => takesMerges(name) || hasDelivered(facts.environments, name, tag.version));
  const candidates = before.length === 0 ? stable : released.filter(isDeliveredBefore);
  const [newest] = [...candidates].sort((one, other) => semver.rcompare(one.version, other.version));
  return (
    newest ?? { code: "no-version-yet", detail: { environment: environment.name, before: before.join(", ") } }
  );
}

function hasDelivered(environments: readonly EnvironmentSummary[], name: string, version: string): boolean {
  return (
    environments.find((other) => other.name === name)?.delivered.some((one) => one.version === version) ??
    false
  );
}

function runPromote(
  request: CommandRequest,
  facts: CommandFacts,
  release: ReleaseFacts | null,
): CommandResult {
  if (release === null) throw new Error("a promotion was decided without its facts");
  const asked = promotionAskedFor(request, facts, release);
  return "code" in asked ? refusal(request, asked) : { kind: "promotion", request: asked };
}

/** The promotion that a command with these words asks for, whoever may; or why there is none to ask for. */
export function promotionAskedFor(
  request: CommandRequest,
  facts: CommandFacts,
  release: ReleaseFacts,
): NewPromotion | Problem {
  const environment = environmentNamed(facts.config, request.args[0] ?? "");
  const plan = facts.plans.find((one) => one.environment.name === environment?.name);
  if (environment === null || plan === undefined)
    throw new Error("a promotion was decided without its facts");
  const objection = objectionToTag(release, plan, facts);
  if (objection !== null || release.sha === null)
    return objection ?? { code: "off-branch", detail: { tag: release.tag } };
  // Who writes below a merged change means a release with that change in it.
  if (release.lacksPull !== undefined) {
    const { version, lacksPull: pull } = release;
    return {
      code: "lacks-pull",
      detail: { environment: environment.name, version, pull, before: environment.after.join(", ") },
    };
  }
  // A hotfix goes straight to where it is needed.
  const isHotfix = release.hotfix !== undefined;
  const gate = isHotfix ? PASS : previousEnvironmentHasIt(environment, release, facts.environments);
  if (gate.verdict === "fail") return gate.problem;
  const running = facts.environments.find(({ name }) => name === environment.name)?.running;
  return requestBy(request, plan, cargoOf(release, release.sha), {
    ...(isHotfix ? { class: "hotfix" } : {}),
    ...broughtBy(facts.released, running, { version: release.version, sha: release.sha }),
  });
}
