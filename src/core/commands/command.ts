/**
 * What a slash command is: its grammar, its help line, and what it comes to, given the facts. One file a command.
 */
import type { CountedRelease } from "../behind.ts";
import type { ShownTrouble } from "../channels/trouble.ts";
import type { Cargo, PlanSnapshot, NewPromotion, Person, Problem } from "../promotion.ts";
import type { WaybillEvent } from "../events.ts";
import type { CommitSha, PromotionId } from "../ids.ts";
import type { EnvironmentLane } from "../environment.ts";
import type { Ahead, PlanView } from "../foresight/plan.ts";
import type { WhyIn } from "../foresight/why.ts";
import type { Config, ReleaseMode, Role } from "../config/index.ts";
import type { Bump } from "../notes/index.ts";
import type { VersionHold } from "../hold.ts";
import type { Hotfix } from "../hotfix-model.ts";
import type { Published } from "../publishing.ts";
import type { Release } from "../release.ts";
import type { MigrationsPassed } from "../rollback/floor.ts";
import type { TodaysWorkflow } from "../rollback/rollback.ts";
import type { EnvironmentSummary } from "../summary.ts";

/** A command as it was written, its words checked against the grammar. */
export interface CommandRequest {
  readonly name: string;
  readonly args: readonly string[];
  /** By name, without the dashes; the values are what people wrote, of a switch nothing. */
  readonly flags: Readonly<Record<string, string>>;
  /** The line as written, without what would mean something to GitHub. */
  readonly text: string;
  /** 1 for the first command of the comment. */
  readonly ordinal: number;
  readonly commentId: number;
  readonly issue: number;
  readonly by: Person;
}

/** A release tag as found at GitHub. */
export interface TaggedVersion {
  readonly version: string;
  readonly tag: string;
}

/** A release looked up for a command: its tag peeled, its place in the graph. */
export interface ReleaseFacts extends TaggedVersion {
  /** Null where the tag does not point at a commit. */
  readonly sha: CommitSha | null;
  /** Whether it is where releases come from: on the release branch, or on a hotfix's that Waybill made. */
  readonly onBranch: boolean;
  /** Of a hotfix: the branch that it was released from; absent for all others. */
  readonly hotfix?: string;
  /** Environments whose running build is the release's commit or a later one. */
  readonly carriedBy: readonly string[];
  /** Which of its workflows are unfit, or why it cannot be brought there at all; absent where nobody looked. */
  readonly workflows?: WorkflowsOfRelease;
  /** What its notes would be made of now; absent where nobody looked, or where its tag is no release of the branch any more. */
  readonly notes?: Published;
  /** What was found out for a plan; absent where nobody looked, or nothing would come of it. */
  readonly ahead?: Ahead;
  /** The migrations that going back to it goes past; absent where there are none, or nobody looked. */
  readonly past?: MigrationsPassed;
  /** The merged pull request in whose thread it is spoken of, and which is not in it; absent where it is, or where that is no question. */
  readonly lacksPull?: number;
}

/** What a thread is about: the release of a notice, or the commit that a pull request was merged as. */
export type SpokenAt =
  | { readonly kind: "notice"; readonly version: string }
  | { readonly kind: "pull"; readonly number: number; readonly sha: CommitSha };

/** What the workflows of an earlier release are good for. */
export interface WorkflowsOfRelease {
  readonly todays: readonly TodaysWorkflow[];
  readonly problem: Problem | null;
}

/** What GitHub and the lanes say, gathered before a command is decided. */
export interface CommandFacts {
  /** When the facts were gathered, epoch ms. */
  readonly now: number;
  readonly config: Config;
  readonly plans: readonly PlanSnapshot[];
  /** The person's repository role; null for read or none. */
  readonly role: Role | null;
  /**
   * Of the teams that the config counts approvals of, those that the person is a member of; null where that could not be found out, absent where no
   * command needs it.
   */
  readonly memberOf?: readonly string[] | null;
  /** In the order of the config. */
  readonly environments: readonly EnvironmentSummary[];
  /** The lanes themselves, by name, for what looks ahead; of those in which nothing has happened yet there is none. */
  readonly lanes?: Readonly<Record<string, EnvironmentLane>>;
  /** Newest first. */
  readonly tags: readonly TaggedVersion[];
  /** Those of them that are no releases, because they were pushed by hand where only `/release` makes one. */
  readonly unreleased: readonly string[];
  /** What was released under which version, as far as Waybill has seen it. */
  readonly released: readonly (CountedRelease & Pick<Release, "hotfix">)[];
  /** The hotfixes that are not over; absent: none. */
  readonly hotfixes?: readonly Hotfix[];
  readonly upcoming: {
    readonly version: string;
    readonly commitCount: number;
    /** Absent in answers that an earlier Waybill has queued. */
    readonly head?: CommitSha;
  } | null;
  /** Versions that people have stopped; absent: none. */
  readonly holds?: readonly VersionHold[];
  /** Channels that have not taken what they were told; absent: none. */
  readonly troubles?: readonly ShownTrouble[];
  /** What the thread is about; absent where it is about neither, or where no command needs it. */
  readonly spokenAt?: SpokenAt;
  /** What a release would be made of; null where nobody looked, because no command needs it. */
  readonly coming: ComingRelease | null;
}

/** What a release would be made of now, as the notice shows it. */
export interface ComingRelease {
  readonly branch: string;
  /** Where the branch is by now; null where it is gone. */
  readonly tip: CommitSha | null;
  /** The release that what waits is counted from; null where there is none. */
  readonly base: string | null;
  /** The version that comes next and the commit it stands for; null where nothing waits for a release. */
  readonly shown: {
    readonly version: string;
    readonly head: CommitSha;
    readonly bump: Bump | null;
  } | null;
  /** The tag of a release that holds the shown commit, and that nobody had heard of when it was shown. */
  readonly heldBy: string | null;
}

/** An answer in words; the sentences are in the templates. */
export type CommandAnswer =
  | { readonly kind: "refusal"; readonly command: string; readonly problem: Problem }
  | {
      readonly kind: "status";
      readonly command: string;
      readonly environments: readonly EnvironmentSummary[];
      readonly upcoming: CommandFacts["upcoming"];
      /** Absent where nobody has stopped a version, and in answers that an earlier Waybill has queued. */
      readonly holds?: readonly VersionHold[];
      /** Absent where all channels take what they are told, and in answers that an earlier Waybill has queued. */
      readonly troubles?: readonly ShownTrouble[];
    }
  | {
      readonly kind: "why";
      readonly command: string;
      readonly environments: readonly WhyIn[];
      /** Environments in which nothing goes on or waits, where only those were asked for in which something does. */
      readonly quiet: readonly string[];
      readonly upcoming: CommandFacts["upcoming"];
    }
  | { readonly kind: "plan"; readonly command: string; readonly plan: PlanView }
  | {
      readonly kind: "help";
      readonly command: string;
      readonly topic: string | null;
      readonly commands: readonly { readonly usage: string; readonly summary: string }[];
      readonly environments: readonly {
        readonly name: string;
        readonly promote: string;
        readonly mayPromote: boolean;
        readonly needs: string;
      }[];
      /** How releases are made, and whether this person may make one. */
      readonly release: {
        readonly on: ReleaseMode;
        readonly mayRelease: boolean;
        readonly needs: Role | null;
      };
    };

export type CommandResult =
  | {
      readonly kind: "events";
      readonly events: readonly { readonly environment: string; readonly event: WaybillEvent }[];
    }
  | { readonly kind: "promotion"; readonly request: NewPromotion }
  | { readonly kind: "answer"; readonly answer: CommandAnswer };

export interface CommandDefinition {
  readonly name: string;
  readonly args: readonly { readonly name: string; readonly required: boolean }[];
  readonly flags: readonly string[];
  /** Names without the dashes; they take no value. */
  readonly switches?: readonly string[];
  /** How it is written, where that is not made of `args` and `flags`. */
  readonly usage?: string;
  /** Whether `facts.coming` must be known. */
  readonly looksAtComing?: true;
  /** Whether the way back to the release must be looked at, in the environment that is named first: its workflows, and migrations. */
  readonly looksAtWayBack?: true;
  /** Whether it must be looked at what would come of promoting the release to the environment that is named first. */
  readonly looksAhead?: true;
  /** Whether `facts.spokenAt` must be known where no version is named. */
  readonly looksAtThread?: true;
  /** Whether `facts.memberOf` must be known. */
  readonly looksAtTeams?: true;
  /** Whether the notes of the release must be made. */
  readonly looksAtNotes?: true;
  /** One line for `/help` and the docs. */
  readonly summary: string;
  /** The version whose facts are needed before `run`, null if none are, or why the command is refused already. */
  readonly wants: (request: CommandRequest, facts: CommandFacts) => TaggedVersion | Problem | null;
  /** What the command comes to. `release` holds the facts on what `wants` named. */
  readonly run: (request: CommandRequest, facts: CommandFacts, release: ReleaseFacts | null) => CommandResult;
}

export function refusal(request: CommandRequest, problem: Problem): CommandResult {
  return { kind: "answer", answer: { kind: "refusal", command: request.text, problem } };
}

/** What a command brings along of a release, at the commit that its tag stands for. */
export function cargoOf({ version, tag, hotfix }: ReleaseFacts, sha: CommitSha): Cargo {
  return { version, sha, tag, ref: tag, ...(hotfix === undefined ? {} : { hotfix }) };
}

/** What a command is known by in its lane: the comment's id after a letter, and its place in the comment unless it is the first. */
export function nameOf(
  letter: "c" | "f" | "h" | "n" | "o" | "p" | "r" | "v" | "x",
  { commentId, ordinal }: Pick<CommandRequest, "commentId" | "ordinal">,
): string {
  return ordinal === 1 ? `${letter}${commentId}` : `${letter}${commentId}.${ordinal}`;
}

/** A person's word: who gave it, where, and what it is known by in its lane. */
export interface PersonsWord extends Pick<CommandRequest, "by" | "commentId" | "ordinal" | "issue"> {
  readonly name: string;
}

/** The word as a lane hears it; the letter is that of its name (`nameOf`). */
export function wordBy(letter: Parameters<typeof nameOf>[0], request: CommandRequest): PersonsWord {
  const { by, commentId, ordinal, issue } = request;
  return { by, commentId, ordinal, issue, name: nameOf(letter, request) };
}

/** A promotion as a command asks for it, reported where it was given. `more` is what only this kind of command brings along. */
export function requestBy(
  request: CommandRequest,
  plan: PlanSnapshot,
  cargo: Cargo,
  more: Pick<NewPromotion, "class" | "rollback" | "retry" | "brings"> = {},
): NewPromotion {
  const { by, commentId, issue } = request;
  return {
    id: nameOf("c", request) as PromotionId,
    environment: plan.environment.name,
    cargo,
    ...more,
    cause: { kind: "command", by, commentId, issue },
    reportOn: issue,
    plan,
  };
}

/** What a command comes to that asks for such a promotion. */
export function promotionBy(...asked: Parameters<typeof requestBy>): CommandResult {
  return { kind: "promotion", request: requestBy(...asked) };
}

/** Tells a problem from a version, where either may come. */
export function isProblem(value: TaggedVersion | Problem): value is Problem {
  return "code" in value;
}
