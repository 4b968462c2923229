/**
 * What comments show, as data. The sentences are in `templates/`; nothing here is text that a person reads.
 */
import { performanceWords, type MeasuredRow } from "./measures.ts";
import { foreseenIn } from "./behind.ts";
import type { ExpectedView, NowBreaksView } from "./announced.ts";
import type { ChannelFailedView } from "./channels/trouble.ts";
import type { CommandAnswer } from "./commands/command.ts";
import { databaseWords, type DatabaseWords } from "./database/views.ts";
import type { ByHand } from "./disturbed.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { TagRefusal } from "./events.ts";
import type { Held } from "./gates/gate.ts";
import type { AssetsView } from "./assets.ts";
import type { HotfixView } from "./hotfix-views.ts";
import type { LeftRun } from "./left.ts";
import { migrationsView, type MigrationsView } from "./migrations.ts";
import { isGood } from "./evidence.ts";
import type { Evidence, Problem, Promotion, PromotionStage, Step } from "./promotion.ts";
import {
  leftBehind,
  rollbackWords,
  type GoesBack,
  type KeptBackView,
  type LeftBehind,
  type RollbackWords,
} from "./rollback/views.ts";
import { probeRow, type ProbeRow } from "./probe-rows.ts";
import { anyTellsVersion } from "./reachability.ts";
import { placeRow, rowsOf, triesOf, type PlaceRow, type StepRow, type TriesView } from "./rows.ts";
import { rehearsalWords, type RehearsalWords } from "./rehearsal-views.ts";
import { skipWords, type SkipWords } from "./skip-views.ts";
import { everRan, isComponent } from "./step-stage.ts";
import type { ParkReason } from "./standing.ts";
import type { DriftView } from "./watch.ts";

/** What every comment about one promotion begins with. */
export interface PromotionHead extends RollbackWords, DatabaseWords {
  readonly environment: string;
  readonly version: string;
  readonly tag: string | null;
  readonly sha: string;
  readonly from: string | null;
  /** What was deployed past Waybill over that; null or absent where nothing was. */
  readonly byHand?: string | null;
  readonly changeCount: number | null;
  readonly requestedBy: string | null;
  readonly url: string | null;
  /** Logins of those who approved it; absent where none were asked to. */
  readonly approvedBy?: readonly string[];
}

export interface LiveView extends PromotionHead, SkipWords, RehearsalWords {
  readonly template: "live";
  readonly stage: PromotionStage;
  /** 1 for the next to go; null once it has started. */
  readonly position: number | null;
  readonly behind: string | null;
  /** What Waybill left under way earlier and has to end first; null or absent where nothing is looked for. */
  readonly left?: { readonly runs: readonly LeftRun[]; readonly recent: boolean } | null;
  /** What stands in its way. */
  readonly held: Held | null;
  /** Absent or null where it brings none. */
  readonly migrations?: MigrationsView | null;
  /** The version for which it made way; absent where it did for none. */
  readonly supersededBy?: string;
  /** Absent where it is the only attempt. */
  readonly tries?: TriesView;
  /** Whether it has failed, and only its hooks for that go on; absent where it has not. */
  readonly failing?: boolean;
  /** Whether a person has cancelled it, and its runs are only ending; absent where nobody has. */
  readonly cancelling?: boolean;
  readonly steps: readonly StepRow[];
  readonly done: number;
  readonly probes: readonly ProbeRow[];
  readonly problem: Problem | null;
}

export interface ReceiptView extends PromotionHead, LeftBehind, SkipWords, RehearsalWords {
  readonly template: "receipt";
  readonly promotionId: string;
  readonly requestedAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Absent or null where it brought none. */
  readonly migrations?: MigrationsView | null;
  /** Absent where it is the only attempt. */
  readonly tries?: TriesView;
  readonly steps: readonly StepRow[];
  readonly evidence: readonly Evidence[];
  readonly pulls: readonly number[];
  readonly next: readonly string[];
  /** Whether the running system was asked, or only the workflows' word is there. */
  readonly proven: boolean;
  /** It was asked, but by nothing that tells the version: it answers. Absent where that is not so. */
  readonly reached?: true;
  /** The workflows of the team's own that verified it; absent where there were none. */
  readonly verifiedBy?: readonly string[];
  /** How the system performed; absent where nothing was measured. */
  readonly performance?: readonly MeasuredRow[];
}

export interface FailureView extends PromotionHead, LeftBehind, GoesBack, RehearsalWords {
  readonly template: "failure";
  /** Whether it has ended, or holds the environment until a person steps in. */
  readonly ended: boolean;
  readonly problem: Problem;
  /** Absent or null where it brings none. */
  readonly migrations?: MigrationsView | null;
  readonly steps: readonly StepRow[];
  readonly evidence: readonly Evidence[];
  readonly automatic: boolean;
}

/** What is said when a promotion was cancelled: what runs where now. */
export interface CancelledView extends PromotionHead {
  readonly template: "cancelled";
  readonly problem: Problem;
  /** None where nothing of it had begun. */
  readonly places: readonly PlaceRow[];
  readonly automatic: boolean;
}

export interface RefusalView {
  readonly template: "refusal";
  readonly by: string | null;
  readonly command: string;
  readonly problem: Problem;
}

export interface ToldView {
  readonly template: "told";
  /** On an issue: the pull request that closed it. */
  readonly pull?: number;
  readonly environment: string;
  readonly version: string;
  readonly tag: string | null;
  readonly url: string | null;
  readonly proven: boolean;
}

/** The answer to one comment's commands: refusals, `/status`, `/help`; one comment however many there are. */
export interface AnswersView {
  readonly template: "answers";
  readonly by: string;
  readonly answers: readonly CommandAnswer[];
}

export interface TagRefusedView {
  readonly template: "tag-refused";
  readonly tag: string;
  readonly reason: TagRefusal;
}

/** A release of what is merged that was not made; nobody asked for it, so it is said on the notice. */
export interface CutRefusedView {
  readonly template: "cut-refused";
  readonly version: string;
  readonly problem: Problem;
}

/** A release's section does not get into the changelog. */
export interface ChangelogRefusedView {
  readonly template: "changelog-refused";
  readonly path: string;
  readonly version: string;
  readonly problem: Problem;
}

/** The branch has moved on since the notice was drawn: which commit is released all the same. */
export interface CutShownView {
  readonly template: "cut-shown";
  readonly by: string;
  readonly tag: string;
  readonly sha: string;
  readonly head: string;
  readonly branch: string;
}

/** Said on the notice by an earlier Waybill, and so in what it has left to be said; now an issue does (`config-check/issue.ts`). */
export interface ConfigBrokenView {
  readonly template: "config-broken";
  readonly path: string;
  readonly head: string;
  readonly problems: readonly {
    readonly line: number;
    readonly column: number;
    readonly message: string;
    readonly mend: string;
  }[];
}

/** The repository was parked, and is no more. */
export interface ResumedView {
  readonly template: "resumed";
  readonly reason: ParkReason;
  readonly since: number;
  readonly until: number;
  /** What was under way has ended meanwhile. */
  readonly lost: boolean;
}

/** What GitHub did not take in all of its attempts, and is tried again: `issue` is that of a comment, `tag` that of a release page. */
export interface LateView {
  readonly template: "late";
  readonly what: "comment" | "release" | "draft" | "notice" | "receipt";
  readonly issue: number | null;
  readonly tag: string | null;
}

/** Something was brought to an environment past Waybill. */
export interface ByHandView extends ByHand {
  readonly template: "by-hand";
  readonly environment: string;
  /** What Waybill brought there last; null where it never brought anything. */
  readonly running: string | null;
}

/** It was held for so long that a person is asked whether it is still wanted. */
export interface HeldLongView {
  readonly template: "held-long";
  readonly environment: string;
  readonly version: string;
  readonly tag: string | null;
  readonly since: number;
  readonly until: number;
  readonly requestedBy: string | null;
}

export type CommentView =
  | DriftView
  | ByHandView
  | KeptBackView
  | HeldLongView
  | HotfixView
  | ResumedView
  | LateView
  | ConfigBrokenView
  | LiveView
  | ReceiptView
  | FailureView
  | CancelledView
  | RefusalView
  | ToldView
  | AnswersView
  | TagRefusedView
  | CutRefusedView
  | CutShownView
  | ChangelogRefusedView
  | AssetsView
  | NowBreaksView
  | ExpectedView
  | ChannelFailedView;

function headOf(promotion: Promotion): PromotionHead {
  return {
    environment: promotion.environment,
    version: promotion.cargo.version,
    tag: promotion.cargo.tag,
    sha: promotion.cargo.sha,
    from: promotion.replaces?.version ?? null,
    byHand: promotion.replacesByHand ?? null,
    changeCount: promotion.changeCount,
    requestedBy: promotion.cause.kind === "command" ? promotion.cause.by.login : null,
    url: promotion.plan.environment.url ?? null,
    ...rollbackWords(promotion),
    ...databaseWords(promotion),
    ...(promotion.approvedBy === undefined
      ? {}
      : { approvedBy: promotion.approvedBy.map(({ login }) => login) }),
  };
}

/** The live comment of a promotion, as it stands in its environment's lane. */
export function liveView(promotion: Promotion, lane: EnvironmentLane): LiveView {
  const { waiting: queue, active: ahead, left } = lane;
  const index = queue.findIndex((other) => other.id === promotion.id);
  return {
    template: "live",
    ...headOf(promotion),
    ...foreseenIn(promotion, lane),
    stage: promotion.stage,
    position: index === -1 ? null : index + 1,
    behind: index === -1 ? null : ((index === 0 ? ahead : queue[index - 1])?.cargo.version ?? null),
    // Those that wait behind it are told of it.
    left: index === 0 && left.kind === "looking" ? { runs: left.runs, recent: left.recent } : null,
    held: promotion.held ?? null,
    migrations: migrationsView(promotion.migrations, promotion.cargo.version),
    ...(promotion.supersededBy === undefined ? {} : { supersededBy: promotion.supersededBy }),
    ...triesOf(promotion),
    ...(promotion.failing !== undefined && promotion.finishedAt === null ? { failing: true } : {}),
    ...(promotion.cancel !== undefined && promotion.finishedAt === null ? { cancelling: true } : {}),
    ...skipWords(promotion),
    ...rehearsalWords(promotion),
    steps: rowsOf(promotion),
    done: promotion.steps.filter(isDeployed).length,
    probes: promotion.probes.map((probe, at) => probeRow(probe, promotion.plan.environment.verify[at])),
    problem: problemIn(promotion),
  };
}

function isDeployed(step: Step): boolean {
  return isComponent(step) && step.stage === "succeeded" && step.skipped === undefined;
}

/** What a person must look after comes before why nothing more begins. */
function problemIn({ problem, failing, steps, cancel }: Promotion): Problem | null {
  const asking = steps.find((step) => step.stage === "needs-human")?.problem ?? null;
  const first = steps.find((step) => step.problem !== null)?.problem ?? null;
  return (cancel === undefined ? null : asking) ?? problem ?? failing ?? first;
}

/** What is said when a promotion was cancelled. */
export function cancelledView(promotion: Promotion): CancelledView {
  const hasBegun = promotion.steps.some(everRan);
  return {
    template: "cancelled",
    ...headOf(promotion),
    problem: promotion.problem ?? { code: "cancelled", detail: {} },
    places: hasBegun ? promotion.steps.filter(isComponent).map((step) => placeRow(promotion, step)) : [],
    automatic: promotion.cause.kind !== "command",
  };
}

function evidenceOf(promotion: Promotion): Evidence[] {
  return [...promotion.steps.flatMap((step) => step.probes), ...promotion.probes].flatMap((probe) =>
    probe.evidence.slice(-3),
  );
}

/** The receipt of a delivered promotion. */
export function receiptView(
  promotion: Promotion,
  lane: Pick<EnvironmentLane, "pin" | "incident">,
): ReceiptView {
  const at = promotion.finishedAt ?? promotion.requestedAt;
  return {
    template: "receipt",
    ...performanceWords(promotion),
    ...headOf(promotion),
    promotionId: promotion.id,
    requestedAt: promotion.requestedAt,
    startedAt: promotion.startedAt ?? at,
    finishedAt: at,
    migrations: migrationsView(promotion.migrations, promotion.cargo.version),
    ...triesOf(promotion),
    ...skipWords(promotion),
    ...rehearsalWords(promotion),
    steps: rowsOf(promotion),
    evidence: evidenceOf(promotion).filter(isGood),
    pulls: promotion.pulls.map((pull) => pull.number),
    next: promotion.plan.next,
    ...leftBehind(promotion, lane),
    proven: isProven(promotion),
    ...verifiedBy(promotion),
    ...(!isProven(promotion) && isReached(promotion) ? { reached: true } : {}),
  };
}

/** Whether the running system itself named the version: delivered without a probe that can tell it rests on the workflows' word alone. */
export function isProven({ plan, probes, steps }: Promotion): boolean {
  const { verify, components: placed } = plan.environment;
  const components = steps.filter(isComponent);
  const isAsked = ({ component, probes: asked }: Step): boolean =>
    asked.length > 0 && anyTellsVersion(placed[component]?.verify ?? []);
  return (
    (probes.length > 0 && anyTellsVersion(verify)) || (components.length > 0 && components.every(isAsked))
  );
}

function verifiedBy({ steps }: Promotion): Pick<ReceiptView, "verifiedBy"> {
  const workflows = steps.flatMap(({ verifies, workflow }) => (verifies === true ? [workflow] : []));
  return workflows.length === 0 ? {} : { verifiedBy: workflows };
}

/** Whether something was asked at all. */
function isReached({ probes, steps }: Promotion): boolean {
  return probes.length > 0 || steps.some((step) => step.probes.length > 0);
}

/** What is said when a promotion ended without delivery. */
export function failureView(
  promotion: Promotion,
  lane: Pick<EnvironmentLane, "pin" | "incident"> = {},
): FailureView {
  return {
    template: "failure",
    ...headOf(promotion),
    ended: promotion.finishedAt !== null,
    problem: promotion.problem ?? { code: "github-refused", detail: { message: null } },
    migrations: migrationsView(promotion.migrations, promotion.cargo.version),
    ...rehearsalWords(promotion),
    steps: rowsOf(promotion),
    evidence: evidenceOf(promotion).slice(-3),
    automatic: promotion.cause.kind !== "command",
    ...leftBehind(promotion, lane),
  };
}
