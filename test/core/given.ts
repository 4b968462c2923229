/**
 * `given(events).when(event).then(…)`: the words in which the core's stories are told, and the things they are told about. Every decision
 * that a story makes is also held to the laws that hold for all of them: it is repeatable, it leaves its input alone, and what comes of it
 * survives being stored as JSON.
 */
import { parseConfig } from "../../src/core/config/index.ts";
import { newLane, type LaneState } from "../../src/core/decide.ts";
import type { AuditEntry, Decision, Policy } from "../../src/core/decision.ts";
import type { Effect, EffectType, PlannedEffect } from "../../src/core/effects.ts";
import { newEnvironmentLane, type EnvironmentLane } from "../../src/core/environment.ts";
import type { EnvironmentEvent, RunObservation, WaybillEvent } from "../../src/core/events.ts";
import { commitSha, type CommitSha, type PromotionId, type UserId } from "../../src/core/ids.ts";
import type { LeftRun } from "../../src/core/left.ts";
import { summarise } from "../../src/core/notes/index.ts";
import { plansOf } from "../../src/core/plans.ts";
import type {
  Cargo,
  Evidence,
  NewPromotion,
  Person,
  PlanSnapshot,
  Promotion,
  PromotionCause,
  StepPlan,
} from "../../src/core/promotion.ts";
import type { NotesSnapshot } from "../../src/core/release.ts";
import type { RepositoryLane } from "../../src/core/repository.ts";
import { decideByLaw, deepFreeze } from "./lawful.ts";

export const POLICY: Policy = { lookEveryMs: 60_000, traceEveryMs: 15_000 };
/** Friday, 20 November 2026, 12:00:00 UTC. */
export const NOON = Date.UTC(2026, 10, 20, 12);

export const ana: Person = { id: 11 as UserId, login: "ana" };
export const wes: Person = { id: 12 as UserId, login: "wes" };

/** A full SHA from a short name of hexadecimal digits: `sha("a1")`. */
export function sha(name: string): CommitSha {
  const found = commitSha(name.padEnd(40, "0"));
  if (found === null) throw new Error(`not hexadecimal: ${name}`);
  return found;
}

/** The shop of the README: api before web; dev takes every merge, staging every release, prod is asked for its version. */
const SHOP = `
components:
  api: { workflow: deploy.yml, paths: ["api/**"] }
  web: { workflow: deploy.yml, paths: ["web/**"], needs: [api] }
environments:
  dev: { promote: merge }
  staging: { promote: auto, inputs: { region: eu-west-1 } }
  prod:
    inputs: { region: us-east-1 }
    url: https://shop.example
    verify: { url: "https://shop.example/version", json: "$.version", confirmations: 2 }
`;

const plansRead = new Map<string, readonly PlanSnapshot[]>();

/** The plans of a config text. Throws if it is no valid config. */
export function plansFor(text: string = SHOP): readonly PlanSnapshot[] {
  const known = plansRead.get(text);
  if (known !== undefined) return known;
  const reading = parseConfig(text, { path: ".github/waybill.yml", repositoryName: "shop" });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  const plans = deepFreeze(plansOf(reading.config, sha("c0ffee"), "main"));
  plansRead.set(text, plans);
  return plans;
}

/** The plan of one environment. */
export function planOf(environment: string, text: string = SHOP): PlanSnapshot {
  const found = plansFor(text).find((plan) => plan.environment.name === environment);
  if (found === undefined) throw new Error(`no environment ${environment}`);
  return found;
}

export function tagged(version: string, at: CommitSha = sha("a1")): Cargo {
  return { version, sha: at, tag: `v${version}`, ref: `v${version}` };
}

export function built(version: string, at: CommitSha = sha("b1")): Cargo {
  return { version, sha: at, tag: null, ref: "main" };
}

/** Somebody's command: `byCommand(101)` is the one in comment 101, on issue 7. */
export function byCommand(commentId: number, by: Person = ana, issue = 7): PromotionCause {
  return { kind: "command", by, commentId, issue };
}

/** A request as a command comes to it; what is not said is `/promote prod 1.5.0` by ana in comment 101. */
export function request(more: Partial<NewPromotion> = {}): NewPromotion {
  const cause = more.cause ?? byCommand(101);
  const plan = more.plan ?? planOf("prod");
  return {
    id: (cause.kind === "command" ? `c${cause.commentId}` : `${cause.kind[0]}1`) as PromotionId,
    environment: plan.environment.name,
    cargo: tagged("1.5.0"),
    reportOn: cause.kind === "command" ? cause.issue : null,
    ...more,
    cause,
    plan,
  };
}

export function requested(more: Partial<NewPromotion> = {}, at = NOON): EnvironmentEvent {
  return { type: "PromotionRequested", at, request: request(more) };
}

/** What will be run for a component of the shop. */
export function stepPlan(component: string, more: Partial<StepPlan> = {}): StepPlan {
  return {
    component,
    needs: component === "web" ? ["api"] : [],
    workflow: "deploy.yml",
    inputs: { component },
    claims: true,
    adoptsDeployment: false,
    ...more,
  };
}

export function prepared(id: string, steps: readonly StepPlan[], at = NOON + 1_000): EnvironmentEvent {
  return {
    type: "RolloutPrepared",
    at,
    promotionId: id as PromotionId,
    steps,
    changeCount: 3,
    pulls: [
      { number: 21, title: "Accept vouchers", author: "wes", bot: false },
      { number: 22, title: "Bump left-pad", author: "renovate[bot]", bot: true },
    ],
  };
}

/** GitHub was asked what Waybill has under way there: by default nothing. */
export function environmentSeen(
  runs: readonly (LeftRun & { readonly title?: string })[] = [],
  { at = NOON, recent = false, environment = "prod" } = {},
): Extract<EnvironmentEvent, { type: "EnvironmentSeen" }> {
  return {
    type: "EnvironmentSeen",
    at,
    environment,
    runs: runs.map((one) => ({ title: "", ...one })),
    recent,
  };
}

/** A run as GitHub shows it: that of `c101-api`, by Waybill, at the release's commit. */
export function run(more: Partial<RunObservation> = {}): RunObservation {
  const id = more.id ?? 501;
  return {
    id,
    attempt: 1,
    status: "completed",
    conclusion: "success",
    headSha: sha("a1"),
    url: `https://github.example/acme/shop/actions/runs/${id}`,
    title: "Deploy api 1.5.0 to prod c101-api",
    workflow: "deploy.yml",
    dispatched: true,
    byWaybill: true,
    ...more,
  };
}

export function evidence(observed: string | null, at: number): Evidence {
  const outcome =
    observed === null ? "no-answer" : observed === "1.5.0" ? "confirmed" : ("other-version" as const);
  return {
    at,
    url: "https://shop.example/version",
    outcome,
    observed,
    detail: observed === null ? "connection refused" : "",
  };
}

/** A notes snapshot of that many `feat:` commits since v1.4.2. */
export function notes(head: CommitSha, commitCount: number): NotesSnapshot {
  const commits = Array.from({ length: commitCount }, (_none, index) => ({
    sha: sha(`d${index}`),
    message: `feat: change ${index}`,
  }));
  return {
    base: { tag: "v1.4.2", version: "1.4.2", sha: sha("142") },
    head,
    model: summarise(commits, {}),
    commitCount,
    unreadCount: 0,
    compareUrl: null,
  };
}

/** Decides, and holds the decision to what is true of all: repeatable, without touching its input, storable as JSON. */
export function decideLawfully(
  state: LaneState,
  event: WaybillEvent,
  policy: Policy = POLICY,
): Decision<LaneState> {
  return decideByLaw(state, event, policy);
}

/** What a story has come to. */
export interface Outcome<Lane extends LaneState> {
  readonly lane: Lane;
  /** All effects of the last event, in order. */
  readonly effects: readonly PlannedEffect[];
  readonly audit: readonly AuditEntry[];
  /** The ids of the effects, in order. */
  readonly ordered: readonly string[];
  /** The one effect of a type; throws if there are none or several. */
  only<Type extends EffectType>(type: Type): Extract<Effect, { type: Type }>;
  /** All effects of a type. */
  all<Type extends EffectType>(type: Type): readonly Extract<Effect, { type: Type }>[];
}

export interface Story<Lane extends LaneState> {
  /** One more event of the past. */
  and(...events: readonly WaybillEvent[]): Story<Lane>;
  when(...events: readonly WaybillEvent[]): Outcome<Lane>;
}

/** The lane of an environment in which nothing was left under way, after these events. */
export function givenEnvironment(...events: readonly EnvironmentEvent[]): Story<EnvironmentLane> {
  return story<EnvironmentLane>({ ...newEnvironmentLane(), left: { kind: "none" } }, events);
}

/** The same, but nobody has looked yet whether another installation left something under way there. */
export function givenFreshEnvironment(...events: readonly EnvironmentEvent[]): Story<EnvironmentLane> {
  return story<EnvironmentLane>(newLane("prod"), events);
}

/** A repository's lane after these events. */
export function givenRepository(...events: readonly WaybillEvent[]): Story<RepositoryLane> {
  return story<RepositoryLane>(newLane(""), events);
}

function story<Lane extends LaneState>(begin: LaneState, past: readonly WaybillEvent[]): Story<Lane> {
  const tell = (events: readonly WaybillEvent[]): LaneState =>
    events.reduce((lane, event) => decideLawfully(lane, event).state, begin);
  return {
    and: (...events) => story<Lane>(begin, [...past, ...events]),
    when: (...events) => {
      const before = tell([...past, ...events.slice(0, -1)]);
      const last = events.at(-1);
      if (last === undefined) throw new Error("a story needs something that happens");
      return outcome<Lane>(decideLawfully(before, last));
    },
  };
}

function outcome<Lane extends LaneState>(decision: Decision<LaneState>): Outcome<Lane> {
  const all = <Type extends EffectType>(type: Type) =>
    decision.effects.flatMap(({ effect }) =>
      effect.type === type ? [effect as Extract<Effect, { type: Type }>] : [],
    );
  return {
    lane: decision.state as Lane,
    effects: decision.effects,
    audit: decision.audit,
    ordered: decision.effects.map(({ id }) => id),
    all,
    only: (type) => {
      const [found, ...others] = all(type);
      if (found === undefined || others.length > 0)
        throw new Error(
          `expected one ${type}, got: ${decision.effects.map(({ id }) => id).join(", ") || "nothing"}`,
        );
      return found;
    },
  };
}

/** The promotion under way; throws if there is none. */
export function active(lane: EnvironmentLane): Promotion {
  if (lane.active === null) throw new Error("nothing is under way");
  return lane.active;
}
