/**
 * What promoting a release would do, step by step: what stands before it in the queue, what its gates say, what would be run, and what would be left as it is. All of
 * it comes of the functions that do it (`foresee.ts`, `rollout.ts`), and of what was found out as it is found out right before a rollout.
 */
import type { CommandFacts, CommandRequest, ReleaseFacts } from "../commands/command.ts";
import { promotionAskedFor } from "../commands/promote.ts";
import type { Role } from "../config/index.ts";
import type { EnvironmentLane } from "../environment.ts";
import type { EnvironmentEvent } from "../events.ts";
import type { FindingName, GateFindings } from "../gates/findings.ts";
import type { Held, Hold } from "../gates/gate.ts";
import { heldBy, judge, namedGates } from "../gates/index.ts";
import { gateFacts } from "../looks.ts";
import { migrationsView, type MigrationsView } from "../migrations.ts";
import { isAllowed } from "../permission.ts";
import {
  commandFor,
  type NewPromotion,
  type Problem,
  type Promotion,
  type PromotionStage,
} from "../promotion.ts";
import { rehearsalWords, type RehearsalWords } from "../rehearsal-views.ts";
import { severalOf } from "../probe-rows.ts";
import { tellsVersion } from "../reachability.ts";
import { isSameRelease } from "../release.ts";
import { skipWords, type SkipWords } from "../skip-views.ts";
import { isComponent } from "../step-stage.ts";
import { foresee, laneAt } from "./foresee.ts";
import { preparationOf, rolloutOf, roundsOf, type PlannedRun } from "./rollout.ts";
import { laneOf } from "./why.ts";

/** What was found out for a plan. */
export interface Ahead {
  /** What is found right before a rollout, as if that were now; without what its gates are asked by. */
  readonly prepared: Extract<EnvironmentEvent, { type: "RolloutPrepared" | "RolloutRefused" }>;
  /** What its gates are asked by, but for services of the users' own: a plan asks nobody. */
  readonly findings: GateFindings;
  /** How long the last rollouts there took that were delivered, in milliseconds, newest first. */
  readonly took: readonly number[];
}

/** A plan, as data: the sentences are in `templates/partials/plan.hbs`. */
export interface PlanView extends SkipWords, RehearsalWords {
  readonly environment: string;
  readonly version: string;
  readonly sha: string | null;
  /** The command that does it. */
  readonly does: string;
  readonly needs: { readonly role: Role | null; readonly users: number };
  readonly may: boolean;
  /** Why it would be turned away; then nothing else is said. */
  readonly problem: Problem | null;
  /** What it would replace; null for nothing. */
  readonly from: string | null;
  readonly byHand: string | null;
  readonly changeCount: number | null;
  /** Whether it was asked for already, and waits. */
  readonly waits: boolean;
  /** Its place in the queue; null where it would begin at once. */
  readonly position: number | null;
  /** What stands before it, in order. */
  readonly before: readonly {
    readonly version: string;
    readonly stage: PromotionStage;
    readonly held: Held | null;
  }[];
  /** Versions that would make way for it. */
  readonly makeWay: readonly string[];
  /** What holds it, or would. */
  readonly held: Held | null;
  /** Gates that the config names and that are open. */
  readonly open: readonly (FindingName | "window")[];
  /** Services that would be asked. */
  readonly services: readonly string[];
  /** Why nothing would begin when its turn has come; null where something would. */
  readonly unfit: Problem | null;
  readonly rounds: readonly (readonly PlannedRun[])[];
  /** Components that would be left as they are, and what they run. */
  readonly kept: readonly { readonly component: string; readonly version: string }[];
  /** How many components go at a time; null where the config sets no limit. */
  readonly parallel: number | null;
  /** The addresses that would be asked for the version, and how often in a row they must name it. */
  readonly verify: readonly {
    readonly url: string;
    readonly confirmations: number;
    /** Only that it answers is asked (`core/reachability.ts`); absent where a version is. */
    readonly reachability?: true;
    /** Nobody is asked: so many nodes have to report (`confirmations`); absent where that is not so. */
    readonly reports?: true;
    /** How many addresses are asked, and how many are enough; absent where one is. */
    readonly several?: { readonly of: number; readonly needed: number };
  }[];
  readonly migrations: MigrationsView | null;
  /** The release that `/rollback` would go back to from it; null where there is none. */
  readonly back: string | null;
  readonly took: readonly number[];
}

/** What a plan is about: the promotion as it stands in its lane, or would. */
export interface Subject {
  readonly lane: EnvironmentLane;
  readonly promotion: Promotion;
  readonly waits: boolean;
  readonly makeWay: readonly Promotion[];
}

/** What a plan is about; or why nothing would come of it. */
export function subjectOf(lane: EnvironmentLane, asked: NewPromotion, at: number): Subject | Problem {
  const now = laneAt(lane, at);
  const waiting = now.waiting.find(({ cargo }) => isSameRelease(cargo, asked.cargo));
  if (waiting !== undefined) return { lane: now, promotion: waiting, waits: true, makeWay: [] };
  const { problem, promotion, makeWay, lane: after } = foresee(lane, asked, at);
  if (promotion !== null) return { lane: after, promotion, waits: false, makeWay };
  const { environment, cargo } = asked;
  return problem ?? { code: "already-on-its-way", detail: { version: cargo.version, environment } };
}

/** The plan for a release, as `/plan` shows it. `release.ahead` is what was found out for it. */
export function planFor(request: CommandRequest, facts: CommandFacts, release: ReleaseFacts): PlanView {
  const [name = ""] = request.args;
  const asked = promotionAskedFor(request, facts, release);
  if ("code" in asked) return refused(name, release, request, facts, asked);
  const subject = subjectOf(laneOf(name, facts), asked, facts.now);
  if ("code" in subject) return refused(name, release, request, facts, subject);
  const { ahead } = release;
  if (ahead === undefined) throw new Error("a plan was made without its facts");
  const { lane, promotion } = subject;
  const judged = judgedAhead(lane, promotion, ahead, facts.now);
  if (judged.problem !== null) return refused(name, release, request, facts, judged.problem);
  return {
    ...refused(name, release, request, facts, null),
    ...placeOf(subject),
    ...judged.view,
    ...rolloutView(lane, promotion, ahead, facts.now),
    does: commandFor(promotion),
    took: ahead.took,
  };
}

/** A plan in which nothing would happen. */
const NOTHING = {
  from: null,
  byHand: null,
  changeCount: null,
  waits: false,
  position: null,
  before: [],
  makeWay: [],
  held: null,
  open: [],
  services: [],
  unfit: null,
  rounds: [],
  kept: [],
  parallel: null,
  verify: [],
  migrations: null,
  back: null,
  took: [],
} as const;

/** What is said in any case, and nothing besides. */
function refused(
  environment: string,
  { version, sha }: ReleaseFacts,
  request: CommandRequest,
  { plans, role }: CommandFacts,
  problem: Problem | null,
): PlanView {
  const rule = plans.find((one) => one.environment.name === environment)?.environment.permission;
  return {
    ...NOTHING,
    environment,
    version,
    sha,
    does: `/promote ${environment} ${version}`,
    problem,
    needs: { role: rule?.role ?? null, users: rule?.users.length ?? 0 },
    may: rule !== undefined && isAllowed(rule, request.by, role),
  };
}

function placeOf({
  lane,
  promotion,
  waits,
  makeWay,
}: Subject): Pick<PlanView, "waits" | "position" | "before" | "makeWay"> {
  const { active, waiting } = lane;
  const index = waiting.findIndex(({ id }) => id === promotion.id);
  const ahead = [active ?? [], waiting.slice(0, Math.max(index, 0))].flat();
  const before = index === -1 ? [] : ahead;
  return {
    waits,
    position: index === -1 || (before.length === 0 && promotion.held === undefined) ? null : index + 1,
    before: before.map(({ cargo, stage, held }) => ({ version: cargo.version, stage, held: held ?? null })),
    makeWay: makeWay.map(({ cargo }) => cargo.version),
  };
}

interface JudgedAhead {
  readonly problem: Problem | null;
  readonly view: Pick<PlanView, "held" | "open" | "services">;
}

/** What its gates say by what was found out. */
function judgedAhead(
  lane: EnvironmentLane,
  promotion: Promotion,
  { prepared, findings }: Ahead,
  at: number,
): JudgedAhead {
  const fixes = prepared.type === "RolloutPrepared" ? prepared.fixes : undefined;
  const looked: Promotion = { ...promotion, findings, ...(fixes === undefined ? {} : { fixes }) };
  const facts = gateFacts(lane, looked, at);
  const judgement = judge(facts);
  // Services are not asked, so that they say nothing.
  const isSaid = (hold: Hold): boolean => !(hold.gate === "looking" && hold.what === "external");
  const waits = judgement.waits.filter(({ hold }) => isSaid(hold));
  const shut = waits.map(({ hold }) => ("what" in hold ? hold.what : hold.gate));
  const services = (promotion.plan.environment.gates?.external ?? []).map((service) => service.name);
  const named = namedGates(promotion);
  return {
    problem: judgement.problem,
    view: {
      held: heldBy(facts, { ...judgement, waits }),
      open: named.filter((gate) => gate !== "external" && !shut.includes(gate)),
      services: named.includes("external") ? services : [],
    },
  };
}

type RolloutPart = SkipWords &
  RehearsalWords &
  Pick<
    PlanView,
    | "from"
    | "byHand"
    | "changeCount"
    | "unfit"
    | "rounds"
    | "kept"
    | "parallel"
    | "verify"
    | "migrations"
    | "back"
  >;

function rolloutView(
  lane: EnvironmentLane,
  promotion: Promotion,
  { prepared }: Ahead,
  at: number,
): RolloutPart {
  const { lane: preparing } = preparationOf(lane, promotion, at);
  const { environment } = promotion.plan;
  const active = preparing.active ?? promotion;
  const running = lane.delivered.at(-1) ?? null;
  const head = {
    back: running === null || running.tag === null ? null : running.version,
    from: active.replaces?.version ?? null,
    byHand: active.replacesByHand ?? null,
    parallel: environment.rollout?.parallel ?? null,
    verify: environment.verify.map((probe) => ({
      url: probe.url,
      confirmations: probe.confirmations,
      ...(probe.report === undefined ? {} : { reports: true as const }),
      ...(probe.urls === undefined ? {} : { several: severalOf(probe) }),
      ...(tellsVersion(probe) ? {} : { reachability: true as const }),
    })),
  };
  if (prepared.type === "RolloutRefused")
    return { ...head, changeCount: null, unfit: prepared.problem, rounds: [], kept: [], migrations: null };
  const rollout = rolloutOf(preparing, { ...prepared, promotionId: promotion.id });
  return {
    ...head,
    ...skipWords(rollout),
    ...rehearsalWords(rollout),
    changeCount: rollout.changeCount,
    unfit: null,
    rounds: roundsOf(rollout, at),
    kept: rollout.steps
      .filter(isComponent)
      .flatMap(({ component, skipped }) =>
        skipped === undefined ? [] : [{ component, version: skipped.version }],
      ),
    migrations: migrationsView(rollout.migrations, rollout.cargo.version),
  };
}
