/**
 * A promotion: the request to bring one release to one environment, from its acceptance to its visible end.
 * Plain data only: it is stored as JSON and must outlive upgrades of the code.
 */
import type {
  ComponentConfig,
  EnvironmentConfig,
  HookPhase,
  ReleaseMode,
  StepSettings,
} from "./config/index.ts";
import type { GitHubChannel } from "./config/github.ts";
import type { ChannelConfig } from "./channels/model.ts";
import type { ExpectedRule } from "./calendar/expected.ts";
import type { DatabaseRole, RecoverySeen } from "./database/model.ts";
import type { ProbeState } from "./evidence.ts";
import type { GateFindings } from "./gates/findings.ts";
import type { Held } from "./gates/gate.ts";
import type { FixesFound } from "./hotfix-guard.ts";
import type { CommitSha, PromotionId, UserId } from "./ids.ts";
import type { GateLook } from "./looks.ts";
import type { Measurements } from "./measures.ts";
import type { MigrationsBetween } from "./migrations.ts";
import type { Attempt } from "./attempts.ts";
import type { Problem } from "./problem.ts";
import type { CancelWord } from "./cancel.ts";
import type { Placements } from "./placed.ts";
import type { Rehearsal } from "./rehearsal.ts";
import type { MigrationsPassed } from "./rollback/floor.ts";
import type { RollbackOrder, TodaysWorkflow } from "./rollback/rollback.ts";
import type { Resumed, RetryOrder } from "./retry.ts";
import type { SkipPlan, SkipState } from "./skips.ts";
import type { Stopping } from "./stopping.ts";

export type { Problem, ProblemCode } from "./problem.ts";

/** A person, by the id that never changes hands and the login that people read. */
export interface Person {
  readonly id: UserId;
  readonly login: string;
}

/** Why a promotion exists: a person asked, the environment before delivered, or a change was merged. */
export type PromotionCause =
  | { readonly kind: "command"; readonly by: Person; readonly commentId: number; readonly issue: number }
  | { readonly kind: "auto" }
  | { readonly kind: "merge" };

/** How urgent it is: who goes first, and which gates are asked. */
export type PromotionClass = "rollback" | "hotfix" | "normal";

/** What is to be brought there. `ref` is what workflows are dispatched on: the release's tag, or the release branch. */
export interface Cargo {
  readonly version: string;
  readonly sha: CommitSha;
  readonly tag: string | null;
  readonly ref: string;
  /** Of a hotfix: the branch that Waybill released it from. Then its commit need not be on the release branch. */
  readonly hotfix?: string;
}

/** The configuration at the moment of acceptance. A running plan keeps it, whatever is merged meanwhile. */
export interface PlanSnapshot {
  /** The word that commands begin with; absent where they have none. */
  readonly prefix?: string;
  /** What is not to be written on GitHub; absent where nothing is left out. */
  readonly silent?: readonly GitHubChannel[];
  /** A signed receipt is uploaded to its release, too; absent where it is not. */
  readonly receiptAsset?: true;
  /** How the authors of what arrives are told: null not at all; absent where the config says nothing, and then they are in a last environment. */
  readonly authors?: { readonly issues: boolean; readonly labels: boolean } | null;
  readonly configSha: CommitSha;
  readonly environment: EnvironmentConfig;
  readonly components: readonly ComponentConfig[];
  /** Whether this is the end of the pipeline: arrivals here are told to the authors of the changes. */
  readonly last: boolean;
  /** The environments that take it from here by command. */
  readonly next: readonly string[];
  readonly branch: string;
  /** Whether the branch is the default one, because the config names none; absent in plans stored by an earlier Waybill. */
  readonly onDefaultBranch?: boolean;
  /** How versions are tagged, `v{version}` by default. */
  readonly tagPattern: string;
  /** What makes a release; in plans stored by an earlier Waybill it is absent, which means `tag`. */
  readonly releaseOn?: ReleaseMode;
  /** When the coming release is expected; absent where the config says nothing of it. */
  readonly expected?: ExpectedRule;
  /** How to get at the coming release early; absent where the config says nothing, and in plans stored by an earlier Waybill. */
  readonly earlyAccess?: string;
  /** The file that lists the releases; absent where the config names none, and in plans stored by an earlier Waybill. */
  readonly changelog?: string;
  /** What a release has before it is published; absent where the config names nothing, and in plans stored by an earlier Waybill. */
  readonly assets?: readonly string[];
  /** Who is told outside of GitHub; absent where nobody is, and in plans stored by an earlier Waybill. */
  readonly channels?: readonly ChannelConfig[];
}

/** A pull request that travels with this promotion. `told` where its author is to hear of the arrival. */
export interface ShippedPull {
  readonly number: number;
  /** The issues that it has closed; absent where they are not told. */
  readonly closes?: readonly number[];
  readonly title: string;
  readonly author: string | null;
  readonly bot: boolean;
}

/** What will be run for a component, read from the workflow file at the ref before anything runs. */
export interface StepPlan extends SkipPlan {
  readonly component: string;
  readonly needs: readonly string[];
  readonly workflow: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** The workflow claims the correlation id first, so a lost answer can be settled (GITHUB.md, dispatching). */
  readonly claims: boolean;
  /** A job of the workflow names `environment:`, so GitHub makes the deployment itself and we adopt it. */
  readonly adoptsDeployment: boolean;
  /** What it is dispatched on where that is not the cargo's own ref: then the run's commit is not the cargo's, which is an input alone. */
  readonly ref?: string;
  /** Why today's workflow is run in place of the release's own; absent where it is not. */
  readonly todays?: Pick<TodaysWorkflow, "why" | "lacks">;
  /** Absent where it has no limits, and in plans of an earlier Waybill. */
  readonly settings?: StepSettings;
  /** Set where it is no component's: then `component` is the hook's own name (`-before-1`), and `phase` says when it runs. */
  readonly kind?: "hook";
  readonly phase?: HookPhase;
  /** What it does with the database; absent where it does nothing. */
  readonly role?: DatabaseRole;
  /** Of a hook: its conclusion is a verification of what was delivered; absent where it is not. */
  readonly verifies?: true;
}

/**
 * - `pending`: waits for what it needs · `recording`: its GitHub deployment is being created
 * - `dispatching`: the workflow is being started · `tracing`: GitHub's answer was lost, the run is looked for
 * - `running` · `proving`: the run succeeded, the component is asked for its version
 * - `cancelled`: its run was stopped because a person cancelled the promotion; or it had succeeded, and was not asked to the end
 * - `needs-human`: nobody can tell whether it ran; the environment stays locked
 */
export type StepStage =
  | "pending"
  | "recording"
  | "dispatching"
  | "tracing"
  | "running"
  | "proving"
  | "succeeded"
  | "failed"
  | "cancelled"
  | "not-started"
  | "needs-human";

/** One component's part of a rollout. */
export interface Step extends StepPlan, SkipState {
  readonly correlationId: string;
  /** The id of its first dispatch, whose claim Waybill took because no run of it was found; absent as long as there was one dispatch. */
  readonly claimedAway?: string;
  readonly stage: StepStage;
  readonly deploymentId: number | null;
  readonly runId: number | null;
  readonly runUrl: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly dispatchedAt: number | null;
  /** The promotion in which it had succeeded, where a retry need not run it once more; absent where it is run here. */
  readonly carried?: PromotionId;
  /** What was tried before, oldest first; absent where this is the first attempt. */
  readonly attempts?: readonly Attempt[];
  /** When the time of its run is over, epoch milliseconds; absent where it has no limit. */
  readonly limitAt?: number;
  /** Set while its run waits for an approval on GitHub. */
  readonly awaits?: true;
  /** Its run was told to stop; absent where it was not. */
  readonly stopping?: Stopping;
  /** How its run ended, in GitHub's word (`success`); absent until it has. */
  readonly conclusion?: string;
  /** Why it failed or needs a human; a key of a template's wording plus details. */
  readonly problem: Problem | null;
  readonly probes: readonly ProbeState[];
  /** What the run of a backup has told; absent where nobody has looked. */
  readonly recovery?: RecoverySeen;
  /** Whose word it is that its run has done its work, where no machine could tell; absent where one could. */
  readonly word?: string;
}

/** How many commits a promotion brings in place of what ran at `since`. */
export interface Brought {
  readonly since: CommitSha;
  readonly commits: number;
}

/** How a promotion stands. The last five are ends. */
export type PromotionStage =
  | "waiting"
  | "preparing"
  | "rolling"
  | "proving"
  | "needs-human"
  | "delivered"
  | "failed"
  | "cancelled"
  | "superseded"
  | "refused";

export interface Promotion {
  readonly id: PromotionId;
  readonly environment: string;
  readonly cargo: Cargo;
  readonly cause: PromotionCause;
  /** Absent: `normal` (`classOf`). */
  readonly class?: PromotionClass;
  /** Of a rollback alone. */
  readonly rollback?: RollbackOrder;
  /** What Waybill goes back to by itself, as this one has failed: null where there is nothing; absent where the config does not want it. */
  readonly goesBackTo?: string | null;
  /** What Waybill would go back to by itself, were it not for migrations that this one brought: a person may. Absent else. */
  readonly keptFrom?: string;
  /** The migrations that this rollback goes past, as found right before it began; absent where there are none. */
  readonly past?: MigrationsPassed;
  /** Of a retry alone. */
  readonly retry?: RetryOrder;
  /** What a retry goes on from, set when it starts. */
  readonly resumed?: Resumed;
  /** Where its live comment and receipt stand; null where there is no such place (a merge without a notice yet). */
  readonly reportOn: number | null;
  readonly requestedAt: number;
  readonly startedAt: number | null;
  readonly preparedAt: number | null;
  readonly finishedAt: number | null;
  readonly plan: PlanSnapshot;
  readonly stage: PromotionStage;
  readonly steps: readonly Step[];
  readonly probes: readonly ProbeState[];
  /** Why it has ended; or, while something of it may still run, why nothing more of it begins. */
  readonly problem: Problem | null;
  /** Why it has failed, while its hooks for that still run; absent where it has not, or has none. */
  readonly failing?: Problem;
  /** What it replaces, set when it starts. */
  readonly replaces: { readonly version: string; readonly sha: CommitSha } | null;
  /** The version, or the beginning of the SHA, that was deployed past Waybill over what it replaces; absent where nothing was. */
  readonly replacesByHand?: string;
  readonly changeCount: number | null;
  /** How the system performed, as far as it was taken; absent where nothing is measured. */
  readonly measured?: Measurements;
  /** The same as the notes told it when it was asked for; absent where they did not. */
  readonly brings?: Brought;
  readonly pulls: readonly ShippedPull[];
  /** The migrations that it brings; absent where no component declares any. */
  readonly migrations?: MigrationsBetween;
  readonly liveCommentId: number | null;
  /** What stands in its way, while it waits for that; absent where nothing does. */
  readonly held?: Held;
  /** Who cancelled it; absent where nobody did. Until all that runs of it has ended, it is only being cancelled. */
  readonly cancel?: CancelWord;
  /** What each component ran when it started; absent where that was what was delivered last. */
  readonly before?: Placements;
  /** Which fixes of hotfixes its release has and lacks, as found when it was prepared last; absent where nobody has looked. */
  readonly fixes?: FixesFound;
  /** How often its turn had come before a gate closed again; absent where none did. */
  readonly turns?: number;
  /** The version for which it made way; absent where it did for none. */
  readonly supersededBy?: string;
  /** What its gates know of the world outside; absent where none needs to, and once it has begun. */
  readonly findings?: GateFindings;
  /** Those whose approvals let it begin; absent where none were asked for. */
  readonly approvedBy?: readonly Person[];
  /** How looking for that stands; absent where nobody ever looked. */
  readonly look?: GateLook;
  /** How environments before delivered the release, where they did it otherwise, or may have; absent where none did, or nobody knows. */
  readonly rehearsed?: readonly Rehearsal[];
}

/** What a request must bring along to become a promotion. */
export type NewPromotion = Pick<
  Promotion,
  "id" | "environment" | "cargo" | "cause" | "class" | "rollback" | "retry" | "reportOn" | "plan" | "brings"
>;

/** A promotion at its beginning: in the queue, nothing prepared. */
export function newPromotion(request: NewPromotion, requestedAt: number): Promotion {
  return {
    ...request,
    requestedAt,
    startedAt: null,
    preparedAt: null,
    finishedAt: null,
    stage: "waiting",
    steps: [],
    probes: [],
    problem: null,
    replaces: null,
    changeCount: null,
    pulls: [],
    liveCommentId: null,
  };
}

/** The class of a promotion, also of one that was stored before there were classes. */
export function classOf(promotion: Pick<Promotion, "class">): PromotionClass {
  return promotion.class ?? "normal";
}

/** The command that asks for a promotion. */
export function commandFor({
  environment,
  cargo,
  retry,
  ...promotion
}: Pick<Promotion, "class" | "environment" | "cargo" | "retry">): string {
  if (retry !== undefined) return `/retry ${environment}`;
  const word = classOf(promotion) === "rollback" ? "rollback" : "promote";
  return `/${word} ${environment} ${cargo.version}`;
}

const ENDS = new Set<PromotionStage>(["delivered", "failed", "cancelled", "superseded", "refused"]);

/** Whether nothing more will happen to it. `needs-human` is not an end: the environment stays locked. */
export function hasEnded(promotion: Promotion): boolean {
  return ENDS.has(promotion.stage);
}

/** The promotion, come to an end. */
export function end(
  promotion: Promotion,
  stage: PromotionStage,
  problem: Problem | null,
  at: number,
): Promotion {
  return { ...promotion, stage, problem, finishedAt: at };
}

/** Replaces one step by its changed self. */
export function withStep(
  promotion: Promotion,
  correlationId: string,
  change: (step: Step) => Step,
): Promotion {
  return {
    ...promotion,
    steps: promotion.steps.map((step) => (step.correlationId === correlationId ? change(step) : step)),
  };
}

export type { Evidence, ProbeState } from "./evidence.ts";
export { correlationIdAgain, correlationIdOf, namesCorrelation } from "./correlation.ts";
