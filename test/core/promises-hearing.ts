/** How the world of the promises hears: what webhooks come to, as `src/github/webhooks` translates them, and what is found without them. */
import type { CommandResult } from "../../src/core/commands/command.ts";
import { COMMAND_LIVES_MS, ifInTime, isHeard } from "../../src/core/commands/late.ts";
import type { WaybillEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import type { ProblemCode } from "../../src/core/promotion.ts";
import { newestKnown } from "../../src/core/standing.ts";
import { wes } from "./given.ts";
import { FIRST } from "./promises-repository.ts";
import type { Command, Mail } from "./promises-queue.ts";
import type { World } from "./promises-world.ts";

interface Heard {
  readonly lane: string;
  readonly event: WaybillEvent;
}

/** What a webhook comes to once GitHub was asked: it only says "look again", so that is what is there now. */
export function translate(world: World, mail: Mail): Heard[] {
  switch (mail.mail) {
    case "push":
      return [{ lane: "", event: world.branchMoved() }];
    case "tag":
      return [...world.releaseTagged(mail.version), world.branchMoved()].map((event) => ({
        lane: "",
        event,
      }));
    case "run":
      return environmentsOf(world).map((lane) => ({
        lane,
        event: { type: "RunObserved", at: world.now, run: mail.run },
      }));
    case "standing":
      return [{ lane: "", event: { type: "StandingDoubted", at: world.now, hint: mail.hint } }];
    case "command":
      return heardCommand(world, mail);
  }
}

function environmentsOf(world: World): string[] {
  return [...world.lanes.keys()].filter((name) => name !== "");
}

function heardCommand(world: World, command: Command): Heard[] {
  const { commentId, writtenAt } = command;
  const ageMs = world.options.isPunctual ? 0 : Math.max(0, world.now - writtenAt);
  if (ageMs > COMMAND_LIVES_MS && isKnown(world, commentId)) return [];
  const text = `/${command.verb} ${command.environment} ${command.version}`;
  const result = ifInTime(resultOf(world, command, text), text, ageMs);
  const at = world.now;
  if (result.kind === "promotion")
    return [
      { lane: command.environment, event: { type: "PromotionRequested", at, request: result.request } },
    ];
  if (result.kind === "events") return result.events.map(({ environment: lane, event }) => ({ lane, event }));
  const answers = [result.answer];
  return [{ lane: "", event: { type: "CommandsAnswered", at, commentId, issue: 7, by: wes, answers } }];
}

function isKnown(world: World, commentId: number): boolean {
  if (isQueued(world, commentId)) return true;
  const lanes = environmentsOf(world).map((name) => world.environment(name));
  return isHeard(commentId, world.repository(), lanes);
}

/** Decisions go before webhooks: what a webhook has come to is decided before the next one is read. */
function isQueued(world: World, commentId: number): boolean {
  return world.queue.jobs.some(({ work }) => {
    if (work.kind !== "event") return false;
    const { event } = work;
    if (event.type === "PromotionRequested") return event.request.id === `c${commentId}`;
    const isWord = event.type === "CommandsAnswered" || event.type === "PersonCancelled";
    return isWord && event.commentId === commentId;
  });
}

function resultOf(
  world: World,
  { verb, commentId, environment, version }: Command,
  text: string,
): CommandResult {
  const plan = world.plans.find((one) => one.environment.name === environment);
  const sha = world.tags.get(version);
  const refused = (code: ProblemCode): CommandResult => ({
    kind: "answer",
    answer: { kind: "refusal", command: text, problem: { code, detail: { environment, version } } },
  });
  if (plan === undefined) return refused("unknown-environment");
  if (!world.mayCommand) return refused("not-allowed");
  if (verb === "cancel") {
    // Of the first release nobody speaks by its name: what is meant then is what is under way.
    const said = { version: version === FIRST ? null : version, commentId, environment, by: wes, issue: 7 };
    const event = { type: "PersonCancelled", at: world.now, name: `x${commentId}`, ...said } as const;
    return { kind: "events", events: [{ environment, event }] };
  }
  const { unfinished = null } = world.environment(environment);
  if (verb === "retry" && unfinished === null) return refused("nothing-to-retry");
  if (sha === undefined) return refused("unknown-version");
  return {
    kind: "promotion",
    request: {
      id: `c${commentId}` as PromotionId,
      environment,
      ...(verb === "retry" && unfinished !== null
        ? { cargo: unfinished.cargo, retry: { of: unfinished.promotionId } }
        : { cargo: { version, sha, tag: `v${version}`, ref: `v${version}` } }),
      cause: { kind: "command", by: wes, commentId, issue: 7 },
      reportOn: 7,
      plan,
    },
  };
}

/** What no webhook has told, as `src/github/reconcile` finds it: releases before commands, the highest first. */
export function lostMail(world: World, isOtherHead: boolean): Heard[] {
  const lane = world.repository();
  const released = newestKnown({ ...lane, upcoming: null });
  const tags = world.laterTags(released).filter((version) => version !== FIRST);
  const isHeadKnown =
    lane.upcoming === null
      ? lane.releases.some((one) => one.sha === world.commits.at(-1))
      : lane.upcoming.head === world.commits.at(-1);
  const isMoved = tags.length > 0 || (isOtherHead && !isHeadKnown);
  const commands = world.written.filter(({ commentId }) => !isKnown(world, commentId));
  return [
    ...tags.flatMap((version) => world.releaseTagged(version)).map((event) => ({ lane: "", event })),
    ...(isMoved ? [{ lane: "", event: world.branchMoved() }] : []),
    ...commands.flatMap((command) => heardCommand(world, command)),
    ...strayRuns(world),
  ];
}

/** Runs that a person was asked for because nobody could tell whether they began. */
function strayRuns(world: World): Heard[] {
  return environmentsOf(world).flatMap((lane) => {
    const asked = world.environment(lane).active?.steps ?? [];
    return asked
      .filter((step) => step.stage === "needs-human" && step.runId === null)
      .flatMap(({ correlationId }) => {
        const run = world.runs.find((one) => one.correlationId === correlationId && one.status !== "coming");
        const event = run && ({ type: "RunObserved", at: world.now, run: world.observe(run) } as const);
        return event === undefined ? [] : [{ lane, event }];
      });
  });
}
