/**
 * `/hotfix [from] [environment]`: a branch from the release that runs there; what is merged into it goes there ahead of everything else.
 * `/hotfix settle <version>`: a person's word that the release branch has all that it needs of that hotfix.
 */
import { environmentNamed, lastEnvironments } from "../config/index.ts";
import type { Hotfix, HotfixWord } from "../hotfix-model.ts";
import { nextPatch } from "../hotfix-version.ts";
import type { Problem } from "../promotion.ts";
import type { EnvironmentSummary } from "../summary.ts";
import {
  refusal,
  type CommandDefinition,
  type CommandFacts,
  type CommandRequest,
  type CommandResult,
  type ReleaseFacts,
  type TaggedVersion,
} from "./command.ts";
import { commandedEnvironment } from "./promote.ts";
import { mayNotRelease } from "./release.ts";

const USAGE = "/hotfix [from] [environment]";

export const hotfix: CommandDefinition = {
  name: "hotfix",
  args: [
    { name: "environment", required: false },
    { name: "environment", required: false },
  ],
  usage: USAGE,
  flags: [],
  looksAtComing: true,
  summary:
    "a branch from the release that runs there: what is merged into it goes there first; the word settle and a version instead end one whose fix the release branch has",
  wants: (request, facts) => {
    const asked = readWords(request);
    return asked.kind === "open" ? baseOf(asked.environment, request, facts) : null;
  },
  run: (request, facts, release) => {
    const asked = readWords(request);
    if (asked.kind === "open") return open(asked.environment, request, facts, release);
    if (asked.kind === "settle") return settle(asked.version, request, facts);
    const problem = `\`${asked.word}\` is one word too many: ${USAGE}`;
    return refusal(request, { code: "malformed-command", detail: { name: "hotfix", problem } });
  },
};

type Asked =
  | { readonly kind: "open"; readonly environment: string | null }
  | { readonly kind: "settle"; readonly version: string }
  | { readonly kind: "malformed"; readonly word: string };

function readWords({ args }: CommandRequest): Asked {
  const [first, second] = args;
  if (first === "settle" && second !== undefined) return { kind: "settle", version: second };
  if (first === "from") return { kind: "open", environment: second ?? null };
  if (second !== undefined) return { kind: "malformed", word: second };
  return { kind: "open", environment: first ?? null };
}

/** The release that a hotfix comes from: the one that runs in the environment, or why there can be none. */
function baseOf(named: string | null, request: CommandRequest, facts: CommandFacts): TaggedVersion | Problem {
  // A hotfix is a release: whoever may not make one may not ask for it.
  const objection = mayNotRelease(request, facts);
  if (objection !== null) return objection;
  const name = named ?? onlyEnd(facts);
  if (typeof name !== "string") return name;
  const environment = commandedEnvironment(name, request, facts);
  if ("code" in environment) return environment;
  const running = runningIn(facts.environments, name);
  const isReleased = environment.promote !== "merge" && running !== null && running.tag !== null;
  if (isReleased) return { version: running.version, tag: running.tag };
  return { code: "nothing-to-hotfix", detail: { environment: name, running: running?.version ?? null } };
}

function runningIn(environments: readonly EnvironmentSummary[], name: string): EnvironmentSummary["running"] {
  return environments.find((one) => one.name === name)?.running ?? null;
}

/** Without a name the end of the pipeline is meant, if it has one. */
function onlyEnd({ config }: CommandFacts): string | Problem {
  const ends = lastEnvironments(config).map(({ name }) => name);
  const [only, ...others] = ends;
  if (only !== undefined && others.length === 0) return only;
  return { code: "nothing-to-hotfix", detail: { environment: only ?? "", several: ends.join(", ") } };
}

function open(
  named: string | null,
  request: CommandRequest,
  facts: CommandFacts,
  release: ReleaseFacts | null,
): CommandResult {
  const name = named ?? onlyEnd(facts);
  const environment = typeof name === "string" ? environmentNamed(facts.config, name) : null;
  const running = environment === null ? null : runningIn(facts.environments, environment.name);
  if (environment === null || running === null || release === null || facts.coming === null)
    throw new Error("a hotfix was decided without its facts");
  const { version, tag } = release;
  if (release.sha === null)
    return refusal(request, { code: "ref-moved", detail: { tag, before: running.sha, now: null } });
  if (release.sha !== running.sha)
    return refusal(request, {
      code: "tag-moved",
      detail: { tag, before: running.sha, now: release.sha },
    });
  const patch = nextPatch(
    version,
    facts.tags.map((one) => one.version),
  );
  const wanted = {
    branch: branchOf(patch),
    base: { version, tag, sha: release.sha },
    environment: environment.name,
    releaseBranch: facts.coming.branch,
    asked: wordOf(request, facts),
  };
  const event = { type: "HotfixRequested", at: facts.now, hotfix: wanted } as const;
  return { kind: "events", events: [{ environment: "", event }] };
}

function branchOf(version: string): string {
  return `hotfix/${version}`;
}

function wordOf(
  { by, commentId, ordinal, issue, text }: CommandRequest,
  { config }: CommandFacts,
): HotfixWord {
  return { by, commentId, ordinal, issue, text, permission: config.release.permission };
}

function settle(written: string, request: CommandRequest, facts: CommandFacts): CommandResult {
  const objection = mayNotRelease(request, facts);
  if (objection !== null) return refusal(request, objection);
  const released = (facts.hotfixes ?? []).filter((one) => one.released !== null);
  const found = released.find((one) => isMeant(one, written));
  const tip = facts.coming?.tip ?? null;
  if (found === undefined || tip === null) {
    const known = released.map((one) => one.released?.version).join(", ");
    return refusal(request, { code: "no-such-hotfix", detail: { written, known } });
  }
  const word = wordOf(request, facts);
  const event = { type: "HotfixSettled", at: facts.now, branch: found.branch, word, tip } as const;
  return { kind: "events", events: [{ environment: "", event }] };
}

function isMeant({ branch, released }: Hotfix, written: string): boolean {
  const version = written.replace(/^v(?=\d)/, "");
  return branch === branchOf(version) || released?.version === version || released?.tag === written;
}
