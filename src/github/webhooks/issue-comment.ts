/**
 * `issue_comment`: a person may have given a command. Only new comments by people count: an edit could turn an approved word into
 * a command, and bots would answer one another (PROMISES.md, threats 6 and 8).
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#issue_comment
 */
import { troublesOf } from "../../core/channels/trouble.ts";
import { holdsOf } from "../../core/hold.ts";
import { z } from "zod";
import { countedRelease } from "../../core/behind.ts";
import { commandNamed, commands } from "../../core/commands/index.ts";
import { groundIn } from "../../core/commands/rollback.ts";
import {
  isProblem,
  type CommandAnswer,
  type CommandFacts,
  type CommandRequest,
  type CommandResult,
  type ReleaseFacts,
  type TaggedVersion,
} from "../../core/commands/command.ts";
import { mayBeCommands, readCommands, type ParsedLine } from "../../core/commands/grammar.ts";
import { clashOf } from "../../core/commands/together.ts";
import { ageOf, ifInTime, isHeard } from "../../core/commands/late.ts";
import type { ApprovalsConfig } from "../../core/config/gates-model.ts";
import type { Config, PermissionRule } from "../../core/config/index.ts";
import { isStranger } from "../../core/permission.ts";
import { hotfixesOf, hotfixTags } from "../../core/hotfix-model.ts";
import type { Person, Problem } from "../../core/promotion.ts";
import { spokenWith } from "../../core/spoken.ts";
import { landedBeyond } from "../../core/rollback/floor.ts";
import { crossOutTokens } from "../../core/secrets.ts";
import { summariseEnvironment } from "../../core/summary.ts";
import type { RepositoryClient } from "../client.ts";
import { comingFacts, type ComingFacts } from "../coming.ts";
import { CONFIG_PATH } from "../config-file.ts";
import { readConfig, type ConfigFacts } from "../config.ts";
import { releaseFacts, roleOf, tagFacts } from "../facts.ts";
import { lookAhead } from "../foresight.ts";
import { isWithin, releaseTagRefs, type ReleaseTagRef } from "../history.ts";
import { workflowsOfRelease } from "../release-workflows.ts";
import { passedBy } from "../rollback-floor.ts";
import { spokenAt, type Thread } from "../spoken-at.ts";
import { teamsOf } from "../teams.ts";
import { idSchema, loginSchema, userIdSchema } from "./payload.ts";
import type { AddressedEvent, Webhook, WebhookContext } from "./webhook.ts";

const schema = z.object({
  action: z.string(),
  issue: z.object({
    number: idSchema,
    // Only pull requests have it, and only merged ones a time in it.
    pull_request: z.object({ merged_at: z.string().nullish() }).nullish().catch(null),
  }),
  comment: z.object({
    id: idSchema,
    body: z.string().nullish(),
    user: z.object({ id: userIdSchema, login: loginSchema, type: z.string() }).nullable(),
    performed_via_github_app: z.unknown().nullish(),
    created_at: z.string().max(40).default(""),
  }),
});

interface Conversation {
  readonly commentId: number;
  readonly issue: number;
  readonly by: Person;
}

/** Whether the facts on what its thread is about matter to a line. */
function isAboutThread(line: ParsedLine): boolean {
  return line.kind === "command" && commandNamed(line.name)?.looksAtThread === true && line.args.length === 1;
}

export const issueComment: Webhook = async (payload, context) => {
  const { action, issue, comment } = schema.parse(payload);
  const isPerson = comment.user?.type === "User" && (comment.performed_via_github_app ?? null) === null;
  if (action !== "created" || !isPerson || comment.user === null) return [];
  const body = crossOutTokens(comment.body ?? "");
  if (!mayBeCommands(body, commands, await knownPrefix(body, context))) return [];
  const client = await context.connect();
  const config = await readConfig(client, context.defaultBranch);
  if (config.kind === "none") return [];
  const prefix = await prefixHere(config, context);
  const lines = readCommands(body, commands, context.saysNoPrefix === true ? null : prefix);
  const [first] = lines;
  if (first === undefined) return [];
  const by: Person = { id: comment.user.id, login: comment.user.login };
  const talk: Conversation = { commentId: comment.id, issue: issue.number, by };
  // Sent again under a new GUID: whatever has become of rights, times and the config since, it was answered as they were then.
  if (await isHeardAlready(comment.id, context)) return [];
  const role = await roleOf(client, by);
  const needsTeams = lines.some((line) => line.kind === "command" && isAboutTeams(line.name));
  const memberOf = config.kind === "found" && needsTeams ? await teamsOf(client, config.config, by.id) : [];
  // A member of a team that may approve is none, whatever the role.
  const isKnown = memberOf !== null && memberOf.length > 0;
  if (!isKnown && isStranger(config.kind === "found" ? rulesOf(config.config) : [], by, role)) {
    const command = "name" in first ? first.name : first.word;
    const event = { type: "StrangerIgnored", at: context.now(), ...talk, command } as const;
    return [{ environment: "", event, comment: comment.id }];
  }
  if (config.kind === "broken")
    return spoken(
      answered(
        lines.map((line) => refusalOf(line.text, brokenConfig(config))),
        talk,
        context,
      ),
      prefix,
    );
  const ageMs = ageOf(comment.created_at, client.gitHubTime() ?? context.now());
  const thread = lines.some(isAboutThread)
    ? {
        issue: issue.number,
        isMerged: (issue.pull_request?.merged_at ?? null) !== null,
        writtenAt: comment.created_at,
      }
    : null;
  const { facts: gathered, refs, moved } = await commandFacts(client, config, role, context, lines, thread);
  const facts: CommandFacts = needsTeams ? { ...gathered, memberOf } : gathered;
  const found = { ...config, refs, lanes: context.lanes };
  const results = await resultsOf(lines, talk, facts, client, found, ageMs);
  const answers = results.flatMap((result) => (result.kind === "answer" ? [result.answer] : []));
  const commanded = [
    ...results
      .flatMap((result) => addressed(result, context.now()))
      .map((event) => ({ ...event, comment: comment.id })),
    ...(answers.length === 0 ? [] : answered(answers, talk, context)),
  ];
  return [...(moved === null ? [] : [{ environment: "", event: moved }]), ...spoken(commanded, prefix)];
};

/** The word that commands begin with; as it was last known where the config cannot be read. */
async function prefixHere(
  config: Exclude<ConfigFacts, { kind: "none" }>,
  { lanes, installation, repository }: WebhookContext,
): Promise<string | null> {
  if (config.kind === "found") return config.config.prefix ?? null;
  return (await lanes.repository(installation, repository))?.prefix ?? null;
}

/** The word that commands began with when the config was seen last; most comments are none, and ask nobody. */
async function knownPrefix(
  body: string,
  { lanes, installation, repository }: WebhookContext,
): Promise<string | null> {
  if (!/^\s*\//.test(body)) return null;
  return (await lanes.repository(installation, repository))?.prefix ?? null;
}

function spoken(events: readonly AddressedEvent[], prefix: string | null): AddressedEvent[] {
  return events.map((addressed) => ({ ...addressed, event: spokenWith(addressed.event, prefix) }));
}

function isAboutTeams(name: string): boolean {
  return commandNamed(name)?.looksAtTeams === true;
}

/** Every rule by which somebody may command something. */
function rulesOf({ release, environments }: Config): PermissionRule[] {
  return [
    release.permission,
    ...environments.flatMap(({ permission, gates }) => [permission, ...approvalRule(gates?.approvals)]),
  ];
}

function approvalRule(approvals: ApprovalsConfig | undefined): PermissionRule[] {
  return approvals === undefined ? [] : [{ role: approvals.role, users: approvals.users }];
}

/** Whether the lanes know a comment already: as a command, as one that was answered, or as a stranger's. */
export async function isHeardAlready(
  commentId: number,
  { lanes, installation, repository }: WebhookContext,
): Promise<boolean> {
  // Also those that the config names no more, or that nobody can read while it is broken.
  const names = await lanes.environments({ installation, repository });
  const environments = await Promise.all(
    names.map((name) => lanes.environment(installation, repository, name)),
  );
  return isHeard(commentId, await lanes.repository(installation, repository), environments);
}

/** What a command comes to in the lane that it is for; answers go to the repository's own. */
function addressed(result: CommandResult, at: number): AddressedEvent[] {
  switch (result.kind) {
    case "promotion": {
      const { request } = result;
      return [{ environment: request.environment, event: { type: "PromotionRequested", at, request } }];
    }
    case "events":
      return [...result.events];
    case "answer":
      return [];
  }
}

interface Gathered {
  readonly facts: CommandFacts;
  readonly refs: readonly ReleaseTagRef[];
  readonly moved: ComingFacts["moved"];
}

async function commandFacts(
  client: RepositoryClient,
  found: Extract<ConfigFacts, { kind: "found" }>,
  role: CommandFacts["role"],
  context: WebhookContext,
  lines: readonly ParsedLine[],
  thread: Thread | null,
): Promise<Gathered> {
  const { lanes, installation, repository } = context;
  const lane = await lanes.repository(installation, repository);
  const read = await Promise.all(
    found.config.environments.map(
      async ({ name }) => [name, await lanes.environment(installation, repository, name)] as const,
    ),
  );
  const upcoming = lane?.upcoming ?? null;
  const refs = await releaseTagRefs(client, found.config.release.tag);
  const tags = refs.map(({ tag, version }) => ({ tag, version }));
  const needsComing = lines.some(
    (line) => line.kind === "command" && commandNamed(line.name)?.looksAtComing === true,
  );
  const spoken = thread === null ? null : await spokenAt(client, thread, lane, found.branch);
  const looked = needsComing ? await comingFacts(client, found, lane, tags) : null;
  const facts: CommandFacts = {
    now: context.now(),
    config: found.config,
    plans: found.plans,
    role,
    environments: read.map(([name, one]) => summariseEnvironment(name, one)),
    lanes: Object.fromEntries(read.flatMap(([name, one]) => (one === null ? [] : [[name, one]]))),
    hotfixes: lane === null ? [] : hotfixesOf(lane),
    released: (lane?.releases ?? []).map((release) => ({
      ...countedRelease(release),
      ...(release.hotfix === undefined ? {} : { hotfix: release.hotfix }),
    })),
    tags,
    unreleased: lane?.unreleased ?? [],
    holds: lane === null ? [] : holdsOf(lane),
    troubles: lane === null ? [] : troublesOf(lane),
    upcoming:
      upcoming === null
        ? null
        : {
            version: upcoming.version,
            commitCount: upcoming.notes.commitCount,
            head: upcoming.head,
          },
    ...(spoken === null ? {} : { spokenAt: spoken }),
    coming: looked?.coming ?? null,
  };
  return { facts, refs, moved: looked?.moved ?? null };
}

type Found = Extract<ConfigFacts, { kind: "found" }> & Pick<Gathered, "refs"> & Pick<WebhookContext, "lanes">;

/** What each line comes to, in their order: a later one may clash with one before. */
async function resultsOf(
  lines: readonly ParsedLine[],
  talk: Conversation,
  facts: CommandFacts,
  client: RepositoryClient,
  found: Found,
  ageMs: number,
): Promise<readonly CommandResult[]> {
  const results: CommandResult[] = [];
  for (const [index, line] of lines.entries()) {
    const clash = clashOf(line, results);
    const result: CommandResult =
      clash === null
        ? await resultOf(line, index + 1, talk, facts, client, found)
        : { kind: "answer", answer: refusalOf(line.text, clash) };
    results.push(ifInTime(result, line.text, ageMs));
  }
  return results;
}

async function resultOf(
  line: ParsedLine,
  ordinal: number,
  talk: Conversation,
  facts: CommandFacts,
  client: RepositoryClient,
  found: Found,
): Promise<CommandResult> {
  if (line.kind !== "command") return { kind: "answer", answer: refusalOf(line.text, grammarProblem(line)) };
  const definition = commandNamed(line.name);
  if (definition === null) throw new Error(`the grammar knows /${line.name}, the commands do not`);
  const request: CommandRequest = {
    ...talk,
    name: line.name,
    args: line.args,
    flags: line.flags,
    text: line.text,
    ordinal,
  };
  const wanted = definition.wants(request, facts);
  if (wanted === null) return definition.run(request, facts, null);
  if (isProblem(wanted)) return { kind: "answer", answer: refusalOf(line.text, wanted) };
  if (definition.looksAtNotes === true)
    return definition.run(request, facts, await notesFacts(client, found, wanted, facts));
  const { lanes } = found;
  const tagged = await releaseFacts(client, found, wanted, facts, found.refs);
  const release = isAboutThread(line) ? await inThread(client, tagged, facts) : tagged;
  if (definition.looksAhead === true) {
    const ahead = await lookAhead(client, lanes, request, facts, release);
    return definition.run(request, facts, { ...release, ...(ahead === null ? {} : { ahead }) });
  }
  const plan = found.plans.find(({ environment }) => environment.name === line.args[0]);
  if (definition.looksAtWayBack !== true || plan === undefined || release.sha === null)
    return definition.run(request, facts, release);
  const { version, tag, sha } = release;
  const workflows = await workflowsOfRelease(client, plan, { version, sha, tag, ref: tag });
  const landed = landedBeyond({ version, sha }, groundIn(plan.environment.name, facts));
  const past = await passedBy(client, plan, sha, landed);
  return definition.run(request, facts, { ...release, workflows, ...(past === null ? {} : { past }) });
}

/** The release with what is found out of it for a thread: whether the pull request that was merged there is in it. */
async function inThread(
  client: RepositoryClient,
  release: ReleaseFacts,
  { spokenAt: spoken }: CommandFacts,
): Promise<ReleaseFacts> {
  if (spoken?.kind !== "pull" || release.sha === null) return release;
  return (await isWithin(client, spoken.sha, release.sha))
    ? release
    : { ...release, lacksPull: spoken.number };
}

/** The release as its tag shows it, with what its notes would be made of now, where that is a release. */
async function notesFacts(
  client: RepositoryClient,
  found: Extract<ConfigFacts, { kind: "found" }>,
  wanted: TaggedVersion,
  { unreleased, released, hotfixes = [] }: CommandFacts,
): Promise<ReleaseFacts> {
  const made = hotfixTags({ hotfixes, releases: released });
  const tagged = await tagFacts(client, found, wanted.tag, unreleased, made);
  if (tagged?.type === "ReleaseTagged") {
    const { release, notes, parts = [] } = tagged;
    const known = { release, notes, ...(parts.length === 0 ? {} : { parts }) };
    return { ...wanted, sha: release.sha, onBranch: true, carriedBy: [], notes: known };
  }
  const sha = tagged?.type === "TagRefused" ? tagged.sha : null;
  return { ...wanted, sha, onBranch: false, carriedBy: [] };
}

function grammarProblem(line: Exclude<ParsedLine, { kind: "command" }>): Problem {
  if (line.kind === "unknown")
    return { code: "unknown-command", detail: { word: line.word, suggestion: line.suggestion } };
  return {
    code: "malformed-command",
    detail: { name: line.name, problem: line.problem, usage: line.usage ?? null },
  };
}

function refusalOf(command: string, problem: Problem): CommandAnswer {
  return { kind: "refusal", command, problem };
}

function brokenConfig(config: Extract<ConfigFacts, { kind: "broken" }>): Problem {
  const [first] = config.problems;
  return {
    code: "config-broken",
    detail: {
      path: first?.path ?? CONFIG_PATH,
      sha: config.sha,
      line: first?.line ?? 1,
      column: first?.column ?? 1,
      at: first?.at ?? "",
      message: first?.message ?? "",
      mend: first?.mend ?? "",
      more: config.problems.length - 1,
    },
  };
}

function answered(
  answers: readonly CommandAnswer[],
  talk: Conversation,
  context: WebhookContext,
): AddressedEvent[] {
  const event = { type: "CommandsAnswered", at: context.now(), ...talk, answers } as const;
  return [{ environment: "", event, comment: talk.commentId }];
}
